"""A draft as a file: what is on a form, to keep, to hand to a colleague, and to open again.

Nothing of it is stored but the pictures that were chosen to sign with, as at "Check"; the file names them by hash.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gradepost.document.strict import NotStrict, parse
from gradepost.doors.web import answers
from gradepost.doors.web.bodies import Parts, TooLarge, Unreadable, read_parts
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.doors.web.signing_pictures import with_chosen
from gradepost.doors.web.typed import typed
from gradepost.doors.web.who import actor_of, comes_from_us
from gradepost.page.texts import text
from gradepost.people import may

MARK = "gradepost_draft"
_VERSION = 1
_ID = re.compile(r"[A-Za-z0-9-]{1,40}")


class NotADraft(Exception):
    """The file is no draft and no document of this form. Its text says so to people."""


async def save(request: Request) -> Response:
    """Hand back what was typed as a file. Nobody has to be signed in: it is their own, and stays theirs. Pictures go
    along where somebody is, for a centre keeps its own."""
    gateway = gateway_of(request)
    form = request.path_params["form"]
    if form not in gateway.state.book.forms:
        return await run_in_threadpool(answers.problem, request, 404)
    if not comes_from_us(request):
        return await run_in_threadpool(answers.problem, request, 403)
    try:
        return await run_in_threadpool(_save, request, gateway, form, await read_parts(request))
    except TooLarge:
        return await run_in_threadpool(answers.problem, request, 413)
    except Unreadable:
        return await run_in_threadpool(answers.problem, request, 400)


def _save(request: Request, gateway: Gateway, form: str, parts: Parts) -> Response:
    book, actor = gateway.state.book, actor_of(request)
    document = typed(book, form, parts.fields)
    if actor is not None and actor.centre is not None and may(actor, "check", book, form):
        document, _ = with_chosen(gateway, form, document, parts, actor.centre)
    draft = {MARK: _VERSION, "form": form, "book": book.digest, "document": document}
    body = (json.dumps(draft, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")
    disposition = f'attachment; filename="{file_name(document, form, "draft.json")}"'
    return Response(body, 200, {"Content-Disposition": disposition}, "application/json")


def file_name(values: Mapping[str, Any], form: str, ending: str) -> str:
    """`UV21578.tags.draft.json`: the component where one was chosen, for whoever finds it in a folder."""
    component = values.get("component")
    about = f"{component}." if isinstance(component, str) and _ID.fullmatch(component) else ""
    return f"{about}{form}.{ending}"


def looks_like_json(raw: bytes) -> bool:
    """Whether a file can be a draft or a document, whatever it is called."""
    return raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


@dataclass(frozen=True, slots=True)
class Draft:
    """An opened draft: its document, and the digest of the book it was saved under where it says so."""

    document: Mapping[str, Any]
    book: str | None


def opened(form: str, raw: bytes) -> Draft:
    """A draft, or a document as it would be submitted. Raises `NotADraft`."""
    try:
        found = parse(raw.removeprefix(b"\xef\xbb\xbf"))
    except NotStrict as error:
        raise NotADraft(text("upload.no_draft")) from error
    digest = None
    if isinstance(found, dict) and MARK in found:
        if found[MARK] != _VERSION:
            raise NotADraft(text("upload.newer_draft"))
        digest, found = found.get("book"), found.get("document")
    if not isinstance(found, dict):
        raise NotADraft(text("upload.no_draft"))
    if found.get("form", form) != form:
        raise NotADraft(text("upload.other_form"))
    return Draft(found, digest if isinstance(digest, str) else None)
