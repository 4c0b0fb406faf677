"""What is shown beside the lines of a pull request: rules, places and the rules' own words, and nothing else."""

import json
from datetime import UTC, datetime

import pytest

from gradepost.forge.base import Check, CheckState
from gradepost.forge.board import Conclusion, Note
from gradepost.publish.annotating import MOST, findings_of

AT = datetime(2021, 5, 18, 9, 0, tzinfo=UTC)
FOLDER = "submissions/2021-summer/10/10234/AM20530/external-exam"
TITLES = {"T005": "The grade is on the component's scale", "T008": "Every scheduled learner is accounted for"}
BENCH = "https://x.example/reviews/10234/AM20530/external-exam"


def finding(rule="T005", severity="error", line=12, path=f"{FOLDER}/UV21578.tags.json", **more):
    facts = {"rule": rule, "severity": severity, "path": path, "pointer": "/learners/3/grade", "line": line}
    facts |= {"column": 7, "message": "Dana Osei has distinction*.", "fix": "Not distinction*."}
    return facts | {"help": f"https://x.example/rules/#{rule.lower()}"} | more


def shown(*findings, state=CheckState.FAILURE):
    return findings_of(Check("a" * 40, state, json.dumps({"findings": findings}), AT), BENCH, TITLES)


def test_a_finding_is_told_at_its_line_in_the_rules_own_words():
    said = "The grade is on the component's scale. https://x.example/rules/#t005"

    assert shown(finding()).notes == (Note(f"{FOLDER}/UV21578.tags.json", 12, "failure", "T005", said),)


def test_no_word_of_a_message_or_of_a_pointer_is_shown():
    told = repr(shown(finding(pointer="/distinction*"), finding("D002", pointer="/Dana Osei")))

    assert "distinction" not in told
    assert "Dana" not in told


@pytest.mark.parametrize(
    ("state", "severity", "conclusion"),
    [
        (CheckState.FAILURE, "error", Conclusion.FAILURE),
        (CheckState.SUCCESS, "warning", Conclusion.NEUTRAL),
        (CheckState.PENDING, "warning", Conclusion.NEUTRAL),
    ],
)
def test_the_conclusion_is_as_grave_as_what_was_found(state, severity, conclusion):
    assert shown(finding(severity=severity), state=state).conclusion is conclusion


def test_nothing_found_is_said_in_words():
    clean = shown(state=CheckState.SUCCESS)

    assert (clean.conclusion, clean.title, clean.summary) == (Conclusion.SUCCESS, *["Nothing to put right"] * 2)


def test_that_the_declaration_is_awaited_is_no_finding_and_a_missing_one_is():
    awaited = finding("H005")

    assert shown(awaited, state=CheckState.PENDING).notes == ()
    assert [note.title for note in shown(awaited).notes] == ["H005"]


def test_errors_come_first_and_are_counted_apart():
    told = shown(finding("T008", "warning", 1), finding(line=30), finding(line=None))

    assert [(note.title, note.line, note.level) for note in told.notes] == [
        ("T005", 1, "failure"),
        ("T005", 30, "failure"),
        ("T008", 1, "warning"),
    ]
    assert told.title == "2 errors, 1 warning"
    assert told.summary.splitlines() == [
        "- T005 The grade is on the component's scale: 2",
        "- T008 Every scheduled learner is accounted for: 1",
    ]


@pytest.mark.parametrize(
    "path", ["", "README.md", f"{FOLDER}/../x.json", f"{FOLDER}/Dana Osei.json", "a path with unusual characters"]
)
def test_what_is_at_no_line_of_a_dossier_is_counted_only(path):
    told = shown(finding("R004", path=path))

    assert (told.notes, told.title) == ((), "1 error")
    assert "Dana" not in repr(told)


def test_whoever_writes_a_report_of_ours_cannot_have_their_words_shown():
    told = shown(finding("Dana"), finding(help="javascript:Dana"))

    assert "Dana" not in repr(told)


def test_more_than_ten_requests_worth_is_counted_and_not_shown_beside_its_lines():
    told = shown(*(finding(line=line) for line in range(1, MOST + 8)))

    assert len(told.notes) == MOST
    assert told.summary.endswith("7 more are not shown beside their lines.")


def test_a_mark_changes_with_the_head_and_with_what_is_said():
    one, other = shown(finding()), shown(finding(line=13))

    assert one.mark == shown(finding()).mark
    assert one.mark != other.mark
