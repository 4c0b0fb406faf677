"""What a form holds when one of its buttons beside "Check" is pressed: a document that nobody has judged yet."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gradepost.book import Book
from gradepost.document.strict import NotStrict, parse
from gradepost.doors.web.bodies import Unreadable
from gradepost.doors.web.sent import DOCUMENT
from gradepost.page.form import document_of


def typed(book: Book, form: str, fields: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
    """The document that a page carried whole, else the one that its fields make. Raises `Unreadable`."""
    carried = next((value for name, value in fields if name == DOCUMENT), None)
    if carried is None:
        return document_of(book, form, fields)
    try:
        found = parse(carried.encode("utf-8", "replace"))
    except NotStrict as error:
        raise Unreadable from error
    if not isinstance(found, dict):
        raise Unreadable
    return found


def as_text(document: Mapping[str, Any]) -> str:
    """A document as a page carries it."""
    return json.dumps(document, ensure_ascii=False)
