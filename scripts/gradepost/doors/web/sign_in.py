"""Signing in by a link in a letter: asked for, opened, confirmed. The demo's "Continue as …" beside it.

Nothing that a GET or a HEAD does uses a link up. The link's secret leaves the address bar at once, for a cookie.
"""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gradepost.doors.clock import system_now
from gradepost.doors.state import new_secret
from gradepost.doors.web import answers
from gradepost.doors.web.entering import enter, local, person_at, too_many
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.doors.web.kept import carried_in, target_of
from gradepost.doors.web.small_forms import Fields, posted, posted_fields
from gradepost.doors.web.who import hand_out, held, take_back
from gradepost.model.register import Centre, Person
from gradepost.page import sign_in as shown
from gradepost.page.shell import error_title
from gradepost.people.links import LINK_MINUTES, Opened, Use, ask, code_of, open_sign_in, use_sign_in
from gradepost.people.throttle import code_quotas, link_quotas, network_of, seconds_to_wait

ASKING, LINK = "asking", "link"
_MAX_EMAIL = 254
_NO_ADDRESS = "Type an e-mail address, such as name@school.example."
_SAID = {
    Use.WRONG_CODE: "This is not the code. Look at the page where you asked for the link.",
    Use.CODE_SPENT: "The code was not right five times, so this link takes no code any more. Ask for another link.",
    Use.GONE: "This link has been used, or its time is over. Ask for another.",
}


def sign_in_page(request: Request) -> Response:
    """The form that asks for a link; in the demo whom to continue as."""
    return _sign_in_page(request, local(request.query_params.get("next")))


def _sign_in_page(request: Request, next_url: str, problem: str | None = None) -> Response:
    gateway = gateway_of(request)
    people: list[tuple[Centre, Person]] = []
    if gateway.demo:
        people = [(centre, person) for centre in gateway.state.ledger.reader().centres() for person in centre.people]
    content = shown.continue_page(
        people,
        gateway.state.settings.reviewers if gateway.demo else (),
        next_url=next_url,
        demo=gateway.demo,
        problem=problem,
    )
    title = "Continue as" if gateway.demo else "Sign in"
    return answers.page(request, error_title(title) if problem else title, content, 422 if problem else 200)


async def sign_in(request: Request) -> Response:
    """Ask for a link; in the demo, continue as somebody."""
    return await posted_fields(request, _sign_in)


def _sign_in(request: Request, fields: Fields) -> Response:
    gateway, by_name = gateway_of(request), dict(fields)
    action = target_of(by_name.get("_carry"))
    prefix = "_" if action else ""
    ref = by_name.get(f"{prefix}ref")
    if gateway.demo and ref is not None:
        return _continue(request, ref, by_name, fields, action)
    email = by_name.get(f"{prefix}email", "").strip()
    if not _is_address(email):
        if action:
            return answers.signed_out(request, carried_in(fields), action, problem=_NO_ADDRESS)
        return _sign_in_page(request, local(by_name.get("next")), _NO_ADDRESS)
    quotas = link_quotas(gateway.settings.limits, email, _network(request))
    if wait := seconds_to_wait(gateway.state.inbox, quotas, system_now()):
        return too_many(request, wait)
    # Whoever's address it is, the same is done, and the same said; the worker looks who it is.
    secret = ask(gateway.state.inbox, email, local(by_name.get("next")), system_now(), new_secret)
    response: Response = RedirectResponse("/sign-in/sent", 303)
    if action:
        response = _sent(request, gateway, secret, carried_in(fields), action)
    hand_out(response, gateway, ASKING, secret, LINK_MINUTES * 60)
    return response


def _is_address(email: str) -> bool:
    name, at, host = email.rpartition("@")
    return bool(name and at and "." in host) and len(email) <= _MAX_EMAIL and email.isprintable() and " " not in email


def _continue(request: Request, ref: str, by_name: Mapping[str, str], fields: Fields, action: str | None) -> Response:
    gateway = gateway_of(request)
    found = _find(gateway, ref)
    if found is None:
        return answers.problem(request, 400)
    person, centre = found
    if not action:
        return enter(request, person, centre, "demo", by_name.get("next"))
    content = shown.on_page(carried_in(fields), action=action)
    return enter(request, person, centre, "demo", None, answers.page(request, "You are signed in", content))


