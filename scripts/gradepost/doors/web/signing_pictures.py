"""Pictures that came with a form: kept outside Git, and named in the document by their SHA-256."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gradepost.book import Book
from gradepost.document.pointers import pointer_of
from gradepost.doors.pictures import keep, kept
from gradepost.doors.web.bodies import Parts
from gradepost.doors.web.gateway import Gateway
from gradepost.doors.web.sent import Sent, as_bytes
from gradepost.form.layout import Field, Steps, groups_of, value_at
from gradepost.form.pictures import NotAPicture, picture_of
from gradepost.form.posted import document_of
from gradepost.model.findings import Finding, Report, Severity
from gradepost.model.series import Form
from gradepost.page.sheets import NO_PICTURE, PICTURE
from gradepost.page.texts import text

# What stands in a picture's place until it is told why it was not taken. No hash looks like it.
_REFUSED = "refused:"


def takes_pictures(form: Form) -> bool:
    """Whether a form asks for any."""
    return any(field.widget == "image" for group in groups_of(form) for field in group.fields)


def with_pictures(
    book: Book, form: str, sent: Sent, *, folder: Path, centre: str, pictures: Mapping[str, bytes]
) -> tuple[Sent, Mapping[str, str]]:
    """What was sent with the pictures in it by their hashes; and why others were not taken, by pointers."""
    fields = list(sent.fields or ())
    gone = {value for name, value in fields if name == NO_PICTURE}
    # Chosen on a page that sends no files: their names are all that came.
    named = {n.removeprefix(PICTURE): f"{_REFUSED}picture.not_sent" for n, v in fields if n.startswith(PICTURE) and v}
    came = {name: _taken(folder, centre, raw) for name, raw in pictures.items()}
    if not (gone or named or came):
        return sent, {}
    found = named | came
    # A signature that is said to be typed makes room for a picture.
    replaced = {*gone, *found, *(name.rpartition(".")[0] for name in found)}
    fields = [(name, value) for name, value in fields if name not in replaced]
    document = document_of(book, form, [*fields, *found.items()])
    refused = {pointer: _without(document, steps) for pointer, steps in _refused(book.forms[form], document)}
    return replace(sent, raw=as_bytes(document), document=document), refused


def with_chosen(
    gateway: Gateway, form: str, document: Mapping[str, Any], parts: Parts, centre: str
) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """A document as it was typed so far with the pictures that were chosen beside it, kept and named as at "Check";
    and why others were not taken, by pointers."""
    book = gateway.state.book
    if not parts.pictures or not takes_pictures(book.forms[form]):
        return document, {}
    typed = Sent(b"", parts.fields, document, None, "form")
    sent, refused = with_pictures(
        book, form, typed, folder=gateway.state.folder, centre=centre, pictures=parts.pictures
    )
    return sent.document, refused


def shown_pictures(
    gateway: Gateway, centre: str, form: Form, document: Mapping[str, Any]
) -> list[tuple[int, str | None]]:
    """The pictures of a document as addresses that hold them whole, by the numbers of their rows."""
    return [
        (next((step + 1 for step in steps if isinstance(step, int)), 1), _address(gateway.state.folder, centre, name))
        for steps in pictures_in(form, document)
        if (name := value_at(document, steps))
    ]


def pictures_by_name(
    gateway: Gateway, centre: str, documents: Iterable[tuple[str, Mapping[str, Any]]]
) -> dict[str, list[tuple[int, str | None]]]:
    """The same for documents of a centre, by their names."""
    forms = gateway.state.book.forms
    return {
        name: shown_pictures(gateway, centre, forms[document["form"]], document)
        for name, document in documents
        if document.get("form") in forms
    }


def _address(folder: Path, centre: str, name: object) -> str | None:
    raw = kept(folder, centre, name)
    return f"data:{picture_of(raw).media_type};base64,{b64encode(raw).decode()}" if raw else None


def with_refused(report: Report, refused: Mapping[str, str], sent: Sent, book: Book, form: str) -> Report:
    """The report with what is wrong about pictures first: a picture's form is its schema's matter."""
    if not refused:
        return report
    path, help_ = sent.path(book, form), book.help("D002")
    said = [
        Finding("D002", Severity.ERROR, path, pointer, None, text(key), text("picture.fix"), help_)
        for pointer, key in refused.items()
    ]
    return replace(report, findings=(*said, *report.findings))


def _taken(folder: Path, centre: str, raw: bytes) -> str:
    try:
        picture_of(raw)
    except NotAPicture as error:
        return f"{_REFUSED}{error.key}"
    return keep(folder, centre, raw)


def _refused(form: Form, document: Mapping[str, Any]) -> Sequence[tuple[str, Steps]]:
    return [
        (pointer_of(steps), steps)
        for steps in pictures_in(form, document)
        if str(value_at(document, steps)).startswith(_REFUSED)
    ]


def _without(document: dict[str, Any], steps: Steps) -> str:
    """Takes a refusal out of a document, and the group that holds nothing else. Gives the key of its words."""
    around: Any = value_at(document, steps[:-1])
    key = str(around.pop(steps[-1])).removeprefix(_REFUSED)
    outer: Any = value_at(document, steps[:-2])
    if not around and isinstance(outer, dict):
        del outer[steps[-2]]
    return key


def pictures_in(form: Form, document: Mapping[str, Any]) -> Iterator[Steps]:
    """Where pictures are named in a document, as steps."""
    for group in groups_of(form):
        for field in group.fields:
            if field.widget == "image":
                yield from (steps for steps in _places(group.rows, field, document) if value_at(document, steps))


def _places(rows: Steps | None, field: Field, document: Mapping[str, Any]) -> Iterator[Steps]:
    if rows is None:
        yield field.steps
        return
    items = value_at(document, rows)
    for index in range(len(items) if isinstance(items, list) else 0):
        yield (*rows, index, *field.steps)
