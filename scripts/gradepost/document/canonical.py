"""Canonical bytes: what stands in the ledger. One layout, so that a diff shows learners and a line is arithmetic."""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

ONE_PER_LINE = "learners"


class Layout:
    """The order of a schema's properties, all the way down. What the schema does not know goes last, as it came."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._order = _order(schema, schema)

    def bytes_of(self, value: Mapping[str, Any]) -> bytes:
        """The document as canonical bytes: UTF-8, two-space indent, each learner on one line, one final newline."""
        return _document(_arranged(value, self._order)).encode("utf-8")


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
    return known if len(known) == len(value) else {**known, **value}


def _document(value: Mapping[str, Any]) -> str:
    if not value:
        return "{}\n"
    members = (f"  {_text(name)}: {_member(name, inner)}" for name, inner in value.items())
    return "{\n" + ",\n".join(members) + "\n}\n"


def _member(name: str, value: Any) -> str:
    if name == ONE_PER_LINE and isinstance(value, list) and value:
        return "[\n    " + ",\n    ".join(map(_text, value)) + "\n  ]"
    if not isinstance(value, dict | list):
        return _text(value)
    # A JSON string holds no raw line break, so indenting the text indents the layout alone.
    return json.dumps(value, ensure_ascii=False, indent=2).replace("\n", "\n  ")


@lru_cache(maxsize=1)
def _encoder() -> json.JSONEncoder:
    return json.JSONEncoder(ensure_ascii=False, separators=(", ", ": "))


def _text(value: Any) -> str:
    return _encoder().encode(value)
