"""The area for centres: every byte below `/centre/` needs the session of somebody of a centre."""

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from gradepost.doors.secure_pages import PREFIX
from gradepost.doors.web import answers
from gradepost.doors.web.gateway import gateway_of
from gradepost.doors.web.who import actor_of

_PLACE = f"/{PREFIX.rstrip('/')}"
_UNSEEN = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}


def centre(request: Request) -> Response:
    """A page or a file of the area. Whoever may not read it is asked to sign in, and learns nothing of it."""
    actor = actor_of(request)
    if actor is None or actor.kind != "session" or actor.centre is None:
        return answers.to_sign_in(request)
    area = gateway_of(request).centre_area
    shown = area.shown if area else None
    path = request.url.path.removeprefix(_PLACE)
    if shown is None:
        return answers.problem(request, 404)
    if not path or shown.is_folder(path):
        return RedirectResponse(f"{request.url.path}/", 308, _UNSEEN)
    headers = {**_UNSEEN, "Content-Security-Policy": shown.policy}
    if (html := shown.page(path)) is not None:
        return HTMLResponse(shown.shell.decorate(html, answers.top(request)), headers=headers)
    if (file := shown.asset(path)) is not None:
        return FileResponse(file, headers=headers)
    return answers.problem(request, 404)
