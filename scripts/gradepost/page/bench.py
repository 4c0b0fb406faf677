"""The reviewer's bench: one dossier with what a decision weighs, and who has not scheduled, submitted or declared."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from gradepost.book import Book
from gradepost.document.filing import Dossier
from gradepost.form import words
from gradepost.model.outstanding import Outstanding
from gradepost.model.series import Series
from gradepost.model.standing import WAITS, Standing, State
from gradepost.page.changes import Changed, changes
from gradepost.page.comparing import comparison
from gradepost.page.readout import component_label, noun, readout
from gradepost.page.rendering import rendered
from gradepost.page.reviewing import finding_entries, said_of_review
from gradepost.page.states import pill_of
from gradepost.page.statuses import title_of

Data = Mapping[str, Any]
_WIDEST = 360


@dataclass(frozen=True, slots=True)
class Version:
    """One document as it was received at one time."""

    name: str
    data: Data
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: what it counts, how many, and how wide it is drawn."""

    label: str
    count: int
    width: int


def bench_page(  # noqa: PLR0913 - a decision rests on many facts, and all are named
    book: Book,
    dossier: Dossier,
    *,
    standing: Standing,
    versions: Sequence[Version],
    receipts: Sequence[tuple[Data, bool]],
    waits_since: datetime,
    profiles: Mapping[str, Sequence[tuple[str, Mapping[str, int]]]] = MappingProxyType({}),
    samples: Sequence[tuple[str, Sequence[str], Sequence[tuple[str, Sequence[str]]]]] = (),
    decisions: Sequence[Data] = (),
    elsewhere: str | None = None,
) -> Markup:
    """One dossier. `versions` are all that was received for it, oldest first; `receipts` are with whether each is
    verified; `waits_since` is when somebody began to wait for somebody.

    `profiles` are, by component, what its grades are compared with: a name, and how many learners have each grade.
    `samples` are the samples it was drawn for: the seed, why in words, whom by component. `decisions` are as for
    `review_page`, and so is `elsewhere`."""
    latest = {version.name: version.data for version in versions}
    tags = [data for data in latest.values() if data["form"] == "tags"]
    declaration = next((data for data in latest.values() if data["form"] == "declaration"), None)
    return rendered(
        "bench",
        title=title_of(book, dossier.qualification, dossier.kind),
        dossier=dossier,
        pull=standing.pull,
        elsewhere=elsewhere,
        pill=pill_of(standing.state),
        waits=_waits(standing),
        samples=samples,
        decisions=[said_of_review(book, review) for review in decisions],
        since=words.minute(waits_since, book.series.zone),
        missing=list(missing(book, dossier, latest.values())),
        components=[_component(book, data, profiles.get(data["component"], ())) for data in tags],
        amendments=_amendments(book, versions),
        findings=finding_entries(standing.findings),
        declaration=(noun(book, "declaration"), readout(book, declaration)) if declaration else None,
        receipts=[
            (data["path"].rpartition("/")[2], words.second(words.instant(data["received_at"]), book.series.zone), holds)
            for data, holds in receipts
        ],
    )


def missing(book: Book, dossier: Dossier, documents: Iterable[Data]) -> Iterator[str]:
    """What a dossier still needs before it is whole, in words."""
    by_form: dict[str, dict[str, Data]] = {"schedule": {}, "tags": {}}
    declared = False
    for data in documents:
        declared = declared or data["form"] == "declaration"
        by_form.get(data["form"], {})[str(data.get("component"))] = data
    for component in book.series.qualifications[dossier.qualification].components.values():
        if component.kind == dossier.kind and component.takes_tag:
            schedule, tags = (by_form[form].get(component.code) for form in ("schedule", "tags"))
            yield from _missing_of(component.code, schedule, tags)
    if by_form["tags"] and not declared:
        yield "The Head of Centre's declaration."


def _missing_of(code: str, schedule: Data | None, tags: Data | None) -> Iterator[str]:
    if schedule is None:
        yield f"{code}: a schedule."
    if tags is None:
        yield f"{code}: grades."
    if schedule is not None and tags is not None:
        graded = {learner["candidate_number"] for learner in tags["learners"]}
        left = sum(learner["candidate_number"] not in graded for learner in schedule["learners"])
        if left:
            yield f"{code}: an outcome for {left} scheduled {'learner' if left == 1 else 'learners'}."


