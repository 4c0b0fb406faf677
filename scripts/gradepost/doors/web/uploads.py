"""Files that people upload to a form: first which column is which, then the form filled. Nothing of a file is stored.

Names that stand in a sheet are in these two answers and in no other; they are neither kept nor logged.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gradepost.book import Book
from gradepost.doors.apart import Busy, read_apart
from gradepost.doors.web import answers, carried_sheets
from gradepost.doors.web.bodies import Parts, TooLarge, Unreadable, Uploaded, read_parts
from gradepost.doors.web.carried_sheets import SHEET, Carried
from gradepost.doors.web.drafts import NotADraft, looks_like_json, opened
from gradepost.doors.web.form_pages import form_page
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.doors.web.sent import DOCUMENT, Sent, as_bytes
from gradepost.doors.web.signing_pictures import with_chosen
from gradepost.doors.web.typed import as_text, typed
from gradepost.doors.web.who import actor_of, comes_from_us
from gradepost.form.posted import MAX_ROWS, most_rows
from gradepost.intake import OtherCentre
from gradepost.model.findings import Report
from gradepost.page import uploading
from gradepost.page.form import IDEMPOTENCY_KEY, Around
from gradepost.page.texts import text
from gradepost.people import Actor, may
from gradepost.spreadsheet.columns import NAME, asked_of, table_of
from gradepost.spreadsheet.mapping import Mapping_, best_sheet, guess, with_targets
from gradepost.spreadsheet.naming import named_in_texts
from gradepost.spreadsheet.sheets import NotReadable, Sheet, letters
from gradepost.spreadsheet.taking import Taken, place, take

_MAX_KEY = 255


@dataclass(frozen=True, slots=True)
class _Upload:
    """One upload on its way into a form: who sends it, and what was on the form already. `said` is why a picture that
    was chosen to sign with is not among it."""

    request: Request
    gateway: Gateway
    form: str
    actor: Actor
    document: Mapping[str, Any]
    key: str | None
    said: tuple[str, ...] = ()

    @property
    def book(self) -> Book:
        """The book in force."""
        return self.gateway.state.book

    def page(
        self,
        document: Mapping[str, Any],
        report: Report | None,
        around: Around,
        channel: str = "form",
        status: int = 200,
    ) -> Response:
        """The form with a document in it."""
        sent = Sent(as_bytes(document), (), document, self.key, channel)
        return form_page(self.request, self.gateway, self.form, sent, report, around=around, status=status)

    def refused(self, words: str) -> Response:
        """The form as it was, and why the file was not taken."""
        if answers.wants_json(self.request):
            return answers.problem(self.request, 422, words)
        panel = uploading.problem_panel(" ".join([words, *self.said]))
        return self.page(self.document, None, Around(panel=panel), status=422)

    def judged(self, document: Mapping[str, Any], channel: str) -> Report | OtherCentre:
        """What the rules say of a document."""
        sent = Sent(as_bytes(document), (), document, self.key, channel)
        return self.gateway.state.intake.check(sent.submission(self.form, self.actor))


async def upload(request: Request) -> Response:
    """A file for a form, or the choice of its columns."""
    gateway = gateway_of(request)
    if request.path_params["form"] not in gateway.state.book.forms:
        return await run_in_threadpool(answers.problem, request, 404)
    try:
        parts = await read_parts(request)
    except TooLarge:
        return await run_in_threadpool(answers.problem, request, 413, text("upload.too_large"))
    except Unreadable:
        return await run_in_threadpool(answers.problem, request, 400)
    return await run_in_threadpool(_received, request, gateway, request.path_params["form"], parts)


def _received(request: Request, gateway: Gateway, form: str, parts: Parts) -> Response:
    if not comes_from_us(request) and "authorization" not in request.headers:
        return answers.problem(request, 403, "The request was not sent from our own page.")
    actor = actor_of(request)
    if actor is None:
        return answers.problem(request, 401)
    if actor.centre is None or not may(actor, "check", gateway.state.book, form):
        return answers.problem(request, 403)
    fields = dict(parts.fields)
    key = fields.get(IDEMPOTENCY_KEY) or None
    try:
        document = typed(gateway.state.book, form, parts.fields)
    except Unreadable:
        return answers.problem(request, 400)
    document, refused = with_chosen(gateway, form, document, parts, actor.centre)
    said = tuple(f"{text(why)} {text('picture.fix')}" for why in refused.values())
    document = {**document, "form": form, "centre": actor.centre}
    taking = _Upload(request, gateway, form, actor, document, key if key and len(key) <= _MAX_KEY else None, said)
    return _taken(taking, fields) if SHEET in fields else _opened(taking, parts.file)


def _opened(upload: _Upload, file: Uploaded | None) -> Response:
    if file is None or not file.raw:
        return upload.refused(text("upload.no_file"))
    if looks_like_json(file.raw):
        return _draft(upload, file.raw)
    if "spreadsheet" not in upload.book.forms[upload.form].channels:
        return upload.refused(text("upload.no_draft"))
    try:
        sheets = read_apart(file.raw, file.name)
    except NotReadable as error:
        return upload.refused(error.words)
    except Busy as error:
        return answers.problem(upload.request, 503, str(error))
    sheet = best_sheet(upload.book, upload.form, sheets)
    others = ", ".join(other.title for other in sheets if other is not sheet and other.title and not other.hidden)
    notes = [*upload.said, *([text("upload.other_sheets", titles=others)] if others else [])]
    about = carried_sheets.component_named(upload.book.series, file.name, sheets)
    if about is not None and not upload.document.get("component"):
        upload = _about(upload, *about)
        notes.insert(0, text("upload.component", component=about[1]))
    return _mapping(upload, Carried(sheet, tuple(notes)), guess(upload.book, upload.form, sheet))


def _about(upload: _Upload, qualification: str, component: str) -> _Upload:
    document = {**upload.document, "qualification": qualification, "component": component}
    return replace(upload, document=document)


def _draft(upload: _Upload, raw: bytes) -> Response:
    try:
        found = opened(upload.form, raw)
    except NotADraft as error:
        return upload.refused(str(error))
    if found.document.get("centre") not in (None, "", upload.actor.centre):
        return upload.refused(text("upload.other_centre"))
    if most_rows(upload.book, upload.form, found.document) > MAX_ROWS:
        return upload.refused(text("form.too_many_rows", most=f"{MAX_ROWS:,}"))
    said = text("upload.older_draft" if found.book not in (None, upload.book.digest) else "upload.draft")
    return upload.page(found.document, None, Around(panel=uploading.said_panel(said)))


def _mapping(upload: _Upload, carried: Carried, mapping: Mapping_, problems: Sequence[str] = ()) -> Response:
    sheet, table = carried.sheet, table_of(upload.book, upload.form)
    rows = sheet.rows[mapping.first_row :]
    shown = uploading.Shown(
        sheet.title,
        sum(any(row) for row in rows),
        [_shown(column.index, column.header, column.target, rows) for column in mapping.columns],
        (*carried.notes, *sheet.notes, *mapping.notes),
    )
    targets = [(t.path, t.field.label) for t in asked_of(upload.book, table, upload.document)]
    going = [(DOCUMENT, as_text(upload.document)), *([(IDEMPOTENCY_KEY, upload.key)] if upload.key else [])]
    content = uploading.mapping_page(
        shown,
        form=upload.form,
        form_title=upload.book.forms[upload.form].title,
        targets=[*targets, (NAME, text("upload.name"))],
        posted=[*going, (SHEET, carried_sheets.as_text(carried))],
        back=going,
        problems=problems,
    )
    title = text("upload.mapping")
    return answers.page(upload.request, f"Error: {title}" if problems else title, content, 422 if problems else 200)


def _shown(index: int, header: str, target: str | None, rows: Sequence[Sequence[str]]) -> uploading.ShownColumn:
    cells = [uploading.example(row[index]) for row in rows if row[index]][: uploading.EXAMPLES]
    return uploading.ShownColumn(index, letters(index), uploading.example(header), cells, target)


def _taken(upload: _Upload, fields: Mapping[str, str]) -> Response:
    try:
        carried = carried_sheets.from_text(fields[SHEET])
    except Unreadable:
        return upload.refused(text("upload.lost"))
    mapping = with_targets(guess(upload.book, upload.form, carried.sheet), _targets(upload, fields))
    if problems := list(_doubtful(upload, mapping)):
        return _mapping(upload, carried, mapping, problems)
    taken = take(upload.book, upload.form, carried.sheet, mapping, upload.document)
    if not taken.rows:
        return _mapping(upload, carried, mapping, [text("upload.no_rows")])
    if len(taken.rows) > MAX_ROWS:
        return upload.refused(text("form.too_many_rows", most=f"{MAX_ROWS:,}"))
    report = upload.judged(taken.values, "spreadsheet")
    if isinstance(report, OtherCentre):
        return answers.problem(upload.request, 403)
    return upload.page(taken.values, report, _around(upload, carried.sheet, taken, report), channel="spreadsheet")


def _targets(upload: _Upload, fields: Mapping[str, str]) -> Mapping[int, str | None]:
    known = {NAME, *(target.path for target in table_of(upload.book, upload.form).targets)}
    chosen = {name.removeprefix(uploading.COLUMN): value for name, value in fields.items() if _COLUMN.fullmatch(name)}
    return {int(index): value if value in known else None for index, value in chosen.items()}


_COLUMN = re.compile(re.escape(uploading.COLUMN) + "[0-9]{1,4}")


def _doubtful(upload: _Upload, mapping: Mapping_) -> Sequence[str]:
    """What stops the columns from being taken: a field twice, or none that tells learners apart."""
    table, found = table_of(upload.book, upload.form), []
    for target in table.targets:
        several = mapping.of(target.path)
        if len(several) > 1:
            named = " and ".join(letters(column.index) for column in several)
            found.append(text("upload.same_column", letters=named, label=target.field.label))
    if not any(mapping.of(target.path) for target in table.targets):
        found.append(text("upload.no_column", label=table.targets[0].field.label))
    return found


def _around(upload: _Upload, sheet: Sheet, taken: Taken, report: Report) -> Around:
    def place_of(pointer: str) -> str:
        return place(taken, pointer)

    own = [finding for finding in report.findings if finding.pointer]
    panel = uploading.taken_panel(
        own,
        place_of,
        form=upload.form,
        taken=uploading.taken_words(len(taken.rows), sheet.title),
        notes=taken.notes,
        names=bool(taken.names),
    )
    named = named_in_texts(taken.values, taken.names)
    questions = uploading.named_questions(named, place_of)
    return Around(names=taken.names, questions=questions, sheet=lambda pointer: place_of(pointer) or None, panel=panel)
