"""What a decision on one dossier weighs, in words and charts: the same for the bench and for the report file."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from markupsafe import Markup

from gradepost.book import Book
from gradepost.document.filing import Dossier
from gradepost.form import words
from gradepost.model.series import Series
from gradepost.model.standing import Standing, State
from gradepost.page.changes import Changed, changes
from gradepost.page.charts import Bars, chart
from gradepost.page.comparing import comparison
from gradepost.page.readout import component_label, noun, readout
from gradepost.page.reviewing import finding_entries, said_of_review
from gradepost.page.states import pill_of_standing
from gradepost.page.statuses import title_of

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """One document as it was received at one time; None where no receipt tells the time."""

    name: str
    data: Data
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a dossier.

    `versions` are all of its documents' states, oldest first; `receipts` are with whether each is verified;
    `waits_since` is when somebody began to wait for somebody, None where nothing tells. `profiles` are, by component,
    what its grades are compared with: a name, and how many learners have each grade. `samples` are the samples it was
    drawn for: the seed, why in words, whom by component. `decisions` are as for `review_page`.
    """

    standing: Standing
    versions: Sequence[Version]
    receipts: Sequence[tuple[Data, bool]]
    waits_since: datetime | None
    profiles: Mapping[str, Sequence[tuple[str, Mapping[str, int]]]] = field(default_factory=dict)
    samples: Sequence[tuple[str, Sequence[str], Sequence[tuple[str, Sequence[str]]]]] = ()
    decisions: Sequence[Data] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """Labels with their numbers of learners, as a table and as a chart."""

    rows: Sequence[tuple[str, int]]
    chart: Markup


def facts_of(book: Book, dossier: Dossier, known: Known) -> dict[str, Any]:
    """What the template of a dossier shows."""
    latest = {version.name: version.data for version in known.versions}
    tags = [data for data in latest.values() if data["form"] == "tags"]
    declaration = next((data for data in latest.values() if data["form"] == "declaration"), None)
    zone = book.series.zone
    return {
        "title": title_of(book, dossier.qualification, dossier.kind),
        "dossier": dossier,
        "pill": pill_of_standing(known.standing),
        "waits": _waits(known.standing),
        "since": words.minute(known.waits_since, zone) if known.waits_since else None,
        "samples": known.samples,
        "decisions": [said_of_review(book, review) for review in known.decisions],
        "missing": list(missing(book, dossier, latest.values())),
        "components": [_component(book, data, known.profiles.get(data["component"], ())) for data in tags],
        "amendments": _amendments(book, known.versions),
        "findings": finding_entries(known.standing.findings),
        "declaration": (noun(book, "declaration"), readout(book, declaration)) if declaration else None,
        "receipts": [
            (data["path"].rpartition("/")[2], _received(data["received_at"], book.series), holds)
            for data, holds in known.receipts
        ],
    }


def _received(at: str, series: Series) -> str:
    try:
        return words.second(words.instant(at), series.zone)
    except ValueError:  # a receipt that does not hold may say anything
        return at


def missing(book: Book, dossier: Dossier, documents: Iterable[Data]) -> Iterator[str]:
    """What a dossier still needs before it is whole, in words. Of a qualification that is not in the book nothing is
    known to be missing."""
    by_form: dict[str, dict[str, Data]] = {"schedule": {}, "tags": {}}
    declared = False
    for data in documents:
        declared = declared or data["form"] == "declaration"
        by_form.get(data["form"], {})[str(data.get("component"))] = data
    qualification = book.series.qualifications.get(dossier.qualification)
    for component in qualification.components.values() if qualification else ():
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
    return standing.waits


def _component(book: Book, data: Data, others: Sequence[tuple[str, Mapping[str, int]]]) -> dict[str, Any]:
    series, code, many = book.series, data["component"], len(data["learners"])
    component = series.component(data["qualification"], code)
    outcomes = {choice.id: choice.label for choice in series.outcomes}
    said = Counter(_said(learner) for learner in data["learners"])
    order = [
        *reversed(component.grades if component else ()),
        *(o for o in outcomes if o not in series.graded_outcomes),
    ]
    labels = {**{name: words.spoken(name) for name in said}, **outcomes}
    profile = [(labels.get(name, words.spoken(name)), said[name]) for name in {**dict.fromkeys(order), **said}]
    return {
        "id": code,
        "label": component_label(series, data["qualification"], code),
        "learners": many,
        "profile": _counts(f"Grades of {code}", profile, many),
        "compared": comparison(
            f"Grades of {code}", component.grades if component else (), [("This dossier", said), *others]
        ),
        "sources": _counts(f"Evidence of {code}", evidence_used(series, data), many),
        "records": [_record(series.fail_grades, labels, data, row) for row in data["learners"] if _weighs(series, row)],
    }


def _said(learner: Data) -> str:
    return str(learner.get("grade", "marked" if "mark" in learner else learner["outcome"]))


def _counts(of: str, rows: Sequence[tuple[str, int]], many: int) -> Counts:
    most = max((count for _, count in rows), default=0)
    which = " and ".join(label for label, count in rows if count == most)
    said = f"{of}. Most often: {which}, {most} of {many} learners. The table says the same."
    bars = [Bars(of, [count for _, count in rows])]
    return Counts(rows, chart(said, [label for label, _ in rows], bars))


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


def _amendments(book: Book, versions: Sequence[Version]) -> list[tuple[str, str, list[Changed]]]:
    before: dict[str, Data] = {}
    found = []
    for version in versions:
        if version.name in before:
            changed = changes(book, book.forms[version.data["form"]], before[version.name], version.data)
            at = version.received_at
            said = words.minute(at, book.series.zone) if at else "without a receipt"
            found.append((version.name, said, changed))
        before[version.name] = version.data
    return found
