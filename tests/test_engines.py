"""Two engines, one answer: python-jsonschema and jsonschema-rs find the same problems, and either can judge alone."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from casebook import FORMS, RECEIVED_AT, base, built, files, load_case
from odd_documents import NAMES, PIECES, made, mutated, places, real

from gradepost.book import load
from gradepost.book.engines import Fast, NotASchema, Plain, engine_for, insist_on_schema, linear
from gradepost.book.schemas import Schema
from gradepost.book.violations import problems_of
from gradepost.model.trouble import ConfigurationError

ROOT = Path(__file__).resolve().parents[1]
SCHEMAS = {name: json.loads((ROOT / f"schemas/{name}.schema.json").read_text(encoding="utf-8")) for name in NAMES}
ENGINES = {name: (Plain(schema), Fast(schema)) for name, schema in SCHEMAS.items()}
# Every keyword that our schemas of documents use to refuse a value.
KEYWORDS = {
    "type", "const", "enum", "required", "additionalProperties", "pattern", "minLength", "maxLength", "format",
    "minItems", "maxItems", "uniqueItems", "minimum", "maximum", "oneOf", "anyOf",
}  # fmt: skip


def answers(name, value):
    """What both engines make of a value, in the words, the places and the order of the report."""
    plain, fast = (engine.mistakes(value) for engine in ENGINES[name])
    assert {(m.path, m.keyword) for m in plain} == {(m.path, m.keyword) for m in fast}, (name, value)
    by_plain, by_fast = problems_of(plain), problems_of(fast)
    assert by_plain == by_fast, (name, value)
    return [m.keyword for m in fast]


def compared(number, seed):
    """How often each keyword was broken in so many documents, and how many documents were right."""
    chance, broken, right = Random(seed), Counter(), 0
    for at in range(number):
        name = NAMES[at % len(NAMES)]
        if at // len(NAMES) % 2:
            value = made(SCHEMAS[name], SCHEMAS[name], chance, chance.choice((0, 0, 0.03, 0.1)))
        else:
            value = mutated(chance.choice(real(name)), chance)
        keywords = answers(name, value)
        broken.update(set(keywords))
        right += not keywords
    return broken, right


def corpus():
    """Every document of the case corpus, right and wrong, and every base."""
    cases = [load_case(path) for path in files(*FORMS, "ledger")]
    examples = [e for case in cases for e in (case.get("document"), *case.get("others", ())) if e is not None]
    return [built(example) for example in examples] + [base(path.stem) for path in files("base")]


def _schemas_for(value):
    """Its own schema and one that is not its own."""
    own = value.get("form") if isinstance(value, dict) else None
    return (own, "schedule") if own in NAMES and own != "schedule" else ("schedule", "tags")


@pytest.mark.parametrize("name", NAMES)
def test_both_engines_find_nothing_wrong_with_what_is_right(name):
    for value in real(name):
        assert answers(name, value) == []


def test_both_engines_say_the_same_of_the_case_corpus():
    values = corpus()

    broken = {keyword for value in values for name in _schemas_for(value) for keyword in answers(name, value)}

    assert len(values) > 200
    assert {"required", "const", "additionalProperties", "type", "pattern", "format"} <= broken


def test_both_engines_say_the_same_of_some_odd_documents():
    broken, right = compared(1400, seed=3)

    assert broken.keys() == KEYWORDS
    assert right > 100


@pytest.mark.slow
def test_both_engines_say_the_same_of_thousands_of_odd_documents():
    broken, right = compared(7000, seed=77)

    assert broken.keys() == KEYWORDS
    assert min(broken.values()) >= 5
    assert right > 600


@pytest.mark.campaign
def test_both_engines_say_the_same_of_twenty_thousand_odd_documents():
    broken, right = compared(21_000, seed=2021)

    assert broken.keys() == KEYWORDS
    assert min(broken.values()) >= 20
    assert right > 2000


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_both_engines_say_the_same_of_every_piece_in_every_place(name):
    value = real(name)[0]
    for within, step in list(places(value)):
        stood = within[step]
        for piece in PIECES:
            within[step] = piece
            answers(name, value)
        within[step] = stood


@pytest.mark.parametrize("piece", [p for p in PIECES if isinstance(p, str) and ("20" in p or "00" in p)])
@pytest.mark.parametrize("kind", ["date", "date-time"])
def test_a_date_is_a_date_to_both_engines_without_the_help_of_a_pattern(kind, piece):
    schema = {"type": "string", "format": kind}

    assert problems_of(Plain(schema).mistakes(piece)) == problems_of(Fast(schema).mistakes(piece))


@pytest.mark.parametrize("text", ["0000-02-30", "2021-02-30", "2021-W20-2", "20210518", "2021-5-8", "２０２１-05-18"])
def test_a_day_that_no_calendar_has_or_another_spelling_of_it_is_no_date(text):
    schema = {"type": "string", "format": "date"}

    assert Plain(schema).mistakes(text)
    assert Fast(schema).mistakes(text)


def test_the_year_0000_is_refused_by_each_of_our_patterns():
    schemas = [json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "schemas").glob("*.json")]
    dates = [s["$defs"]["date"] for s in schemas if "date" in s.get("$defs", {})]

    assert len(dates) == 2
    assert all(Plain(schema).mistakes("0000-02-29") and Fast(schema).mistakes("0000-02-29") for schema in dates)


@pytest.mark.parametrize("value", [{5: "x"}, {None: 1}, {"a": b"x"}, {"a": {"\ud800": 1}}])
def test_a_value_that_no_json_holds_gets_the_answer_of_the_plain_engine(value):
    schema = {"type": "object", "additionalProperties": False, "properties": {"a": {"type": "string"}}}

    found = problems_of(Fast(schema).mistakes(value))

    assert found
    assert found == problems_of(Plain(schema).mistakes(value))


@pytest.mark.parametrize("line", ["5: x", "title: !!binary aGVsbG8=", "title: !!timestamp 2021-05-01", "~: x"])
def test_yaml_of_our_own_that_no_json_holds_is_a_mistake_in_that_file(site, line):
    series = site / "forms/2021-summer/series.yaml"
    kept = [old for old in series.read_text().splitlines() if old.partition(":")[0] != line.partition(":")[0]]
    series.write_text("\n".join([*kept, line, ""]))

    with pytest.raises(ConfigurationError, match=r"series\.yaml, line \d+"):
        load(site, "2021-summer")


# Which engine, and without the fast one


def test_where_it_is_installed_the_fast_engine_is_taken_and_its_patterns_are_linear(book):
    assert type(engine_for({})) is Fast
    assert all("(?!" not in json.dumps(linear(schema)) for schema in SCHEMAS.values())
    assert type(book.schemas["tags"].engine) is Fast


def test_an_engine_can_be_asked_for():
    assert type(Schema("x", {}, fast=False).engine) is Plain
    assert type(Schema("x", {}, fast=True).engine) is Fast


def test_a_pattern_that_looks_around_is_still_the_same_to_both():
    schema = {"pattern": "^(?!admin)[a-z]+(?!\\n)$"}

    for text in ("admin", "user", "user\n", "administrator", ""):
        assert bool(Plain(schema).mistakes(text)) == bool(Fast(schema).mistakes(text))


@pytest.fixture
def without_the_fast_one(monkeypatch):
    # What Python does where a module is not there: no spec, and an import that fails.
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)


@pytest.mark.parametrize("value", [None, [], "x", {"type": "strin"}, {"required": 1}, {"pattern": 5}])
def test_what_is_no_schema_is_none_with_either_engine(value, monkeypatch):
    with pytest.raises(NotASchema):
        insist_on_schema(value)
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    with pytest.raises(NotASchema):
        insist_on_schema(value)


def test_a_book_is_loaded_without_the_fast_engine(without_the_fast_one, book):
    slow = load(ROOT)

    assert type(slow.schemas["tags"].engine) is Plain
    assert slow.digest == book.digest


def test_a_report_is_the_same_byte_for_byte_without_the_fast_engine(gradepost, tmp_path, monkeypatch):
    chance = Random(7)
    for number in range(60):
        value = mutated(base(FORMS[number % 3]), chance)
        (tmp_path / f"{number}.json").write_text(json.dumps(value), encoding="utf-8")
    arguments = ("check", *sorted(tmp_path.glob("*.json")), "--at", RECEIVED_AT, "--format", "json")
    fast = gradepost(*arguments)

    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    slow = gradepost(*arguments)

    assert fast.json["judged"] == 60
    assert fast.json["errors"] > 60
    assert slow == fast


def test_a_process_without_the_fast_engine_judges_the_same(tmp_path):
    (tmp_path / "tags.json").write_text(json.dumps(base("tags") | {"centre": "1", "extra": 5}))
    program = "import sys{}; from gradepost.doors.cli import main; main()"
    judge = ("check", "tags.json", "--at", RECEIVED_AT, "--format", "json")
    runs = [
        subprocess.run(
            [sys.executable, "-c", program.format(blocked), *judge],
            cwd=tmp_path,
            env={**os.environ, "GRADEPOST_ROOT": str(ROOT)},
            capture_output=True,
            check=False,
        )
        for blocked in ("", "; sys.modules['jsonschema_rs'] = None")
    ]

    assert runs[0].returncode == 1
    assert {f["pointer"] for f in json.loads(runs[0].stdout)["findings"]} >= {"/centre", "/extra"}
    assert (runs[1].returncode, runs[1].stdout) == (1, runs[0].stdout)
