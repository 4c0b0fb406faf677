"""From the outbox to main: file, have judged, merge what was judged and approved, and say where things stand."""

from gradepost.publish.filing import Publisher
from gradepost.publish.merging import MergeWorker
from gradepost.publish.standing import standing_of

__all__ = ["MergeWorker", "Publisher", "standing_of"]
