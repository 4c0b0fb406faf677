"""What a schema refuses in a file of our own: each key with words for it, and what is left without it."""

import copy
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from gradepost.book.mistakes import instead

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

Keys = tuple[str | int, ...]

_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a group of keys",
}


def refused(value: Any, schema: Mapping[str, Any]) -> tuple[Any, list[tuple[Keys, str]]]:
    """The value without what the schema refuses, and every key that it refuses with words for it.

    Keys are taken out; in a list None stands for an entry, so that places stay right.
    """
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - slow to import, and only a mistake needs it

    validator = Draft202012Validator(schema)
    wrong = [found for error in validator.iter_errors(value) for found in _mistakes(error, schema)]
    return _sound(value, validator) if wrong and isinstance(value, dict) else value, wrong


def _mistakes(error: "ValidationError", root: Mapping[str, Any]) -> Iterator[tuple[Keys, str]]:
    keys, schema = tuple(error.absolute_path), _group(error.schema)
    instance: Any = error.instance
    limit: Any = error.validator_value
    if "propertyNames" in error.absolute_schema_path:
        yield (*keys, str(instance)), f"{instance} cannot stand here as a key: it must be {_wanted(schema, root)}."
    elif error.validator == "additionalProperties":
        known = schema.get("properties", {})
        for name in instance:
            if name not in known:
                yield (*keys, str(name)), f"there is no key {name} here.{instead(name, known)}"
    elif error.validator == "required":
        # jsonschema speaks once for each key that is missing, and names it in its words alone.
        name = error.message.split("'")[1]
        yield keys, f"the key {name} is missing. Add it."
    elif error.validator == "enum":
        yield keys, f"{instance} is not one of {', '.join(map(str, limit))}.{_nearest(instance, limit)}"
    else:
        yield keys, _wrong(str(error.validator), limit, schema, root)


def _sound(value: Any, validator: "Draft202012Validator") -> Any:
    left = copy.deepcopy(value)
    while sum(_take_out(left, error) for error in list(validator.iter_errors(left))):
        pass
    return left


def _take_out(value: Any, error: "ValidationError") -> bool:
    keys = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        known = _group(error.schema).get("properties", {})
        unknown = [(*keys, str(name)) for name in _at(value, keys) or () if name not in known]
        return sum(_remove(value, names) for names in unknown) > 0
    if "propertyNames" in error.absolute_schema_path:
        return _remove(value, (*keys, str(error.instance)))
    return bool(keys) and _remove(value, keys)


def _remove(value: Any, keys: Keys) -> bool:
    around, last = _at(value, keys[:-1]), keys[-1]
    if isinstance(around, list) and isinstance(last, int) and around[last] is not None:
        around[last] = None
        return True
    return isinstance(around, dict) and around.pop(last, around) is not around


def _at(value: Any, keys: Keys) -> Any:
    for key in keys:
        named = isinstance(value, dict)
        value = value.get(key) if named else value[key] if isinstance(value, list) and isinstance(key, int) else None
    return value


def _group(schema: Any) -> Mapping[str, Any]:
    return schema if isinstance(schema, dict) else {}


def _nearest(given: object, known: list[Any]) -> str:
    words = instead(given, map(str, known))
    return words if words.startswith(" Did") else " Write one of these."


def _wanted(schema: Mapping[str, Any], root: Mapping[str, Any]) -> str:
    """What a schema asks for, in words: its title, that of what it refers to, or its alternatives."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        return " or ".join(_wanted(one, root) for one in schema["anyOf"])
    if schema.get("type") == "null":
        return "null"
    return str(schema.get("title") or _TYPES.get(str(schema.get("type")), "of another kind"))


def _wrong(keyword: str, limit: Any, schema: Mapping[str, Any], root: Mapping[str, Any]) -> str:
    words = {
        "minItems": f"the list needs at least {limit} of its entries. Add what is missing.",
        "minProperties": f"at least {limit} must stand here. Add what is missing.",
        "maxItems": f"the list may have at most {limit} entries. Take some out.",
        "uniqueItems": "the same entry stands here twice. Keep one.",
        "minimum": f"this must be at least {limit}.",
        "maximum": f"this must be at most {limit}.",
        "maxLength": f"this may have at most {limit} characters. Shorten it.",
        "minLength": "this must not be empty. Write something, or leave the key out.",
    }
    return words.get(keyword, f"this must be {_wanted(schema, root)}.")
