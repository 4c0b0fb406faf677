"""From the outbox to main: file, have judged, merge what was judged and approved, and say where things stand."""

from gradepost.publish.filing import Publisher
from gradepost.publish.merging import MergedElsewhere, MergeWorker
from gradepost.publish.standing import standing_of

__all__ = ["MergeWorker", "MergedElsewhere", "Publisher", "standing_of"]
