"""Who is scheduled, who has a result, who is missing; and what a fail is asked about."""

from pathlib import Path

import pytest

from gradepost.book import load
from gradepost.form.entries import entries
from gradepost.form.fails import answers_of, settled, unanswered
from gradepost.page.entries_line import entries_said, entries_words
from gradepost.page.totals import totals

ROOT = Path(__file__).parents[1]
BOOK = load(ROOT)
SERIES = BOOK.series
MARKS = load(ROOT, "2027-summer").series


def graded(number, grade="merit"):
    return {"candidate_number": number, "outcome": "graded", "grade": grade}


def withdrawn(number):
    return {"candidate_number": number, "outcome": "withdrawn"}


def ungraded(number):
    return {"candidate_number": number, "outcome": "insufficient-evidence"}


def test_each_learner_is_counted_once_under_what_became_of_them():
    found = entries(["0001", "0002", "0003"], [graded("0001"), withdrawn("0002"), ungraded("0003")], SERIES)

    assert (found.scheduled, found.graded, found.withdrawn, found.too_little) == (3, 1, 1, 1)
    assert (found.missing, found.unexpected, found.repeated, found.undecided) == ((), (), (), 0)


def test_a_scheduled_learner_who_is_not_listed_is_missing_by_number():
    assert entries(["0002", "0001"], [graded("0001")], SERIES).missing == ("0002",)


def test_a_listed_learner_who_is_not_scheduled_is_unexpected_by_number():
    assert entries(["0001"], [graded("0001"), graded("0044")], SERIES).unexpected == ("0044",)


def test_a_number_that_stands_twice_is_repeated_and_covers_one_learner():
    found = entries(["0001", "0002"], [graded("0001"), graded("0001")], SERIES)

    assert (found.repeated, found.missing) == (("0001",), ("0002",))


def test_a_learner_without_an_outcome_is_undecided():
    found = entries(None, [{"candidate_number": "0001"}, {"candidate_number": "0002", "outcome": "Gradd"}], SERIES)

    assert (found.undecided, found.graded, found.withdrawn) == (2, 0, 0)


def test_without_a_schedule_nobody_is_missing_or_unexpected():
    found = entries(None, [graded("0001")], SERIES)

    assert (found.scheduled, found.missing, found.unexpected) == (None, (), ())


@pytest.mark.parametrize(
    ("scheduled", "learners", "said"),
    [
        (
            ["0042", "0043", "0044"],
            [graded("0042"), withdrawn("0043")],
            "3 scheduled · 1 graded · 1 withdrawn · 1 missing (0044) · 0 not scheduled",
        ),
        (["0042"], [graded("0042"), graded("0050")], "1 scheduled · 2 graded · 0 missing · 1 not scheduled (0050)"),
        (None, [graded("0042"), ungraded("0043")], "2 learners · 1 graded · 1 with too little evidence"),
        (
            ["0042"],
            [graded("0042"), graded("0042")],
            "1 scheduled · 2 graded · 0 missing · 0 not scheduled · 1 repeated (0042)",
        ),
    ],
)
def test_the_line_names_who_does_not_add_up(scheduled, learners, said):
    assert entries(scheduled, learners, SERIES).said(entries_words) == said


def test_of_many_missing_ten_are_named_and_the_rest_counted():
    said = entries([f"{n:04}" for n in range(1, 281)], [], SERIES).said(entries_words)

    assert "280 missing (0001, " in said
    assert "0010, and 270 more)" in said


def test_the_line_asks_for_a_component_before_it_counts():
    assert entries_said(SERIES, {"learners": [graded("0001")]}, {}) == "Choose a component to see who is scheduled."


def test_the_line_says_that_no_schedule_is_known():
    said = entries_said(SERIES, {"component": "UV21578", "learners": [graded("0001")]}, {"UV21579": ["0001"]})

    assert said == "No schedule was received for this component · 1 learner · 1 graded"


@pytest.mark.parametrize("learners", ["none", [1, None], [{"candidate_number": ["x"], "outcome": {}}], None])
def test_whatever_stands_for_learners_is_counted_and_never_raises(learners):
    values = {"component": "UV21578", "learners": learners}

    assert "scheduled" in entries_said(SERIES, values, {"UV21578": ["0001"]})
    assert isinstance(totals(SERIES, values), list)
    assert unanswered(SERIES, values, {}) == []


def test_totals_show_the_whole_scale_from_the_highest_grade_down():
    document = {"learners": [graded("0001"), graded("0002"), graded("0003", "pass"), withdrawn("0004")]}

    assert [(total.label, total.number) for total in totals(SERIES, document)] == [
        ("Distinction", 0),
        ("Merit", 2),
        ("Pass", 1),
        ("Fail", 0),
        ("Withdrawn", 1),
    ]


def test_a_document_without_outcomes_has_no_totals():
    assert totals(SERIES, {"learners": [{"candidate_number": "0001"}]}) == []


def test_marks_are_totalled_by_outcome_alone():
    document = {"learners": [{"candidate_number": "0001", "outcome": "graded", "mark": 40}]}

    assert [(total.label, total.number) for total in totals(MARKS, document)] == [("Marked", 1)]


FAILING = {"form": "tags", "learners": [graded("0001"), graded("0002", "fail"), withdrawn("0003")]}


def test_a_fail_is_open_until_it_is_answered_for():
    assert unanswered(SERIES, FAILING, {}) == [1]
    assert unanswered(SERIES, FAILING, {1: "evidence"}) == []
    assert unanswered(SERIES, FAILING, {0: "evidence"}) == [1]


def test_evidence_of_a_fail_leaves_the_grade():
    assert settled(SERIES, FAILING, {1: "evidence"}) == FAILING


def test_too_little_evidence_takes_the_grade_away():
    document = settled(SERIES, FAILING, {1: "too-little"})

    assert document["learners"][1] == {"candidate_number": "0002", "outcome": "insufficient-evidence"}
    assert document["learners"][0] == FAILING["learners"][0]


def test_an_answer_about_a_learner_without_a_fail_changes_nothing():
    assert settled(SERIES, FAILING, {0: "too-little", 2: "too-little", 99: "too-little"}) == FAILING


@pytest.mark.parametrize(
    "fields",
    [
        {"_fail.x": "evidence"},
        {"_fail.-1": "evidence"},
        {"_fail.1": "maybe"},
        {"_fail.": "evidence"},
        {"_fail.²": "evidence"},
    ],
)
def test_what_is_no_answer_is_not_there(fields):
    assert answers_of(fields) == {}
