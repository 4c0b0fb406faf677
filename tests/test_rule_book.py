"""The rule book as a whole: its ids, its words, an example on either side of each rule, and nothing repeated."""

import copy
import inspect
import json
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

import pytest
from casebook import CASES, FORMS, RECEIVED_AT, base, built, files, judge, load_case, name_of, put

from gradepost.doors.reports import FORMATS
from gradepost.ledger.sources import DirectorySource
from gradepost.model.findings import Severity
from gradepost.review import review
from gradepost.rules import RULES

# The rules of this version.
IDS = re.findall(
    r"\S+",
    """
    D001 D002 D003 D004 D005 D006 D007 D008
    L001 L002 L003 L004 L005 L006 L007 L008
    S001 S002 S003 S004
    T001 T002 T003 T004 T005 T006 T007 T008 T009 T010
    E001 E002 E003 E004 E005 E006 E007 E008 E009 E010 E011
    P001 P002 P003 P004
    H001 H002 H003 H004 H005 H006
    R001 R002 R003 R004
    """,
)
WARNINGS = {"L005", "L006", "L008", "P004", "T008", "T010"}
# An id that was ever published and is no longer a rule goes here, and never into the book again.
RETIRED: set[str] = set()

EXAMPLES = files(*FORMS, "book", "ledger")
DOCUMENTS = files(*FORMS, "book")


def rule_of(path) -> str:
    return path.name.partition("-")[0]


# Ids


def test_the_book_has_the_rules_of_this_version():
    assert [rule.id for rule in RULES] == IDS


def test_ids_are_unique_and_sorted_within_their_families():
    ids = [rule.id for rule in RULES]

    families = [list(family) for _, family in groupby(ids, key=lambda rule_id: rule_id[0])]

    assert len(set(ids)) == len(ids)
    assert all(family == sorted(family) for family in families)
    assert len({family[0][0] for family in families}) == len(families)


def test_a_retired_id_is_never_used_again():
    assert RETIRED.isdisjoint(rule.id for rule in RULES)


def test_severities_are_those_of_the_list():
    assert {rule.id for rule in RULES if rule.severity is Severity.WARNING} == WARNINGS


# Examples


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_each_rule_is_seen_to_speak(rule):
    mine = [load_case(path) for path in EXAMPLES if rule_of(path) == rule.id]

    assert any(rule.id in [*example["breaks"], *example.get("warns", ())] for example in mine)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_each_rule_is_seen_to_stay_silent_where_nothing_is_wrong(rule):
    mine = [load_case(path) for path in EXAMPLES if rule_of(path) == rule.id]

    clean = [example for example in mine if not example["breaks"] and not example.get("warns")]
    # A document that just keeps D001 may break another rule: at 20 levels it is no schedule.
    assert clean


def test_every_example_is_named_for_a_rule_and_says_what_it_shows():
    for path in EXAMPLES:
        assert rule_of(path) in IDS, path
        assert re.fullmatch(r"[A-Z][0-9]{3}(-[a-z0-9]+)+\.json", path.name), path
        assert load_case(path)["says"], path


def test_examples_lie_in_known_folders():
    assert sorted(path.name for path in CASES.iterdir() if path.is_dir()) == [
        "base",
        "book",
        "declaration",
        "evidence",
        "evidence-request",
        "extension",
        "iqa",
        "ledger",
        "question",
        "remote-visit",
        "schedule",
        "stage-one-meeting",
        "tags",
    ]


def test_a_rule_about_the_book_is_not_asked_about_documents(book):
    wrong = {"/qualifications/AM20530/qan": "601/0556/3"}

    of_a_document = judge({"document": "schedule", "series": wrong}, book)
    of_the_book = judge({"series": wrong}, book)

    assert "L008" not in {f.rule for f in of_a_document.findings}
    assert [f.rule for f in of_the_book.findings] == ["L008"]


# Words

NEVER = re.compile(r"\b(please|invalid|errors?|sorry|you must have|illegal|bad|oops)\b", re.IGNORECASE)


