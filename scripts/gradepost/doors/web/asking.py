"""Asking for a declaration: whom, with which reason, and the code to pass on where the series wants one."""

import secrets
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gradepost.document.filing import Dossier
from gradepost.doors.letters import declaration_letter, delegate_letter
from gradepost.doors.second_contacts import second_contacts
from gradepost.doors.state import new_secret
from gradepost.doors.web import answers
from gradepost.doors.web.dossiers import able_to_declare, choices_for, heads_roles, tag_documents
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.doors.web.small_forms import posted
from gradepost.doors.web.who import actor_of
from gradepost.model.register import Centre, Person
from gradepost.page import views
from gradepost.page.asking import Able
from gradepost.people import Actor, declaration_link, may
from gradepost.people.credentials import LINK_DAYS
from gradepost.people.declaration_links import CODE_TRIES, Asked

_MAX_REASON = 1000
_NOT_YET = "The declaration cannot be asked for yet"
_NOBODY = "The register names nobody at your centre who may declare. Tell the awarding organisation who may."
_NO_CONTACT = (
    "In this series a second contact of your centre is told of each declaration, and the register names none. "
    "Tell the awarding organisation who that is."
)
_CHOOSE = "Choose who declares."
_SAY_WHY = f"Say in up to {_MAX_REASON:,} characters why the Head of Centre cannot declare."


async def ask(request: Request) -> Response:
    """Ask the Head of Centre, or a delegate, for a declaration."""
    return await posted(request, _ask)


def _ask(request: Request, fields: Mapping[str, str]) -> Response:
    gateway, actor = gateway_of(request), actor_of(request)
    if actor is None:
        return answers.problem(request, 401)
    if actor.centre is None or not may(actor, "ask-declaration", gateway.state.book):
        return answers.problem(request, 403)
    try:
        dossier = Dossier(fields["series"], actor.centre, fields["qualification"], fields["kind"])
    except KeyError:
        return answers.problem(request, 400)
    centre = gateway.state.ledger.register(actor.centre).centre
    documents = tag_documents(gateway, dossier)
    if centre is None or not documents:
        return answers.problem(request, 404)
    able = choices_for(gateway.state.book.series, centre, documents)
    if why_not := _why_not(gateway, actor, centre, able):
        links = [("/status", "Where your submissions stand")]
        return answers.page(request, _NOT_YET, views.message_page(_NOT_YET, why_not, links=links), 409)
    return _chosen(request, gateway, actor, centre, dossier, able, fields)


def _why_not(gateway: Gateway, actor: Actor, centre: Centre, able: Sequence[Able]) -> str | None:
    if not able:
        return _NOBODY
    if all(person.why_not for person in able):
        return able[0].why_not
    if gateway.state.book.series.objection_hours is None:
        return None
    could = [p for p in able if not p.why_not and second_contacts(centre, actor.ref, p.ref)]
    return None if could else _NO_CONTACT


def _chosen(
    request: Request,
    gateway: Gateway,
    actor: Actor,
    centre: Centre,
    dossier: Dossier,
    able: Sequence[Able],
    fields: Mapping[str, str],
) -> Response:
    """The link sent to the one who was chosen, or who is the only one; else the page to choose on."""
    # Nobody else could: whoever it is says why with the declaration (H002).
    is_clear = len(able) == 1 and "signatory" not in fields
    chosen = able[0] if is_clear else next((p for p in able if p.ref == fields.get("signatory")), None)
    reason = fields.get("reason", "").strip()
    if chosen is None or chosen.why_not:
        wrong = _CHOOSE if "reason" in fields else ""
        preferred = next((p.ref for p in able if not p.needs_reason and not p.why_not), "") if not wrong else ""
        return _page(request, gateway, dossier, able, preferred, reason, wrong)
    if chosen.needs_reason and not is_clear and not 0 < len(reason) <= _MAX_REASON:
        return _page(request, gateway, dossier, able, chosen.ref, reason, _SAY_WHY)
    person = next(p for p in able_to_declare(gateway.state.book.series, centre) if p.ref == chosen.ref)
    code = _new_code() if gateway.state.book.series.declaration_code else ""
    asked = Asked(actor.ref, reason if chosen.needs_reason else "", code)
    _send_link(gateway, dossier, centre, person, asked)
    gateway.state.inbox.audit(
        gateway.state.now(),
        "declaration-asked",
        actor.ref,
        actor.role,
        centre.number,
        dossier.branch,
        {"of": person.ref},
    )
    if code:
        content = views.code_page(gateway.state.book, dossier=dossier, name=person.name, code=code, tries=CODE_TRIES)
        return answers.page(request, "Give this code", content)
    return RedirectResponse("/status", 303)


def _page(
    request: Request,
    gateway: Gateway,
    dossier: Dossier,
    able: Sequence[Able],
    chosen: str,
    reason: str,
    wrong: str,
) -> Response:
    content = views.ask_page(
        gateway.state.book, dossier=dossier, able=able, chosen=chosen, reason=reason[:_MAX_REASON], wrong=wrong
    )
    title = "Ask for the declaration"
    return answers.page(request, f"Error: {title}" if wrong else title, content, 422 if wrong else 200)


def _new_code() -> str:
    """Eight digits in two groups: enough for five tries, and quick to say over the telephone."""
    digits = f"{secrets.randbelow(10**8):08d}"
    return f"{digits[:4]} {digits[4:]}"


def _send_link(gateway: Gateway, dossier: Dossier, centre: Centre, person: Person, asked: Asked) -> None:
    """Queue the letter with the link, and tell the Head of a delegate."""
    state = gateway.state
    now, series = state.now(), state.book.series
    secret = declaration_link(state.inbox, dossier, person, now, new_secret, asked)
    kind = series.kinds.get(dossier.kind, dossier.kind).lower()
    letter = declaration_letter(
        person.name,
        centre=dossier.centre,
        qualification=dossier.qualification,
        kind=kind,
        what=views.noun(state.book, "tags").lower(),
        url=f"{gateway.settings.site_url.rstrip('/')}/declare/{secret}",
        days=LINK_DAYS,
        signed=series.awarding_organisation,
        code=bool(asked.code),
    )
    state.inbox.queue_message(person.email, *letter, now)
    for head in able_to_declare(series, centre) if asked.reason else ():
        if head.role in heads_roles(series) and head.email:
            told = delegate_letter(
                head.name,
                centre=dossier.centre,
                qualification=dossier.qualification,
                kind=kind,
                signed=series.awarding_organisation,
            )
            state.inbox.queue_message(head.email, *told, now)
    gateway.wake.set()
