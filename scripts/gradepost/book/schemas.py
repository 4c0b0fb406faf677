"""The schemas of documents, compiled once: is anything wrong (fast), and if so what, in plain words."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import SchemaError, ValidationError

from gradepost.document.canonical import Layout
from gradepost.model.records import Problem
from gradepost.model.trouble import ConfigurationError


def _parses(parse: Callable[[str], object]) -> Callable[[object], bool]:
    def holds(value: object) -> bool:
        if not isinstance(value, str):
            return True
        try:
            parse(value)
        except ValueError:
            return False
        return True

    return holds


def _instant(text: str) -> None:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError


_FORMATS = {"date": _parses(date.fromisoformat), "date-time": _parses(_instant)}


class Schema:
    """One document schema: its violations in plain words, and its canonical layout.

    python-jsonschema says what is wrong. jsonschema-rs is asked first whether anything is, because it answers
    100 times faster and most documents are right; a test holds the two to the same answers.
    """

    def __init__(self, name: str, schema: Mapping[str, Any]) -> None:
        self.name = name
        self.schema = schema
        self.layout = Layout(schema)
        formats = FormatChecker(formats=())
        for known, holds in _FORMATS.items():
            formats.checks(known)(holds)
        self._words = Draft202012Validator(dict(schema), format_checker=formats)
        self._guard = jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True, formats=_FORMATS)

    def is_valid(self, value: Any) -> bool:
        """Whether nothing is wrong with the value's shape."""
        return bool(self._guard.is_valid(value))

    def violations(self, value: Any) -> tuple[Problem, ...]:
        """Every violation at its own pointer, one to a pointer, in the order of the document."""
        if self.is_valid(value):
            return ()
        found: dict[str, Problem] = {}
        for error in self._words.iter_errors(value):
            for problem in _problems(error):
                found.setdefault(problem.pointer, problem)
        return tuple(found.values())


def read_schemas(folder: Path) -> dict[str, Schema]:
    """Every `….schema.json` of a folder by name. Raises `ConfigurationError` where one is not a schema."""
    found = {}
    for path in sorted(folder.glob("*.schema.json")):
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            if not jsonschema_rs.meta.is_valid(value):
                Draft202012Validator.check_schema(value)
            name = path.name.removesuffix(".schema.json")
            found[name] = Schema(name, value)
        except (ValueError, KeyError, SchemaError, jsonschema_rs.ReferencingError) as error:
            raise ConfigurationError(f"{path}: not a JSON Schema ({type(error).__name__}).") from error
    if not found:
        raise ConfigurationError(f"{folder}: no schemas here. Run this from the site repository's root.")
    return found


def pointer_of(path: Iterator[str | int] | list[str | int]) -> str:
    """The RFC 6901 pointer of a path of names and indexes."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _problems(error: ValidationError) -> Iterator[Problem]:
    pointer = pointer_of(list(error.absolute_path))
    instance: Any = error.instance
    if error.validator == "required":
        required: Any = error.validator_value
        for name in required:
            if name not in instance:
                yield Problem(f"{pointer}/{name}", f"The {_spoken(name)} is missing.")
    elif error.validator == "additionalProperties":
        known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
        for name in instance:
            if name not in known:
                place = pointer + pointer_of([name])
                yield Problem(place, "This property is not part of the document.", submitted_name=True)
    else:
        yield Problem(pointer, _wrong(error), entries_stand=error.validator in _OF_THE_LIST)


def _spoken(name: str) -> str:
    return name.replace("_", " ").replace("uln", "ULN").replace("uci", "UCI")


_OF_THE_LIST = ("minItems", "maxItems", "uniqueItems")

_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a group of properties",
}


def _count(number: int) -> str:
    return "one entry" if number == 1 else f"{number:,} entries"


def _wrong(error: ValidationError) -> str:
    limit: Any = error.validator_value
    schema: Any = error.schema
    if isinstance(schema, dict) and "title" in schema and error.validator in ("type", "pattern", "maxLength"):
        return f"This must be {schema['title']}."
    if error.validator == "format":
        return "This date does not exist, or a time lacks its offset from UTC."
    words: dict[str, Callable[[], str]] = {
        "type": lambda: f"This must be {_TYPES.get(limit, 'of another type')}.",
        "const": lambda: f"This must be {limit}.",
        "enum": lambda: f"This must be one of {', '.join(map(str, limit))}.",
        "minLength": lambda: "This must not be empty.",
        "maxLength": lambda: f"This must have at most {limit:,} characters.",
        "minItems": lambda: f"There must be at least {_count(limit)} here.",
        "maxItems": lambda: f"There may be at most {_count(limit)} here.",
        "uniqueItems": lambda: "The same entry stands here twice.",
        "minimum": lambda: f"This must be at least {limit}.",
        "maximum": lambda: f"This must be at most {limit:,}.",
    }
    return words.get(str(error.validator), lambda: "This does not match the schema.")()
