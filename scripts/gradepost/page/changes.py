"""What differs between a document and the one that was received before, field by field, in the words of its form."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gradepost.book import Book
from gradepost.form.layout import Group, groups_of, value_at
from gradepost.model.series import Form, Series
from gradepost.page.readout import said
from gradepost.page.texts import text


@dataclass(frozen=True, slots=True)
class Changed:
    """One difference: of what, its kind (`added`, `removed`, `changed`), and both states in words."""

    what: str
    kind: str
    before: str
    after: str


Data = Mapping[str, Any]


def changes(book: Book, form: Form, before: Data, after: Data) -> list[Changed]:
    """Every difference that the form asks about, in the order of the form.

    Rows are compared with the row that begins alike: with learners that is the candidate number, wherever it stands.
    """
    return [change for group in groups_of(form) for change in _group(book.series, group, before, after)]


def _group(series: Series, group: Group, before: Data, after: Data) -> Iterator[Changed]:
    if group.rows is None:
        for field in group.fields:
            one, other = ("; ".join(said(series, field, value_at(d, field.steps), d)) for d in (before, after))
            yield from _change(field.label, one, other)
        return
    old, new = (_by_key(group, data) for data in (before, after))
    for key in dict.fromkeys([*old, *new]):
        yield from _row(series, group, key, (old.get(key), before), (new.get(key), after))


def _by_key(group: Group, data: Data) -> dict[str, Any]:
    """The rows of a list by what they begin with; rows that begin alike by their order too."""
    items = value_at(data, group.rows or ())
    found: dict[str, Any] = {}
    for item in items if isinstance(items, list) else []:
        key = str(value_at(item, group.fields[0].steps) or "")
        while key in found:
            key += " "
        found[key] = item
    return found


def _row(series: Series, group: Group, key: str, old: tuple[Any, Data], new: tuple[Any, Data]) -> Iterator[Changed]:
    (item, before), (other, after) = old, new
    first = group.fields[0]
    name = "".join(said(series, first, key.rstrip() or None, after)) or text("form.row")
    what = f"{group.row_name} {name}"
    if item is None or other is None:
        row, of = (other, after) if item is None else (item, before)
        whole = ", ".join(s for f in group.fields[1:] if (s := "; ".join(said(series, f, value_at(row, f.steps), of))))
        yield from _change(what, "" if item is None else whole or name, "" if other is None else whole or name)
        return
    for field in group.fields[1:]:
        pair = ("; ".join(said(series, field, value_at(i, field.steps), d)) for i, d in (old, new))
        yield from _change(f"{what}, {field.label}", *pair)


def _change(what: str, before: str, after: str) -> Iterator[Changed]:
    if before != after:
        kind = "changed" if before and after else "removed" if before else "added"
        yield Changed(what, kind, before or text("check.not_there"), after or text("check.not_there"))
