"""Where a value stands in the file as submitted: line and column, in any layout, by arithmetic in canonical form."""

import json
import statistics
import time
from pathlib import Path
from typing import Any

import pytest
from casebook import base
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gradepost.check import read
from gradepost.document.place import Place, Places

GOLDEN = Path(__file__).parent / "golden"
NAMES = st.text(max_size=3) | st.sampled_from(
    ["~", "/", '"', "\\", "é", "𝄞", "{", ",", "0", "learners", "\u00a0", "\u2028"]
)
SCALARS = st.none() | st.booleans() | st.integers(-99, 99) | st.floats(allow_nan=False, allow_infinity=False) | NAMES
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=10
)
UNHURRIED = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


class Writer:
    """Writes a value with arbitrary white space and notes what it wrote for each pointer."""

    def __init__(self, draw) -> None:
        self.text, self.said, self._draw = "", {}, draw

    def write(self, value: Any, pointer: str = "") -> None:
        self._space()
        start = len(self.text)
        if isinstance(value, dict):
            self._members("{", value.items(), "}", pointer)
        elif isinstance(value, list):
            self._members("[", enumerate(value), "]", pointer)
        else:
            self.text += self._scalar(value)
        self.said[pointer] = self.text[start:]
        self._space()

    def _members(self, opens, pairs, closes, pointer) -> None:
        self.text += opens
        self._space()
        for number, (name, inner) in enumerate(pairs):
            self.text += "," if number else ""
            if opens == "{":
                self._space()
                self.text += self._scalar(name)
                self._space()
                self.text += ":"
            self.write(inner, f"{pointer}/{step(name)}")
        self.text += closes

    def _scalar(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=self._draw(st.booleans()))

    def _space(self) -> None:
        self.text += self._draw(st.sampled_from(["", "", " ", "\n", "\r\n", "\t\n\n  "]))


def step(name: object) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")


def pointers(value: Any, pointer: str = "") -> list[str]:
    """The pointer of every value, those of missing neighbours as well."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    inner = [p for name, child in pairs for p in pointers(child, f"{pointer}/{step(name)}")]
    return [pointer, *inner, f"{pointer}/missing", f"{pointer}/999"]


def at(text: str, place: Place) -> str:
    """The text from a place on."""
    lines = text.split("\n")
    return "\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]])


@UNHURRIED
@given(VALUES, st.data())
def test_the_text_at_the_place_begins_the_value(value, data):
    writer = Writer(data.draw)
    writer.write(value)
    places = Places(writer.text.encode())

    for pointer, said in writer.said.items():
        assert at(writer.text, places.of(pointer)).startswith(said), pointer


LEARNER = st.fixed_dictionaries(
    {"candidate_number": st.from_regex(r"000[1-9]", fullmatch=True), "uln": st.just("1000000051")},
    optional={"rationale": st.text(min_size=1, max_size=12), "evidence": st.just([{"source": "homework"}])},
).map(lambda learner: learner | {"outcome": "withdrawn"})


@UNHURRIED
@given(
    st.lists(LEARNER, min_size=1, max_size=4),
    st.text(min_size=1, max_size=12),
    st.lists(st.just({"source": "homework"}), max_size=2),
    st.booleans(),
)
def test_arithmetic_and_walk_agree_on_canonical_bytes(book, learners, record, evidence, is_signed):
    value = base("tags") | {"learners": learners, "decision_record": record, "evidence": evidence}
    if not is_signed:
        value["sign_off"] = []
    document = read(json.dumps(value).encode(), "", book)
    raw = document.canonical or book.schemas["tags"].layout.bytes_of(value)
    arithmetic, walk = Places(raw, len(learners)), Places(raw)

    for pointer in pointers(value):
        assert arithmetic.of(pointer) == walk.of(pointer), pointer


@pytest.mark.parametrize("form", ["schedule", "tags", "declaration", "receipt"])
def test_arithmetic_and_walk_agree_on_every_golden_file(form):
    raw = (GOLDEN / f"{form}.json").read_bytes()
    arithmetic, walk = Places(raw, len(json.loads(raw).get("learners", ()))), Places(raw)

    for pointer in pointers(json.loads(raw)):
        assert arithmetic.of(pointer) == walk.of(pointer), pointer


def test_what_is_missing_has_the_place_of_what_it_is_missing_from():
    places = Places(b'{\n "a": {\n  "b": [10, 20]\n }\n}')

    assert places.of("/a/b") == Place(3, 8)
    assert places.of("/a/b/1") == Place(3, 13)
    assert places.of("/a/b/2") == Place(3, 8)
    assert places.of("/a/missing/deeper") == Place(2, 7)
    assert places.of("/missing") == Place(1, 1)


def test_a_column_counts_characters_not_bytes():
    places = Places('{"é𝄞": "ß", "b": 1}'.encode())

    assert places.of("/b") == Place(1, 18)


def test_an_index_that_is_none_names_no_row():
    raw = (GOLDEN / "tags.json").read_bytes()
    places = Places(raw, len(json.loads(raw)["learners"]))
    table = places.of("/learners")

    for pointer in ("/learners/01/uln", "/learners/-1", "/learners/+1", "/learners/x", "/learners/9999999"):
        assert places.of(pointer) == table, pointer


def test_in_canonical_form_a_learners_line_is_arithmetic():
    raw = (GOLDEN / "tags.json").read_bytes()
    places = Places(raw, len(json.loads(raw)["learners"]))
    first = places.of("/learners/0").line

    assert [places.of(f"/learners/{index}/uln").line for index in range(3)] == [first, first + 1, first + 2]


@pytest.mark.parametrize("broken", [b"}, {", b"},\n   {", b"},\n\n    {", b"}\n    , {"])
def test_rows_that_do_not_stand_on_lines_of_their_own_are_walked(broken):
    raw = (GOLDEN / "tags.json").read_bytes().replace(b"},\n    {", broken, 1)
    rows = len(json.loads(raw)["learners"])

    for pointer in pointers(json.loads(raw)):
        assert Places(raw, rows).of(pointer) == Places(raw).of(pointer), pointer


def test_a_finding_among_a_hundred_learners_does_not_read_them_all(book):
    learner = {"candidate_number": "0042", "uln": "1000000051", "outcome": "graded", "grade": "pass"}
    raw = book.schemas["tags"].layout.bytes_of(base("tags") | {"learners": [learner] * 100})

    def cost(rows: int) -> float:
        started = time.process_time_ns()
        Places(raw, rows).of("/learners/57/uln")
        return time.process_time_ns() - started

    by_arithmetic = statistics.median(cost(100) for _ in range(200))
    by_walking = statistics.median(cost(0) for _ in range(200))

    assert by_arithmetic * 2 < by_walking
