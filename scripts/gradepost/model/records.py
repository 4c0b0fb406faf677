"""What the floors hand each other: documents, cases, findings, reports, receipts, people."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from itertools import chain
from operator import itemgetter
from typing import Any

from gradepost.model.identifiers import PLACEHOLDER_ULN
from gradepost.model.series import Series


class Severity(StrEnum):
    """How much a finding weighs: an error blocks, a warning is shown and stays in the report."""

    ERROR = "error"
    WARNING = "warning"


class Stage(StrEnum):
    """Where judgement is passed. It decides which facts are at hand, never what a rule means."""

    LOOSE = "loose"
    GATEWAY = "gateway"
    LEDGER = "ledger"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Filing:
    """How a document came in, as its receipt says. `attested` is `{ref, method, at}` or None."""

    received_at: datetime
    ref: str | None
    role: str | None
    channel: str | None
    attested: Mapping[str, Any] | None = None


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


class Columns(dict[str, list[Any]]):
    """The learners' values by property, made when first asked for; None where a learner has no such property."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        super().__init__()
        self._rows = rows
        self._different: dict[str, frozenset[Any]] = {}

    def __missing__(self, name: str) -> list[Any]:
        try:
            column = list(map(itemgetter(name), self._rows))
        except KeyError:
            column = [row.get(name) for row in self._rows]
        self[name] = column
        return column

    def let_go(self, rows: Sequence[Mapping[str, Any]], *forgotten: str) -> "Columns":
        """The same columns, but for some, over rows that are made when one is looked at."""
        kept = Columns(rows)
        kept.update((name, column) for name, column in self.items() if name not in forgotten)
        kept._different = self._different
        return kept

    def different(self, name: str) -> frozenset[Any]:
        """The different values of a column."""
        known = self._different.get(name)
        if known is None:
            known = self._different[name] = frozenset(self[name])
        return known


class Rows(Sequence[Mapping[str, Any]]):
    """A document's learners, let go of: made anew from its bytes when somebody looks at one."""

    def __init__(self, count: int, again: Callable[[], Sequence[Mapping[str, Any]]]) -> None:
        self._count = count
        self._again = again

    @cached_property
    def all(self) -> Sequence[Mapping[str, Any]]:
        """The rows themselves."""
        return self._again()

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: Any) -> Any:
        return self.all[index]

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return iter(self.all)


_NOBODY = frozenset({None, "", PLACEHOLDER_ULN})


@dataclass(frozen=True)
class Document:
    """A document as judged: where it stands, its bytes as they came, and what reading made of it.

    `data` is its value without the parts that its schema refuses ({} where it is not strict JSON), so a rule
    may take the shape of what is there for granted, but not that anything is there. `filed_at` is the path
    that its own contents name; `names` are its properties as they came, refused or not; `lay_out` writes its
    canonical bytes.
    """

    path: str
    raw: bytes
    form: str | None
    data: Mapping[str, Any]
    filed_at: str | None = None
    names: frozenset[str] = frozenset()
    refusal: str | None = None
    violations: tuple[Problem, ...] = ()
    filing: Filing | None = None
    lay_out: Callable[[Mapping[str, Any]], bytes] | None = field(default=None, repr=False, compare=False)

    @property
    def learners(self) -> Sequence[Mapping[str, Any]]:
        """Its learners in order; {} stands where a learner was refused, so that places stay right."""
        found: Sequence[Mapping[str, Any]] = self.data.get("learners", ())
        return found

    @property
    def subject(self) -> tuple[Any, Any, Any]:
        """What it is about: centre, qualification and component."""
        return self.data.get("centre"), self.data.get("qualification"), self.data.get("component")

    @cached_property
    def canonical(self) -> bytes | None:
        """The bytes that stand in the ledger; None where the document is refused."""
        if self.lay_out is None or self.violations:
            return None
        rows = self.learners
        return self.lay_out({**self.data, "learners": rows.all} if isinstance(rows, Rows) else self.data)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the canonical bytes, or "" where there are none."""
        return hashlib.sha256(self.canonical).hexdigest() if self.canonical is not None else ""

    @cached_property
    def columns(self) -> Columns:
        """Its learners' values by property, for rules that look at a whole column before they look at rows."""
        return Columns(self.learners)

    @cached_property
    def evidence(self) -> Columns:
        """All its pieces of evidence, the document's and the learners' own, by property."""
        return Columns(self.every_piece())

    def every_piece(self) -> Sequence[Mapping[str, Any]]:
        """Each piece of evidence, the document's first."""
        own = chain.from_iterable(filter(None, self.columns["evidence"]))
        return [*self.data.get("evidence", ()), *own]

    @cached_property
    def pieces(self) -> Sequence[int | None]:
        """How many pieces of evidence of their own each learner has; None where nothing is said of it."""
        return [None if items is None else len(items) for items in self.columns["evidence"]]

    @cached_property
    def refused(self) -> frozenset[str]:
        """The pointers of what its schema refuses."""
        return frozenset(problem.pointer for problem in self.violations)

    @cached_property
    def people(self) -> frozenset[tuple[str, str]]:
        """Its learners' candidate numbers with their ULNs, where both stand and the ULN is their own."""
        columns = self.columns
        if columns.different("candidate_number").isdisjoint(_NOBODY) and columns.different("uln").isdisjoint(_NOBODY):
            return frozenset(zip(columns["candidate_number"], columns["uln"], strict=True))
        return frozenset((number, uln) for _, number, uln in self.people_by_row())

    def people_by_row(self) -> Iterator[tuple[int, str, str]]:
        """Row, candidate number and ULN of those learners."""
        known = zip(self.columns["candidate_number"], self.columns["uln"], strict=True)
        for row, (number, uln) in enumerate(known):
            if number and uln and uln != PLACEHOLDER_ULN:
                yield row, number, uln


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


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a centre's register or among the reviewers, known elsewhere by `ref` alone."""

    ref: str
    role: str
    rights: tuple[str, ...]
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Centre:
    """A centre as the register on the ledger's main branch has it."""

    number: str
    name: str
    people: tuple[Person, ...]
    qualifications: tuple[str, ...]

    def person(self, ref: str | None) -> Person | None:
        """The person with that ref, or None."""
        return next((p for p in self.people if p.ref == ref), None)


@dataclass(frozen=True, slots=True)
class Extension:
    """A later deadline granted to a centre: for one form's row, and a kind or a component where named.

    `learners`, where named, are candidate numbers: it then holds for a document that is about nobody else.
    """

    row: str
    until: datetime
    kind: str | None = None
    qualification: str | None = None
    component: str | None = None
    learners: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Request:
    """What the awarding organisation has asked a centre for: a document of that form, up to an instant (inclusive),
    and where it has a reference, one that names it."""

    form: str
    until: datetime
    qualification: str | None = None
    kind: str | None = None
    component: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """A public key for receipts (raw Ed25519, 32 bytes) and the time in which it may have signed."""

    id: str
    public: bytes
    not_before: datetime
    not_after: datetime | None


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """A receipt as it stands in the ledger: its path, its bytes, and its value (None where it is not one).

    `fault` says why its signature does not hold, or is None where it does.
    """

    path: str
    raw: bytes
    data: Mapping[str, Any] | None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Register:
    """What a ledger knows beside the documents: this centre (None: not in the register), its extensions, and what it
    was asked for."""

    centre: Centre | None
    extensions: tuple[Extension, ...] = ()
    requests: tuple[Request, ...] = ()


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
