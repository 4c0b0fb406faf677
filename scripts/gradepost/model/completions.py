"""What the awarding organisation's own system says of a registered learner's units, and who may be claimed for."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Completion:
    """A learner registered for a qualification: whether all units are completed in that system, and which are open."""

    qualification: str
    candidate_number: str
    uln: str
    completed: bool
    units_open: tuple[str, ...] = ()


class Complete(StrEnum):
    """Whether a learner has completed a qualification, and by what."""

    BY_GRADES = "grades-in"
    WITHOUT_GRADES = "no-grade-needed"
    NOT_YET = "open"
    AFTER_RELEASE = "after-release"


class Open(StrEnum):
    """What keeps a learner from being complete, beside the outcomes of the series."""

    FAILED = "fail"
    UNIT = "unit-open"
    UNITS = "units-open"
    ULNS_DIFFER = "ulns-differ"
    PLACEHOLDER = "placeholder-uln"
    NOT_CERTIFICATING = "not-certificating"


@dataclass(frozen=True, slots=True)
class Claim:
    """Where a learner stands before a certificate is claimed, which is done elsewhere. `open` has component ("" for
    what is about the learner) and reason: one of `Open`, or an outcome; () for whoever is complete."""

    qualification: str
    candidate_number: str
    uln: str
    complete: Complete
    open: Sequence[tuple[str, str]] = ()

    def as_json(self) -> dict[str, Any]:
        """Its facts by name."""
        return {
            "qualification": self.qualification,
            "candidate_number": self.candidate_number,
            "uln": self.uln,
            "complete": self.complete.value,
            "open": [{"component": component, "reason": reason} for component, reason in self.open],
        }
