"""S: what may be scheduled, when it starts, when it arrives, and who may send it."""

from collections.abc import Iterator
from datetime import datetime

from gradepost.model.case import Case
from gradepost.model.documents import Document
from gradepost.model.findings import Problem
from gradepost.rules.base import WITH_A_REGISTER, rule, submitter_is_known
from gradepost.rules.deadlines import deadline_for
from gradepost.rules.wording import moment

SCHEDULE = ("schedule",)


@rule(
    "S001",
    "Only a component that takes a TAG is scheduled",
    fix="Choose a component that takes a TAG; unit graded practicals must be undertaken by the learners.",
    source="seed",
    forms=SCHEDULE,
)
def takes_a_tag(case: Case, document: Document) -> Iterator[Problem]:
    component = case.series.component(document.data.get("qualification"), document.data.get("component"))
    if component and not component.takes_tag:
        yield Problem("/component", f"{component.code} takes no TAG, so it is not scheduled here.")


@rule(
    "S002",
    "It starts after it was received",
    fix="Choose a date and time in the future.",
    source="seed",
    forms=SCHEDULE,
)
def starts_in_the_future(case: Case, document: Document) -> Iterator[Problem]:
    if (text := document.data.get("starts_at")) is None:
        return
    if datetime.fromisoformat(text) <= case.received_at(document):
        yield Problem("/starts_at", "The start is in the past, and a start in the past cannot be saved.")


@rule(
    "S003",
    "It was received by the schedule deadline",
    fix="Ask the awarding organisation whether it can grant an extension, then submit again.",
    source="seed",
    forms=SCHEDULE,
)
def received_in_time(case: Case, document: Document) -> Iterator[Problem]:
    yield from late(case, document, "schedule", "schedules")


def late(case: Case, document: Document, row: str, things: str) -> Iterator[Problem]:
    """The problem of a document that came after its deadline, extensions included."""
    extensions = case.register.extensions if case.register else ()
    deadline = deadline_for(case.series, row, document.data, extensions)
    received = case.received_at(document)
    if deadline is not None and received > deadline:
        zone = case.series.zone
        yield Problem(
            "/component",
            f"It was received at {moment(received, zone)}. "
            f"The deadline for {things} of this kind of component was {moment(deadline, zone)}.",
        )


@rule(
    "S004",
    "It was submitted by someone with the right to schedule",
    fix="Ask the exams officer, or whoever the register gives the right to schedule, to submit it.",
    source="seed",
    forms=SCHEDULE,
    stages=WITH_A_REGISTER,
    needs_ledger=True,
    need=submitter_is_known,
)
def may_schedule(case: Case, document: Document) -> Iterator[Problem]:
    filing = document.filing
    if filing is None or filing.ref is None or case.register is None or case.register.centre is None:
        return
    person = case.register.centre.person(filing.ref)
    if person is not None and "schedules" in person.rights:
        return
    # A centre's own software has a ref of its own and acts with the role that its token was made for.
    if person is None and filing.role == "exams-officer":
        return
    yield Problem("", "The person who submitted it does not have the right to schedule.")


RULES = (takes_a_tag, starts_in_the_future, received_in_time, may_schedule)
