"""D001 against input that means harm: alone, set into a right document, through the command, and at the size limits."""

import json
import re
from datetime import datetime
from pathlib import Path

import pytest
from casebook import RECEIVED_AT, base
from hostile import sampled
from hostile.texts import LIMIT, PIECES, TEXTS

from gradepost.check import check, read
from gradepost.document.strict import NotStrict, parse
from gradepost.model.case import Case, Stage

GOLDEN = Path(__file__).parent / "golden"
# Nothing but our own words and numbers: a report never repeats what was submitted.
OUR_WORDS = re.compile(r"[A-Z][A-Za-z0-9 ,;-]+\.")
STRICT = [name for name, (_, strict) in TEXTS.items() if strict]
NOT_STRICT = [name for name, (_, strict) in TEXTS.items() if not strict]


def golden(form: str) -> bytes:
    return (GOLDEN / f"{form}.json").read_bytes()


def compact(form: str) -> bytes:
    return json.dumps(json.loads(golden(form)), ensure_ascii=False, separators=(",", ":")).encode()


# Where a piece may stand, from places that the schema refuses to places where it takes any text or number: the form,
# whether it is compact, what goes, what comes.
TEXT = rb'"(?:[^"\\]|\\.)*"'
PLACES = {
    "an unknown property": ("schedule", False, rb"\{\n", b'{\n  "extra": %b,\n'),
    "an unknown last property": ("schedule", False, rb"\n\}\n", b',\n  "extra": %b\n}\n'),
    "an unknown property, compact": ("schedule", True, rb'\{"form"', b'{"extra":%b,"form"'),
    "a ULN": ("schedule", False, rb'"uln": ' + TEXT, b'"uln": %b'),
    "a learner's unknown property": ("tags", False, rb"    \{", b'    {"extra": %b, '),
    "a text": ("tags", False, rb'  "decision_record": ' + TEXT, b'  "decision_record": %b'),
    "a text, compact": ("tags", True, rb'"decision_record":' + TEXT, b'"decision_record":%b'),
    "a learner's text": ("tags", False, rb'"rationale": ' + TEXT, b'"rationale": %b'),
    "a number": ("declaration", False, rb'"learners": [0-9]+', b'"learners": %b'),
}


def set_into(place: str, piece: bytes) -> bytes:
    form, is_compact, what, by = PLACES[place]
    raw = compact(form) if is_compact else golden(form)
    changed, count = re.subn(what, lambda _: by % piece, raw, count=1)
    assert count == 1
    return changed


def report_on(raw: bytes, book):
    document = read(raw, "sent.json", book)
    return document, check(Case((document,), book.series, datetime.fromisoformat(RECEIVED_AT), Stage.LOOSE), book)


def is_d001_alone(report) -> bool:
    return [f.rule for f in report.findings] == ["D001"] and bool(OUR_WORDS.fullmatch(report.findings[0].message))


def same(one, other) -> bool:
    """Equal in type too: 1, 1.0 and true are three values."""
    return json.dumps(one) == json.dumps(other)


def test_there_are_at_least_300_hostile_texts_and_none_twice():
    assert len(NOT_STRICT) >= 300
    assert len({raw for raw, _ in TEXTS.values()}) == len(TEXTS)


def test_a_text_that_is_not_strict_breaks_d001_and_no_other_rule(book):
    reports = {name: report_on(TEXTS[name][0], book)[1] for name in NOT_STRICT}

    assert [(name, report.findings) for name, report in reports.items() if not is_d001_alone(report)] == []


def test_a_text_that_is_strict_keeps_d001_and_has_no_form(book):
    reports = {name: report_on(TEXTS[name][0], book)[1] for name in STRICT}

    assert [(name, r.findings) for name, r in reports.items() if {f.rule for f in r.findings} != {"D002"}] == []


@pytest.mark.parametrize("place", sampled(PLACES, 3))
def test_what_is_not_strict_stays_so_within_a_right_document(place, book):
    unseen = []

    for name, (piece, strict) in PIECES.items():
        _, report = report_on(set_into(place, piece), book)
        if not strict and not is_d001_alone(report):
            unseen.append((name, report.findings))

    assert unseen == []


@pytest.mark.parametrize("place", sampled(PLACES, 3))
def test_what_is_strict_stays_so_within_a_right_document(place, book):
    refused = []

    for name, (piece, strict) in PIECES.items():
        document, _ = report_on(set_into(place, piece), book) if strict else (None, None)
        if document and document.refusal is not None:
            refused.append((name, document.refusal))

    assert refused == []


@pytest.mark.parametrize(
    "ending", [b"", b"\n", b"\n\n", b" ", b"\n{}", b"\n//", b"\x00", b"\x1a", b"\xef\xbb\xbf", b","]
)
@pytest.mark.parametrize("form", ["schedule", "tags", "declaration"])
def test_what_follows_a_right_document_is_seen(form, ending, book):
    document, _ = report_on(golden(form)[:-1] + ending, book)

    assert (document.refusal is None) == (ending.strip() == b"")


@pytest.mark.parametrize("form", ["schedule", "tags", "declaration"])
def test_every_name_twice_is_seen_wherever_it_stands(form, book):
    raw = golden(form)

    for member in re.finditer(rb'"[a-z_0-9]+": ("(?:[^"\\]|\\.)*"|[0-9]+|true|false)', raw):
        document, report = report_on(raw[: member.start()] + member[0] + b", " + raw[member.start() :], book)

        assert is_d001_alone(report), member[0]
        assert document.refusal == "The same name stands twice in one object."


