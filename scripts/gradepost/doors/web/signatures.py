"""`POST /signatures`: an image that signs, sent by a centre's own software before the document that names it."""

import time

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gradepost.doors.pictures import keep
from gradepost.doors.web import answers
from gradepost.doors.web.bodies import TooLarge, Unreadable, read_body
from gradepost.doors.web.entering import too_many
from gradepost.doors.web.gateway import gateway_of
from gradepost.doors.web.signing_pictures import takes_pictures
from gradepost.doors.web.who import actor_of, comes_from_us
from gradepost.form.pictures import NotAPicture, picture_of
from gradepost.page.texts import text
from gradepost.people import may


async def keep_signature(request: Request) -> Response:
    """Keep the PNG or JPEG that is the whole body. 201 `{"sha256", "media_type", "bytes"}`: the hash is what a document
    names as `image_sha256`. Sending it again changes nothing. 422 says why it was not taken."""
    try:
        raw = await read_body(request)
    except TooLarge:
        return await run_in_threadpool(answers.problem, request, 413)
    except Unreadable:
        return await run_in_threadpool(answers.problem, request, 400)
    return await run_in_threadpool(_kept, request, raw)


def _kept(request: Request, raw: bytes) -> Response:
    gateway = gateway_of(request)
    if not comes_from_us(request) and "authorization" not in request.headers:
        return answers.problem(request, 403, "The request was not sent from our own page.")
    actor = actor_of(request)
    if actor is None:
        return answers.problem(request, 401)
    book = gateway.state.book
    signed = [name for name, form in book.forms.items() if takes_pictures(form)]
    if actor.centre is None or not any(may(actor, "submit", book, name) for name in signed):
        return answers.problem(request, 403)
    if wait := gateway.pace.seconds_to_wait(f"{actor.centre}:{actor.ref}", time.monotonic()):
        return too_many(request, wait)
    try:
        picture = picture_of(raw)
    except NotAPicture as error:
        return answers.problem(request, 422, text(error.key))
    name = keep(gateway.state.folder, actor.centre, raw)
    return answers.json_answer({"sha256": name, "media_type": picture.media_type, "bytes": len(raw)}, 201)
