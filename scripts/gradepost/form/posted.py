"""From the fields of an HTML form post to a document: the way back from `render_form`.

The schema decides which names exist and what type each has; whatever else was posted is not there. Nothing here
judges: what cannot be read stays as it was typed, so that the rules can say what is wrong with it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from gradepost.book import Book
from gradepost.form.chosen import Meanings
from gradepost.form.layout import Field, Steps, every_field, groups_of, name_of, value_at
from gradepost.form.shape import Shape, shape_of
from gradepost.model.series import Form

ADD_ROWS = "_add_rows"
REMOVE_ROW = "_remove_row"
ROWS_ADDED = 10
# As many as the schemas let a document have. A page of more would take minutes to make.
MAX_ROWS = 5000

_MAX_DEPTH = 8
_INDEX = re.compile(r"[0-9]{1,9}")
_WALL_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
# A number keeps its sign and what else was typed: a mark of -5 is not one of 5.
_WHOLE = re.compile(r"-?[0-9]{1,15}", re.ASCII)
_BETWEEN_DIGITS = re.compile(r"[\s'’\u2010-\u2015-]+")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u2060\ufeff]")


def document_of(book: Book, form_name: str, fields: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The document that the posted fields make, rows that were left empty taken out.

    Pointers of a report on it therefore match it and not the fields: show the form again from the document.
    Lists and groups that the schema requires are there even when empty, so that the rules speak of what is
    missing in them. Never raises, whatever is posted.
    """
    form = book.forms[form_name]
    shape = shape_of(book.schema_of(form_name).schema)
    fields = list(fields)
    reader = _Reader(form, book.series.zone, Meanings(book, form_name, dict(fields)))
    gathered: dict[str | int, Any] = {}
    for name, text in without_removed(fields):
        if found := _steps(name, shape):
            steps, leaf = found
            if text := _clean(text):
                _put(gathered, steps, reader.value(steps, text, leaf), many=leaf.is_list)
    document = _built(gathered, shape, (), _rows_shown(form))
    constants = {name: inner.constant for name, inner in shape.properties.items() if inner.constant is not None}
    series = {"series": document.get("series", book.series.id)} if "series" in shape.properties else {}
    found_all = {**document, **constants, **series}
    return {name: found_all[name] for name in shape.properties if name in found_all}


def rows_of(book: Book, form_name: str, fields: Iterable[tuple[str, str]]) -> dict[str, int]:
    """How many rows each table of the form had when it was posted, and ten more where "Add 10 rows" was pressed."""
    fields = without_removed(fields)
    tables = {name_of(group.rows): group.rows for group in groups_of(book.forms[form_name]) if group.rows}
    seen: dict[str, set[str]] = {name: set() for name in tables}
    for posted, _ in fields:
        for name, indexes in seen.items():
            index = posted.removeprefix(f"{name}.").partition(".")[0]
            if posted.startswith(f"{name}.") and _INDEX.fullmatch(index):
                indexes.add(index)
    wanted = {value for name, value in fields if name == ADD_ROWS}
    counts = {name: len(indexes) + (ROWS_ADDED if name in wanted else 0) for name, indexes in seen.items()}
    return {name: min(count, MAX_ROWS) for name, count in counts.items()}


def most_rows(book: Book, form_name: str, document: Mapping[str, Any]) -> int:
    """How many rows the longest table of a form needs for a document."""
    tables = [value_at(document, group.rows) for group in groups_of(book.forms[form_name]) if group.rows]
    return max((len(rows) for rows in tables if isinstance(rows, list)), default=0)


