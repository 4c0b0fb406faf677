"""The receipt of a submission: shown, downloaded, sent to whoever submitted it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gradepost.document.filing import dossier_of_branch
from gradepost.doors.web import answers
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.doors.web.reading import may_see
from gradepost.doors.web.who import actor_of, comes_from_us, person_of
from gradepost.form import words
from gradepost.inbox import Stored
from gradepost.model.findings import Finding
from gradepost.model.register import Extension
from gradepost.model.standing import Standing
from gradepost.model.trouble import ForgeError
from gradepost.page import views
from gradepost.page.receipts import Mailing
from gradepost.people import Actor, may
from gradepost.publish import standing_of


def receipt(request: Request) -> Response:
    """A receipt of one's own centre, and where the submission stands."""
    gateway = gateway_of(request)
    actor = actor_of(request)
    if actor is None:
        return answers.problem(request, 401) if answers.wants_json(request) else answers.to_sign_in(request)
    stored = gateway.state.inbox.submission(request.path_params["id"])
    if stored is None:
        return answers.problem(request, 404)
    if not may_see(gateway, actor, stored.centre):
        return answers.problem(request, 403)
    standing = _standing(gateway, stored.branch)
    if answers.wants_json(request) or request.query_params.get("format") == "json":
        headers = {"Gradepost-State": str(standing.state)} if standing else {}
        if request.query_params.get("format") == "json":
            headers["Content-Disposition"] = f'attachment; filename="receipt-{stored.seq:012d}.json"'
        return Response(stored.receipt, 200, headers, "application/json")
    content = views.receipt_page(
        gateway.state.book,
        json.loads(stored.receipt),
        standing=standing,
        told=_void_declaration(gateway, stored.centre, stored.branch),
        can_ask_declaration=may(actor, "ask-declaration", gateway.state.book),
        extensions=_extensions(gateway, stored.centre),
        mailing=Mailing(_address(gateway, actor, stored) is not None, "mailed" in request.query_params),
    )
    return answers.page(request, "Receipt", content)


def mail(request: Request) -> Response:
    """Queue the receipt as a letter to whoever submitted. It names ids and times, and no learner, grade or number."""
    gateway = gateway_of(request)
    actor = actor_of(request)
    if not comes_from_us(request):
        return answers.problem(request, 403)
    if actor is None:
        return answers.problem(request, 401)
    stored = gateway.state.inbox.submission(request.path_params["id"])
    if stored is None:
        return answers.problem(request, 404)
    address = _address(gateway, actor, stored)
    if address is None or not may_see(gateway, actor, stored.centre):
        return answers.problem(request, 403)
    subject = f"Receipt {stored.receipt_id}: centre {stored.centre}, {stored.path.rpartition('/')[2]}"
    waiting = gateway.state.inbox.messages(unsent=True)
    if not any((letter.to, letter.subject) == (address, subject) for letter in waiting):
        gateway.state.inbox.queue_message(address, subject, _letter(gateway, stored), gateway.state.now())
        gateway.wake.set()
    return RedirectResponse(f"/receipts/{stored.receipt_id}?mailed", 303)


def _address(gateway: Gateway, actor: Actor, stored: Stored) -> str | None:
    """Where the letter goes: to the submitter as the register has them, else to whoever asks; own centre only."""
    if actor.centre != stored.centre:
        return None
    person, centre = person_of(gateway, actor)
    submitter = centre.person(json.loads(stored.receipt)["submitted_by"]["ref"]) if centre else None
    found = submitter or person
    return found.email if found else None


def _letter(gateway: Gateway, stored: Stored) -> str:
    facts: Mapping[str, Any] = json.loads(stored.receipt)
    zone, url = gateway.state.book.series.zone, gateway.settings.site_url.rstrip("/")
    deadline = words.second(words.instant(facts["deadline"]), zone) if facts["deadline"] else "no fixed date"
    lines = [
        f"Receipt {stored.receipt_id}",
        "",
        f"Received: {words.second(stored.received_at, zone)}",
        f"Deadline: {deadline}" + ("" if facts["on_time"] else " (late)"),
        f"Centre: {stored.centre}",
        f"File: {stored.path}",
        f"Order of receipt: {stored.seq}",
        f"Fingerprint (SHA-256): {stored.sha256}",
        "",
        f"{url}/receipts/{stored.receipt_id} shows it, where the submission stands, and what happens next. The signed",
        "receipt can be downloaded there. Its time is what the deadline is judged by.",
        "",
        gateway.state.book.series.awarding_organisation,
    ]
    return "\n".join([*lines, ""])


def _extensions(gateway: Gateway, centre: str) -> Sequence[Extension]:
    try:
        return tuple(gateway.state.ledger.register(centre).extensions)
    except ForgeError:
        return ()


def _standing(gateway: Gateway, branch: str) -> Standing | None:
    """Where a dossier stands, or None while the forge is away: the receipt is shown all the same."""
    dossier = dossier_of_branch(branch)
    try:
        return standing_of(dossier, gateway.state.inbox, gateway.state.forge) if dossier else None
    except ForgeError:
        return None


def _void_declaration(gateway: Gateway, centre: str, branch: str) -> Sequence[Finding]:
    try:
        report = gateway.state.intake.standing(centre, branch)
    except ForgeError:
        return ()
    return [f for f in report.errors if f.rule == "H003"]
