"""T: what is said of each learner: a grade or a mark that fits, a record of the decision, and nobody left out."""

from collections.abc import Iterator

from gradepost.model.case import Case
from gradepost.model.documents import Document
from gradepost.model.findings import Problem, Severity
from gradepost.model.series import Component
from gradepost.rules.base import rule
from gradepost.rules.tags import TAGS, component_of, no_schedule, schedule_of
from gradepost.rules.wording import listed, rows

_PRACTICAL = "unit-graded-practical"


@rule(
    "T005",
    "The grade is on the component's scale, or the mark within its maximum",
    fix="Choose a grade from the component's scale, or give a mark up to its maximum.",
    source="seed",
    forms=TAGS,
)
def grade_is_on_the_scale(case: Case, document: Document) -> Iterator[Problem]:
    component = component_of(case, document)
    if component is None:
        return
    if component.grades:
        yield from _off_the_scale(component, document)
    elif component.maximum_mark is not None:
        yield from _over_the_maximum(component, component.maximum_mark, document)


def _off_the_scale(component: Component, document: Document) -> Iterator[Problem]:
    scale = {*component.grades, None}
    if document.columns.different("grade") <= scale:
        return
    message = f"The grades of {component.code} are {listed(component.grades)}."
    for index, grade in enumerate(document.columns["grade"]):
        if grade not in scale:
            yield Problem(f"/learners/{index}/grade", message)


def _over_the_maximum(component: Component, most: int, document: Document) -> Iterator[Problem]:
    for index, mark in enumerate(document.columns["mark"]):
        if mark is not None and not 0 <= mark <= most:
            yield Problem(f"/learners/{index}/mark", f"The marks of {component.code} go from 0 to {most}.")


@rule(
    "T006",
    "A graded learner has a grade, or a mark where marks are given; others have none",
    fix="Give a graded learner what the component takes, a grade or a mark; leave both empty for any other outcome.",
    source="seed",
    forms=TAGS,
)
def grade_goes_with_outcome(case: Case, document: Document) -> Iterator[Problem]:
    component, graded = component_of(case, document), case.series.graded_outcomes
    if _all_have_what_they_take(component, graded, document):
        return
    columns = document.columns
    given = [columns[name] for name in ("outcome", "grade", "mark")]
    seen = set(zip(*given, strict=True))
    wrong = {what: found for what in seen if (found := list(_mismatches(what, component, graded)))}
    if not wrong:
        return
    refused = document.refused
    for index, what in enumerate(zip(*given, strict=True)):
        for name, message in wrong.get(what, ()):
            if (pointer := f"/learners/{index}/{name}") not in refused:
                yield Problem(pointer, message)


def _all_have_what_they_take(component: Component | None, graded: frozenset[str], document: Document) -> bool:
    """Whether the graded learners, and they alone, have what the component takes, and nobody has the other."""
    columns = document.columns
    takes, other = ("grade", "mark") if component is None or component.maximum_mark is None else ("mark", "grade")
    if columns[other].count(None) != len(columns[other]):
        return False
    return list(map(graded.__contains__, columns["outcome"])) == [given is not None for given in columns[takes]]


_Given = tuple[str | None, str | None, int | None]