def sentences(text: str) -> list[str]:
    return re.findall(r"[^.?!]+(?:\.(?=\S)[^.?!]*)*[.?!]", text)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_fix_is_one_or_two_plain_sentences(rule):
    assert 1 <= len(sentences(rule.fix)) <= 2
    assert rule.fix.endswith(".")
    assert rule.fix[0].isupper()
    assert not NEVER.search(rule.fix)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_title_says_what_holds_where_the_rule_is_kept(rule):
    assert rule.title[0].isupper()
    assert not rule.title.endswith(".")
    assert len(rule.title) <= 80
    assert not NEVER.search(rule.title)
    assert rule.source in {"seed", "field", "trust", "own"}


def test_every_message_is_plain_english(book):
    messages = {(f.rule, f.message) for path in DOCUMENTS for f in judge(load_case(path), book).findings}

    for rule, message in messages:
        assert message.endswith("."), (rule, message)
        assert 1 <= len(sentences(message)) <= 2, (rule, message)
        assert not NEVER.search(message), (rule, message)


def test_every_finding_links_to_its_rule(book):
    for path in DOCUMENTS:
        for finding in judge(load_case(path), book).findings:
            assert finding.help == f"http://127.0.0.1:8000/rules/#{finding.rule.lower()}"


# Nothing submitted is repeated

CANARIES = (
    "zyzzyva",  # has the shape of an id
    "ZYZZYVA1",  # has the shape of a code
    "Zyzzyva",
    "zyzzyva\n::error::zyzzyva|`<b>zyzzyva</b>",
    "../zyzzyva/%7Ezyzzyva",
)
OTHERS = {"schedule": ["tags"], "tags": ["schedule"], "declaration": ["schedule", "tags"]}


