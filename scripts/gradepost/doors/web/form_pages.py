"""The pages that a sent form is answered with: the form again, or the answers to check."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gradepost.doors.web import answers
from gradepost.doors.web.gateway import Gateway
from gradepost.doors.web.schedules import received_before, schedules_of
from gradepost.doors.web.sent import Sent
from gradepost.doors.web.signing_pictures import shown_pictures
from gradepost.doors.web.who import actor_of, person_of
from gradepost.model.findings import Report
from gradepost.page.check_answers import Before, check_answers_page
from gradepost.page.entries_line import entries_json
from gradepost.page.form import Around, render_form
from gradepost.page.mending import Mended
from gradepost.page.shell import error_title
from gradepost.page.texts import text
from gradepost.people import may


def form_page(  # noqa: PLR0913 - a page of many facts, and all are named
    request: Request,
    gateway: Gateway,
    form: str,
    sent: Sent,
    report: Report | None,
    *,
    rows: Mapping[str, int] | None = None,
    mended: Mended | None = None,
    around: Around | None = None,
    status: int = 200,
) -> Response:
    """The form filled with what was sent, and what is wrong with it. `around` is what came with an upload."""
    book = gateway.state.book
    _, centre = person_of(gateway, actor_of(request))
    path, schedules = sent.path(book, form), schedules_of(gateway, centre.number if centre else None)
    content = render_form(
        book,
        form,
        values=sent.document,
        report=report,
        path=path,
        idempotency_key=sent.key,
        rows=rows or {},
        demo_links=gateway.demo,
        centre=(centre.number, centre.name) if centre else None,
        heading=book.forms[form].title,
        around=replace(around or Around(), schedules=schedules, carried=sent.about),
        mended=mended,
    )
    title = book.forms[form].title
    is_wrong = status == 422 or (report is not None and any(finding.path == path for finding in report.errors))
    return _page(request, error_title(title) if is_wrong else title, content, status)


def check_page(
    request: Request,
    gateway: Gateway,
    form: str,
    sent: Sent,
    report: Report,
    *,
    asked_again: Sequence[int] = (),
    status: int = 200,
) -> Response:
    """The answers as text, with what is still asked about them. `asked_again` are rows that were not answered for."""
    book = gateway.state.book
    actor = actor_of(request)
    _, centre = person_of(gateway, actor)
    before = received_before(gateway, centre.number if centre else None, form, sent.document)
    content = check_answers_page(
        book,
        sent.document,
        report=report,
        path=sent.path(book, form),
        idempotency_key=sent.key,
        carried=sent.about,
        schedules=schedules_of(gateway, centre.number if centre else None),
        before=Before(before[0].received_at, before[1]) if before else None,
        asked_again=asked_again,
        answered=sent.by_name,
        may_submit=actor is not None and may(actor, "submit", book, form),
        centre=(centre.number, centre.name) if centre else None,
        pictures=shown_pictures(gateway, centre.number if centre else "", book.forms[form], sent.document),
    )
    title = f"{text('check.title')}: {book.forms[form].title}"
    return _page(request, error_title(title) if asked_again else title, content, status)


def check_json(gateway: Gateway, sent: Sent, report: Report, centre: str) -> Response:
    """The report for a form's script, with the entries line of what the form holds."""
    ledger = entries_json(gateway.state.book.series, sent.document, schedules_of(gateway, centre))
    return answers.json_answer({**report.as_json(), "entries": ledger})


def _page(request: Request, title: str, content: Any, status: int) -> Response:
    return answers.page(request, title, content, status)
