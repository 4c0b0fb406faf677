"""Two engines behind one port: each says which keyword of a schema a value breaks, and where. Neither makes words.

python-jsonschema is always there and is also the one for our own files. jsonschema-rs, of the extra `fast`, gives the
same answers about 100 times faster; a test holds the two to that over tens of thousands of documents.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.util import find_spec
from typing import Any, Protocol

from gradepost.document.strict import MAX_DEPTH

Schema = Mapping[str, Any]
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One keyword that a value breaks: where (names and indexes), in which subschema, and the value there."""

    path: Path
    keyword: str
    schema: Schema
    instance: Any


class Engine(Protocol):
    """A compiled schema."""

    def mistakes(self, value: Any) -> Sequence[Mistake]:
        """Every keyword that the value breaks, in no particular order; none if nothing is wrong."""


def engine_for(schema: Schema, *, fast: bool | None = None) -> Engine:
    """The engine for a schema: the fast one where it is installed, or the one asked for."""
    wanted = find_spec("jsonschema_rs") is not None if fast is None else fast
    return Fast(schema) if wanted else Plain(schema)


class NotASchema(ValueError):
    """A value that is no JSON Schema of draft 2020-12, or that names something that is not in it."""


def insist_on_schema(value: Any) -> None:
    """Raise `NotASchema` unless the value is a schema that can be compiled."""
    if not isinstance(value, dict):
        raise NotASchema("not an object")
    if find_spec("jsonschema_rs") is not None:
        import jsonschema_rs  # noqa: PLC0415 - of the extra `fast`

        try:
            jsonschema_rs.meta.validate(value)
            return
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as error:
            raise NotASchema(str(error)) from error
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - slow to import, seldom needed
    from jsonschema.exceptions import SchemaError  # noqa: PLC0415

    try:
        Draft202012Validator.check_schema(value)
    except SchemaError as error:
        raise NotASchema(error.message) from error


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


def _date(text: str) -> None:
    # Python also reads 20210518 and 2021-W20-2, which the other engine and RFC 3339 do not; and it has no year 0000,
    # a leap year that they have. Our patterns refuse that year.
    known = text.replace("0000-", "2000-", 1) if text.startswith("0000-") else text
    if date.fromisoformat(known).isoformat() != known:
        raise ValueError


def _instant(text: str) -> None:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError


_DATE = _parses(_date)
_INSTANT = _parses(_instant)


class Plain:
    """python-jsonschema."""

    def __init__(self, schema: Schema) -> None:
        from jsonschema import Draft202012Validator, FormatChecker  # noqa: PLC0415 - slow to import, seldom needed

        formats = FormatChecker(formats=())
        formats.checks("date")(_DATE)
        formats.checks("date-time")(_INSTANT)
        self._validator = Draft202012Validator(dict(schema), format_checker=formats)

    def mistakes(self, value: Any) -> Sequence[Mistake]:
        """As `Engine.mistakes`."""
        return [
            Mistake(
                tuple(e.absolute_path), str(e.validator), e.schema if isinstance(e.schema, dict) else {}, e.instance
            )
            for e in self._validator.iter_errors(value)
        ]


class Fast:
    """jsonschema-rs, its patterns compiled for linear time where they can be."""

    def __init__(self, schema: Schema) -> None:
        import jsonschema_rs  # noqa: PLC0415 - of the extra `fast`

        self._schema = schema
        self._subschemas: dict[tuple[str | int, ...], tuple[str, Schema]] = {}
        # Its own `date` is like ours, and quick; its `date-time` is not like ours, and rare.
        formats: dict[str, Any] = {"date-time": _INSTANT}
        compiled = jsonschema_rs.Draft202012Validator
        try:
            self._validator = compiled(
                linear(schema), validate_formats=True, formats=formats, pattern_options=jsonschema_rs.RegexOptions()
            )
        except jsonschema_rs.ValidationError:  # a pattern that looks around cannot be linear
            self._validator = compiled(dict(schema), validate_formats=True, formats=formats)

    def mistakes(self, value: Any) -> Sequence[Mistake]:
        """As `Engine.mistakes`."""
        try:
            found = list(self._validator.iter_errors(value))
        except ValueError:  # a value that no JSON holds: our own YAML may have a number for a name
            return Plain(self._schema).mistakes(value)
        return [Mistake(tuple(e.instance_path), *self._broken(tuple(e.schema_path)), e.instance) for e in found]

    def _broken(self, path: tuple[str | int, ...]) -> tuple[str, Schema]:
        """The keyword at a path of the schema, and the subschema that it stands in."""
        known = self._subschemas.get(path)
        if known is None:
            found: Any = self._schema
            for step in path[:-1]:
                found = found[step]
            known = self._subschemas[path] = (str(path[-1]), found)
        return known


_NOT_BEFORE_A_LINE_BREAK = r"(?!\n)$"


def linear(schema: Any) -> Any:
    """The same schema for an engine in which `$` is the end and nothing else, as it is in ECMAScript.

    Our patterns end in `(?!\\n)$` because Python's `$` also stands before a last line break; looking around costs
    such an engine its linear time.
    """
    if isinstance(schema, Mapping):
        return {name: _linear_member(name, inner) for name, inner in schema.items()}
    return [linear(item) for item in schema] if isinstance(schema, list) else schema


def _linear_member(name: str, inner: Any) -> Any:
    if name == "pattern" and isinstance(inner, str):
        return inner.replace(_NOT_BEFORE_A_LINE_BREAK, "$")
    return linear(inner)


_MOST_DIGITS = 10**15


def is_bounded(schema: Schema) -> bool:
    """Whether whatever the schema accepts keeps D001's limits on numbers and depth: every object is closed, every
    number is whole and of at most 15 digits, and every place says what it takes."""
    return _bounded(schema, schema, 0)


_UNSEEN_MEMBERS = frozenset({"patternProperties", "prefixItems"})


def _bounded(schema: Any, root: Schema, depth: int) -> bool:
    if depth > MAX_DEPTH or not isinstance(schema, Mapping) or not _UNSEEN_MEMBERS.isdisjoint(schema):
        return False
    if "$ref" in schema:
        return _bounded(root["$defs"][schema["$ref"].rpartition("/")[2]], root, depth + 1)
    if choices := [*schema.get("oneOf", ()), *schema.get("anyOf", ())]:
        return all(_bounded(choice, root, depth) for choice in choices)
    if "const" in schema or "enum" in schema:
        allowed = schema.get("enum", [schema.get("const")])
        return all(value is None or isinstance(value, str | bool) for value in allowed)
    types: dict[object, Callable[[], bool]] = {
        "string": lambda: True,
        "boolean": lambda: True,
        "null": lambda: True,
        "integer": lambda: (
            abs(schema.get("minimum", _MOST_DIGITS)) < _MOST_DIGITS > schema.get("maximum", _MOST_DIGITS)
        ),
        "array": lambda: _bounded(schema.get("items"), root, depth + 1),
        "object": lambda: (
            depth < MAX_DEPTH
            and schema.get("additionalProperties") is False
            and all(_bounded(inner, root, depth + 1) for inner in schema.get("properties", {}).values())
        ),
    }
    kinds = schema.get("type")
    named = kinds if isinstance(kinds, list) else [kinds]
    return all(kind in types and types[kind]() for kind in named)
