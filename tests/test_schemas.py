"""The schemas, and our own YAML: strict, the same in every engine, and plain about our own mistakes."""

import copy
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from casebook import base, put
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from gradepost.book import load
from gradepost.book.schemas import Schema
from gradepost.doors.building import build_site
from gradepost.model.trouble import ConfigurationError
from gradepost.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests/golden"
PATHS = sorted((ROOT / "schemas").glob("*.schema.json"))
FORMS = ["schedule", "tags", "declaration", "receipt"]
ADDRESS = "https://grades.example.org/ao/"


def read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def parts(schema: Any, place: str = "") -> Iterator[tuple[str, dict]]:
    """Every schema within a schema, with its place."""
    if isinstance(schema, dict):
        yield place, schema
        for name, inner in schema.items():
            if name in ("properties", "$defs"):
                for key, member in inner.items():
                    yield from parts(member, f"{place}/{name}/{key}")
            elif name in ("oneOf", "anyOf", "allOf"):
                for index, member in enumerate(inner):
                    yield from parts(member, f"{place}/{name}/{index}")
            elif name in ("items", "additionalProperties", "propertyNames"):
                yield from parts(inner, f"{place}/{name}")


PATTERNS = sorted({part["pattern"] for path in PATHS for _, part in parts(read(path)) if "pattern" in part})


# Schemas


def test_all_of_the_contracts_schemas_are_there():
    names = {path.name.removesuffix(".schema.json") for path in PATHS}

    assert {"schedule", "tags", "declaration", "receipt", "centre", "series", "form"} <= names


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_schema_is_one_of_draft_2020_12(path):
    schema = read(path)

    Draft202012Validator.check_schema(schema)

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:gradepost:schema:{path.name.removesuffix('.schema.json')}"
    assert schema["title"]
    assert schema["description"]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_unknown_properties_are_refused_everywhere(path):
    for place, part in parts(read(path)):
        if part.get("type") == "object" or "properties" in part:
            assert part.get("type") == "object", place
            others = part.get("additionalProperties")
            assert others is False or (isinstance(others, dict) and "properties" not in part), place


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_part_has_a_type_a_value_or_a_choice(path):
    for place, part in parts(read(path)):
        assert {"type", "const", "enum", "$ref", "oneOf", "anyOf"} & part.keys(), place


@pytest.mark.parametrize("form", FORMS)
def test_every_text_and_every_list_of_a_document_has_a_limit(form):
    for place, part in parts(read(ROOT / f"schemas/{form}.schema.json")):
        if part.get("type") == "string":
            assert "maxLength" in part, place
        if part.get("type") == "array":
            assert "maxItems" in part, place


def test_the_site_publishes_every_schema_under_its_own_address(tmp_path):
    build_site(Settings(ROOT, ADDRESS, None, None), ADDRESS, tmp_path / "site")

    for path in PATHS:
        published = read(tmp_path / "site/schemas" / path.name)

        assert published["$id"] == f"{ADDRESS}schemas/{path.name}"
        assert published == read(path) | {"$id": published["$id"]}
        Draft202012Validator.check_schema(published)


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("forms/*/*.yaml")), ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_each_file_of_ours_names_the_schema_that_editors_check_it_by(path):
    said = re.match(r"# yaml-language-server: \$schema=(\S+)\n", path.read_text())

    kind = "series" if path.name == "series.yaml" else "form"
    assert (path.parent / said[1]).resolve() == ROOT / f"schemas/{kind}.schema.json"


def test_a_document_that_names_its_schema_is_refused(book):
    for form in ("schedule", "tags", "declaration"):
        (violation,) = book.schemas[form].violations(
            read(GOLDEN / f"{form}.json") | {"$schema": f"{ADDRESS}schemas/{form}.schema.json"}
        )

        assert violation.pointer == "/$schema"


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_pattern_has_a_maximum_length(path):
    for place, part in parts(read(path)):
        if "pattern" in part:
            assert part.get("type") == "string", place
            assert part.get("maxLength", 10**9) <= 300, place


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_is_anchored_and_ascii_and_means_the_same_everywhere(pattern):
    assert pattern.startswith("^")
    assert pattern.endswith(r"(?!\n)$")
    assert pattern.isascii()
    assert not re.search(r"\\[dDwWsSbBAZzGpPuUxN]", pattern)
    assert not re.search(r"\(\?(?![!:])", pattern), "a group, or a look-ahead that says no: nothing else"
    assert not re.search(r"[*+]", re.sub(r"\[[^\]]*\]", "", pattern).replace("+[", "[")), "every repetition has an end"


def matching(pattern: str):
    """Texts that match a pattern."""
    return st.from_regex(pattern.removesuffix(r"(?!\n)$") + r"\Z", alphabet=st.characters(max_codepoint=126))


