"""Where a dossier stands, as pages and commands show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from gradepost.model.findings import Finding


class State(StrEnum):
    """The states of a dossier in the order of the road."""

    SCHEDULED = "scheduled"
    AWAITING_DECLARATION = "awaiting declaration"
    DECLARATION_VOID = "declaration void"
    FILING = "being filed"
    NEEDS_ATTENTION = "needs attention"
    IN_REVIEW = "in review"
    RETURNED = "returned"
    MERGED = "merged"
    REJECTED = "rejected"


# Who has the next step, and why.
WAITS: Mapping[State, str] = {
    State.FILING: "The gateway is filing it.",
    State.SCHEDULED: "The centre: grades are still to come.",
    State.AWAITING_DECLARATION: "The Head of Centre: the grades are not declared yet.",
    State.DECLARATION_VOID: "The Head of Centre: the grades changed after they were declared.",
    State.NEEDS_ATTENTION: "The centre: something has to be put right before review.",
    State.IN_REVIEW: "A reviewer: everything is there.",
    State.RETURNED: "The centre: it was returned for correction.",
    State.MERGED: "Nobody: it stands in the record.",
    State.REJECTED: "The centre: it was rejected, and may be submitted anew.",
}
EARLIER_STANDS = "Nobody: the amendment was rejected, and what was accepted before stands in the record."


@dataclass(frozen=True, slots=True)
class StandingDocument:
    """One document of a dossier as last received. `component` is None for the declaration."""

    name: str
    form: str
    component: str | None
    learners: int | None
    receipt_id: str
    seq: int
    received_at: datetime
    on_time: bool
    filed: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a dossier stands: its documents, its pull request, what blocks it, and why it was returned.

    `qualification` and `kind` are "" for what is about the whole centre; `approvals` counts the reviewers who have
    approved it as it stands, `returned_because` is also why it was rejected. `earlier_stands`: what was rejected was an
    amendment, and what was accepted before stands in the record.
    """

    series: str
    centre: str
    qualification: str
    kind: str
    state: State
    documents: Sequence[StandingDocument]
    pull: int | None = None
    findings: Sequence[Finding] = ()
    returned_because: str | None = None
    declaration_asked_at: datetime | None = None
    merged_as: str | None = None
    approvals: int = 0
    earlier_stands: bool = False

    @property
    def waits(self) -> str:
        """Who has the next step, and why."""
        return EARLIER_STANDS if self.earlier_stands else WAITS[self.state]

    @property
    def as_accepted(self) -> "Standing":
        """Where a dossier whose amendment was rejected stands by what was accepted before."""
        is_graded = self.is_of_the_centre or any(document.form == "tags" for document in self.documents)
        state = State.MERGED if is_graded else State.SCHEDULED
        return replace(self, state=state, earlier_stands=False, returned_because=None)

    @property
    def is_of_the_centre(self) -> bool:
        """Whether it is about the whole centre and no qualification."""
        return not self.qualification


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a pull request changes: in which document, of whom or what, from what to what.

    `before` is None for what is new, `after` for what is gone.
    """

    document: str
    subject: str
    before: str | None
    after: str | None
