"""The quick road from bytes to a document and the strict one: one answer, whatever was sent."""

import copy
import json
import re
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hostile.texts import PIECES, TEXTS
from odd_documents import made, mutated, places, real

from gradepost.book import load
from gradepost.book.schemas import Schema
from gradepost.check import read, reading
from gradepost.document.strict import UNDECIDED, parse, parse_quickly

ROOT = Path(__file__).resolve().parents[1]
FORMS = ("tags", "schedule", "declaration")
HERE = "@@here@@"


def strictly(raw, book):
    """What reading makes of the bytes where nothing can be decided quickly."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reading, "parse_quickly", lambda _: UNDECIDED)
        return read(raw, "sent.json", book)


def is_quick(raw, book):
    """Whether the quick road is taken to its end."""
    value = parse_quickly(raw)
    return value is not UNDECIDED and reading._quickly(value, raw, "sent.json", book, None, None) is not None


def facts(document):
    # `repr` tells 28.0 from 28, 1 from True and one order of properties from another.
    names = ("form", "refusal", "violations", "data", "filed_at", "canonical")
    return {name: repr(getattr(document, name)) for name in names} | {"names": document.names}


def agreed(raw, book):
    """The document, which both roads lead to."""
    found = read(raw, "sent.json", book)
    assert facts(found) == facts(strictly(raw, book)), raw[:2000]
    return found


def compact(value) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def with_holes(form):
    """The text of a document with a hole in place of each value, and one in a property that no schema knows."""
    value = real(form)[0]
    for within, step in [
        *places(value),
        (value, "extra"),
        (value["learners" if "learners" in value else "covers"][0], "x"),
    ]:
        stood = within.get(step) if isinstance(within, dict) else within[step]
        within[step] = HERE
        yield json.dumps(value, ensure_ascii=False)
        if stood is None:
            del within[step]
        else:
            within[step] = stood


HOLES = {form: list(with_holes(form)) for form in FORMS}


def filled(piece):
    """A piece of JSON in every place of every form, spaced and compact where that may matter."""
    for holes in HOLES.values():
        for text in holes:
            yield text.replace(f'"{HERE}"', piece).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("form", FORMS)
def test_what_is_right_takes_the_quick_road(form, book):
    raw = (ROOT / f"tests/golden/{form}.json").read_bytes()

    assert is_quick(raw, book)
    assert agreed(raw, book).canonical == raw


@pytest.mark.parametrize("form", FORMS)
def test_a_document_with_mistakes_that_hide_nothing_takes_it_too(form, book):
    value = real(form)[0] | {"centre": "1023"}
    del value["series"]

    assert is_quick(compact(value).encode(), book)
    assert len(agreed(compact(value).encode(), book).violations) == 2


# What only the strict road refuses

LONG = ["1000000000000000", "-1000000000000000", "9999999999999999", "18446744073709551615", "9223372036854775808"]
TOO_DEEP = "[" * 20 + "1" + "]" * 20


@pytest.mark.parametrize("number", LONG)
@pytest.mark.parametrize("wrapped", ["%s", "[%s]", '{"a":[{"b":%s}]}', '["x",%s]', '{"": %s}'])
def test_a_number_of_sixteen_digits_is_refused_wherever_it_stands(number, wrapped, book):
    for raw in filled(wrapped % number):
        assert agreed(raw, book).refusal == "A whole number has more than 15 digits."


@pytest.mark.parametrize(
    "piece", [TOO_DEEP, '{"a":' * 20 + "1" + "}" * 20, '[{"a":' * 10 + "1" + "}]" * 10, "[" * 20 + "]" * 20]
)
def test_what_is_nested_too_deep_is_refused_wherever_it_stands(piece, book):
    for raw in filled(piece):
        assert agreed(raw, book).refusal == "It is nested more than 20 levels deep."


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("again", ["the same", "another", None, 5])
def test_a_name_that_stands_twice_is_refused_in_every_object(form, again, book):
    value = real(form)[0]
    groups = [value, *(w[s] for w, s in places(value) if isinstance(w[s], dict))]
    for group in groups:
        for name in list(group):
            group[HERE] = group[name] if again == "the same" else again
            text = json.dumps(value, ensure_ascii=False).replace(HERE, name)
            del group[HERE]
            assert agreed(text.encode(), book).refusal == "The same name stands twice in one object."
            assert agreed(text.replace(name, name.replace("e", "\\u0065"), 1).encode(), book).refusal


@pytest.mark.parametrize(
    "inner", ['{"a":1,"a":1}', '[{"a":{},"a":{}}]', '{"a":{"b":0,"b":0}}', '{"a b":1,"a b":2}', '{"":1,"":1}']
)
def test_a_name_that_stands_twice_within_what_is_refused_is_refused(inner, book):
    for raw in filled(inner):
        assert agreed(raw, book).refusal == "The same name stands twice in one object."


# What is spelt otherwise, or at a limit

SPELLINGS = [
    "28.0", "28.00", "2.8e1", "280e-1", "1e2", "1E2", "1e+2", "-0", "-0.0", "0.0", "0e0", "1e-400", "1e400", "1e16",
    "1e-7", "999999999999999", "999999999999999.0", "1000000000000000.0", "123456789012345678.0",
    "1.7976931348623157e308", "NaN", "Infinity", "tru", "01", "1.", "'x'", "\u00a01",
    '"\\u0041"', '"\\/"', '"/"', '"\\u00e9"', '"\\ud83d\\ude00"', '"😀"', '"\\ud83d"', '"\\u0000"', '"\\u001F"',
    '"\\u001f"', '"\\b\\f\\n\\r\\t"', '"\\u000a"', '"\\u000A"', '"\\\\u0041"', '"\\u007f"', '"\x7f"', '"\\u2028"',
    '"\u2028"', '"\ufeff"', '"a b"', '"a  b"', '" "', '"\t"', '"\n"', "[ ]", "{ }", "[1 ,2]", '{"a" :1}',
]  # fmt: skip


@pytest.mark.parametrize("piece", SPELLINGS)
def test_a_spelling_gets_one_answer_in_every_place(piece, book):
    for raw in filled(piece):
        agreed(raw, book)


def test_a_whole_number_with_a_point_is_kept_as_it_came(book):
    text = HOLES["declaration"][0].replace(f'"{HERE}"', '"declaration"')
    raw = re.sub(r'"learners": \d+', '"learners": 28.0', text).encode()

    document = agreed(raw, book)

    assert is_quick(raw, book)
    assert document.violations == ()
    assert b'"learners": 28.0' in document.canonical


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\xff\xfe", b"\x00", b" \n\t\r", b"\x0b", b"\xc2\xa0"])
def test_what_stands_before_and_after_a_document_gets_one_answer(before, book):
    raw = (ROOT / "tests/golden/tags.json").read_bytes()

    assert (agreed(before + raw, book).refusal is None) == (before == b" \n\t\r")
    assert (agreed(raw + before, book).refusal is None) == (before == b" \n\t\r")


@pytest.mark.parametrize("size", [-1, 0, 1])
def test_at_the_limit_of_size_there_is_one_answer(size, book):
    raw = (ROOT / "tests/golden/schedule.json").read_bytes()
    padded = raw + b" " * (1024 * 1024 + size - len(raw))

    assert (agreed(padded, book).refusal is None) == (size <= 0)


def test_a_document_that_grows_too_large_in_canonical_form_gets_one_answer(book):
    value = real("tags")[0]
    row = {**value["learners"][0], "rationale": "x" * 100}
    value["learners"] = [row] * (1024 * 1024 // (len(compact(row)) + 1) - 20)
    raw = compact(value).encode()

    assert len(raw) < 1024 * 1024
    assert parse_quickly(raw) is not UNDECIDED
    assert "In canonical form" in agreed(raw, book).refusal


# Documents and texts nobody thought of


def test_odd_documents_get_one_answer(book):
    chance, quick = Random(3), 0
    for number in range(1500):
        schema = book.schemas[FORMS[number % 3]].schema
        value = mutated(real(FORMS[number % 3])[0], chance) if number % 2 else made(schema, schema, chance, 0.03)
        spaces = chance.choice(({"separators": (",", ":")}, {"indent": 2}, {}))
        raw = json.dumps(value, ensure_ascii=chance.random() < 0.2, **spaces).encode()
        agreed(raw, book)
        quick += is_quick(raw, book)

    assert 300 < quick < 1400


def test_damaged_texts_get_one_answer(book):
    chance = Random(4)
    texts = [(ROOT / f"tests/golden/{form}.json").read_bytes() for form in FORMS]
    bits = [
        b'"',
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b" ",
        b"\n",
        b"0",
        b"9" * 16,
        b"-",
        b"e",
        b".",
        b"\xff",
        b"\x00",
        b"\\u0041",
    ]
    for _ in range(1500):
        raw = bytearray(chance.choice(texts))
        for _ in range(chance.choice((1, 1, 2))):
            at = chance.randrange(len(raw))
            other = chance.randrange(len(raw))
            raw[at : at + chance.choice((0, 1, 20))] = chance.choice([*bits, bytes(raw[other : other + 30])])
        agreed(bytes(raw), book)


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_gets_one_answer(name, book):
    agreed(TEXTS[name][0], book)


@pytest.mark.slow
@pytest.mark.parametrize("name", PIECES)
def test_a_hostile_piece_gets_one_answer_in_every_place(name, book):
    piece = PIECES[name][0]
    for holes in HOLES.values():
        for text in holes if len(piece) < 3000 else holes[-1:]:
            agreed(text.encode().replace(f'"{HERE}"'.encode(), piece), book)


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":2}',
        '{"a":"x", "b":[{"c":1},{"c":1,"c":1}]}',
        '{"a":{"b":"x"},"a":{"b":"x"}}',
        '{"a":"\\"","a":""}',
        '{"a":"\\u0022x","b":"\\/"}',
        "[1E400]",
    ],
)
def test_a_name_that_stands_twice_or_a_roundabout_text_is_left_undecided(text):
    assert parse_quickly(text.encode()) is UNDECIDED


@pytest.mark.parametrize(
    "text",
    ['{"a":28.0}', '{"a":-0.0}', "[-0,1e2,0.10,1e15]", '{"a":"\\u0000\\n"}', '{ "a b" : " é😀" }', "[1,2.5,true,null]"],
)
def test_what_is_decided_quickly_is_what_strict_reading_makes_of_it(text):
    assert repr(parse_quickly(text.encode())) == repr(parse(text.encode()))


# By which schemas

OPENED = {
    "an object": lambda learner: learner.update(additionalProperties=True),
    "a number": lambda learner: learner["properties"].update(extra={"type": "integer"}),
    "a place": lambda learner: learner["properties"].update(extra={}),
    "names by a pattern": lambda learner: learner.update(patternProperties={"^extra": {}}),
    "a choice": lambda learner: learner["properties"].update(extra={"anyOf": [{"type": "null"}, {"type": "integer"}]}),
}


@pytest.mark.parametrize("opened", OPENED)
def test_by_a_schema_that_leaves_something_open_the_strict_road_is_taken(opened, book):
    schema = copy.deepcopy(dict(book.schemas["tags"].schema))
    OPENED[opened](schema["properties"]["learners"]["items"])
    other = replace(book, schemas={**book.schemas, "tags": Schema("tags", schema)})
    value = real("tags")[0]

    assert not is_quick(compact(value).encode(), other)
    value["learners"][0]["extra"] = 10**15
    assert agreed(compact(value).encode(), other).refusal == "A whole number has more than 15 digits."


def test_the_second_series_is_read_quickly_too():
    raw = (ROOT / "tests/golden/conflict-of-interest.json").read_bytes()

    assert is_quick(raw, load(ROOT, "2027-summer"))
