"""What somebody typed whose session was over by the time they sent it: kept on the page that says so, and carried
through signing in. Nothing of it is stored here."""

import re
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from gradepost.doors.web import answers
from gradepost.doors.web.bodies import Unreadable, fields_of

Fields = Sequence[tuple[str, str]]

_OWN = frozenset({"_email", "_ref", "_carry"})
# Where what was kept may be sent on to; nothing else that a page says is believed.
_TARGET = re.compile(
    r"/(?:(?:check|submit)/[a-z][a-z0-9-]{0,39}|ask-declaration|reviews/[0-9]{1,9}/(?:approve|return))"
)
_UNAUTHORIZED = 401


def keeping(request: Request, fields: Fields, answer: Response) -> Response:
    """The answer; where it is that nobody is signed in, a page that keeps what a form sent."""
    if answer.status_code != _UNAUTHORIZED or answers.wants_json(request):
        return answer
    action = target_of(request.url.path)
    return answers.signed_out(request, carried_in(fields), action) if action else answer


def keeping_body(request: Request, kind: str, body: bytes, answer: Response) -> Response:
    """The same for a body that has yet to be read."""
    if kind != "form" or answer.status_code != _UNAUTHORIZED:
        return answer
    try:
        return keeping(request, fields_of(body), answer)
    except Unreadable:
        return answer


def target_of(path: str | None) -> str | None:
    """Where to send it on to. What was about to be submitted is looked at once more: somebody else may sign in."""
    if path is None or not _TARGET.fullmatch(path):
        return None
    return path.replace("/submit/", "/check/", 1)


def carried_in(fields: Fields) -> Fields:
    """What is carried: every field but those of the page that asks for sign-in."""
    return [(name, value) for name, value in fields if name not in _OWN]
