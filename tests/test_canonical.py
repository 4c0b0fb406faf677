"""Canonical bytes are the layout of `json.dumps`, whatever writes them: held to a plain writing-down of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradepost.book.schemas import Schema
from gradepost.document.canonical import Layout

TEXTS = st.text(max_size=6) | st.sampled_from(
    [
        '}, {"candidate_number": ',
        '\n  "learners": null',
        '"',
        "\\",
        "\x00\x1f\b\f\r\n\t",
        "\x7f",
        "\x85",
        "\u2028\u2029",
        "é😀\ue000\ufffe",
        "/",
        '"learners": []',
        "},\n    {",
    ]
)
WHOLE = st.integers(-(10**15) + 1, 10**15 - 1) | st.sampled_from([0, 28.0, -0.0, 1.0, 999_999_999_999_999.0])
NUMBERS = WHOLE | st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.sampled_from(["candidate_number", "uln", "a", "learners"]) | TEXTS


def values(numbers):
    return st.recursive(
        st.none() | st.booleans() | numbers | TEXTS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
        max_leaves=8,
    )


def learners(numbers):
    """Lists of nearly alike rows: some empty, no groups at all, begun by another name, or with groups within."""
    row = st.dictionaries(NAMES, values(numbers), max_size=3).map(lambda more: {"candidate_number": "0042", **more})
    odd = st.sampled_from([{}, [], "x", None, 5, {"uln": "1"}, [{"candidate_number": "1"}, {"candidate_number": "2"}]])
    return st.lists(row, max_size=5) | st.lists(row | odd, max_size=5) | values(numbers)


def documents(numbers):
    return st.builds(
        lambda before, rows, after: {**before, "learners": rows, **after},
        st.dictionaries(NAMES, values(numbers), max_size=3),
        learners(numbers),
        st.dictionaries(TEXTS, values(numbers), max_size=3),
    )


HOLE = "a hole that no text of these tests has"


def written_down(value):
    """The contract with nothing but `json.dumps`: two spaces, each learner on a line, one final newline."""
    rows = value.get("learners")
    if not isinstance(rows, list) or not rows:
        return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
    whole = json.dumps({**value, "learners": HOLE}, ensure_ascii=False, indent=2)
    lines = ",\n".join("    " + json.dumps(row, ensure_ascii=False) for row in rows)
    return (whole.replace(f'"{HOLE}"', f"[\n{lines}\n  ]") + "\n").encode()


@given(documents(WHOLE))
def test_the_quick_layout_is_that_of_json_dumps(value):
    assert Layout({}, quick=True).bytes_of(value) == written_down(value)


@given(documents(NUMBERS))
def test_the_layout_of_a_schema_that_takes_any_number_is_that_of_json_dumps(value):
    assert Layout({}).bytes_of(value) == written_down(value)


@pytest.mark.parametrize("number", [1e-5, 1e-7, 1e16, 1.5e300, 5e-324, 123456789012345678.0])
def test_a_number_that_orjson_would_write_otherwise_is_written_as_json_does(number):
    schema = Schema("x", {"type": "object", "additionalProperties": False, "properties": {"a": {"type": "number"}}})

    assert schema.violations({"a": number}) == ()
    assert schema.layout.bytes_of({"a": number}) == f'{{\n  "a": {number!r}\n}}\n'.encode()


def test_only_a_schema_that_bounds_its_numbers_is_written_quickly(book):
    assert book.schemas["tags"].layout.quick
    assert not Schema("x", {"type": "object", "properties": {"a": {"type": "integer"}}}).layout.quick


TRAP = '}, {"candidate_number": '


@pytest.mark.parametrize(
    "rows",
    [
        [{"candidate_number": TRAP}, {"candidate_number": TRAP}],
        [{"candidate_number": "1", "a": [{"candidate_number": "2"}, {"candidate_number": "3"}]}] * 2,
        [{"candidate_number": "1", "a": [{"b": 1}, {"candidate_number": "3"}]}, {"uln": "1"}],
        [{"candidate_number": "1"}, {}, {"candidate_number": "1"}],
        [{}, {"candidate_number": "1"}],
        [{}, {}],
        [[], []],
        [{TRAP: 1}, {TRAP: 2}],
        [{"": 1}, {"": 2}],
        [{"\u2028\n": 1}, {"\u2028\n": 2}],
        [{"a": {}}, {"a": {}}],
        ["}, {", "}, {"],
        [{"candidate_number": "1"}, "}, {"],
        [None],
    ],
)
def test_rows_are_parted_where_they_end_and_nowhere_else(rows):
    value = {"form": "tags", "learners": rows, "sign_off": []}

    assert Layout({}, quick=True).bytes_of(value) == written_down(value)


def test_a_row_within_another_list_stands_on_no_line_of_its_own():
    value = {"a": {"learners": [{"b": 1}]}, "learners": [{"b": 1}]}

    assert Layout({}, quick=True).bytes_of(value) == written_down(value)


ORDERED = {
    "properties": {
        "a": {},
        "learners": {"items": {"properties": {"candidate_number": {}, "uln": {"properties": {"b": {}, "a": {}}}}}},
        "b": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/group"}]},
    },
    "$defs": {"group": {"properties": {"learners": {}, "a": {}}}},
}


def test_what_the_schema_does_not_know_leaves_the_order_of_the_rest():
    value = {"x": 1, "b": {"x": 1, "a": 2, "learners": 3}, "a": 0}

    found = json.loads(Layout(ORDERED).bytes_of(value))

    assert (list(found), list(found["b"])) == (["a", "b", "x"], ["learners", "a", "x"])


def in_order(value, order):
    """The value with known properties first and in their order; a list is in order by its members."""
    if isinstance(value, list):
        return [in_order(item, order) for item in value]
    if not isinstance(value, dict) or not order:
        return value
    names = [*(name for name in order if name in value), *(name for name in value if name not in order)]
    return {name: in_order(value[name], order.get(name, {})) for name in names}


@given(st.one_of(documents(WHOLE), st.dictionaries(st.sampled_from(["a", "b", "learners"]), learners(WHOLE))))
def test_properties_stand_in_the_schemas_order(value):
    order = {"a": {}, "learners": {"candidate_number": {}, "uln": {"b": {}, "a": {}}}, "b": {"learners": {}, "a": {}}}

    assert Layout(ORDERED, quick=True).bytes_of(value) == written_down(in_order(value, order))
