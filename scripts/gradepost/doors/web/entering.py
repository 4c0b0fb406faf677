"""The last step of signing in, whichever road led to it: a second factor where one is needed, else a new session."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gradepost.doors.clock import system_now
from gradepost.doors.state import new_secret
from gradepost.doors.web import answers
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.doors.web.who import hand_out, held, set_session
from gradepost.model.register import Person
from gradepost.people import end, make_session
from gradepost.people.second_factor import methods
from gradepost.people.sessions import STEP_MINUTES, make_step

STEP = "step"
_MINUTE = 60


def enter(
    request: Request,
    person: Person,
    centre: str | None,
    method: str,
    next_url: str | None,
    response: Response | None = None,
) -> Response:
    """Sign somebody in who has proved by `method` who they are. `response` is the answer that goes with it; without
    one they are sent to where they wanted to go."""
    gateway = gateway_of(request)
    inbox, now, wanted = gateway.state.inbox, system_now(), local(next_url)
    if method == "email-link" and "totp" in methods(person, centre, gateway.state.book, inbox):
        secret = make_step(inbox, person, centre, now, new_secret, wanted)
        response = RedirectResponse("/sign-in/second", 303)
        hand_out(response, gateway, STEP, secret, STEP_MINUTES * _MINUTE)
        return response
    # A new session each time, and the one before it is over: what anybody knew of this browser is worth nothing now.
    if before := held(request):
        end(inbox, before)
    secret = make_session(inbox, person, centre, now, new_secret, method)
    inbox.audit(now, "signed-in", person.ref, person.role, centre, facts={"method": method})
    response = response or RedirectResponse(landing(wanted, centre), 303)
    set_session(response, gateway, secret)
    return response


def person_at(gateway: Gateway, centre: str, ref: str) -> Person | None:
    """Somebody as the register has them now, or among the reviewers where `centre` is ""."""
    if not centre:
        return next((person for person in gateway.state.settings.reviewers if person.ref == ref), None)
    found = gateway.state.ledger.register(centre).centre
    return found.person(ref) if found else None


def local(url: str | None) -> str:
    """A path of our own; anything that a browser might take for another host leads home."""
    if url and url.startswith("/") and not url.startswith(("//", "/\\")) and url.isprintable():
        return url
    return "/"


def landing(wanted: str, centre: str | None) -> str:
    """Where somebody lands after signing in: a reviewer has no submissions to look at, a centre no reviews."""
    if centre is None:
        return "/reviews" if wanted in ("/", "/status") else wanted
    return "/status" if wanted.startswith("/reviews") else wanted


def too_many(request: Request, seconds: int) -> Response:
    """What is answered to whoever has to wait: how long."""
    minutes = -(-seconds // _MINUTE)
    wait = f"{minutes} minutes" if minutes > 1 else "a minute"
    response = answers.problem(request, 429, f"This was tried too often from here. Wait {wait}, then try again.")
    response.headers["Retry-After"] = str(seconds)
    return response
