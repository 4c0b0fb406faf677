"""Small forms: their fields, if our own page sent them, and what is done with them."""

from collections.abc import Callable, Mapping, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gradepost.doors.web import answers
from gradepost.doors.web.bodies import TooLarge, Unreadable, fields_of, read_body
from gradepost.doors.web.kept import keeping
from gradepost.doors.web.who import comes_from_us

Fields = Sequence[tuple[str, str]]


async def posted(request: Request, act: Callable[[Request, Mapping[str, str]], Response]) -> Response:
    """What an act makes of a small form's fields, each name once."""
    return await posted_fields(request, lambda request, fields: act(request, dict(fields)))


async def posted_fields(request: Request, act: Callable[[Request, Fields], Response]) -> Response:
    """What an act makes of a form's fields, in order. Whoever turns out to be signed out loses none of them."""
    try:
        fields = fields_of(await read_body(request))
    except (TooLarge, Unreadable):
        return await run_in_threadpool(answers.problem, request, 400)
    if not comes_from_us(request):
        return await run_in_threadpool(answers.problem, request, 403)
    return await run_in_threadpool(lambda: keeping(request, fields, act(request, fields)))
