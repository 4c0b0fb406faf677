"""What GitHub tells the gateway as it happens. It is believed in one thing, that something has changed: the worker then
looks for itself, so that a message that comes twice, late or never does no harm."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gradepost.doors.clock import system_now
from gradepost.doors.web import answers
from gradepost.doors.web.bodies import TooLarge, Unreadable, read_body
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.settings import GitHubSettings

_MAX_NUMBER = 10**9
_HEARD = 202


async def github(request: Request) -> Response:
    """A message of GitHub's: 202 where it is heard, 401 where its signature is not by our secret, 404 without one."""
    gateway = gateway_of(request)
    place = gateway.settings.github
    if place is None or place.webhook_secret is None:
        return await run_in_threadpool(answers.problem, request, 404)
    try:
        body = await read_body(request)
    except TooLarge:
        return Response(status_code=413)
    except Unreadable:
        return Response(status_code=400)
    if not is_signed(body, request.headers.get("x-hub-signature-256", ""), place.webhook_secret):
        return Response(status_code=401)
    await run_in_threadpool(_hear, gateway, place, body)
    return Response(status_code=_HEARD)


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether `sha256=<hexadecimal>` is the HMAC of a body by a secret. The time it takes tells nothing of either."""
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))


def _hear(gateway: Gateway, place: GitHubSettings, body: bytes) -> None:
    number = _number(body, place.repository)
    if number is not None:
        gateway.state.inbox.wake_pull(number, system_now())
        gateway.wake.set()


def _number(body: bytes, repository: str) -> int | None:
    """The pull request of ours that a message is about, or None."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or str(_of(said, "repository").get("full_name", "")).lower() != repository.lower():
        return None
    number = _of(said, "pull_request").get("number")
    return number if type(number) is int and 0 < number <= _MAX_NUMBER else None


def _of(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = said.get(name)
    return found if isinstance(found, dict) else {}