def leaves(value: Any, pointer: str = "") -> Iterator[str]:
    """The pointer of every text in a document."""
    if isinstance(value, str):
        yield pointer
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{pointer}/{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{pointer}/{index}")


def groups(value: Any, pointer: str = "") -> Iterator[str]:
    """The pointer of every object in a document."""
    if isinstance(value, dict):
        yield pointer
        for name, inner in value.items():
            yield from groups(inner, f"{pointer}/{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from groups(inner, f"{pointer}/{index}")


def full(form: str) -> dict:
    """A document of a form with every optional property in it."""
    document = base(form)
    if form == "tags":
        document["sign_off"][0]["signature"] = {"image_sha256": "0" * 64}
        document["sign_off"][1]["signature"] = "typed"
        document["learners"][0] |= {
            "uci": "999990210013A",
            "rationale": "A reason.",
            "evidence": [{"source": "homework"}],
        }
    if form == "schedule":
        document["learners"][0]["uci"] = "999990210013A"
    if form == "declaration":
        document["signatory"] |= {"role": "deputy", "delegation_reason": "The Head of Centre is away."}
    return document


def printed(document: Any, form: str, stage: str, book) -> str:
    """All that the six formats say of a document, but for the pointers of the JSON."""
    example = {"document": document, "others": OTHERS[form], "stage": stage, "sent_as": form}
    report = judge(example, book)
    facts = report.as_json()
    for finding in facts["findings"]:
        finding.pop("pointer")
    rest = [write(report) for name, write in FORMATS.items() if name != "json"]
    return "\n".join([*rest, json.dumps(facts, ensure_ascii=False)]).replace(f"{form}.json", "")


@pytest.mark.parametrize("stage", ["gateway", "loose"])
@pytest.mark.parametrize("form", ["schedule", "tags", "declaration"])
def test_no_report_repeats_a_submitted_text(form, stage, book):
    plain = full(form)
    for pointer in leaves(plain):
        for canary in CANARIES:
            document = copy.deepcopy(plain)
            put(document, pointer, canary)

            said = printed(document, form, stage, book)

            assert "zyzzyva" not in said.casefold(), (pointer, canary)


def written(value: Any) -> Iterator[str]:
    """Every text of a document that has more than one word."""
    if isinstance(value, str) and " " in value.strip():
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from written(inner)


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_no_report_repeats_what_was_written_in_an_example(path, book):
    example = load_case(path)

    report = judge(example, book)

    said = "\n".join(write(report) for write in FORMATS.values())
    assert not [text for text in written(built(example.get("document", {}))) if text in said]


@pytest.mark.parametrize("form", ["schedule", "tags", "declaration"])
def test_no_report_repeats_a_submitted_name_of_a_property(form, book):
    plain = full(form)
    for pointer in groups(plain):
        for canary in CANARIES:
            document = copy.deepcopy(plain)
            put(document, f"{pointer}/{canary.replace('~', '~0').replace('/', '~1')}", canary)

            said = printed(document, form, "gateway", book)

            assert "zyzzyva" not in said.casefold(), (pointer, canary)


def test_the_json_alone_says_which_property_it_was(book):
    document = base("schedule") | {"zyzzyva": 1}

    (finding,) = judge({"document": document}, book).findings

    assert finding.pointer == "/zyzzyva"
    assert "/…" in FORMATS["text"](judge({"document": document}, book))


@pytest.mark.parametrize("text", ["{zyzzyva", '["zyzzyva"', '{"zyzzyva": 1, "zyzzyva": 2}', '"zyzzyva', "zyzzyva"])
def test_no_refusal_repeats_what_was_refused(text, book):
    report = judge({"raw": text, "sent_as": "schedule"}, book)

    assert "zyzzyva" not in "".join(write(report) for write in FORMATS.values()).casefold()


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_rows_are_named_by_their_place_never_by_a_learners_number(path, book):
    report = judge(load_case(path), book)

    said = "\n".join(write(report) for name, write in FORMATS.items() if name != "json")
    said = re.sub(r"U\+[0-9A-F]{4,6}|10234|10235|2021|2022|four digits from 0001 to 9999", "", said)
    assert not re.search(r"\b[0-9]{10}\b", said)
    assert not re.search(r"(?<![0-9#:.])\b00[0-9]{2}\b", said)


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_no_report_says_a_learners_grade(path, book):
    report = judge(load_case(path), book)

    # T005 names the whole scale, whatever was submitted: see the next test.
    messages = " ".join(f"{f.message} {f.fix}" for f in report.findings if f.rule != "T005")
    assert not re.search(r"\b(fail|pass|merit|distinction)\b", messages)


def test_what_t005_says_does_not_depend_on_the_grade(book):
    def said(grade: str) -> list[str]:
        document = base("tags")
        document["learners"][0]["grade"] = grade
        report = judge({"document": document, "others": ["schedule"]}, book)
        assert {f.rule for f in report.findings} == {"T005"}
        return [write(report) for write in FORMATS.values()]

    assert said("distinction-star") == said("u")


def test_a_strange_file_name_in_a_pull_request_ends_no_line_and_no_cell(ledger, book):
    dossier = "2021-summer/10/10234/AM20530/external-exam"
    name = "a\n::error file=x,line=1:: b|`c`\r<script>.json"
    (ledger / "submissions" / dossier / name).write_text("{}")
    changed = {f"submissions/{dossier}/{name}": "file"}
    branch = "dossier/2021-summer/10234/AM20530/external-exam"

    report = review(DirectorySource(ledger), changed, branch, book, datetime.fromisoformat(RECEIVED_AT))

    assert "D002" in {f.rule for f in report.findings}
    for form in ("text", "github", "markdown", "junit"):
        said = FORMATS[form](report)
        assert "\r" not in said
        assert "<script>" not in said
        assert "`c`" not in said
        assert not re.search(r"^::error file=x", said, re.MULTILINE)


def test_a_rule_that_looks_at_other_documents_says_so():
    around = ("case.of(", "case.documents", "case.neighbours", "schedule_of(")
    for rule in RULES:
        looks = any(sign in inspect.getsource(rule.judge) for sign in around)

        assert rule.looks_around == (looks and rule.per == "document"), rule.id
