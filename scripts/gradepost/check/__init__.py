"""The only judge: `read` makes a document of bytes, `check` makes a report of a case."""

from gradepost.check.judging import check
from gradepost.check.reading import read

__all__ = ["check", "read"]
