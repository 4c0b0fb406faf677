"""Who sends a request: by bearer token or session cookie. Cookies are heeded only where our own pages sent them."""

from contextlib import suppress
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from gradepost.doors.clock import system_now
from gradepost.doors.register import present
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.model.register import Centre, Person
from gradepost.model.trouble import StoreError
from gradepost.people import Actor, actor_of_secret
from gradepost.people.sessions import note_use


def cookie_name(gateway: Gateway, what: str = "") -> str:
    """A cookie's name: bound to the host where https allows it. Without `what`, the session's."""
    name = f"gradepost-{what}" if what else "gradepost"
    return f"__Host-{name}" if gateway.is_https else name


def set_session(response: Response, gateway: Gateway, secret: str) -> None:
    """Hand out a session."""
    hand_out(response, gateway, "", secret, None)


def hand_out(response: Response, gateway: Gateway, what: str, secret: str, seconds: int | None) -> None:
    """Hand out a cookie, for some seconds or until the browser is closed. Lax: a link in a mailbox on the web leads
    here with it, and no other site's form does."""
    response.set_cookie(
        cookie_name(gateway, what),
        secret,
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=gateway.is_https,
        path="/",
    )


def take_back(response: Response, gateway: Gateway, *which: str) -> None:
    """Take cookies back."""
    for what in which:
        response.delete_cookie(
            cookie_name(gateway, what), path="/", secure=gateway.is_https, httponly=True, samesite="lax"
        )


def held(request: Request, what: str = "") -> str | None:
    """What a cookie of ours holds."""
    return request.cookies.get(cookie_name(gateway_of(request), what))


def actor_of(request: Request) -> Actor | None:
    """Who acts, or None. Blocking: it reads the store."""
    gateway = gateway_of(request)
    # Sessions live on the system's clock: moving the demo's clock past a deadline signs nobody out.
    now = system_now()
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return actor_of_secret(gateway.state.inbox, secret.strip(), "token", now)
    cookie = held(request)
    if cookie is None or not comes_from_us(request):
        return None
    actor = actor_of_secret(gateway.state.inbox, cookie, "session", now)
    # Whoever has left the register is nobody at once, and a role or a right counts as the register has it now.
    actor = present(gateway.state.ledger, gateway.state.settings, actor) if actor else None
    if actor is not None:
        # A store that is full for a moment signs nobody out.
        with suppress(StoreError):
            note_use(gateway.state.inbox, cookie, now)
    return actor


def comes_from_us(request: Request) -> bool:
    """Whether a request that changes something was sent by our own pages, as far as the browser says.

    Browsers say so with every post, by Sec-Fetch-Site or by Origin. Over https whoever says nothing is refused; over
    plain http, which reaches this machine alone, it is a script that somebody tries.
    """
    if request.method in ("GET", "HEAD"):
        return True
    fetch_site = request.headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site in ("same-origin", "none")
    origin = request.headers.get("origin") or request.headers.get("referer")
    if origin is None:
        return not gateway_of(request).is_https
    return _host_of(origin) == request.headers.get("host")


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def person_of(gateway: Gateway, actor: Actor | None) -> tuple[Person | None, Centre | None]:
    """The person and the centre behind an actor, where the register has them."""
    if actor is None:
        return None, None
    if actor.centre is None:
        return next((p for p in gateway.state.settings.reviewers if p.ref == actor.ref), None), None
    centre = gateway.state.ledger.register(actor.centre).centre
    return (centre.person(actor.ref) if centre else None), centre
