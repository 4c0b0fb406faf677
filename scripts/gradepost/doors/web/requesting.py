"""Reviewers ask a centre for evidence, and record meetings and visits: `/reviews/.../requests` and the list of all."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gradepost.document.filing import Dossier
from gradepost.doors.asked import asked_of, one_asked, tell_centre
from gradepost.doors.pictures import EVIDENCE, kept
from gradepost.doors.state import new_receipt_id
from gradepost.doors.web import answers
from gradepost.doors.web.extensions import proposals_of
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.doors.web.reviews import NOT_THEIRS, is_theirs_to_see
from gradepost.doors.web.sent import as_bytes
from gradepost.doors.web.small_forms import Fields, posted_fields
from gradepost.doors.web.who import actor_of
from gradepost.form.posted import ADD_ROWS, MAX_ROWS, REMOVE_ROW, document_of, most_rows, rows_of
from gradepost.inbox import Stored
from gradepost.intake import Accepted, Refused, Submission
from gradepost.model.findings import Report
from gradepost.model.register import Centre
from gradepost.model.series import Form
from gradepost.model.trouble import WorldError
from gradepost.page.requesting import Asked, AskForm, all_requests_page, ask_form_page, requests_page
from gradepost.page.shell import error_title
from gradepost.page.texts import text
from gradepost.people import Actor, may
from gradepost.publish.extending import EXTENSION_FORM, propose

_NO_CENTRE = "Choose a centre of the register that offers this qualification, and a kind that the qualification has."
_HASH = re.compile(r"[0-9a-f]{64}")
_MEDIA = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}
_TITLE = "Requests, meetings and visits"
_CLEARED = "Its time of keeping is over. The ledger still names it by its SHA-256, its kind and its size."


def listing(request: Request) -> Response:
    """Every request that is the reviewer's to see; or, with a centre chosen, off to that centre's."""
    gateway, actor = gateway_of(request), actor_of(request)
    if actor is None or not may(actor, "review", gateway.state.book):
        return answers.to_sign_in(request)
    chosen = {name: request.query_params.get(name, "").strip() for name in ("centre", "qualification", "kind")}
    about = _dossier(gateway, chosen)
    if about is not None:
        return RedirectResponse(f"{_base(about)}/requests", 303)
    found = [one for centre in gateway.state.ledger.centres() for one in _theirs(gateway, actor, centre)]
    wrong = _NO_CENTRE if "centre" in request.query_params else None
    content = all_requests_page(gateway.state.book, found, gateway.state.now(), wrong)
    return answers.page(request, error_title(_TITLE) if wrong else _TITLE, content, 422 if wrong else 200)


def of_dossier(request: Request) -> Response:
    """What was asked for, or recorded, of one dossier."""
    opened = _opened(request)
    if isinstance(opened, Response):
        return opened
    gateway, actor, about = opened
    found = [one for one in asked_of(gateway.state, about.centre) if _is_about(one, about)]
    content = requests_page(
        gateway.state.book,
        about,
        found,
        gateway.state.now(),
        forms=_forms(gateway, about),
        late=_late(gateway, about),
        proposals=proposals_of(gateway, actor, found),
    )
    return answers.page(request, _TITLE, content)


def form_page(request: Request) -> Response:
    """A form to ask or record with; with `again`, filled with what stands."""
    opened = _opened(request)
    if isinstance(opened, Response):
        return opened
    gateway, _, about = opened
    if (form := _form(gateway, about, request)) is None:
        return answers.problem(request, 404)
    before = one_asked(gateway.state, about.centre, request.query_params.get("again", ""))
    if before is not None and _is_about(before, about) and before.form == form.name:
        values = dict(before.data)
    else:
        values = {"reference": f"r{new_receipt_id()[:7]}"}
    return _page(request, gateway, about, AskForm(form.name, request.url.path, {**values, **_fixed(about)}))


async def record(request: Request) -> Response:
    """Ask, or record."""
    return await posted_fields(request, _record)


def _record(request: Request, fields: Fields) -> Response:
    opened = _opened(request)
    if isinstance(opened, Response):
        return opened
    gateway, actor, about = opened
    if (form := _form(gateway, about, request)) is None:
        return answers.problem(request, 404)
    return _recorded(request, gateway, actor, about, form, fields)


def _recorded(request: Request, gateway: Gateway, actor: Actor, about: Dossier, form: Form, fields: Fields) -> Response:
    book = gateway.state.book
    document = {**document_of(book, form.name, fields), **_fixed(about)}
    asked = AskForm(form.name, request.url.path, document, rows=rows_of(book, form.name, fields))
    if most_rows(book, form.name, document) > MAX_ROWS:
        return answers.problem(request, 413, text("form.too_many_rows", most=f"{MAX_ROWS:,}"))
    if {name for name, _ in fields} & {ADD_ROWS, REMOVE_ROW}:
        return _page(request, gateway, about, asked)
    if _is_another(gateway, about, form, document):
        return answers.problem(request, 409, "This reference stands for something else. Begin the form anew.")
    by = Actor(actor.ref, actor.role, about.centre, actor.kind)
    outcome = gateway.state.intake.receive(Submission(as_bytes(document), form.name, by, "form"))
    if isinstance(outcome, Accepted):
        if stored := gateway.state.inbox.submission(outcome.receipt_id):
            _carry_on(gateway, stored)
        gateway.wake.set()
        return RedirectResponse(f"{_base(about)}/requests#r-{document.get('reference')}", 303)
    report = outcome.report if isinstance(outcome, Refused) else None
    return _page(request, gateway, about, asked, report)


def _carry_on(gateway: Gateway, stored: Stored) -> None:
    """The centre is told at once; of an extension only when another reviewer has approved it."""
    if stored.form == EXTENSION_FORM:
        with suppress(WorldError):  # it is received; the worker opens it when the forge is there again
            propose(gateway.state.forge, stored, gateway.state.now())
    else:
        tell_centre(gateway.state, stored, gateway.settings.site_url)


def download(request: Request) -> Response:
    """A file that a centre sent, for whoever may review what it is about: to be kept, never to be shown here."""
    gateway, actor = gateway_of(request), actor_of(request)
    if actor is None or not may(actor, "review", gateway.state.book):
        return answers.to_sign_in(request)
    centre, reference, name = (request.path_params[part] for part in ("centre", "reference", "sha256"))
    one = one_asked(gateway.state, centre, reference)
    if one is None or not _HASH.fullmatch(name):
        return answers.problem(request, 404)
    if not is_theirs_to_see(gateway, actor, _about(gateway, one)):
        return answers.problem(request, 403, NOT_THEIRS)
    number, kind = next(((n, f.kind) for n, f in enumerate(one.files, 1) if f.sha256 == name), (0, ""))
    raw = kept(gateway.state.folder, centre, name, under=EVIDENCE) if number else None
    if raw is None:
        gone = {"title": "This file is no longer kept"} if number else {}
        return answers.problem(request, 404, _CLEARED if number else None, **gone)
    facts = {"sha256": name}
    gateway.state.inbox.audit(
        gateway.state.now(), "evidence-downloaded", actor.ref, actor.role, centre, reference, facts
    )
    headers = {
        "Content-Disposition": f'attachment; filename="{centre}-{reference}-{number}.{kind}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(raw, 200, headers, _MEDIA.get(kind, "application/octet-stream"))


def _opened(request: Request) -> tuple[Gateway, Actor, Dossier] | Response:
    gateway, actor = gateway_of(request), actor_of(request)
    if actor is None or not may(actor, "review", gateway.state.book):
        return answers.to_sign_in(request) if request.method == "GET" else answers.problem(request, 401)
    about = _dossier(gateway, request.path_params)
    if about is None:
        return answers.problem(request, 404)
    if not is_theirs_to_see(gateway, actor, about):
        return answers.problem(request, 403, NOT_THEIRS)
    return gateway, actor, about


def _dossier(gateway: Gateway, named: Mapping[str, Any]) -> Dossier | None:
    """The dossier that is named, where the register and the book have its centre, qualification and kind."""
    series, (centre, code, kind) = gateway.state.book.series, (named[n] for n in ("centre", "qualification", "kind"))
    qualification = series.qualifications.get(code)
    if qualification is None or not re.fullmatch("[0-9]{5}", centre, re.ASCII):
        return None
    known = gateway.state.ledger.register(centre).centre
    has_kind = any(component.kind == kind for component in qualification.components.values())
    return Dossier(series.id, centre, code, kind) if known and code in known.qualifications and has_kind else None


def _theirs(gateway: Gateway, actor: Actor, centre: Centre) -> list[Asked]:
    found = asked_of(gateway.state, centre.number)
    return [one for one in found if is_theirs_to_see(gateway, actor, _about(gateway, one))]


def _about(gateway: Gateway, one: Asked) -> Dossier:
    return Dossier(gateway.state.book.series.id, one.data["centre"], one.data["qualification"], one.data["kind"])


def _is_about(one: Asked, about: Dossier) -> bool:
    return (one.data["qualification"], one.data["kind"]) == (about.qualification, about.kind)


def _is_another(gateway: Gateway, about: Dossier, form: Form, document: Mapping[str, Any]) -> bool:
    """Whether a reference is already that of another form or of another dossier of the centre."""
    before = one_asked(gateway.state, about.centre, str(document.get("reference")))
    return before is not None and (before.form != form.name or not _is_about(before, about))


def _base(about: Dossier) -> str:
    return f"/reviews/{about.centre}/{about.qualification}/{about.kind}"


def _fixed(about: Dossier) -> dict[str, str]:
    return {"centre": about.centre, "qualification": about.qualification, "kind": about.kind}


def _forms(gateway: Gateway, about: Dossier) -> list[Form]:
    """The forms that reviewers fill in about a dossier; a visit where the qualification has what is visited."""
    components = gateway.state.book.series.qualifications[about.qualification].components.values()
    has_practicals = any(not component.takes_tag for component in components)
    forms = [form for form in gateway.state.book.forms.values() if form.made_by == "reviewer"]
    return [form for form in forms if form.scope == "requests" and (form.name != "remote-visit" or has_practicals)]


def _form(gateway: Gateway, about: Dossier, request: Request) -> Form | None:
    return next((form for form in _forms(gateway, about) if form.name == request.path_params["form"]), None)


def _late(gateway: Gateway, about: Dossier) -> list[str]:
    latest = {stored.path: stored for stored in gateway.state.inbox.of_branch(about.branch)}
    late = [s for s in latest.values() if not json.loads(s.receipt)["on_time"]]
    return [stored.path.rpartition("/")[2] for stored in late]


def _page(request: Request, gateway: Gateway, about: Dossier, asked: AskForm, report: Report | None = None) -> Response:
    title = gateway.state.book.forms[asked.form].title
    path = f"submissions/{about.series}/{about.centre[:2]}/{about.centre}/requests/x"
    if report is not None:
        path = next((finding.path for finding in report.findings), path)
        asked = AskForm(asked.form, asked.action, asked.values, report, path, asked.rows)
    content = ask_form_page(gateway.state.book, asked, about, back=f"{_base(about)}/requests")
    return answers.page(request, error_title(title) if report else title, content, 422 if report else 200)
