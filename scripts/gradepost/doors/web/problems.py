"""`/report`: a problem with a page, told by anybody and kept until a reviewer has dealt with it. Who tells is not
asked, and no address is kept with it."""

import re
from collections.abc import Mapping
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gradepost.doors.clock import system_now
from gradepost.doors.web import answers
from gradepost.doors.web.entering import too_many
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.doors.web.small_forms import posted
from gradepost.doors.web.who import actor_of
from gradepost.inbox.access import Quota
from gradepost.page.problems import KINDS, MOST_WORDS, problems_page, report_page
from gradepost.people import may
from gradepost.people.throttle import network_of, seconds_to_wait
from gradepost.publish.answer_texts import tidy

TITLE = "Report a problem with a page"
MOST_KEPT = 2000
_HOUR = timedelta(hours=1)
_FROM_NETWORK, _IN_ALL = 20, 500
_PAGE = re.compile(r"/(?:[A-Za-z0-9._-]{1,80}/?){0,8}")
_FULL = "So many reports wait that no more can be kept. Tell us by one of the ways on the contact page."
_THANKS = "Your report is kept. Whoever looks after the pages reads it."


def form(request: Request) -> Response:
    """The form. `?page=` is the page that it is about."""
    return answers.page(request, TITLE, report_page(page=_page_in(gateway_of(request), request.query_params)))


async def report(request: Request) -> Response:
    """Keep a report."""
    return await posted(request, _report)


def _report(request: Request, fields: Mapping[str, str]) -> Response:
    gateway = gateway_of(request)
    page, kind, words = _page_in(gateway, fields), fields.get("kind", ""), tidy(fields.get("words", ""))
    wrong = dict(_wrong(kind, words))
    if wrong:
        content = report_page(page=page, kind=kind, said=words[:MOST_WORDS], wrong=wrong)
        return answers.page(request, f"Error: {TITLE}", content, 422)
    if fields.get("_leave_empty"):
        # Whoever fills in what nobody sees is a machine, and is told nothing of it.
        return RedirectResponse("/report/thanks", 303)
    network = network_of(request.client.host if request.client else None)
    quotas = Quota(f"reports@{network}", _FROM_NETWORK, _HOUR), Quota("reports", _IN_ALL, _HOUR)
    if wait := seconds_to_wait(gateway.state.inbox, quotas, system_now()):
        return too_many(request, wait)
    if not gateway.state.inbox.keep_problem(gateway.state.now(), page, kind, words, MOST_KEPT):
        return answers.problem(request, 503, _FULL)
    return RedirectResponse("/report/thanks", 303)


def _wrong(kind: str, words: str) -> list[tuple[str, str]]:
    wrong = []
    if kind not in KINDS:
        wrong.append(("kind", "Choose what is the matter."))
    if not 5 <= len(words) <= MOST_WORDS:
        wrong.append(("words", f"Say in 5 to {MOST_WORDS:,} characters what you found."))
    return wrong


def _page_in(gateway: Gateway, fields: Mapping[str, str]) -> str:
    """A page that the site has; "" for anything else that somebody put there."""
    page = fields.get("page", "")
    return page if len(page) <= 200 and _PAGE.fullmatch(page) and gateway.site.page(page) is not None else ""


def thanks(request: Request) -> Response:
    """What is said once a report is kept."""
    return answers.message(request, "Thank you", _THANKS, [("/", "Go to the home page"), ("/contact/", "Whom to ask")])


def listing(request: Request) -> Response:
    """What was reported, for reviewers."""
    gateway, actor = gateway_of(request), actor_of(request)
    if actor is None or not may(actor, "review", gateway.state.book):
        return answers.to_sign_in(request)
    content = problems_page(gateway.state.book.series.zone, gateway.state.inbox.problems())
    return answers.page(request, "Problems reported with pages", content)


async def dealt_with(request: Request) -> Response:
    """Take a report away."""
    return await posted(request, _dealt_with)


def _dealt_with(request: Request, _: Mapping[str, str]) -> Response:
    gateway, actor = gateway_of(request), actor_of(request)
    if actor is None or not may(actor, "review", gateway.state.book):
        return answers.problem(request, 401 if actor is None else 403)
    if not gateway.state.inbox.forget_problem(min(request.path_params["number"], 10**9)):
        return answers.problem(request, 404)
    return RedirectResponse("/reviews/problems", 303)
