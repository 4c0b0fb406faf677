"""What a request to `/check` or `/submit` brought: JSON, the fields of a form, or a document that a page carried."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request

from gradepost.book import Book
from gradepost.check import read
from gradepost.document.canonical import sha256
from gradepost.document.strict import NotStrict, parse
from gradepost.doors.web.bodies import fields_of
from gradepost.intake import Submission
from gradepost.page.form import IDEMPOTENCY_KEY, document_of
from gradepost.people import Actor

DOCUMENT, CHANNEL = "_document", "_channel"
# A page may say that what it carries came by one of these; anything else that it says is not believed.
_CHANNELS = ("form", "spreadsheet")


@dataclass(frozen=True, slots=True)
class Sent:
    """The bytes to judge; for an HTML form its fields by name, in order, and its document.

    `carried` says whether the page carried a whole document along: then its fields are about that document.
    """

    raw: bytes
    fields: Sequence[tuple[str, str]] | None
    document: Mapping[str, Any]
    key: str | None
    channel: str
    carried: bool = False

    @property
    def by_name(self) -> Mapping[str, str]:
        """The fields whose names do not repeat: the last value of each name."""
        return dict(self.fields or ())

    @property
    def about(self) -> Sequence[tuple[str, str]]:
        """What goes along from page to page until it is submitted."""
        return [(CHANNEL, self.channel)] if self.channel == "spreadsheet" else []

    def path(self, book: Book, form: str) -> str:
        """Where it would be filed, as the findings about it say."""
        return read(self.raw, "", book, form=form).filed_at or f"{form}.json"

    def with_document(self, document: Mapping[str, Any]) -> "Sent":
        """The same with another document."""
        return replace(self, raw=as_bytes(document), document=document)

    def submission(self, form: str, actor: Actor, *, again: bool = False) -> Submission:
        """What is received. The page's key goes with what is on the page: pressed twice it is received once,
        corrected it is received again. `again` receives it whatever was received before."""
        if self.fields is None:
            return Submission(self.raw, form, actor, self.channel, self.key)
        key = f"{self.key}:{sha256(self.raw)}" if self.key and not again else None
        return Submission(self.raw, form, actor, self.channel, key)


def sent_of(request: Request, book: Book, form: str, kind: str, body: bytes) -> Sent:
    """What was sent. Raises `Unreadable` where the fields of a form cannot be read."""
    if kind == "json":
        return Sent(body, None, {}, request.headers.get("idempotency-key"), "api")
    fields = fields_of(body)
    by_name = dict(fields)
    key = by_name.get(IDEMPOTENCY_KEY) or None
    channel = by_name[CHANNEL] if by_name.get(CHANNEL) in _CHANNELS else "form"
    if DOCUMENT in by_name:
        raw = by_name[DOCUMENT].encode("utf-8", "replace")
        return Sent(raw, fields, _document_in(raw), key, channel, carried=True)
    document = document_of(book, form, fields)
    return Sent(as_bytes(document), fields, document, key, channel)


def as_bytes(document: Mapping[str, Any]) -> bytes:
    """A document as it is judged: half a surrogate pair is no character."""
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")


def _document_in(raw: bytes) -> Mapping[str, Any]:
    """The document to show; {} where the text is none, and the rules say so."""
    try:
        found = parse(raw)
    except NotStrict:
        return {}
    return found if isinstance(found, dict) else {}