def without_removed(fields: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The fields without those of the row whose "Remove" was pressed."""
    fields = list(fields)
    removed = tuple(f"{value}." for name, value in fields if name == REMOVE_ROW and value)
    return [(name, value) for name, value in fields if not name.startswith(removed)] if removed else fields


class _Reader:
    """Reads one text as the type that its property has, cleaned as its widget says."""

    def __init__(self, form: Form, zone: ZoneInfo, meanings: Meanings) -> None:
        self._fields = dict(every_field(form))
        self._zone = zone
        self._meanings = meanings

    def value(self, steps: Steps, text: str, leaf: Shape) -> str | int | bool:
        field = self._fields.get(_any_index(steps))
        if leaf.type == "boolean":
            return {"true": True, "false": False}.get(text, text)
        if field is not None and (field.choices or field.widget == "date"):
            text = self._meanings.of(field, text)
        elif field is not None and field.widget == "digits":
            text = _digits(text)
        elif leaf.type == "integer":
            text = unicodedata.normalize("NFKC", text)
        if leaf.type == "integer":
            return int(text) if _WHOLE.fullmatch(text) else text
        return _with_offset(text, self._zone) if leaf.format == "date-time" else text


def _any_index(steps: Steps) -> Steps:
    return tuple("*" if isinstance(step, int) else step for step in steps)


def _clean(text: str) -> str:
    """Without what cannot be seen; line breaks as JSON's `\\n`; half a surrogate pair is no character."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSEEN.sub("", text).encode("utf-8", "replace").decode("utf-8").strip()


def _digits(text: str) -> str:
    plain = _BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", text))
    return plain if plain.isascii() and plain.isdigit() else text


def _with_offset(text: str, zone: ZoneInfo) -> str:
    """A wall time of the zone with its offset; in a gap or an overlap, the one before the clocks change."""
    if not _WALL_TIME.fullmatch(text):
        return text
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return text


def _steps(name: str, shape: Shape) -> tuple[Steps, Shape] | None:
    """The steps of a posted name through the schema, and what stands at their end; None where there is nothing."""
    parts = name.split(".", _MAX_DEPTH)
    if name.startswith("_") or len(parts) > _MAX_DEPTH:
        return None
    steps: list[str | int] = []
    for part in parts:
        if part in shape.properties:
            steps.append(part)
            shape = shape.properties[part]
        elif shape.items is not None and _INDEX.fullmatch(part):
            steps.append(int(part))
            shape = shape.items
        else:
            return None
    return (tuple(steps), shape) if shape.takes_text else None


def _put(into: dict[str | int, Any], steps: Steps, value: str | int | bool, *, many: bool) -> None:
    for step in steps[:-1]:
        inner = into.setdefault(step, {})
        if not isinstance(inner, dict):
            return
        into = inner
    if many:
        already = into.setdefault(steps[-1], [])
        if isinstance(already, list) and value not in already:
            already.append(value)
    elif not isinstance(into.get(steps[-1]), dict):
        into[steps[-1]] = value


RowsShown = Mapping[Steps, tuple[Field, ...]]


def _rows_shown(form: Form) -> RowsShown:
    return {_any_index(group.rows): group.fields for group in groups_of(form) if group.rows}


def _built(gathered: Any, shape: Shape, at: Steps, shown: RowsShown) -> Any:
    if not isinstance(gathered, dict):
        return gathered
    if shape.items is not None:
        kept = (gathered[index] for index in sorted(gathered) if not _left_empty(gathered[index], shown.get(at)))
        built = (_built(item, shape.items, (*at, "*"), shown) for item in kept)
        return [item for item in built if item not in ({}, [])]
    found = {}
    for name, inner in shape.properties.items():
        value = _built(gathered.get(name, {}), inner, (*at, name), shown) if not inner.is_scalar else gathered.get(name)
        if value is not None and (value not in ({}, []) or name in shape.required):
            found[name] = value
    return found


def _left_empty(row: Any, fields: tuple[Field, ...] | None) -> bool:
    """Whether nobody filled in a row: what the form set itself, or carried along unseen, does not count."""
    if fields is None or not isinstance(row, dict):
        return False
    return all(_at(row, field.steps) in (None, field.default) for field in fields)


def _at(value: Any, steps: Steps) -> Any:
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value