@pytest.mark.parametrize("form", ["schedule", "tags", "declaration"])
@pytest.mark.parametrize("byte", [b"\x00", b"\x0b", b"\xff", b"\xed\xa0\x80", b'"', b"\\"], ids=repr)
def test_a_bad_byte_is_seen_wherever_it_stands(form, byte, book):
    raw = golden(form)
    # After every third byte, so that it stands in names, texts, numbers and between them.
    for at in range(0, len(raw), 3):
        damaged = raw[:at] + byte + raw[at:]

        if byte == b"\\" and _is_right(damaged):
            continue
        assert report_on(damaged, book)[0].refusal is not None, at


def _is_right(raw: bytes) -> bool:
    try:
        json.loads(raw)
    except ValueError:
        return False
    return True


# Differential


def test_whatever_is_parsed_has_the_value_that_python_gives_it():
    for name, (raw, strict) in TEXTS.items():
        try:
            value = parse(raw)
        except NotStrict:
            assert not strict, name
        else:
            assert same(value, json.loads(raw)), name


@pytest.mark.parametrize("place", sampled(PLACES, 3))
def test_whatever_is_read_has_the_value_that_python_gives_it(place, book):
    for name, (piece, strict) in PIECES.items():
        raw = set_into(place, piece)
        document = read(raw, "sent.json", book)
        if document.canonical is not None:
            assert strict, name
            assert json.loads(document.canonical) == json.loads(raw), name
            assert same(document.data, json.loads(raw)), name


# The command


def test_the_command_finds_d001_once_in_every_hostile_file(tmp_path, monkeypatch, gradepost):
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate(NOT_STRICT):
        Path(f"{number:03}.json").write_bytes(TEXTS[name][0])
    names = [f"{number:03}.json" for number in range(len(NOT_STRICT))]

    ran = gradepost("check", *names, "--format", "json")

    assert ran.code == 1
    assert ran.err == ""
    assert sorted(f["path"] for f in ran.json["findings"]) == names
    assert {f["rule"] for f in ran.json["findings"]} == {"D001"}


@pytest.mark.parametrize("name", NOT_STRICT[::40])
@pytest.mark.parametrize("form", ["text", "github", "sarif"])
def test_a_hostile_file_alone_ends_with_1_and_one_line_on_d001(name, form, tmp_path, monkeypatch, gradepost):
    monkeypatch.chdir(tmp_path)
    Path("sent.json").write_bytes(TEXTS[name][0])

    ran = gradepost("check", "sent.json", "--format", form)

    assert ran.code == 1
    assert ran.err == ""
    assert "D001" in ran.out
    assert "Traceback" not in ran.out


@pytest.mark.parametrize("name", NOT_STRICT[::40])
def test_a_hostile_file_has_no_canonical_form(name, tmp_path, gradepost):
    (tmp_path / "sent.json").write_bytes(TEXTS[name][0])

    ran = gradepost("canonical", tmp_path / "sent.json")

    assert ran.code == 1
    assert ran.raw == b""
    assert "D001" in ran.err


@pytest.mark.parametrize(
    "form", ['"nothing"', '""', '"Schedule"', '"receipt"', '"__proto__"', "null", "1", "[]", "{}", '"a/../b"']
)
def test_an_unknown_form_is_a_finding_at_its_place(form, tmp_path, gradepost):
    (tmp_path / "sent.json").write_text('{"form": ' + form + "}")

    ran = gradepost("check", tmp_path / "sent.json", "--format", "json")

    assert ran.code == 1
    assert [(f["rule"], f["pointer"]) for f in ran.json["findings"]] == [("D002", "/form")]


# At the limits of size


def large(canonical_bytes: int, book) -> dict:
    """Right grades, but for the number of learners, whose canonical form has just so many bytes."""
    layout = book.schemas["tags"].layout
    value = base("tags") | {"learners": []}
    learner = base("tags")["learners"][0] | {"rationale": "r" * 1000}
    one = len(json.dumps(learner)) + len(",\n    ")
    value["learners"] = [learner for _ in range((canonical_bytes - len(layout.bytes_of(value))) // one - 1)]
    short = canonical_bytes - len(layout.bytes_of(value))
    value["learners"] += [learner | {"rationale": "r" * (1000 + short - one)}]
    assert len(layout.bytes_of(value)) == canonical_bytes
    return value


@pytest.mark.parametrize(("size", "strict"), [(LIMIT, True), (LIMIT + 1, False)])
def test_the_limit_as_received_is_exact(size, strict, book):
    raw = golden("tags")

    document, report = report_on(raw + b" " * (size - len(raw)), book)

    assert (document.refusal is None) == strict
    assert strict or is_d001_alone(report)


@pytest.mark.parametrize(("size", "strict"), [(LIMIT, True), (LIMIT + 1, False)])
def test_the_limit_in_canonical_form_is_exact(size, strict, book):
    raw = json.dumps(large(size, book), separators=(",", ":")).encode()

    document, report = report_on(raw, book)

    assert len(raw) < LIMIT
    assert (document.canonical is not None) == strict
    assert strict or is_d001_alone(report)
    assert strict or document.refusal == f"In canonical form it has {size:,} bytes; the most is {LIMIT:,}."


@pytest.mark.parametrize(("size", "strict"), [(LIMIT, True), (LIMIT + 1, False)])
def test_the_limit_of_a_document_that_is_canonical_already_is_exact(size, strict, book):
    raw = book.schemas["tags"].layout.bytes_of(large(size, book))

    document, report = report_on(raw, book)

    assert len(raw) == size
    assert (document.canonical == raw) == strict
    assert strict or is_d001_alone(report)


def test_a_refused_document_that_would_grow_is_judged_by_its_schema_alone(book):
    raw = json.dumps(large(LIMIT + 1, book) | {"extra": 1}, separators=(",", ":")).encode()

    _, report = report_on(raw, book)

    assert "D002" in {f.rule for f in report.findings}
