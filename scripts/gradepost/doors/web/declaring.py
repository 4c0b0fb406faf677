"""The declaration itself, by the link alone: looking changes nothing, and it is signed once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gradepost.document.filing import Dossier
from gradepost.doors.letters import code_spent_letter
from gradepost.doors.second_contacts import tell_second_contacts
from gradepost.doors.web import answers
from gradepost.doors.web.bodies import TooLarge, Unreadable, fields_of, read_body
from gradepost.doors.web.dossiers import able_to_declare, declared_before, head_of, heads_roles, tag_documents
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.inbox import Credential
from gradepost.intake import Accepted, Refused, Submission
from gradepost.model.findings import Report
from gradepost.model.register import Centre, Person
from gradepost.model.trouble import StoreError
from gradepost.page import views
from gradepost.page.declaring import Code
from gradepost.page.form import document_of
from gradepost.people import Actor, open_link
from gradepost.people.declaration_links import CODE_TRIES, asks_for_code, code_fits
from gradepost.receipt.signing import instant_text
from gradepost.rules.declarations import BY_LINK, BY_LINK_AND_CODE

__all__ = ["declare", "declare_page", "head_of"]

_NO_LONGER_NAMED = "The register no longer names you as somebody who may declare."
_CODE, _LEAVE_EMPTY = "_code", "_leave_empty"
# What a document of this form may hold that is nobody's to post here.
_NOT_THEIRS = ("objection",)


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that can be used: whose it is, and what they are asked to declare."""

    link: Credential
    dossier: Dossier
    centre: Centre
    person: Person


def declare_page(request: Request) -> Response:
    """What is to be declared. Looking changes nothing, any number of times."""
    opened = _opened(request)
    if isinstance(opened, str):
        return _gone(request, opened)
    reason = opened.link.facts.get("reason")
    signatory = {"role": opened.person.role} | ({"delegation_reason": reason} if reason else {})
    return _declare(request, opened, {"signatory": signatory})


def _opened(request: Request) -> Opened | str:
    state = gateway_of(request).state
    opened = open_link(state.inbox, request.path_params["secret"], state.now())
    if isinstance(opened, str):
        return opened
    link, dossier = opened
    centre = state.ledger.register(dossier.centre).centre
    able = {person.ref: person for person in able_to_declare(state.book.series, centre)}
    if centre is None or link.ref not in able:
        return _NO_LONGER_NAMED
    return Opened(link, dossier, centre, able[link.ref])


def _gone(request: Request, reason: str) -> Response:
    return answers.page(request, "This link cannot be used", views.link_gone_page(reason), 410)


def _declare(
    request: Request,
    opened: Opened,
    values: Mapping[str, Any],
    *,
    report: Report | None = None,
    wrong_code: str = "",
    status: int = 200,
) -> Response:
    gateway = gateway_of(request)
    content = views.declare_page(
        gateway.state.book,
        centre=opened.centre,
        dossier=opened.dossier,
        documents=[
            (s.path.rpartition("/")[2], s.sha256, json.loads(s.document))
            for s in tag_documents(gateway, opened.dossier)
        ],
        action=request.url.path,
        values=values,
        report=report,
        before=declared_before(gateway, opened.dossier),
        code=Code(wrong_code) if asks_for_code(opened.link) else None,
    )
    title = views.declared_by_link(gateway.state.book).title
    return answers.page(request, f"Error: {title}" if report or wrong_code else title, content, status)


async def declare(request: Request) -> Response:
    """Sign the declaration."""
    try:
        fields = fields_of(await read_body(request))
    except (TooLarge, Unreadable):
        return await run_in_threadpool(answers.problem, request, 400)
    return await run_in_threadpool(_sign, request, fields)


