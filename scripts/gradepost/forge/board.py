"""What a forge shows to reviewers beside the port: labels and one comment that follows the dossier; and which pull
requests have moved. Only forges where reviewers work have it. Everything shown carries ids and counts alone."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

# Labels of ours begin with it; all others are people's own, and stay.
PREFIX = "gradepost: "


@dataclass(frozen=True, slots=True)
class Label:
    """A label as it is made where it is not there yet. `colour` is six hexadecimal digits."""

    name: str
    colour: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Touched:
    """That something about a pull request changed, and when: a push, a review, a label, its end."""

    number: int
    branch: str
    at: datetime


class Conclusion(StrEnum):
    """What findings come to: something blocks, something is told, nothing was found."""

    FAILURE = "failure"
    NEUTRAL = "neutral"
    SUCCESS = "success"


@dataclass(frozen=True, slots=True)
class Note:
    """Something found at a line of a file, counted from 1: a rule's id as title, and its own words. `level` is
    `failure` or `warning`."""

    path: str
    line: int
    level: str
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found at a head commit, in few words and beside its lines. `address` leads people to all of it."""

    head: str
    conclusion: Conclusion
    title: str
    summary: str
    address: str
    notes: tuple[Note, ...]

    @property
    def mark(self) -> str:
        """Changes whenever anything that is shown does."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


class Board(Protocol):
    """Raises `ForgeError` when it cannot."""

    @property
    def annotates(self) -> bool:
        """Whether it can put findings beside lines."""

    def touched(self, is_known: Callable[[Touched], bool], *, anew: bool = False) -> Sequence[Touched]:
        """Pull requests by their last change, newest first, down to the first that is known. Nothing where nothing has
        changed since this was last asked, unless it is to be looked at `anew`."""

    def show(self, number: int, labels: Sequence[Label], comment: str) -> None:
        """Give a pull request these labels of ours, and our one comment this text. Writes only what is otherwise."""

    def annotate(self, findings: Findings) -> None:
        """Put findings beside the lines of their head commit. Writes only what is not there; may be repeated."""
