"""A centre sends the files that it was asked for, at `/requests/{reference}`, and nothing that it was not asked for.

Files are kept before the document that names them is received, so that no receipt names one that is missing. A file
that is not taken keeps no other from being received.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gradepost.document.canonical import sha256
from gradepost.doors.asked import files_ever_sent, one_asked
from gradepost.doors.pictures import EVIDENCE, keep
from gradepost.doors.web import answers
from gradepost.doors.web.bodies import TooLarge, Unreadable, Uploaded, read_files
from gradepost.doors.web.entering import too_many
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.doors.web.sent import as_bytes
from gradepost.doors.web.who import actor_of, comes_from_us
from gradepost.form.sent_files import NotTaken, kind_of
from gradepost.intake import Accepted, Refused, Submission
from gradepost.ledger import ANSWER_FORM
from gradepost.model.asking import UploadLimits
from gradepost.page.requesting import Asked, Sending, answer_page
from gradepost.page.shell import error_title
from gradepost.people import Actor, may
from gradepost.rules.asking import sized

FILES = "files"
_MOST_AT_ONCE = 40 * 1024 * 1024
_MOST_SHOWN = 80
_TOO_MUCH = f"Send up to {sized(_MOST_AT_ONCE)} at once, and the rest after that. Nothing of this was received."
_NONE = ("", "Choose one or more files, then send them.")
_TITLE = "What you are asked for"
# Each time another upload of the same moment is found, what was received of both is joined once more.
_JOININGS = 5


@dataclass(frozen=True, slots=True)
class _Upload:
    """Files on their way: from whom, and in answer to what."""

    gateway: Gateway
    actor: Actor
    asked: Asked
    limits: UploadLimits

    @property
    def centre(self) -> str:
        """The centre that sends."""
        return self.actor.centre or ""


def one(request: Request) -> Response:
    """A request of one's own centre."""
    gateway, actor = gateway_of(request), actor_of(request)
    if actor is None:
        return answers.to_sign_in(request)
    if actor.centre is None or not may(actor, "see", gateway.state.book):
        return answers.problem(request, 403)
    asked = one_asked(gateway.state, actor.centre, request.path_params["reference"])
    if asked is None or (asked.is_extension and not asked.is_granted):
        return answers.problem(request, 404)
    return _page(request, gateway, actor, asked)


async def send(request: Request) -> Response:
    """Files for a request."""
    try:
        files = await read_files(request, FILES, _MOST_AT_ONCE)
    except TooLarge:
        return await run_in_threadpool(answers.problem, request, 413, _TOO_MUCH)
    except Unreadable:
        return await run_in_threadpool(answers.problem, request, 400)
    return await run_in_threadpool(_send, request, files)


def _send(request: Request, files: Sequence[Uploaded]) -> Response:
    gateway, actor = gateway_of(request), actor_of(request)
    if not comes_from_us(request):
        return answers.problem(request, 403, "The request was not sent from our own page.")
    if actor is None or actor.centre is None or not may(actor, "send", gateway.state.book):
        return answers.problem(request, 401 if actor is None else 403)
    if wait := gateway.pace.seconds_to_wait(f"{actor.centre}:{actor.ref}", time.monotonic()):
        return too_many(request, wait)
    asked = one_asked(gateway.state, actor.centre, request.path_params["reference"])
    rules = gateway.state.book.series.asking
    if asked is None or rules is None or not asked.takes_files:
        return answers.problem(request, 404)
    if not asked.is_open(gateway.state.now()):
        return _page(request, gateway, actor, asked, None, 409)
    sending = _taken(_Upload(gateway, actor, asked, rules.uploads), files)
    now_asked = one_asked(gateway.state, actor.centre, asked.reference) or asked
    return _page(request, gateway, actor, now_asked, sending, 422 if sending.refused else 200)


def _taken(upload: _Upload, files: Sequence[Uploaded]) -> Sending:
    """Take what can be taken, and say why the rest cannot."""
    known = files_ever_sent(upload.gateway.state, upload.centre, upload.asked.reference)
    new: dict[str, Mapping[str, Any]] = {}
    raws, refused, repeated = [], [] if files else [_NONE], 0
    for file in files:
        name = sha256(file.raw)
        try:
            kind = _kind(upload.limits, file, len(known) + len(new))
        except NotTaken as reason:
            refused.append((_shown(file.name), str(reason)))
            continue
        if name in known or name in new:
            repeated += 1
            continue
        new[name] = {"sha256": name, "type": kind, "bytes": len(file.raw)}
        raws.append(file.raw)
    if not new:
        return Sending(0, refused, None, repeated)
    for raw in raws:
        keep(upload.gateway.state.folder, upload.centre, raw, under=EVIDENCE)
    outcome = _received(upload, new)
    if isinstance(outcome, Accepted):
        upload.gateway.wake.set()
        return Sending(len(new), refused, outcome.receipt_id, repeated)
    return Sending(0, [*refused, *((_shown(f.name), _why(outcome)) for f in files)], None, repeated)


def _received(upload: _Upload, new: Mapping[str, Mapping[str, Any]]) -> object:
    """The receipt of a document that names every file there ever was for the request: two that are sent in the same
    moment do not replace each other."""
    state, asked = upload.gateway.state, upload.asked
    outcome: object = None
    for _ in range(_JOININGS):
        files = {**files_ever_sent(state, upload.centre, asked.reference), **new}
        document = {name: asked.data[name] for name in ("series", "centre", "reference", "qualification", "kind")}
        document |= {"form": ANSWER_FORM, "files": list(files.values())}
        outcome = state.intake.receive(Submission(as_bytes(document), ANSWER_FORM, upload.actor, "form"))
        if files_ever_sent(state, upload.centre, asked.reference).keys() <= files.keys():
            break
    return outcome


def _kind(limits: UploadLimits, file: Uploaded, before: int) -> str:
    if len(file.raw) > limits.most_bytes:
        raise NotTaken(f"It is larger than {sized(limits.most_bytes)}. Split it, or save it with less in it.")
    kind = kind_of(file.raw, file.name)
    if kind not in limits.kinds:
        raise NotTaken(f"Files of this kind are not taken here. Kinds that are: {', '.join(limits.kinds)}.")
    if before >= limits.most_files:
        raise NotTaken(f"There are {limits.most_files} files already, which is the most for one request.")
    return kind


def _why(outcome: object) -> str:
    found = outcome.report.errors if isinstance(outcome, Refused) else ()
    return " ".join(dict.fromkeys(finding.message for finding in found)) or "It could not be received."


def _shown(name: str) -> str:
    # A character that turns the direction of reading would make `gpj.exe` look like `exe.jpg`.
    seen = "".join(character for character in name if character.isprintable())
    return seen[-_MOST_SHOWN:] or "A file without a name"


def _page(
    request: Request, gateway: Gateway, actor: Actor, asked: Asked, sending: Sending | None = None, status: int = 200
) -> Response:
    book = gateway.state.book
    content = answer_page(book, asked, gateway.state.now(), may_send=may(actor, "send", book), sending=sending)
    return answers.page(request, error_title(_TITLE) if status >= 400 else _TITLE, content, status)
