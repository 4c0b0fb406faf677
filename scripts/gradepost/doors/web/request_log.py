"""One line of log to a request: which route, which status, how long. Never the address itself: secrets are in paths."""

import secrets
import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gradepost.doors.logs import log_of

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NOBODY_ANSWERED = 499

_log = log_of("gateway")


class RequestLog:
    """Logs each request once it is answered. Its number is on every line logged meanwhile, and in `X-Request-Id`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number, began, status = secrets.token_hex(8), time.monotonic(), _NOBODY_ANSWERED

        async def noticed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append((b"x-request-id", number.encode()))
            await send(message)

        with structlog.contextvars.bound_contextvars(request=number):
            try:
                await self._app(scope, receive, noticed)
            except Exception:
                # Whoever is outside of this answers it.
                status = 500
                raise
            finally:
                _tell(scope, status, time.monotonic() - began)


def _tell(scope: Scope, status: int, seconds: float) -> None:
    method = scope["method"] if scope["method"] in _METHODS else "other"
    # A route is a template of ours; what matched none is told apart from the site's own pages by its status.
    route = getattr(scope.get("route"), "path", None)
    log = _log.error if status >= 500 else _log.info
    log("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))
