"""T: teacher assessed grades: in time, for scheduled learners, on the scale. E: and resting on evidence."""

from collections.abc import Iterator

from gradepost.model.records import Case, Document, Problem, Severity, Stage
from gradepost.model.series import Component
from gradepost.rules.base import rule
from gradepost.rules.schedules import late
from gradepost.rules.wording import listed

TAGS = ("tags",)


def _component(case: Case, document: Document) -> Component | None:
    return case.series.component(document.data.get("qualification"), document.data.get("component"))


def _schedule(case: Case, document: Document) -> Document | None:
    wanted = [document.data.get(name) for name in ("centre", "qualification", "component")]
    others = (d for d in (*case.of("schedule"), *case.neighbours) if d.form == "schedule")
    return next(
        (d for d in others if [d.data.get(n) for n in ("centre", "qualification", "component")] == wanted),
        None,
    )


def _no_schedule_given(case: Case, document: Document) -> str | None:
    if case.stage is Stage.LOOSE and _schedule(case, document) is None:
        return "no schedule is given with it"
    return None


def _no_schedule(case: Case, document: Document) -> str | None:
    if _schedule(case, document) is None:
        return "no schedule is given with it" if case.stage is Stage.LOOSE else "there is no schedule (T003)"
    return None


@rule(
    "T001",
    "They were received by the TAG deadline",
    fix="Ask the awarding organisation whether it can grant an extension, then submit again.",
    source="seed",
    forms=TAGS,
)
def received_in_time(case: Case, document: Document) -> Iterator[Problem]:
    yield from late(case, document, "tags", "TAGs")


@rule(
    "T002",
    "The component takes a TAG",
    fix="Choose a component that takes a TAG. If your question is about prior learning for this one, ask your EQA.",
    source="seed",
    forms=TAGS,
)
def takes_a_tag(case: Case, document: Document) -> Iterator[Problem]:
    component = _component(case, document)
    if component and not component.takes_tag:
        yield Problem("/component", f"{component.code} takes no TAG.")


@rule(
    "T003",
    "A schedule for the component stands in the ledger or in the same dossier",
    fix="Submit the schedule for this component first. Grades may follow at once.",
    source="seed",
    forms=TAGS,
    looks_around=True,
    need=_no_schedule_given,
)
def scheduled_first(case: Case, document: Document) -> Iterator[Problem]:
    if "component" in document.data and _schedule(case, document) is None:
        yield Problem("/component", "There is no schedule for this component.")


@rule(
    "T004",
    "Every learner in it is on the schedule",
    fix="Add the learner to the schedule and submit that first, or take the learner out here.",
    source="seed",
    forms=TAGS,
    looks_around=True,
    need=_no_schedule,
)
def learners_are_scheduled(case: Case, document: Document) -> Iterator[Problem]:
    schedule = _schedule(case, document)
    scheduled = {learner.get("candidate_number") for learner in schedule.learners} if schedule else set()
    for index, learner in enumerate(document.learners):
        if learner.get("candidate_number", next(iter(scheduled), None)) not in scheduled:
            yield Problem(f"/learners/{index}/candidate_number", "This learner is not on the schedule.")


@rule(
    "T005",
    "The grade is on the component's scale",
    fix="Choose a grade from the component's scale.",
    source="seed",
    forms=TAGS,
)
def grade_is_on_the_scale(case: Case, document: Document) -> Iterator[Problem]:
    component = _component(case, document)
    if component is None or not component.grades:
        return
    scale = set(component.grades)
    for index, learner in enumerate(document.learners):
        if "grade" in learner and learner["grade"] not in scale:
            message = f"The grades of {component.code} are {listed(component.grades)}."
            yield Problem(f"/learners/{index}/grade", message)


@rule(
    "T006",
    "A graded learner has a grade; other outcomes have none",
    fix="Choose a grade for a graded learner; leave the grade empty for any other outcome.",
    source="seed",
    forms=TAGS,
)
def grade_goes_with_outcome(case: Case, document: Document) -> Iterator[Problem]:
    refused = {problem.pointer for problem in document.violations}
    takes_grade = {choice.id for choice in case.series.outcomes if choice.detail.get("takes_grade")}
    for index, learner in enumerate(document.learners):
        pointer = f"/learners/{index}/grade"
        if "outcome" not in learner or pointer in refused:
            continue
        if learner["outcome"] in takes_grade and "grade" not in learner:
            yield Problem(pointer, "The outcome is graded, and there is no grade.")
        if learner["outcome"] not in takes_grade and "grade" in learner:
            yield Problem(pointer, "The outcome takes no grade, and one is given.")


@rule(
    "T008",
    "Every scheduled learner is accounted for",
    fix="Add the learner with a grade, with too little evidence, or as withdrawn.",
    source="seed",
    severity=Severity.WARNING,
    forms=TAGS,
    looks_around=True,
    need=_no_schedule,
)
def nobody_is_missing(case: Case, document: Document) -> Iterator[Problem]:
    schedule = _schedule(case, document)
    present = {learner.get("candidate_number") for learner in document.learners}
    if schedule is None or None in present:  # whoever has no readable number here may be the one that is missing
        return
    numbers = [learner.get("candidate_number") for learner in schedule.learners]
    rows = [str(row) for row, number in enumerate(numbers, 1) if number and number not in present]
    if rows:
        who = "1 scheduled learner is" if len(rows) == 1 else f"{len(rows)} scheduled learners are"
        shown = f"{', '.join(rows[:10])} and others" if len(rows) > 10 else listed(rows)
        yield Problem("/learners", f"{who} not accounted for: row {shown} of the schedule.")


@rule(
    "E001",
    "Each graded learner has at least one piece of evidence",
    fix="Give evidence once for all learners, or for this learner.",
    source="seed",
    forms=TAGS,
)
def evidence_is_there(_: Case, document: Document) -> Iterator[Problem]:
    refused = {problem.pointer for problem in document.violations if not problem.entries_stand}
    shared = document.data.get("evidence", ())
    for index, learner in enumerate(document.learners):
        pointer = f"/learners/{index}/evidence"
        if learner.get("outcome") != "graded" or learner.get("evidence", shared) or pointer in refused:
            continue
        if "evidence" in learner or "/evidence" not in refused:
            yield Problem(pointer, "There is no evidence for this learner.")


RULES = (
    received_in_time,
    takes_a_tag,
    scheduled_first,
    learners_are_scheduled,
    grade_is_on_the_scale,
    grade_goes_with_outcome,
    nobody_is_missing,
    evidence_is_there,
)
