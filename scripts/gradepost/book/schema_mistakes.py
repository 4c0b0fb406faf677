"""What makes a schema unfit for us: a text without an end, or a pattern that engines may read in two ways."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from gradepost.book.mistakes import Mistake
from gradepost.document.place import Places
from gradepost.document.pointers import escaped
from gradepost.document.strict import NotStrict, parse

_SEVERAL = ("properties", "$defs", "patternProperties")
_LISTED = ("oneOf", "anyOf", "allOf", "prefixItems")
_ONE = ("items", "additionalProperties", "propertyNames", "not", "if", "then", "else", "contains")


def schema_mistakes(path: Path) -> Iterator[Mistake]:
    """Every mistake of one schema file that a JSON Schema may have and ours may not."""
    try:
        raw = path.read_bytes()
        value = parse(raw)
    except OSError as error:
        yield Mistake(str(path), 0, "", f"cannot be read ({error.strerror}).")
        return
    except NotStrict as error:
        yield Mistake(str(path), 0, "", f"not a JSON Schema. {error}")
        return
    if not isinstance(value, dict):
        yield Mistake(str(path), 0, "", "not a JSON Schema. Write a group of keywords in braces.")
        return
    shared = {f"#/$defs/{escaped(name)}" for name in value.get("$defs", ())}
    for pointer, words in _unfit(value, "", shared):
        line = Places(raw).of(pointer).line
        yield Mistake(str(path), line, pointer.strip("/").replace("/", "."), words)


def _unfit(schema: Any, place: str, shared: Collection[str]) -> Iterator[tuple[str, str]]:
    if not isinstance(schema, dict):
        return
    if "$ref" in schema and schema["$ref"] not in shared:
        yield f"{place}/$ref", "there is nothing under that name in this file. Name one of its `$defs`."
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and (wrong := _wrong_pattern(pattern)):
        yield f"{place}/pattern", wrong
    if schema.get("type") == "string" and not {"maxLength", "const", "enum"} & schema.keys():
        yield place, "this text has no end. Add a `maxLength`."
    for pointer, inner in _parts(schema, place):
        yield from _unfit(inner, pointer, shared)


def _wrong_pattern(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except re.error as error:
        return f"this is no pattern ({error.msg}). Look at its brackets."
    if not pattern.startswith("^") or not pattern.endswith(r"(?!\n)$"):
        return r"the pattern is not anchored. Begin it with ^ and end it with (?!\n)$."
    if not pattern.isascii() or re.search(r"\\[dDwWsSbBpPuUxN]", pattern):
        return r"the pattern is not ASCII alone. Write [0-9] and [A-Za-z], not \d or \w."
    return None


def _parts(schema: dict[str, Any], place: str) -> Iterator[tuple[str, Any]]:
    for name, inner in schema.items():
        if name in _SEVERAL and isinstance(inner, dict):
            yield from ((f"{place}/{name}/{escaped(key)}", member) for key, member in inner.items())
        elif name in _LISTED and isinstance(inner, list):
            yield from ((f"{place}/{name}/{index}", member) for index, member in enumerate(inner))
        elif name in _ONE:
            yield f"{place}/{name}", inner
