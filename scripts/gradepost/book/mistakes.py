"""Mistakes in the awarding organisation's own files: where each stands, what it is, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake of ours: file, line (from 1; 0 where it is the whole file), key (`a.b.c`) and words."""

    path: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        """`file, line N, key a.b: what it is, and what to do.`"""
        line = f", line {self.line}" if self.line else ""
        return f"{self.path}{line}{f', key {self.key}' if self.key else ''}: {self.message}"


_MOST_LISTED = 15


def instead(word: object, known: Iterable[str]) -> str:
    """What to write in place of a word that is not known: ` Did you mean …?`, else what there is."""
    # Only a mistake needs it, and it takes as long to import as a form file takes to read.
    from difflib import get_close_matches  # noqa: PLC0415

    words = sorted(known)
    if near := get_close_matches(str(word), words, n=1):
        return f" Did you mean {near[0]}?"
    return f" There is {', '.join(words)}." if 0 < len(words) <= _MOST_LISTED else ""
