"""One's own sessions: how long this one lasts, staying signed in, signing out, here or everywhere."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gradepost.doors.clock import system_now
from gradepost.doors.web import answers
from gradepost.doors.web.gateway import gateway_of
from gradepost.doors.web.small_forms import posted
from gradepost.doors.web.who import actor_of, held, take_back
from gradepost.page import sign_in as shown
from gradepost.people import end
from gradepost.people.sessions import end_all, living, remaining


def session(request: Request) -> Response:
    """How long one's session lasts. To ask is no use of it: a page that is left open keeps nobody signed in."""
    return _told(request)


async def stay(request: Request) -> Response:
    """Stay signed in."""
    return await posted(request, _stay)


def _stay(request: Request, _: Mapping[str, str]) -> Response:
    if actor_of(request) is None:
        return answers.problem(request, 401)
    if "text/html" in request.headers.get("accept", ""):
        return RedirectResponse("/account", 303)
    return _told(request)


def _told(request: Request) -> Response:
    secret = held(request)
    left = remaining(gateway_of(request).state.inbox, secret, system_now()) if secret else None
    if left is None:
        return answers.json_answer({"seconds": 0, "at_most": 0}, 401)
    return answers.json_answer({"seconds": left.seconds, "at_most": left.at_most})


async def sign_out(request: Request) -> Response:
    """Sign out here."""
    return await posted(request, _sign_out)


def _sign_out(request: Request, _: Mapping[str, str]) -> Response:
    gateway, actor, secret = gateway_of(request), actor_of(request), held(request)
    if secret:
        end(gateway.state.inbox, secret)
    if actor:
        gateway.state.inbox.audit(system_now(), "signed-out", actor.ref, actor.role, actor.centre)
    return _out(request)


async def sign_out_everywhere(request: Request) -> Response:
    """Sign out on every computer, at once."""
    return await posted(request, _sign_out_everywhere)


def _sign_out_everywhere(request: Request, _: Mapping[str, str]) -> Response:
    gateway, actor = gateway_of(request), actor_of(request)
    if actor is None or actor.kind != "session":
        return answers.problem(request, 401)
    ended = end_all(gateway.state.inbox, actor.centre, actor.ref)
    facts = {"sessions": str(ended)}
    gateway.state.inbox.audit(system_now(), "signed-out-everywhere", actor.ref, actor.role, actor.centre, facts=facts)
    return _out(request)


def _out(request: Request) -> Response:
    response = RedirectResponse("/", 303)
    take_back(response, gateway_of(request), "")
    return response


def account(request: Request) -> Response:
    """Where one is signed in, and one's second factor."""
    gateway, actor = gateway_of(request), actor_of(request)
    if actor is None or actor.kind != "session":
        return answers.to_sign_in(request)
    inbox, centre = gateway.state.inbox, actor.centre or ""
    content = shown.account_page(
        sessions=living(inbox, actor.centre, actor.ref, system_now()),
        has_second_factor=inbox.factor(centre, actor.ref) is not None,
        recovery_left=inbox.recovery_left(centre, actor.ref),
    )
    return answers.page(request, "Your sign-in", content)
