"""The only judge: `read` makes a document of bytes, `check` makes a report of a case, `check_book` one of a book."""

from gradepost.check.booking import check_book
from gradepost.check.combining import combined
from gradepost.check.judging import check
from gradepost.check.reading import read

__all__ = ["check", "check_book", "combined", "read"]
