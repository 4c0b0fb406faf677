"""Who sends a request: by bearer token or session cookie. Cookies are heeded only where our own pages sent them."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from gradepost.doors.clock import system_now
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.model.records import Centre, Person
from gradepost.people import Actor, actor_of_secret


def cookie_name(gateway: Gateway) -> str:
    """The session cookie's name: bound to the host where https allows it."""
    return "__Host-gradepost" if gateway.is_https else "gradepost"


def set_session(response: Response, gateway: Gateway, secret: str) -> None:
    """Hand out a session."""
    response.set_cookie(cookie_name(gateway), secret, httponly=True, samesite="lax", secure=gateway.is_https, path="/")


def actor_of(request: Request) -> Actor | None:
    """Who acts, or None. Blocking: it reads the store."""
    gateway = gateway_of(request)
    # Sessions live on the system's clock: moving the demo's clock past a deadline signs nobody out.
    now = system_now()
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return actor_of_secret(gateway.state.inbox, secret.strip(), "token", now)
    cookie = request.cookies.get(cookie_name(gateway))
    if cookie is None or not comes_from_us(request):
        return None
    return actor_of_secret(gateway.state.inbox, cookie, "session", now)


def comes_from_us(request: Request) -> bool:
    """Whether a request that changes something was sent by our own pages, as far as the browser says."""
    if request.method in ("GET", "HEAD"):
        return True
    fetch_site = request.headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or _host_of(origin) == request.headers.get("host")


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
