"""E006 on: what reviewers ask of a centre or record of it, and the files that a centre sends in answer."""

from collections.abc import Iterator
from datetime import datetime

from gradepost.model.case import Case
from gradepost.model.documents import Document
from gradepost.model.findings import Problem
from gradepost.rules.base import WITH_A_REGISTER, rule, submitter_is_known
from gradepost.rules.wording import day, listed, moment

REQUEST = ("evidence-request",)
VISIT = ("remote-visit",)
EVIDENCE = ("evidence",)
EXTENSION = ("extension",)
BY_REVIEWERS = ("evidence-request", "stage-one-meeting", "remote-visit", "extension")
_KIB, _MIB = 1024, 1024 * 1024


@rule(
    "E006",
    "Requests, meetings and visits are recorded by the awarding organisation",
    fix="Leave it to a reviewer of the awarding organisation to record it.",
    source="own",
    forms=BY_REVIEWERS,
    stages=WITH_A_REGISTER,
    needs_ledger=True,
    need=submitter_is_known,
)
def recorded_by_a_reviewer(_: Case, document: Document) -> Iterator[Problem]:
    if document.filing and document.filing.role != "reviewer":
        yield Problem("", "Whoever recorded it is not a reviewer of the awarding organisation.")


@rule(
    "E007",
    "A request ends in the future and within working hours",
    fix="Choose a date and time in the future, on a working day and within working hours.",
    source="field",
    forms=REQUEST,
)
def ends_when_people_work(case: Case, document: Document) -> Iterator[Problem]:
    if (text := document.data.get("until")) is None:
        return
    until, rules = datetime.fromisoformat(text), case.series.asking
    if until <= case.received_at(document):
        yield Problem("/until", "This time is in the past.")
    elif rules is not None and not rules.working.holds(until, case.series.zone):
        local, hours = until.astimezone(case.series.zone), rules.working
        when = f"{local:%H:%M} on {local:%A} {day(local.date())}"
        if not hours.works_on(local.date()):
            yield Problem("/until", f"{when} is not on a working day.")
        else:
            yield Problem("/until", f"{when} is outside working hours, {hours.start:%H:%M} to {hours.until:%H:%M}.")


@rule(
    "E008",
    "A request leaves the centre enough working time",
    fix="Choose a later date and time.",
    source="field",
    forms=REQUEST,
)
def leaves_enough_time(case: Case, document: Document) -> Iterator[Problem]:
    rules, text = case.series.asking, document.data.get("until")
    if rules is None or text is None:
        return
    until, received = datetime.fromisoformat(text), case.received_at(document)
    left = rules.working.between(received, until, case.series.zone).total_seconds() / 3600
    if received < until and left < rules.least_hours:
        hours = f"{int(left)} working {'hour' if int(left) == 1 else 'hours'}"
        yield Problem("/until", f"It leaves the centre {hours}; the least is {rules.least_hours}.")


@rule(
    "E009",
    "A remote visit is about unit graded practicals and ends after it starts",
    fix="Choose units that learners undertake and that take no TAG, and an end after the start.",
    source="seed",
    forms=VISIT,
)
def visits_practicals(case: Case, document: Document) -> Iterator[Problem]:
    data = document.data
    for index, unit in enumerate(data.get("units", ())):
        if (code := unit.get("component")) is None:
            continue
        component = case.series.component(data.get("qualification"), code)
        if component is None or component.takes_tag:
            yield Problem(f"/units/{index}/component", "This is no unit graded practical of the qualification.")
    starts, ends = (data.get(name) for name in ("starts_at", "ends_at"))
    if starts and ends and datetime.fromisoformat(ends) <= datetime.fromisoformat(starts):
        yield Problem("/ends_at", "The visit ends before it starts.")


@rule(
    "E010",
    "Files of evidence are of kinds and sizes that the series takes",
    fix="Send the content in a file of a kind and size that is taken.",
    source="own",
    forms=EVIDENCE,
)
def files_can_be_taken(case: Case, document: Document) -> Iterator[Problem]:
    if (rules := case.series.asking) is None:
        return
    limits, files = rules.uploads, document.data.get("files", ())
    for index, file in enumerate(files):
        if file.get("type") not in (None, *limits.kinds):
            yield Problem(f"/files/{index}/type", f"This kind of file is not taken; {listed(limits.kinds)} are.")
        if file.get("bytes", 0) > limits.most_bytes:
            yield Problem(f"/files/{index}/bytes", f"The file is larger than {sized(limits.most_bytes)}.")
    if len(files) > limits.most_files:
        yield Problem("/files", f"There are {len(files)} files; the most for one request is {limits.most_files}.")


@rule(
    "E011",
    "An extension ends in the future and after the deadline that it moves",
    fix="Choose a later date and time.",
    source="own",
    forms=EXTENSION,
)
def moves_a_deadline(case: Case, document: Document) -> Iterator[Problem]:
    data = document.data
    if (text := data.get("until")) is None:
        return
    until, fixed = datetime.fromisoformat(text), case.series.deadline(data.get("deadline"), data.get("kind", ""))
    if until <= case.received_at(document):
        yield Problem("/until", "This time is in the past.")
    elif data.get("deadline") is not None and data.get("kind") is not None and fixed is None:
        yield Problem("/deadline", "There is no fixed date for this, so it is never late.")
    elif fixed is not None and until <= fixed:
        yield Problem("/until", f"The deadline is later anyway: {moment(fixed, case.series.zone)}.")


def sized(count: int) -> str:
    """`10 MB`, `200 kB`, `3 bytes`: a number of bytes as people say it (1 MB = 1,048,576 bytes)."""
    if count >= _MIB:
        return f"{count / _MIB:.1f}".removesuffix(".0") + " MB"
    return f"{count // _KIB} kB" if count >= _KIB else f"{count} bytes"


RULES = (
    recorded_by_a_reviewer,
    ends_when_people_work,
    leaves_enough_time,
    visits_practicals,
    files_can_be_taken,
    moves_a_deadline,
)
