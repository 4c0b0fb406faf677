"""One series as its awarding organisation set it out: deadlines, qualifications, sources, statements, forms."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from gradepost.model.asking import AskingRules


@dataclass(frozen=True, slots=True)
class Component:
    """An assessment component, say `UV21578`. `grades` is its TAG scale, lowest first; a component that is marked has
    `maximum_mark` instead, and takes whole marks from 0 to it."""

    code: str
    title: str
    kind: str
    paper: int | None
    takes_tag: bool
    grades: tuple[str, ...]
    maximum_mark: int | None = None


@dataclass(frozen=True, slots=True)
class Qualification:
    """A qualification, say `AM20530`, with its components by code."""

    code: str
    title: str
    qan: str
    family: str
    level: int
    components: Mapping[str, Component]


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list that the series gives: an evidence source, a statement, a role."""

    id: str
    label: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of document: its schema's name, where it is filed, and how it is asked for (`layout`).

    `path` is a template over `{series} {shard} {centre} {qualification} {kind} {component} {number}`, relative to the
    ledger's root. `deadline` names the series' row of deadlines that it is held to, or is None. `made_by` says who
    fills it in: a `centre`, a `reviewer`, or the `gateway` itself; of the last two the site has no page.
    What `counts` not, such as a question, is sent without a second factor.
    """

    name: str
    title: str
    schema: str
    scope: str
    path: str
    deadline: str | None
    channels: tuple[str, ...]
    submitters: tuple[str, ...]
    layout: Mapping[str, Any]
    made_by: str = "centre"
    counts: bool = True

    @property
    def labels(self) -> Mapping[str, str]:
        """What each property is called on the form, by its path without indexes: `learners/uln`."""
        groups = {group["rows"]: group["title"] for group in self.layout["groups"] if "rows" in group}
        return groups | {
            "/".join(filter(None, (group.get("rows"), field["property"]))): field["label"]
            for group in self.layout["groups"]
            for field in group["fields"]
        }


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a sample is drawn: the percentage of dossiers without a signal that are drawn at random, how many learners
    of each component, how many percentage points make a shift, and how close to a deadline (or after it) an amendment
    is late."""

    share: int = 10
    learners: int = 5
    shift: int = 20
    late_hours: int = 24


def _ids(choices: Iterable[Choice], detail: str) -> frozenset[str]:
    return frozenset(choice.id for choice in choices if choice.detail.get(detail))


@dataclass(frozen=True)
class Series:
    """A series in force. Deadlines are UTC instants by form and kind of component; None = no fixed date.

    `fail_grades` are the grades of any scale that are a fail; `kinds_after_practicals` the kinds of component that
    come after all unit graded practicals; `on_request` the forms that are taken only where they were asked for.
    `grade_names` are the other names of grades: under `also` as good as the id, under `perhaps` a guess. Choices have
    theirs in `detail`. `declaration_code`: signing takes a code that the exams officer passes on by another channel;
    `objection_hours`: how long a second contact may object to a declaration, None where nobody is asked.
    `second_factor`: `required` of whoever may submit, or `off`. `reviewers`: how many have to approve;
    `reminder_hours`: how long before a deadline whoever is outstanding is written to, the longest first.
    """

    id: str
    title: str
    awarding_organisation: str
    zone: ZoneInfo
    opens_at: datetime
    deadlines: Mapping[str, Mapping[str, datetime | None]]
    kinds: Mapping[str, str]
    qualifications: Mapping[str, Qualification]
    evidence_sources: tuple[Choice, ...]
    statements: tuple[Choice, ...]
    outcomes: tuple[Choice, ...]
    signatory_roles: tuple[Choice, ...]
    sign_off_roles: tuple[Choice, ...]
    sign_offs: int
    needs_approval: Mapping[str, bool]
    rule_severities: Mapping[str, str]
    minimum_record: int
    embargo_until: datetime | None
    assumed: Mapping[str, str]
    fail_grades: frozenset[str] = frozenset()
    kinds_after_practicals: frozenset[str] = frozenset()
    on_request: frozenset[str] = frozenset()
    grade_names: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    declaration_code: bool = False
    second_factor: str = "off"
    objection_hours: int | None = None
    reviewers: int = 1
    reminder_hours: tuple[int, ...] = ()
    sampling: Sampling = field(default_factory=Sampling)
    asking: AskingRules | None = None

    @cached_property
    def graded_outcomes(self) -> frozenset[str]:
        """The outcomes that take a grade, or a mark."""
        return _ids(self.outcomes, "takes_grade")

    @cached_property
    def recorded_outcomes(self) -> frozenset[str]:
        """The outcomes that need a decision record of real length."""
        return _ids(self.outcomes, "needs_record")

    @cached_property
    def known_sources(self) -> frozenset[str]:
        """The sources of evidence that it recognises."""
        return frozenset(source.id for source in self.evidence_sources)

    @cached_property
    def sense_checks(self) -> frozenset[str]:
        """The sources that only check other evidence."""
        return _ids(self.evidence_sources, "sense_check_only")

    def component(self, qualification: object, component: object) -> Component | None:
        """The component where the book has it under that qualification; None otherwise."""
        found = self.qualifications.get(qualification) if isinstance(qualification, str) else None
        return found.components.get(component) if found and isinstance(component, str) else None

    def deadline(self, row: str | None, kind: str) -> datetime | None:
        """The UTC instant up to which (inclusive) a form of that row may arrive; None = no fixed date."""
        return self.deadlines.get(row, {}).get(kind) if row else None
