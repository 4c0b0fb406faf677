"""What judging says: problems that rules name, findings with their place and remedy, and the report of them all."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How much a finding weighs: an error blocks, a warning is shown and stays in the report."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule has to say: in which document, where (RFC 6901 pointer), and what is wrong.

    `entries_stand`: of a list, only the number or the order of its entries is wrong; each can still be judged.
    `submitted_name`: the pointer ends in a name that was submitted; reports for people leave it out.
    """

    pointer: str
    message: str
    fix: str | None = None
    path: str | None = None
    entries_stand: bool = False
    submitted_name: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem with its rule, severity, place and remedy: what every report shows.

    `line` and `column` count from 1, `column` in characters of the file as submitted; None where there is no file
    to point into. `submitted_name` as in `Problem`.
    """

    rule: str
    severity: Severity
    path: str
    pointer: str
    line: int | None
    message: str
    fix: str
    help: str
    submitted_name: bool = False
    column: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The shape of `findings[]` in `check --format json`."""
        names = ("rule", "severity", "path", "pointer", "line", "column", "message", "fix", "help")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A rule that could not be judged on a document, and why: never a silent pass."""

    rule: str
    path: str
    reason: str

    def as_json(self) -> dict[str, str]:
        """The shape of `not_judged[]` in `check --format json`."""
        return {"rule": self.rule, "path": self.path, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of judging: how many documents, what was found, what could not be judged.

    `crashed` names rules that a mistake of ours stopped: whatever they would have said is unknown, and that blocks.
    """

    book: str
    judged: int
    findings: tuple[Finding, ...] = ()
    not_judged: tuple[NotJudged, ...] = ()
    crashed: tuple[NotJudged, ...] = ()

    @property
    def blocks(self) -> bool:
        """Whether errors were found, or a rule crashed."""
        return bool(self.crashed) or any(f.severity is Severity.ERROR for f in self.findings)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that block."""
        return tuple(f for f in self.findings if f.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that are shown and do not block."""
        return tuple(f for f in self.findings if f.severity is Severity.WARNING)

    @property
    def unanswered(self) -> tuple[NotJudged, ...]:
        """The rules that gave no answer, crashed ones first."""
        return (*self.crashed, *self.not_judged)

    @property
    def is_pending(self) -> bool:
        """Whether nothing is lacking but the declaration (H005 alone)."""
        return bool(self.errors) and not self.crashed and all(f.rule == "H005" for f in self.errors)

    def as_json(self) -> dict[str, Any]:
        """The shape of `check --format json`."""
        return {
            "book": self.book,
            "judged": self.judged,
            "errors": len(self.errors),
            "warnings": len(self.warnings),
            "findings": [f.as_json() for f in self.findings],
            "not_judged": [n.as_json() for n in self.unanswered],
        }
