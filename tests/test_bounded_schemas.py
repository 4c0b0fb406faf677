"""Which schemas vouch for D001's limits on numbers and depth, so that a document may be read quickly."""

import json
from pathlib import Path

import pytest

from gradepost.book.engines import is_bounded
from gradepost.document.strict import MAX_DEPTH

ROOT = Path(__file__).resolve().parents[1]
OURS = sorted((ROOT / "schemas").glob("*.schema.json"))


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_every_schema_of_documents_vouches_for_the_limits_on_numbers_and_depth(path):
    schema = json.loads(path.read_text(encoding="utf-8"))

    assert is_bounded(schema) == (path.stem not in ("form.schema", "series.schema"))


TEXT = {"type": "string"}


def closed(**properties):
    return {"type": "object", "additionalProperties": False, "properties": properties}


def nested(levels, inner):
    return inner if levels == 0 else closed(a=nested(levels - 1, inner))


@pytest.mark.parametrize(
    "schema",
    [
        closed(),
        closed(a=TEXT, b={"type": ["string", "null"]}, c={"type": "boolean"}),
        closed(a={"const": True}, b={"enum": ["a", None, False]}),
        closed(a={"type": "integer", "minimum": 0, "maximum": 10**15 - 1}),
        closed(a={"type": "array", "items": closed(b=TEXT)}),
        closed(a={"anyOf": [TEXT, {"type": "null"}]}),
        {**closed(a={"$ref": "#/$defs/a"}), "$defs": {"a": TEXT}},
        nested(MAX_DEPTH, TEXT),
    ],
)  # fmt: skip
def test_a_closed_schema_vouches(schema):
    assert is_bounded(schema)


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object"},
        {"type": "object", "additionalProperties": TEXT},
        {**closed(), "patternProperties": {".": {}}},
        closed(a={}),
        closed(a=True),
        closed(a={"type": "number", "minimum": 0, "maximum": 1}),
        closed(a={"type": "integer"}),
        closed(a={"type": "integer", "minimum": 0}),
        closed(a={"type": "integer", "maximum": 5}),
        closed(a={"type": "integer", "minimum": 0, "maximum": 10**15}),
        closed(a={"type": "integer", "minimum": -(10**15), "maximum": 0}),
        closed(a={"type": ["string", "number"]}),
        closed(a={"type": "array"}),
        closed(a={"type": "array", "items": {}}),
        closed(a={"type": "array", "prefixItems": [{}], "items": TEXT}),
        closed(a={"anyOf": [TEXT, {"type": "object"}]}),
        closed(a={"oneOf": [{"const": "typed"}, {"type": "integer"}]}),
        closed(a={"const": 10**16}),
        closed(a={"enum": ["a", 10**16]}),
        {**closed(a={"$ref": "#/$defs/a"}), "$defs": {"a": {"type": "object"}}},
        {**closed(a={"$ref": "#/$defs/a"}), "$defs": {"a": closed(a={"$ref": "#/$defs/a"})}},
        nested(MAX_DEPTH + 1, TEXT),
        nested(MAX_DEPTH, closed()),
    ],
)  # fmt: skip
def test_a_schema_that_leaves_something_open_does_not(schema):
    assert not is_bounded(schema)
