"""The gateway as a list of routes, one table from exception to answer, and headers on everything."""

import logging
import secrets

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gradepost.doors.web import answers, pages, people, reviews, submissions
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.model.trouble import ConfigurationError, WorldError

_log = logging.getLogger("gradepost.gateway")

# Addresses that are only ever sent to. Looked at, they would else fall to the site's route and not be found.
POSTED = (
    "/check/{form}",
    "/submit/{form}",
    "/sign-out",
    "/ask-declaration",
    "/reviews/{number:int}/{verdict:str}",
    "/demo/clock",
)

ROUTES = [
    Route("/check/{form}", submissions.check, methods=["POST"]),
    Route("/submit/{form}", submissions.submit, methods=["POST"]),
    Route("/receipts/{id}", submissions.receipt),
    Route("/status", submissions.status),
    Route("/sign-in", people.sign_in_page),
    Route("/sign-in", people.post, methods=["POST"]),
    Route("/sign-out", people.post, methods=["POST"]),
    Route("/ask-declaration", people.post, methods=["POST"]),
    Route("/declare/{secret}", people.declare_page),
    Route("/declare/{secret}", people.declare, methods=["POST"]),
    Route("/reviews", reviews.listing),
    Route("/reviews/{number:int}", reviews.one),
    Route("/reviews/{number:int}/{verdict:str}", reviews.decide, methods=["POST"]),
    Route("/demo/mail", pages.mailbox),
    Route("/demo/clock", pages.move_clock, methods=["POST"]),
    Route("/receipt-key.pem", pages.public_key),
    Route("/healthz", pages.healthz),
    Route("/readyz", pages.readyz),
    Route("/metrics", pages.metrics),
    *(Route(path, pages.only_posted) for path in POSTED),
    Route("/{path:path}", pages.site),
]


class SecurityHeaders:
    """Puts the security headers on every answer that does not set its own."""

    def __init__(self, app: ASGIApp, gateway: Gateway) -> None:
        self._app = app
        self._headers = [(k.lower().encode(), v.encode()) for k, v in answers.security_headers(gateway).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                message["headers"] += [(k, v) for k, v in self._headers if k not in present]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def build_app(gateway: Gateway) -> Starlette:
    """The gateway, ready to serve."""
    app = Starlette(
        routes=ROUTES,
        middleware=[Middleware(SecurityHeaders, gateway=gateway)],
        exception_handlers={HTTPException: _http, WorldError: _world, ConfigurationError: _world, Exception: _bug},
    )
    app.state.gateway = gateway
    return app


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    response = answers.problem(request, status if status in (404, 405) else 400)
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return response


def _world(request: Request, error: Exception) -> Response:
    # A mistake in the ledger counts here too: main can get one while we serve, and it is put right there.
    _log.warning("the world failed: %s", type(error).__name__)
    if request.method in ("GET", "HEAD"):
        return answers.problem(request, 503, "This cannot be shown at the moment. Try again in a few minutes.")
    return answers.problem(request, 503)


def _bug(request: Request, error: Exception) -> Response:
    number = secrets.token_hex(6)
    _log.error("error %s at %s", number, request.scope.get("route") and request.scope["route"].path, exc_info=error)
    response = answers.problem(request, 500, f"Nothing is known to have been received. Tell us this number: {number}")
    # This answer is made outside the middleware that puts them on all others.
    response.headers.update(answers.security_headers(gateway_of(request)))
    return response