def _sign(request: Request, fields: Sequence[tuple[str, str]]) -> Response:
    opened = _opened(request)
    if isinstance(opened, str):
        return _gone(request, opened)
    document, posted = _document(gateway_of(request), opened, fields), dict(fields)
    if posted.get(_LEAVE_EMPTY):
        # No person sees that field: whatever filled it in was no signature.
        return _declare(request, opened, document, status=422)
    if asks_for_code(opened.link) and not code_fits(
        gateway_of(request).state.inbox, opened.link, posted.get(_CODE, "")
    ):
        return _refused_code(request, opened, document)
    return _received(request, opened, document)


def _document(gateway: Gateway, opened: Opened, fields: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """What was filled in, with what the link settles."""
    form, dossier = views.declared_by_link(gateway.state.book).name, opened.dossier
    document = document_of(gateway.state.book, form, fields)
    signatory, heads = document.get("signatory"), heads_roles(gateway.state.book.series)
    if isinstance(signatory, dict) and signatory.get("role") in heads and opened.person.role not in heads:
        # A delegate signs as one, and so says why.
        document["signatory"] = {**signatory, "role": opened.person.role}
    return {
        **{name: value for name, value in document.items() if name not in _NOT_THEIRS},
        "form": form,
        "series": dossier.series,
        "centre": dossier.centre,
        "qualification": dossier.qualification,
        "kind": dossier.kind,
    }


def _refused_code(request: Request, opened: Opened, document: Mapping[str, Any]) -> Response:
    state, link = gateway_of(request).state, opened.link
    now, left = state.now(), CODE_TRIES - state.inbox.tries(link.hash)
    state.inbox.audit(now, "declaration-refused", link.ref, link.role, link.centre, opened.dossier.branch)
    if left > 0:
        tries = "One try is" if left == 1 else f"{left} tries are"
        wrong = f"This is not the code that your exams officer has. {tries} left."
        return _declare(request, opened, document, wrong_code=wrong, status=422)
    asker = opened.centre.person(link.facts.get("asked_by"))
    if asker is not None and state.inbox.use_credential(link.hash, now):
        series, dossier = state.book.series, opened.dossier
        letter = code_spent_letter(
            asker.name,
            centre=dossier.centre,
            qualification=dossier.qualification,
            kind=series.kinds.get(dossier.kind, dossier.kind).lower(),
            signed=series.awarding_organisation,
        )
        state.inbox.queue_message(asker.email, *letter, now)
    return _gone(request, "This link was closed: a wrong code was typed too often. Nothing was signed.")


def _received(request: Request, opened: Opened, document: Mapping[str, Any]) -> Response:
    gateway = gateway_of(request)
    state, link, now = gateway.state, opened.link, gateway.state.now()
    try:
        outcome = state.intake.receive(_signed(link, document, instant_text(now)))
    except StoreError:
        return answers.problem(request, 503)
    if isinstance(outcome, Refused):
        return _declare(request, opened, document, report=outcome.report, status=422)
    if not isinstance(outcome, Accepted):
        return _gone(request, "This link has been used.")
    if not outcome.repeated:
        state.inbox.audit(now, "declared", link.ref, link.role, link.centre, outcome.receipt_id)
    # Told before the link counts as used: whoever presses again after a crash has them told after all.
    tell_second_contacts(state, opened.dossier, outcome.receipt_id, gateway.settings.site_url)
    state.inbox.use_credential(link.hash, now)
    gateway.wake.set()
    content = views.declared_page(state.book, json.loads(outcome.receipt))
    return answers.page(request, "Declaration received", content)


def _signed(link: Credential, document: Mapping[str, Any], at: str) -> Submission:
    actor = Actor(link.ref, link.role, link.centre, "link")
    raw = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
    method = BY_LINK_AND_CODE if asks_for_code(link) else BY_LINK
    attested = {"ref": link.ref, "method": method, "at": at}
    # The link's own hash is the idempotency key: pressed twice, or raced, it declares once.
    return Submission(raw, document["form"], actor, "declaration-link", f"link-{link.hash}", attested)
