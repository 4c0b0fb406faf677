"""T: teacher assessed grades as they arrive: in time, for a component that takes them, for scheduled learners."""

from collections.abc import Iterator

from gradepost.model.case import Case, Stage
from gradepost.model.documents import Document
from gradepost.model.findings import Problem
from gradepost.model.series import Component
from gradepost.rules.base import rule
from gradepost.rules.schedules import late

TAGS = ("tags",)


def component_of(case: Case, document: Document) -> Component | None:
    """The component of the book that a document is about."""
    return case.series.component(document.data.get("qualification"), document.data.get("component"))


def schedule_of(case: Case, document: Document) -> Document | None:
    """The schedule for a document's component, of the same centre."""
    return case.schedules.get(document.subject)


def _no_schedule_given(case: Case, document: Document) -> str | None:
    if case.stage is Stage.LOOSE and schedule_of(case, document) is None:
        return "no schedule is given with it"
    return None


def no_schedule(case: Case, document: Document) -> str | None:
    """A need: that there is a schedule to compare with."""
    if schedule_of(case, document) is None:
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
    component = component_of(case, document)
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
    if "component" in document.data and schedule_of(case, document) is None:
        yield Problem("/component", "There is no schedule for this component.")


@rule(
    "T004",
    "Every learner in it is on the schedule",
    fix="Add the learner to the schedule and submit that first, or take the learner out here.",
    source="seed",
    forms=TAGS,
    looks_around=True,
    need=no_schedule,
)
def learners_are_scheduled(case: Case, document: Document) -> Iterator[Problem]:
    schedule = schedule_of(case, document)
    if schedule is None or "learners" not in schedule.data:
        return
    scheduled = {*schedule.columns["candidate_number"], None}
    if scheduled.issuperset(document.columns["candidate_number"]):
        return
    for index, number in enumerate(document.columns["candidate_number"]):
        if number not in scheduled:
            yield Problem(f"/learners/{index}/candidate_number", "This learner is not on the schedule.")


RULES = (received_in_time, takes_a_tag, scheduled_first, learners_are_scheduled)
