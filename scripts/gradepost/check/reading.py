"""From bytes to a document: parsed, held to its schema, freed of what the schema refuses, laid out canonically."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from gradepost.book import Book
from gradepost.document.filing import path_of
from gradepost.document.pointers import unescaped
from gradepost.document.strict import MAX_BYTES, UNDECIDED, NotStrict, parse, parse_quickly
from gradepost.model.documents import Document, Filing
from gradepost.model.findings import Problem
from gradepost.model.series import Form


def read(raw: bytes, path: str, book: Book, *, form: str | None = None, filing: Filing | None = None) -> Document:
    """The document that these bytes are. Never raises: what is wrong with them is in the document.

    `form` is what the document is sent as; without it, the document's own `form` says.
    """
    value = parse_quickly(raw)
    if value is not UNDECIDED and (found := _quickly(value, raw, path, book, form, filing)):
        return found
    try:
        value = parse(raw)
    except NotStrict as refusal:
        return Document(path, raw, form, {}, refusal=str(refusal), filing=filing)
    if (known := _form_of(value, form, book)) is None:
        wrong = Problem("/form", f"The form must be {_any_of(book.forms)}.")
        problem = wrong if isinstance(value, dict) else Problem("", "A document must be a group of properties.")
        return Document(path, raw, form, {}, violations=(problem,), filing=filing)
    return _document(value, book.schema_of(known).violations(value), raw, path, book, known, filing)


def _quickly(value: Any, raw: bytes, path: str, book: Book, form: str | None, filing: Filing | None) -> Document | None:
    """The document, if its schema vouches for the limits on numbers and depth that were not looked at."""
    known = _form_of(value, form, book)
    if known is None:
        return None
    violations, vouched = book.schema_of(known).violations_of_parsed(value)
    return _document(value, violations, raw, path, book, known, filing) if vouched else None


def _form_of(value: Any, form: str | None, book: Book) -> str | None:
    if not isinstance(value, dict):
        return None
    named = value.get("form")
    return form or (named if isinstance(named, str) and named in book.forms else None)


# No canonical form is so many times as long as what was received: spaces and indents are few beside names.
_MOST_GROWTH = 8


def _document(
    value: dict[str, Any],
    violations: tuple[Problem, ...],
    raw: bytes,
    path: str,
    book: Book,
    form: str,
    filing: Filing | None,
) -> Document:
    found = Document(
        path,
        raw,
        form,
        data := _without(value, violations) if violations else value,
        filed_at=_filed_at(book, form, data),
        names=frozenset(value),
        violations=tuple(_labelled(problem, book.forms[form]) for problem in violations),
        filing=filing,
        lay_out=book.schema_of(form).layout.bytes_of,
    )
    if len(raw) * _MOST_GROWTH > MAX_BYTES and found.canonical is not None and len(found.canonical) > MAX_BYTES:
        too_large = f"In canonical form it has {len(found.canonical):,} bytes; the most is {MAX_BYTES:,}."
        return Document(path, raw, form, {}, refusal=too_large, filing=filing)
    return found


def _any_of(forms: Iterable[str]) -> str:
    return " or ".join(forms)


def _filed_at(book: Book, form: str, data: Mapping[str, Any]) -> str | None:
    # Only ids of the book make a path: it is shown in reports, and what was submitted is not.
    if book.forms[form].scope in ("centre", "requests"):
        return path_of(book.forms[form].path, data, "") if data.get("series") == book.series.id else None
    qualification = book.series.qualifications.get(data.get("qualification", ""))
    if qualification is None or data.get("series") != book.series.id:
        return None
    component = qualification.components.get(data.get("component", ""))
    kind = data.get("kind", component.kind if component else "")
    if kind not in {component.kind for component in qualification.components.values()}:
        return None
    return path_of(book.forms[form].path, data, kind)


_INDEX = re.compile(r"/[0-9]+(?=/)")


def _labelled(problem: Problem, form: Form) -> Problem:
    """A missing value is named as the form names it."""
    if not problem.message.endswith("is missing."):
        return problem
    label = form.labels.get(_INDEX.sub("", problem.pointer).removeprefix("/"))
    return replace(problem, message=f"{label}: this is missing.") if label else problem


def _without(value: dict[str, Any], violations: Iterable[Problem]) -> dict[str, Any]:
    """The value without what was refused; in a list {} stays in its place, so that places stay right."""
    trie: dict[object, Any] = {}
    for problem in violations:
        if problem.entries_stand:
            continue
        node = trie
        for step in problem.pointer.split("/")[1:]:
            node = node.setdefault(unescaped(step), {})
        node[_HERE] = {}
    found = _pruned(value, trie) if trie else value
    return found if isinstance(found, dict) else {}


_REFUSED = object()
_HERE = object()


def _pruned(value: Any, trie: Mapping[object, Any]) -> Any:
    if _HERE in trie:
        return _REFUSED
    if isinstance(value, dict):
        pruned = ((k, _pruned(v, trie[k]) if k in trie else v) for k, v in value.items())
        return {k: v for k, v in pruned if v is not _REFUSED}
    if isinstance(value, list):
        kept = list(value)
        for step, inner in trie.items():
            if isinstance(step, str) and step.isdecimal() and int(step) < len(kept):
                found = _pruned(kept[int(step)], inner)
                kept[int(step)] = {} if found is _REFUSED else found
        return kept
    return value
