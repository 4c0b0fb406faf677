"""From bytes to a document: parsed, held to its schema, freed of what the schema refuses, laid out canonically."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from gradepost.book import Book
from gradepost.document.canonical import sha256
from gradepost.document.filing import path_of
from gradepost.document.strict import MAX_BYTES, NotStrict, parse
from gradepost.model.records import Document, Filing, Problem
from gradepost.model.series import Form
from gradepost.rules.learners import people_of


def read(raw: bytes, path: str, book: Book, *, form: str | None = None, filing: Filing | None = None) -> Document:
    """The document that these bytes are. Never raises: what is wrong with them is in the document.

    `form` is what the document is sent as; without it, the document's own `form` says.
    """
    try:
        value = parse(raw)
    except NotStrict as refusal:
        return Document(path, raw, form, {}, refusal=str(refusal), filing=filing)
    named = value.get("form") if isinstance(value, dict) else None
    form = form or (named if isinstance(named, str) and named in book.forms else None)
    if not isinstance(value, dict) or form is None:
        wrong = Problem("/form", f"The form must be {_any_of(book.forms)}.")
        problem = wrong if isinstance(value, dict) else Problem("", "A document must be a group of properties.")
        return Document(path, raw, form, {}, violations=(problem,), filing=filing)
    schema = book.schema_of(form)
    violations = tuple(_labelled(problem, book.forms[form]) for problem in schema.violations(value))
    canonical = None
    if not violations:
        canonical = schema.layout.bytes_of(value)
        if len(canonical) > MAX_BYTES:
            too_large = f"In canonical form it has {len(canonical):,} bytes; the most is {MAX_BYTES:,}."
            return Document(path, raw, form, {}, refusal=too_large, filing=filing)
    data = _without(value, violations)
    return Document(
        path,
        raw,
        form,
        data,
        canonical=canonical,
        sha256=sha256(canonical) if canonical is not None else "",
        filed_at=_filed_at(book, form, data),
        names=frozenset(value),
        people=frozenset((number, uln) for _, number, uln in people_of(data.get("learners", ()))),
        violations=violations,
        filing=filing,
    )


def _any_of(forms: Iterable[str]) -> str:
    return " or ".join(forms)


def _filed_at(book: Book, form: str, data: Mapping[str, Any]) -> str | None:
    # Only ids of the book make a path: it is shown in reports, and what was submitted is not.
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
            node = node.setdefault(step.replace("~1", "/").replace("~0", "~"), {})
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
        pruned_items = (_pruned(v, trie[str(i)]) if str(i) in trie else v for i, v in enumerate(value))
        return [{} if v is _REFUSED else v for v in pruned_items]
    return value