def _mismatches(given: _Given, component: Component | None, graded: frozenset[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with an outcome that has a grade, a mark, both or neither: the property, and the words."""
    outcome, has_grade, has_mark = given[0], given[1] is not None, given[2] is not None
    if outcome is None:
        return
    if outcome not in graded:
        if has_grade:
            yield "grade", "The outcome takes no grade, and one is given."
        if has_mark:
            yield "mark", "The outcome takes no mark, and one is given."
        return
    if component is not None and component.maximum_mark is not None:
        wanted, has_wanted, other, has_other = "mark", has_mark, "grade", has_grade
    else:
        wanted, has_wanted, other, has_other = "grade", has_grade, "mark", has_mark
    if not has_wanted:
        yield wanted, f"The outcome is graded, and there is no {wanted}."
    if has_other and component is not None:
        yield other, f"{component.code} takes a {wanted}, not a {other}."


@rule(
    "T007",
    "A fail, and too little evidence, each carry a decision record of real length",
    fix="Say how the decision was reached: in this learner's reason, or in the record for all learners.",
    source="seed",
    forms=TAGS,
)
def weighty_decision_has_a_record(case: Case, document: Document) -> Iterator[Problem]:
    if not (weighty := _weighty_rows(case, document)):
        return
    refused = document.refused
    shared = None if "/decision_record" in refused else document.data.get("decision_record", "")
    own, least = document.columns["rationale"], case.series.minimum_record
    for index in weighty:
        record = shared if own[index] is None else own[index]
        length = least if record is None else _length(record, least)
        if length < least and (pointer := f"/learners/{index}/rationale") not in refused:
            message = f"This decision needs a record of at least {least} characters; there {_are(length)}."
            yield Problem(pointer, message)


def _length(record: str, enough: int) -> int:
    """How long a record is with single spaces; where it is surely long enough, any such number."""
    bare = len(record) - record.count(" ")
    return bare if bare >= enough and record.isprintable() else len(" ".join(record.split()))


def _weighty_rows(case: Case, document: Document) -> list[int]:
    """The rows of learners with a fail grade, or with an outcome that needs a record."""
    fails, graded = case.series.fail_grades, case.series.graded_outcomes
    needy, columns = case.series.recorded_outcomes, document.columns
    if fails.isdisjoint(columns.different("grade")) and needy.isdisjoint(columns.different("outcome")):
        return []
    given = enumerate(zip(columns["outcome"], columns["grade"], strict=True))
    return [index for index, (outcome, grade) in given if outcome in needy or (grade in fails and outcome in graded)]


def _are(length: int) -> str:
    return {0: "are none", 1: "is 1"}.get(length, f"are {length}")


@rule(
    "T008",
    "Every scheduled learner is accounted for",
    fix="Add the learner with a grade, with too little evidence, or as withdrawn.",
    source="seed",
    severity=Severity.WARNING,
    forms=TAGS,
    looks_around=True,
    need=no_schedule,
)
def nobody_is_missing(case: Case, document: Document) -> Iterator[Problem]:
    schedule = schedule_of(case, document)
    present = set(document.columns["candidate_number"])
    if schedule is None or None in present or "learners" not in document.data:
        return  # whoever has no readable number here may be the one that is missing
    numbers = schedule.columns["candidate_number"]
    if present.issuperset(numbers):
        return
    missing = [row for row, number in enumerate(numbers, 1) if number and number not in present]
    if missing:
        who = "1 scheduled learner is" if len(missing) == 1 else f"{len(missing)} scheduled learners are"
        yield Problem("/learners", f"{who} not accounted for: {rows(missing)} of the schedule.")


@rule(
    "T009",
    "A synoptic TAG is for a learner who has undertaken all unit graded practicals",
    fix="Submit this TAG once the learner has undertaken every unit graded practical, and say so in the row.",
    source="seed",
    forms=TAGS,
)
def practicals_come_first(case: Case, document: Document) -> Iterator[Problem]:
    component = component_of(case, document)
    if component is None or component.kind not in case.series.kinds_after_practicals:
        return
    beside = case.series.qualifications[document.data["qualification"]].components.values()
    if all(other.kind != _PRACTICAL for other in beside):
        return
    refused, graded = document.refused, case.series.graded_outcomes
    done, outcomes = document.columns["unit_practicals_completed"], document.columns["outcome"]
    for index in (index for index, outcome in enumerate(outcomes) if outcome in graded and not done[index]):
        pointer = f"/learners/{index}/unit_practicals_completed"
        if done[index] is False or pointer not in refused:
            yield Problem(pointer, "It is not said that this learner has undertaken all unit graded practicals.")


@rule(
    "T010",
    "Every graded learner has a decision record, their own or the document's",
    fix="Write how the grades were reached, once for all learners or as each learner's reason.",
    source="seed",
    severity=Severity.WARNING,
    forms=TAGS,
)
def decision_is_recorded(case: Case, document: Document) -> Iterator[Problem]:
    if document.data.get("decision_record", "").strip():
        return
    refused = document.refused
    if "/decision_record" in refused:
        return
    graded = case.series.graded_outcomes
    rows_graded = [index for index, outcome in enumerate(document.columns["outcome"]) if outcome in graded]
    reasons = document.columns["rationale"]
    bare = [
        index
        for index in rows_graded
        if not (reasons[index] or "").strip() and f"/learners/{index}/rationale" not in refused
    ]
    if bare and bare == rows_graded:
        yield Problem("/decision_record", "There is no record of how the grades were reached.")
    else:
        for index in bare:
            yield Problem(f"/learners/{index}/rationale", "There is no record of how this decision was reached.")


RULES = (
    grade_is_on_the_scale,
    grade_goes_with_outcome,
    weighty_decision_has_a_record,
    nobody_is_missing,
    practicals_come_first,
    decision_is_recorded,
)
