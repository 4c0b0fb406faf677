"""A dossier with everything that is known around it when it is judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from gradepost.model.documents import Document
from gradepost.model.receipts import ReceiptFile
from gradepost.model.register import Register
from gradepost.model.series import Series


class Stage(StrEnum):
    """Where judgement is passed. It decides which facts are at hand, never what a rule means."""

    LOOSE = "loose"
    GATEWAY = "gateway"
    LEDGER = "ledger"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Change:
    """What a pull request changes: its branch where known, and each path with its kind.

    A kind is `file`, `link` (anything that is not a plain file), `gone`, or `large`: a file larger than any document.
    """

    branch: str | None
    paths: Mapping[str, str]


@dataclass(frozen=True)
class Case:
    """One dossier and everything that is known around it when it is judged.

    `at` is the instant taken as received where a document has no receipt. `neighbours` are the centre's other
    documents of the series. `register` is None where no ledger is at hand; `receipts` likewise. `arrived` is the
    document that has just come to a dossier that was judged before: of the others, only what may depend on it is
    judged again.
    """

    documents: Sequence[Document]
    series: Series
    at: datetime
    stage: Stage
    neighbours: Sequence[Document] = ()
    register: Register | None = None
    receipts: Sequence[ReceiptFile] | None = None
    change: Change | None = None
    arrived: Document | None = None

    def of(self, form: str) -> list[Document]:
        """The dossier's documents of that form that are strict JSON."""
        return [d for d in self.documents if d.form == form and d.refusal is None]

    @cached_property
    def schedules(self) -> Mapping[tuple[Any, Any, Any], Document]:
        """Every schedule at hand by centre, qualification and component; the dossier's own before its neighbours'."""
        at_hand = [*self.of("schedule"), *(d for d in self.neighbours if d.form == "schedule")]
        return {d.subject: d for d in reversed(at_hand)}

    def received_at(self, document: Document) -> datetime:
        """When it was received by its receipt, or the instant this case was given."""
        return document.filing.received_at if document.filing else self.at

    def received_on(self, document: Document) -> date:
        """The day of that in the series' zone."""
        return self.received_at(document).astimezone(self.series.zone).date()