ODD = [
    "\n", "\r", "\r\n", "\x00", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\ufeff", "\u200b",
    " ", "\t", "１", "٣", "²", "Ａ", "ı", "İ", "ſ", "\u212a", "а", "é", "e\u0301", "😀",
]  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_both_engines_give_the_same_verdict_on_what_matches_and_on_what_is_odd(pattern, data):
    engine = jsonschema_rs.Draft202012Validator({"pattern": pattern})
    right = data.draw(matching(pattern))
    odd, at = data.draw(st.sampled_from(ODD)), data.draw(st.integers(0, len(right)))
    before, after = right[:at], right[at:]
    texts = [right, right + odd, odd + right, before + odd + after, before + odd + after[1:], right * 2]

    by_python = [re.search(pattern, text) is not None for text in texts]

    assert by_python[0]
    assert not any(by_python[1:5])
    assert by_python == [engine.is_valid(text) for text in texts]


@pytest.mark.parametrize("pattern", PATTERNS)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_a_line_feed_at_the_end_is_refused(pattern, data):
    right = data.draw(matching(pattern))

    assert not re.search(pattern, right + "\n")


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_pattern_takes_long_over_a_long_text(pattern):
    texts = [piece * (2**20 // len(piece)) for piece in ("a", "0", "A", "a-", "a/", "a.", "0-", "{}", "a_/", "+")]
    engine = jsonschema_rs.Draft202012Validator({"pattern": pattern})
    started = time.thread_time()

    verdicts = [(re.search(pattern, text) is not None, engine.is_valid(text)) for text in texts]

    assert time.thread_time() - started < 0.5
    assert not any(one or other for one, other in verdicts)


# The two engines on whole documents

PIECES = [
    None, True, False, 0, 1, -1, 1.0, 1.5, 5000, 5001, 10**15 - 1, "", "a", "A1", "typed", "schedule", "tags", "0042",
    "0000", "1000000051", "1000000051\n", "１０２３４", "10234", "2021-05-18", "2021-02-30", "2021-05-18T25:00:00Z",
    "2021-05-18T24:00:00Z", "2021-05-18T23:59:60Z", "2021-05-20T09:00:00+01:00", "2021-05-20T09:00:00.1234567Z",
    "2021-05-20T09:00:00+24:00", "2021-05-20T09:00:00-23:59", "0000-01-01", "9999-12-31", "2021-W20-2", "20210518",
    "graded", "x" * 120, "x" * 121, "😀" * 120, "x" * 4001, "0" * 64, "AB" * 32, [], [[]], {}, [1, 1], [1, 1.0, True],
    ["accurate", "accurate"], {"image_sha256": "0" * 64}, {"image_sha256": "0" * 63}, {"source": "homework"},
    [{"source": "homework"}, {"source": "homework"}], [{"source": 5}], {"": 0},
]  # fmt: skip


PIECE = st.sampled_from(PIECES)


def places(value: Any, pointer: str = "") -> Iterator[str]:
    """The pointer of every value within a value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in pairs:
        yield f"{pointer}/{step}"
        yield from places(inner, f"{pointer}/{step}")


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_fast_engine_and_the_slow_one_agree_on_damaged_documents(form, data, book):
    schema = book.schemas[form]
    value = read(GOLDEN / f"{form}.json")
    for _ in range(data.draw(st.integers(0, 3))):
        pointer = data.draw(st.sampled_from([*places(value), "/unknown"]))
        put(value, pointer, copy.deepcopy(data.draw(PIECE)))

    by_the_slow_one = Schema(form, schema.schema, fast=False).is_valid(value)

    assert schema.is_valid(value) == by_the_slow_one
    assert (schema.violations(value) == ()) == by_the_slow_one


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_every_piece_in_every_place_gets_one_answer_from_both(form, book):
    schema = book.schemas[form]
    slow = Schema(form, schema.schema, fast=False)
    plain = read(GOLDEN / f"{form}.json")
    for pointer in places(plain):
        for piece in PIECES:
            value = copy.deepcopy(plain)
            put(value, pointer, piece)

            fast = schema.is_valid(value)

            assert fast == slow.is_valid(value), (pointer, piece)


@pytest.mark.parametrize("form", ["schedule", "tags", "declaration"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_violation_is_said_once_at_its_own_pointer_in_plain_words(form, data, book):
    value = base(form)
    for _ in range(data.draw(st.integers(1, 3))):
        put(value, data.draw(st.sampled_from([*places(value), "/unknown"])), copy.deepcopy(data.draw(PIECE)))

    violations = book.schemas[form].violations(copy.deepcopy(value))

    pointers = [violation.pointer for violation in violations]
    assert len(set(pointers)) == len(pointers)
    for violation in violations:
        assert re.fullmatch(r"[A-Z][^\n]*\.", violation.message), violation.message
        assert "None" not in violation.message


# Our own YAML

SERIES = "forms/2021-summer/series.yaml"
TAGS = "forms/2021-summer/tags.form.yaml"

MISTAKES = {
    "unknown key": (SERIES, "title: Summer 2021", "titel: Summer 2021", "key titel", "titel"),
    "key twice": (SERIES, "awarding_organisation: VTCT", "title: Again", "key title", "twice"),
    "key twice, deep": (
        SERIES,
        "  homework, label: Homework",
        "  homework, id: homework, label: Homework",
        "key evidence_sources.2.id",
        "twice",
    ),
    "wrong type": (SERIES, "minimum_record: 40", 'minimum_record: "40"', "key minimum_record", "whole number"),
    "date that does not exist": (SERIES, "opens: 2021-05-01", "opens: 2021-05-32", "key opens", "day"),
    "no such zone": (SERIES, "time_zone: Europe/London", "time_zone: Europe/Atlantis", "key time_zone", "time zone"),
    "folder of zones": (SERIES, "time_zone: Europe/London", "time_zone: America/Indiana", "key time_zone", "zone"),
    "unknown kind": (
        SERIES,
        "Science, kind: internal-assignment",
        "Science, kind: homework",
        "key qualifications.AM20530.components.UV21582.kind",
        "not one of the kinds",
    ),
    "unknown kind of a deadline": (
        SERIES,
        "    external-exam: 2021-05-20",
        "    external-exam: 2021-05-20\n    external-exm: 2021-05-20",
        "key deadlines.schedule.external-exm",
        "not one of the kinds",
    ),
    "kind without a deadline": (
        SERIES,
        "    internal-assignment: 2021-05-20\n",
        "",
        "key deadlines.schedule",
        "internal-assignment is missing",
    ),
    "deadline that does not exist": (
        SERIES,
        "external-exam: 2021-05-21",
        "external-exam: 2021-06-31",
        "key deadlines.tags.external-exam",
        "day",
    ),
    "missing scale": (
        SERIES,
        "Science, kind: internal-assignment, takes_tag: true, grades: component",
        "Science, kind: internal-assignment, takes_tag: true, grades: ladder",
        "key qualifications.AM20530.components.UV21582.grades",
        "no scale named ladder",
    ),
    "no scale at all": (
        SERIES,
        "Science, kind: internal-assignment, takes_tag: true, grades: component",
        "Science, kind: internal-assignment, takes_tag: true",
        "key qualifications.AM20530.components.UV21582",
        "needs a scale",
    ),
    "unknown rule": (SERIES, "rules: {}", "rules:\n  Z999: off", "key rules.Z999", "no such rule"),
    "rule of the ledger": (SERIES, "rules: {}", "rules:\n  R001: warning", "key rules.R001", "cannot be softened"),
    "rule that others rest on": (SERIES, "rules: {}", "rules:\n  D004: off", "key rules.D004", "cannot be softened"),
    "unknown severity": (SERIES, "rules: {}", "rules:\n  S003: loud", "key rules.S003", "loud"),
    "bad code": (SERIES, "  HB2D1:\n", "  hb2d1:\n", "key qualifications.hb2d1", "hb2d1"),
    "folder and series differ": (SERIES, "series: 2021-summer", "series: 2022-summer", "key series", "2021-summer"),
    "not YAML": (SERIES, "rules: {}", "rules: {", "line", "not YAML"),
    "tag of Python": (SERIES, "title: Summer 2021", "title: !!python/name:os.system x", "line 5", "not YAML"),
    "key that is a list": (SERIES, "rules: {}", "rules: { ? [a] : b }", "line", "plain word"),
    "control character": (SERIES, "title: Summer 2021", "title: Summer \x07 2021", "series.yaml", "not YAML"),
    "tab": (SERIES, "rules: {}", "rules:\n\tS003: off", "line", "not YAML"),
    "itself": (SERIES, "title: Summer 2021", "title: &a [*a]", "series.yaml", "not YAML"),
    "unknown schema": (TAGS, "schema: tags", "schema: grades", "key schema", "no schema grades"),
    "unknown widget": (TAGS, "widget: textarea", "widget: painting", "widget", "painting"),
    "unknown deadline": (TAGS, "deadline: tags", "deadline: grades", "key deadline", "no deadlines named grades"),
    "unknown place": (TAGS, "{component}.tags", "{colour}.tags", "key path", "no colour"),
    "file of another name": (TAGS, "form: tags", "form: grades", "key form", "tags.form.yaml"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_of_ours_names_file_line_and_key_and_ends_with_2(mistake, site, gradepost, monkeypatch):
    name, old, new, key, words = MISTAKES[mistake]
    monkeypatch.setenv("GRADEPOST_ROOT", str(site))
    text = (site / name).read_text()
    if old not in text:
        old, new = old.strip(), new.strip()
    assert old in text
    (site / name).write_text(text.replace(old, new, 1))

    ran = gradepost("book", "check")

    assert ran.code == 2
    assert str(site / name) in ran.err
    assert key in ran.err
    assert words in ran.err
    if key.startswith("key"):
        (said,) = re.findall(r", line ([0-9]+), key", ran.err)[:1]
        at = text[: text.index(old)].count("\n") + 1
        assert at - 1 <= int(said) <= at + new.count("\n") or mistake == "kind without a deadline"


@pytest.mark.parametrize("name", [SERIES, TAGS])
def test_an_empty_file_is_our_own_mistake(name, site, gradepost, monkeypatch):
    monkeypatch.setenv("GRADEPOST_ROOT", str(site))
    (site / name).write_text("# nothing yet\n")

    ran = gradepost("book", "check")

    assert ran.code == 2
    assert f"{site / name}, line 1: the file is empty." in ran.err


def test_a_file_that_is_not_utf_8_is_our_own_mistake(site, gradepost, monkeypatch):
    monkeypatch.setenv("GRADEPOST_ROOT", str(site))
    (site / SERIES).write_bytes(b"title: \xff")

    ran = gradepost("book", "check")

    assert ran.code == 2
    assert "byte 8 is not UTF-8" in ran.err


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("schemas/tags.schema.json", "{", "not a JSON Schema"),
        ("schemas/tags.schema.json", '{"type": "text"}', "not a JSON Schema"),
        ("schemas/tags.schema.json", "[]", "not a JSON Schema"),
        ("schemas/tags.schema.json", '{"$ref": "#/$defs/nothing"}', "key $ref: there is nothing under that name"),
        (
            "schemas/tags.schema.json",
            '{"properties": {"a": {"pattern": "("}}}',
            "key properties.a.pattern: this is no pattern",
        ),
        ("schemas/tags.schema.json", '{"$schema": "urn:unknown"}', "not a JSON Schema"),
        ("schemas/receipt.schema.json", None, "no receipt.schema.json"),
    ],
)
def test_a_schema_that_is_none_is_our_own_mistake(name, text, says, site, gradepost, monkeypatch):
    monkeypatch.setenv("GRADEPOST_ROOT", str(site))
    if text is None:
        (site / name).unlink()
    else:
        (site / name).write_text(text)

    ran = gradepost("book", "check")

    assert ran.code == 2
    assert says in ran.err


def test_a_series_that_is_not_there_is_our_own_mistake(gradepost):
    ran = gradepost("book", "--series", "1999-winter")

    assert ran.code == 2
    assert "There is no series 1999-winter" in ran.err


def test_a_site_without_a_series_is_our_own_mistake(site, gradepost, monkeypatch):
    monkeypatch.setenv("GRADEPOST_ROOT", str(site))
    for path in (site / "forms").glob("*/series.yaml"):
        path.unlink()

    ran = gradepost("book", "check")

    assert ran.code == 2
    assert "no series here" in ran.err


def test_several_mistakes_are_named_at_once(site):
    text = (site / SERIES).read_text()
    text = text.replace("minimum_record: 40", "minimum_record: many").replace("sign_offs: 2", "sign_offs: x")
    (site / SERIES).write_text(text)

    with pytest.raises(ConfigurationError) as mistake:
        load(site)

    assert "minimum_record" in str(mistake.value)
    assert "sign_offs" in str(mistake.value)


def test_a_copied_folder_is_a_new_series(site):
    folder = site / "forms/2022-summer"
    (site / "forms/2021-summer").rename(folder)
    text = (folder / "series.yaml").read_text()
    (folder / "series.yaml").write_text(text.replace("series: 2021-summer", "series: 2022-summer"))

    found = load(site, "2022-summer")

    assert found.series.id == "2022-summer"


def test_the_digest_is_that_of_schemas_forms_and_series(site, book):
    before = load(site).digest

    (site / TAGS).write_text((site / TAGS).read_text() + "\n# a word\n")

    assert before == book.digest
    assert load(site).digest != before


def test_a_softened_rule_is_a_warning_and_a_rule_switched_off_is_silent(site):
    text = (site / SERIES).read_text()
    (site / SERIES).write_text(text.replace("rules: {}", "rules: {S003: warning, T008: off}"))

    found = {rule["id"]: rule["severity"] for rule in load(site).as_json()["rules"]}

    assert found["S003"] == "warning"
    assert found["T008"] == "off"
