"""What no schema sees in a layout: properties that documents do not have, and what could not be read back."""

from collections.abc import Iterator, Mapping
from typing import Any

from gradepost.book.mistakes import Mistake, instead
from gradepost.book.own_yaml import OwnFile
from gradepost.exchange.completions import FORM as READ_ONLY

_SET_BY_US = frozenset({"form", "series"})
_WAYS = {"boolean": "yes-no", "integer": "number", "array": "json", "object": "json"}
_APART = frozenset({"date", "time"})


def layout_mistakes(file: OwnFile, schemas: Mapping[str, Mapping[str, Any]]) -> Iterator[Mistake]:
    """Every mistake in a layout that its own schema cannot see. `schemas` are those of the forms, by form."""
    raw = file.sound
    form = raw.get("form")
    if form is not None and form not in schemas:
        yield file.mistake(("form",), f"the series has no form {form}.{instead(form, schemas)}")
        return
    if form is None or not isinstance(raw.get("columns"), list):
        return
    known = _properties(schemas[form])
    if not any("/" in name for name in known):
        yield file.mistake(("form",), f"documents of {form} have no learners, so no rows. Choose another form.")
        return
    yield from _headers(file)
    for index, column in enumerate(raw["columns"]):
        if column is not None:
            yield from _column(file, index, column, known)
    yield from _directions(file, known)


def _properties(schema: Mapping[str, Any]) -> dict[str, str]:
    """The type of each property that a row can have, by its path."""
    inner = _at(schema, schema.get("properties", {}).get("learners", {})).get("items", {}).get("properties", {})
    own = {name: value for name, value in schema.get("properties", {}).items() if name not in {*_SET_BY_US, "learners"}}
    every = own | {f"learners/{name}": value for name, value in inner.items()}
    return {name: str(_at(schema, value).get("type", "string")) for name, value in every.items()}


def _at(root: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def _headers(file: OwnFile) -> Iterator[Mistake]:
    seen: set[str] = set()
    for index, column in enumerate(file.sound["columns"]):
        header = (column or {}).get("header")
        if header in seen:
            yield file.mistake(("columns", index, "header"), "another column has this header. Give each its own.")
        if header is not None:
            seen.add(header)


def _column(file: OwnFile, index: int, column: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[Mistake]:
    place = ("columns", index)
    name, way = column.get("property"), column.get("as", "text")
    if (name is None) == ("value" not in column):
        yield file.mistake(place, "a column has a property, or a value of its own. Write one of the two.")
    if name is None:
        return
    if name not in known:
        yield file.mistake((*place, "property"), f"documents have no property {name}.{instead(name, known)}")
        return
    wanted = _WAYS.get(known[name], "text")
    apart = way in _APART and name == "starts_at"
    if way != wanted and not apart:
        yield file.mistake((*place, "as"), f"{name} cannot be written as {way}. Write `as: {wanted}`.")
    if len(set(column.get("words", {}).values())) < len(column.get("words", {})):
        yield file.mistake((*place, "words"), "one word stands for two values. Give each its own.")
    if "words" in column and wanted != "text":
        yield file.mistake((*place, "words"), f"{name} is written as {wanted} and needs no words. Take them out.")
    if apart and "import" in file.sound.get("directions", ()):
        words = "a date and a time in two columns cannot be read back. Leave `as` out, or leave out import."
        yield file.mistake((*place, "as"), words)


def _directions(file: OwnFile, known: Mapping[str, str]) -> Iterator[Mistake]:
    raw = file.sound
    if raw.get("form") == READ_ONLY and "export" in raw.get("directions", ()):
        yield file.mistake(("directions",), f"{READ_ONLY} are read and never written. Write `directions: [import]`.")
    names = [column["property"] for column in raw["columns"] if column and "property" in column]
    if "import" in raw.get("directions", ()):
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield file.mistake(("columns",), f"{name} stands in two columns, and one is read back. Keep one.")
    if raw.get("whole") and (missing := sorted(known.keys() - set(names))):
        yield file.mistake(
            ("whole",), f"it is not whole without {', '.join(missing)}. Add the columns, or take it out."
        )
    if raw.get("whole") and len(raw.get("directions", ())) < 2:
        yield file.mistake(("whole",), "whole is for layouts that are written and read. Name both directions.")
