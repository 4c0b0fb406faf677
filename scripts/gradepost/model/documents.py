"""A document as rules look at it: its value, its learners by row and by column, and what reading made of its bytes."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import chain
from operator import itemgetter
from typing import Any

from gradepost.model.findings import Problem
from gradepost.model.identifiers import PLACEHOLDER_ULN


@dataclass(frozen=True, slots=True)
class Filing:
    """How a document came in, as its receipt says. `attested` is `{ref, method, at}` or None."""

    received_at: datetime
    ref: str | None
    role: str | None
    channel: str | None
    attested: Mapping[str, Any] | None = None


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