def _find(gateway: Gateway, ref: str) -> tuple[Person, str | None] | None:
    for reviewer in gateway.state.settings.reviewers:
        if reviewer.ref == ref:
            return reviewer, None
    for centre in gateway.state.ledger.reader().centres():
        if person := centre.person(ref):
            return person, centre.number
    return None


def sent_page(request: Request) -> Response:
    """The first screen, with the code for another browser."""
    secret = held(request, ASKING)
    if secret is None:
        return RedirectResponse("/sign-in", 303)
    return _sent(request, gateway_of(request), secret)


def _sent(request: Request, gateway: Gateway, secret: str, carried: Fields = (), action: str = "") -> Response:
    mailbox = "/demo/mail" if gateway.demo else None
    content = shown.sent_page(code_of(secret), minutes=LINK_MINUTES, mailbox=mailbox, carried=carried, action=action)
    return answers.page(request, "Look in your mailbox", content)


def open_link(request: Request) -> Response:
    """The link in the letter: its secret goes into a cookie, out of the address bar, the history and any referrer."""
    gateway = gateway_of(request)
    response = RedirectResponse("/sign-in/confirm", 303, {"Referrer-Policy": "no-referrer"})
    hand_out(response, gateway, LINK, request.path_params["secret"], LINK_MINUTES * 60)
    return response


def confirm_page(request: Request) -> Response:
    """The button that signs in. Looked at any number of times, it changes nothing."""
    opened = _opened(request)
    return _gone(request) if opened is None else _confirm(request, opened)


def _confirm(request: Request, opened: Opened, problem: str | None = None) -> Response:
    gateway = gateway_of(request)
    whom = []
    for number, (centre, ref) in enumerate(opened.people):
        if person := person_at(gateway, centre, ref):
            whom.append((str(number), shown.whom_label(person.role, centre)))
    content = shown.confirm_page(whom, needs_code=not opened.is_own_browser, problem=problem)
    title = error_title("Sign in") if problem else "Sign in"
    return answers.page(request, title, content, 422 if problem else 200)


async def confirm(request: Request) -> Response:
    """Use the link up, and sign in or go on to the second factor."""
    return await posted(request, _use)


def _use(request: Request, fields: Mapping[str, str]) -> Response:
    gateway, opened = gateway_of(request), _opened(request)
    chosen = _chosen(gateway, opened, fields.get("who", "0")) if opened else None
    if opened is None or chosen is None:
        return _gone(request)
    now = system_now()
    if not opened.is_own_browser:
        quotas = code_quotas(gateway.settings.limits, _network(request))
        if wait := seconds_to_wait(gateway.state.inbox, quotas, now):
            return too_many(request, wait)
    person, centre = chosen
    outcome = use_sign_in(gateway.state.inbox, opened, fields.get("code", ""), now)
    if outcome is not Use.GOOD:
        facts = {"why": str(outcome)}
        gateway.state.inbox.audit(now, "sign-in-refused", person.ref, person.role, centre, facts=facts)
        return (
            _gone(request, _SAID[outcome])
            if outcome is not Use.WRONG_CODE
            else _confirm(request, opened, _SAID[outcome])
        )
    response = enter(request, person, centre, "email-link", opened.next_url)
    take_back(response, gateway, ASKING, LINK)
    return response


def _chosen(gateway: Gateway, opened: Opened, who: str) -> tuple[Person, str | None] | None:
    numbered = {str(number): person for number, person in enumerate(opened.people)}
    centre, ref = numbered.get(who, ("", ""))
    person = person_at(gateway, centre, ref)
    return (person, centre or None) if person else None


def _opened(request: Request) -> Opened | None:
    secret = held(request, LINK)
    if secret is None:
        return None
    return open_sign_in(gateway_of(request).state.inbox, secret, held(request, ASKING), system_now())


def _gone(request: Request, said: str = _SAID[Use.GONE]) -> Response:
    links: Sequence[tuple[str, str]] = [("/sign-in", "Ask for another link")]
    return answers.message(request, "This link cannot be used", said, links, 410)


def _network(request: Request) -> str:
    return network_of(request.client.host if request.client else None)