def _waits(standing: Standing) -> str:
    if standing.state is State.IN_REVIEW and standing.approvals:
        return f"Another reviewer: {standing.approvals} approved it, and one alone does not decide."
    return WAITS[standing.state]


def _component(book: Book, data: Data, others: Sequence[tuple[str, Mapping[str, int]]]) -> dict[str, Any]:
    series = book.series
    component = series.component(data["qualification"], data["component"])
    outcomes = {choice.id: choice.label for choice in series.outcomes}
    said = Counter(_said(learner) for learner in data["learners"])
    order = [*(component.grades if component else ()), *(o for o in outcomes if o not in series.graded_outcomes)]
    labels = {**{name: words.spoken(name) for name in said}, **outcomes}
    return {
        "id": data["component"],
        "label": component_label(series, data["qualification"], data["component"]),
        "learners": len(data["learners"]),
        "profile": _bars(
            [(labels.get(name, words.spoken(name)), said[name]) for name in {**dict.fromkeys(order), **said}]
        ),
        "compared": comparison(component.grades if component else (), [("This dossier", said), *others]),
        "sources": _bars(evidence_used(series, data)),
        "records": [_record(series.fail_grades, labels, data, row) for row in data["learners"] if _weighs(series, row)],
    }


def _said(learner: Data) -> str:
    return str(learner.get("grade", "marked" if "mark" in learner else learner["outcome"]))


def evidence_used(series: Series, data: Data) -> list[tuple[str, int]]:
    """Each source of evidence by its label, with how many learners have it: the most first, equal ones as the series
    lists them."""
    used = Counter(source for learner in data["learners"] for source in _sources(data, learner))
    labels = {choice.id: choice.label for choice in series.evidence_sources}
    listed = [*(name for name in labels if name in used), *sorted(used.keys() - labels.keys())]
    return [(labels.get(name, name), used[name]) for name in sorted(listed, key=lambda name: -used[name])]


def _sources(data: Data, learner: Data) -> set[str]:
    return {piece["source"] for piece in learner.get("evidence", data.get("evidence", ()))}


def _weighs(series: Series, learner: Data) -> bool:
    return learner.get("grade") in series.fail_grades or learner["outcome"] in series.recorded_outcomes


def _record(fails: frozenset[str], labels: Mapping[str, str], data: Data, learner: Data) -> tuple[str, str, str]:
    said = _said(learner)
    own = learner.get("rationale") or data.get("decision_record") or "No record."
    return learner["candidate_number"], words.spoken(said) if said in fails else labels.get(said, said), own


def _bars(counted: Sequence[tuple[str, int]]) -> list[Bar]:
    most = max((count for _, count in counted), default=0) or 1
    return [Bar(label, count, round(_WIDEST * count / most)) for label, count in counted]


def _amendments(book: Book, versions: Sequence[Version]) -> list[tuple[str, str, list[Changed]]]:
    before: dict[str, Data] = {}
    found = []
    for version in versions:
        if version.name in before:
            changed = changes(book, book.forms[version.data["form"]], before[version.name], version.data)
            found.append((version.name, words.minute(version.received_at, book.series.zone), changed))
        before[version.name] = version.data
    return found


def outstanding_page(book: Book, rows: Sequence[Outstanding]) -> Markup:
    """Who has not scheduled, submitted or declared, and by when it was or is due."""
    series = book.series
    due = [
        (label, *(_due(book, row, kind) for row in ("schedule", "tags")))
        for kind, label in series.kinds.items()
        if any(row.kind == kind for row in rows)
    ]
    left = [(row, title_of(book, row.qualification, row.kind)) for row in rows if not row.is_whole]
    return rendered("outstanding", rows=left, whole=len(rows) - len(left), due=due)


def _due(book: Book, row: str, kind: str) -> str:
    at = book.series.deadline(row, kind)
    return words.minute(at, book.series.zone) if at else "no fixed date"
