"""Canonical bytes: what stands in the ledger. One layout, so that a diff shows learners and a line is arithmetic."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import orjson

ONE_PER_LINE = "learners"


class Layout:
    """The order of a schema's properties, all the way down. What the schema does not know goes last, as it came.

    `quick`: every number that the schema accepts is whole and of at most 15 digits. Other numbers are left to
    `json`: orjson writes 1e-05 as 0.00001.
    """

    def __init__(self, schema: Mapping[str, Any], *, quick: bool = False) -> None:
        self.quick = quick
        self._order = _order(schema, schema)

    def bytes_of(self, value: Mapping[str, Any]) -> bytes:
        """The document as canonical bytes: UTF-8, two-space indent, each learner on one line, one final newline."""
        arranged = value if _is_arranged([value], self._order) else _arranged(value, self._order)
        return _document(arranged, _quick_lines if self.quick else _lines)


def sha256(raw: bytes) -> str:
    """The SHA-256 of bytes, as lower-case hexadecimal digits."""
    return hashlib.sha256(raw).hexdigest()


Order = dict[str, Any]


def _order(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Order:
    if "$ref" in schema:
        return _order(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root)
    if "items" in schema:
        return _order(schema["items"], root)
    for choice in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
        if found := _order(choice, root):
            return found
    return {name: _order(inner, root) for name, inner in schema.get("properties", {}).items()}


def _arranged(value: Any, order: Order) -> Any:
    if isinstance(value, list):
        return [_arranged(item, order) for item in value] if order else value
    if not isinstance(value, dict) or not order:
        return value
    known = {name: _arranged(value[name], inner) for name, inner in order.items() if name in value}
    return known if len(known) == len(value) else {**known, **value, **known}


def _is_arranged(values: Sequence[Any], order: Order) -> bool:
    """Whether groups have their properties in order already, as they nearly always have: told by their few shapes."""
    if not values:
        return True
    if set(map(type, values)) != {dict}:
        return False
    shapes = set(map(tuple, values))
    if any([name for name in order if name in shape] != list(shape) for shape in shapes):
        return False
    return all(_is_arranged(_members(values, name), inner) for name, inner in order.items() if inner)


def _members(values: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    """The groups under one name, those in lists included."""
    found = [value[name] for value in values if name in value]
    lists = [value for value in found if type(value) is list]
    return [*chain.from_iterable(lists), *(value for value in found if type(value) is not list)] if lists else found


def _quick_lines(value: Mapping[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _lines(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


# At two spaces only a property of the document itself stands, and a text holds no line break.
_ROWS_HERE = f'\n  "{ONE_PER_LINE}": '.encode()


def _document(value: Mapping[str, Any], lines: Callable[[Mapping[str, Any]], bytes]) -> bytes:
    rows = value.get(ONE_PER_LINE)
    if not isinstance(rows, list) or not rows:
        return lines(value)
    before, after = lines({**value, ONE_PER_LINE: None}).split(_ROWS_HERE + b"null", 1)
    return b"".join((before, _ROWS_HERE, b"[\n    ", _one_per_line(rows), b"\n  ]", after))


def _one_per_line(rows: Sequence[Any]) -> bytes:
    """The rows as `json.dumps` writes them, one to a line. Written in one go, then parted before their first name."""
    name = next(iter(rows[0]), None) if isinstance(rows[0], dict) else None
    text = _encoder().encode(rows)[1:-1]
    parting = f"}}, {{{_encoder().encode(name)}: "
    if name is None or text.count(parting) != len(rows) - 1 or not all(_begins(row, name) for row in rows):
        return ",\n    ".join(map(_encoder().encode, rows)).encode()
    return text.replace(parting, parting.replace(", ", ",\n    ", 1)).encode()


def _begins(row: Any, name: str) -> bool:
    return isinstance(row, dict) and next(iter(row), None) == name


@lru_cache(maxsize=1)
def _encoder() -> json.JSONEncoder:
    return json.JSONEncoder(ensure_ascii=False, separators=(", ", ": "))
