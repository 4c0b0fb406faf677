"""A second contact's objection to a declaration, by a link of their own. Looking changes nothing."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gradepost.document.filing import Dossier
from gradepost.doors.web import answers
from gradepost.doors.web.bodies import TooLarge, Unreadable, fields_of, read_body
from gradepost.doors.web.dossiers import declaration_of
from gradepost.doors.web.gateway import gateway_of
from gradepost.inbox import Credential, Stored
from gradepost.intake import Accepted, Submission
from gradepost.model.trouble import StoreError
from gradepost.page import views
from gradepost.people import Actor
from gradepost.people.declaration_links import open_objection
from gradepost.receipt.signing import instant_text
from gradepost.rules.declarations import BY_OBJECTION

_MAX_REASON = 1000
_REPLACED = "The declaration that this link is about no longer stands, so there is nothing to object to."
_DONE = "Objection received"
_DONE_WORDS = "The declaration no longer counts, and nothing is approved until the Head of Centre has declared again."
_ADVICE = "Speak to your exams officer, or to the awarding organisation."


def objection_page(request: Request) -> Response:
    """What was declared, and the form to object to it."""
    opened = _opened(request)
    return _gone(request, opened) if isinstance(opened, str) else _page(request, *opened)


async def object_to(request: Request) -> Response:
    """Object."""
    try:
        fields = dict(fields_of(await read_body(request)))
    except (TooLarge, Unreadable):
        return await run_in_threadpool(answers.problem, request, 400)
    return await run_in_threadpool(_object, request, fields)


def _opened(request: Request) -> tuple[Credential, Dossier, Stored] | str:
    gateway = gateway_of(request)
    opened = open_objection(gateway.state.inbox, request.path_params["secret"], gateway.state.now())
    if isinstance(opened, str):
        return opened
    link, dossier = opened
    stored = declaration_of(gateway, dossier)
    if stored is None or stored.receipt_id != link.facts["receipt"]:
        return _REPLACED
    return link, dossier, stored


def _gone(request: Request, reason: str) -> Response:
    return answers.page(request, "This link cannot be used", views.link_gone_page(reason, _ADVICE), 410)


def _page(
    request: Request,
    link: Credential,
    dossier: Dossier,
    stored: Stored,
    reason: str = "",
    wrong: Mapping[str, str] | None = None,
) -> Response:
    content = views.objection_page(
        gateway_of(request).state.book,
        dossier=dossier,
        declaration=json.loads(stored.document),
        at=stored.received_at,
        until=link.expires_at or stored.received_at,
        action=request.url.path,
        reason=reason,
        wrong=wrong,
    )
    title = "Object to a declaration"
    return answers.page(request, f"Error: {title}" if wrong else title, content, 422 if wrong else 200)


def _object(request: Request, fields: Mapping[str, str]) -> Response:
    opened = _opened(request)
    if isinstance(opened, str):
        return _gone(request, opened)
    link, dossier, stored = opened
    reason = fields.get("reason", "").strip()
    if wrong := _wrong(fields, reason):
        return _page(request, link, dossier, stored, reason[:_MAX_REASON], wrong)
    gateway, now = gateway_of(request), gateway_of(request).state.now()
    state = gateway.state
    try:
        outcome = state.intake.receive(_filed(link, json.loads(stored.document), reason, instant_text(now)))
    except StoreError:
        return answers.problem(request, 503)
    if not isinstance(outcome, Accepted):
        # The grades have changed since: the declaration is void without any objection.
        return _gone(request, _REPLACED)
    state.inbox.use_credential(link.hash, now)
    if not outcome.repeated:
        state.inbox.audit(now, "objected", link.ref, link.role, link.centre, stored.receipt_id)
    gateway.wake.set()
    return answers.page(request, _DONE, views.message_page(_DONE, _DONE_WORDS, links=[]))


def _wrong(fields: Mapping[str, str], reason: str) -> dict[str, str]:
    wrong = {}
    if not 0 < len(reason) <= _MAX_REASON:
        wrong["reason"] = f"Say in up to {_MAX_REASON:,} characters why you object."
    if fields.get("sure") != "yes" or fields.get("_leave_empty"):
        wrong["sure"] = "Tick the box if you object to this declaration."
    return wrong


def _filed(link: Credential, declaration: Mapping[str, Any], reason: str, at: str) -> Submission:
    raw = json.dumps({**declaration, "objection": reason}, ensure_ascii=False).encode("utf-8", "replace")
    attested = {"ref": link.ref, "method": BY_OBJECTION, "at": at}
    actor = Actor(link.ref, link.role, link.centre, "link")
    return Submission(raw, "declaration", actor, "declaration-link", f"objection-{link.hash}", attested)
