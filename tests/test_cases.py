"""The rule book by example: every file under tests/cases/<form>/ breaks exactly the rules that it names."""

import json
from datetime import datetime

import pytest
from casebook import FORMS, RECEIVED_AT, built, files, judge, load_case, name_of, spoken

from gradepost.check import check, read
from gradepost.document.strict import MAX_BYTES
from gradepost.model.case import Case, Stage

EXAMPLES = files(*FORMS, "book")


@pytest.mark.parametrize("path", EXAMPLES, ids=name_of)
def test_an_example_breaks_exactly_the_rules_that_it_names(path, book):
    example = load_case(path)

    report = judge(example, book)

    said = [f"{f.rule} {f.path} {f.pointer}: {f.message}" for f in report.findings]
    assert spoken(report) == (set(example["breaks"]), set(example.get("warns", ()))), said
    assert report.crashed == ()


@pytest.mark.parametrize("path", [p for p in EXAMPLES if "at" in load_case(p)], ids=name_of)
def test_a_rule_speaks_where_the_example_says(path, book):
    example = load_case(path)

    report = judge(example, book)

    rule = path.name.partition("-")[0]
    assert sorted(f.pointer for f in report.findings if f.rule == rule) == sorted(example["at"])


@pytest.mark.parametrize("path", [p for p in EXAMPLES if "not_judged" in load_case(p)], ids=name_of)
def test_what_could_not_be_judged_is_listed_with_its_reason(path, book):
    example = load_case(path)

    report = judge(example, book)

    assert sorted({n.rule for n in report.not_judged}) == sorted(example["not_judged"])
    assert all(n.reason and n.path for n in report.not_judged)


def says_what_is_not_judged(path):
    example = load_case(path)
    return example.get("stage") == "loose" or "not_judged" in example or "T003" in example["breaks"]


@pytest.mark.parametrize("path", [p for p in EXAMPLES if not says_what_is_not_judged(p)], ids=name_of)
def test_at_the_gateway_everything_is_judged_but_what_an_example_names(path, book):
    example = load_case(path)

    report = judge(example, book)

    assert [n for n in report.not_judged if n.rule not in ("T004", "T008")] == []


def judged(raw, book, form="schedule"):
    document = read(raw, "schedule.json", book, form=form)
    return check(Case((document,), book.series, datetime.fromisoformat(RECEIVED_AT), Stage.LOOSE), book)


def of_size(size):
    """A schedule of just so many bytes: spaces before its last brace."""
    raw = json.dumps(built("schedule")).encode()
    return raw[:-1] + b" " * (size - len(raw)) + b"}"


def test_a_mebibyte_is_not_too_large(book):
    report = judged(of_size(MAX_BYTES), book)

    assert spoken(report) == (set(), set())


def test_one_byte_more_is_too_large(book):
    report = judged(of_size(MAX_BYTES + 1), book)

    assert spoken(report) == ({"D001"}, set())


def test_what_grows_past_a_mebibyte_in_canonical_form_is_too_large(book):
    document = built("tags")
    document["evidence"] = [{"source": "classwork"}] * 50
    row = {"outcome": "graded", "grade": "merit", "rationale": "é" * 54}
    document["learners"] = [{"candidate_number": f"{n:04d}", "uln": "9999999999", **row} for n in range(1, 5001)]
    raw = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()

    report = judged(raw, book, "tags")

    assert len(raw) <= MAX_BYTES
    assert spoken(report) == ({"D001"}, set())


@pytest.mark.parametrize("path", [p for p in files("tags") if p.name.startswith("D006-")], ids=name_of)
def test_an_unescaped_character_is_judged_like_an_escaped_one(path, book):
    example = load_case(path)
    raw = json.dumps(built(example["document"]), ensure_ascii=False).encode()

    report = judged(raw, book, "tags")

    assert [f.pointer for f in report.findings] == example.get("at", [])


def test_bytes_that_are_not_utf_8_are_not_strict(book):
    report = judged(b'{"form": "\xff"}', book)

    assert spoken(report) == ({"D001"}, set())


def test_a_document_that_is_not_strict_gets_no_other_rule(book):
    report = judged(b"{", book)

    assert [f.rule for f in report.findings] == ["D001"]
    assert {n.rule for n in report.not_judged} == {"R002", "R003", "R004"}
