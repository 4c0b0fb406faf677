"""Who of a centre has completed a qualification, for whoever may read its grades. What depends on a grade waits for the
release; whoever needs none is listed at any time."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from gradepost.doors.completions import claims_by_centre, oldest_day
from gradepost.doors.result_files import claims_csv
from gradepost.doors.web import answers
from gradepost.doors.web.gateway import Gateway
from gradepost.doors.web.results import UNSEEN, csv_file, reader_of_grades, told, when_released
from gradepost.model.completions import Claim
from gradepost.page.certificates import certificates_page
from gradepost.publish.results import released


def certificates(request: Request) -> Response:
    """That claims stay as they are, and the list."""
    return _listed(request, "certificates", lambda *about: _page(request, *about))


def csv(request: Request) -> Response:
    """The list as a CSV file."""
    return _listed(request, "certificates-csv", _csv)


def _listed(request: Request, what: str, answer: Callable[[Gateway, str, list[Claim]], Response]) -> Response:
    reader = reader_of_grades(request)
    if isinstance(reader, Response):
        return reader
    gateway, actor, centre = reader
    state = gateway.state
    claims = claims_by_centre(state.folder, state.ledger.reader(), state.book, state.now(), centre).get(centre, [])
    if released(state.book.series, state.now()):
        told(gateway, actor, what)
    response = answer(gateway, centre, claims)
    response.headers.update(UNSEEN)
    return response


def _page(request: Request, gateway: Gateway, centre: str, claims: list[Claim]) -> Response:
    state = gateway.state
    waits = None if released(state.book.series, state.now()) else when_released(gateway)
    as_of = oldest_day(state.folder, state.book, centre)
    content = certificates_page(state.book, centre=centre, claims=claims, as_of=as_of, released=waits)
    return answers.page(request, "Certificates", content)


def _csv(gateway: Gateway, centre: str, claims: list[Claim]) -> Response:
    series = gateway.state.book.series
    return csv_file(claims_csv(series, centre, claims), f"certificates-{series.id}-{centre}.csv")
