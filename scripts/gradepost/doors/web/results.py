"""A centre's results after their release, for whoever may read its grades. Each handing out is in the audit trail."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from gradepost.doors.result_files import results_csv
from gradepost.doors.web import answers
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.doors.web.who import actor_of
from gradepost.form import words
from gradepost.page.results import results_page, slips_page
from gradepost.people import Actor, may
from gradepost.publish.results import Result, released, results_of

_NOT_YET = "The results are not released yet"
UNSEEN = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}


def results(request: Request) -> Response:
    """The table, who is outstanding and who may resit."""
    return _given(request, "page", lambda gateway, centre, found: _results(request, gateway, centre, found))


def csv(request: Request) -> Response:
    """All of it as a CSV file."""
    return _given(request, "csv", _csv)


def slips(request: Request) -> Response:
    """A slip to each learner."""
    return _given(
        request,
        "slips",
        lambda gateway, centre, found: _page(request, gateway, centre, found, "Result slips", slips_page),
    )


def _given(request: Request, what: str, answer: Callable[[Gateway, str, Sequence[Result]], Response]) -> Response:
    reader = reader_of_grades(request)
    if isinstance(reader, Response):
        return reader
    gateway, actor, centre = reader
    state = gateway.state
    if not released(state.book.series, state.now()):
        return answers.problem(request, 403, when_released(gateway), title=_NOT_YET)
    found = results_of(state.ledger.reader(), state.book.series.id, centre).get(centre, [])
    told(gateway, actor, what)
    response = answer(gateway, centre, found)
    response.headers.update(UNSEEN)
    return response


def reader_of_grades(request: Request) -> tuple[Gateway, Actor, str] | Response:
    """Who asks, where they may read their centre's grades, and the centre; else the answer."""
    gateway, actor = gateway_of(request), actor_of(request)
    if actor is None or actor.kind != "session" or actor.centre is None:
        return answers.to_sign_in(request)
    if not may(actor, "read", gateway.state.book):
        return answers.problem(request, 403)
    return gateway, actor, actor.centre


def told(gateway: Gateway, actor: Actor, what: str) -> None:
    """The row of the audit trail: results were handed out."""
    state = gateway.state
    about = f"results-{state.book.series.id}"
    state.inbox.audit(state.now(), "results-given", actor.ref, actor.role, actor.centre, about, {"as": what})


def when_released(gateway: Gateway) -> str:
    """When results are released, in words for whoever waits for them."""
    series = gateway.state.book.series
    if series.embargo_until is None:
        return "The results have no date of release yet, so none are shown."
    return f"The results are released at {words.minute(series.embargo_until, series.zone)}, and not shown before."


def _results(request: Request, gateway: Gateway, centre: str, found: Sequence[Result]) -> Response:
    series = gateway.state.book.series
    at = words.minute(series.embargo_until, series.zone) if series.embargo_until else ""
    content = results_page(gateway.state.book, centre=centre, rows=_rows(found), released=at)
    return answers.page(request, "Results", content)


def _page(
    request: Request,
    gateway: Gateway,
    centre: str,
    found: Sequence[Result],
    title: str,
    make: Callable[..., Markup],
) -> Response:
    return answers.page(request, title, make(gateway.state.book, centre=centre, rows=_rows(found)))


def _rows(found: Sequence[Result]) -> list[Mapping[str, Any]]:
    return [result.as_json() for result in found]


def _csv(gateway: Gateway, centre: str, found: Sequence[Result]) -> Response:
    return csv_file(results_csv(found), f"results-{gateway.state.book.series.id}-{centre}.csv")


def csv_file(table: str, name: str) -> Response:
    """A table to be kept as a file, with the mark of byte order that spreadsheet programs look for."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(table.encode("utf-8-sig"), headers=headers, media_type="text/csv")
