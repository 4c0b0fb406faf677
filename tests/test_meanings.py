"""What a typed text surely means, and what is left as it was typed."""

import pytest

from gradepost.form.layout import every_field
from gradepost.form.meanings import also, fold, meaning, perhaps

PAPER = {"qualification": "AM20530", "component": "UV21578"}


@pytest.fixture
def field(book):
    """A field of the TAG form by its property."""
    found = {"/".join(map(str, steps)): field for steps, field in every_field(book.forms["tags"])}
    found["starts_at"] = next(f for s, f in every_field(book.forms["schedule"]) if s == ("starts_at",))
    return found.__getitem__


@pytest.fixture
def means(book, field):
    return lambda name, text, values=PAPER: meaning(book, "tags", field(name), text, values)


# Entries of lists


@pytest.mark.parametrize(
    "text", ["distinction", "Distinction", "DISTINCTION ", " dis-tinction", "Dist", "dist.", "ｄｉｓｔ"]
)
def test_a_grade_is_known_by_its_id_its_label_and_its_other_names(means, text):
    assert means("learners/*/grade", text) == "distinction"


@pytest.mark.parametrize("text", ["D", "d", "M", "P", "F", "U", "W"])
def test_a_letter_alone_is_a_guess_and_no_meaning(means, text):
    assert means("learners/*/grade", text) == text


@pytest.mark.parametrize("text", ["Distinction*", "Distinction+", "distinct1on", "A star", "", " "])
def test_what_is_not_listed_stays_as_typed(means, text):
    assert means("learners/*/grade", text) == text


@pytest.mark.parametrize("text", ["Too little evidence for a grade", "too-little evidence", "No evidence"])
def test_an_outcome_is_known_by_its_names(means, text):
    assert means("learners/*/outcome", text) == "insufficient-evidence"


@pytest.mark.parametrize("text", ["Attendance record (sense check only)", "Attendance record", "attendance"])
def test_a_source_is_known_with_and_without_what_its_label_adds(means, text):
    assert means("evidence/*/source", text) == "attendance"


def test_a_component_is_known_by_its_code_and_by_its_label(means):
    assert means("component", "uv21578") == "UV21578"
    assert means("component", "UV21578 Understanding the hair and beauty sector") == "UV21578"


def test_a_grade_of_another_scale_is_understood_for_the_rules_to_judge(book, field):
    assert meaning(book, "tags", field("learners/*/grade"), "Merit", {}) == "merit"


def test_stars_and_pluses_make_another_name():
    assert fold("A") != fold("A*") != fold("A+")
    assert fold("A\u00a0*") == fold("a *") == "a*"


def test_sure_names_and_guesses_are_apart(book, field):
    grades = field("learners/*/grade")

    assert also(book.series, grades)["distinction"] == ("Dist",)
    assert "D" in perhaps(book.series, grades)["distinction"]


# Digits, dates, yes and no


@pytest.mark.parametrize(
    "text", ["1000000051", "100 000 0051", "1000-000-051", "1000\u00a0000051", "１０００００００５１"]
)
def test_digits_are_read_without_what_stands_between(means, text):
    assert means("learners/*/uln", text) == "1000000051"


@pytest.mark.parametrize("text", ["1.00E+09", "1000000051.0", "42a"])
def test_what_may_have_lost_something_is_not_read_as_digits(means, text):
    assert means("learners/*/uln", text) == text


@pytest.mark.parametrize(
    "text",
    [
        "2021-05-18",
        "18/05/2021",
        "18/5/21",
        "18.05.2021",
        "18-May-21",
        "18 May 2021",
        "18th May 2021",
        "18/05/2021 00:00",
    ],
)
def test_a_date_is_read_day_first(means, text):
    assert means("sign_off/*/signed_on", text) == "2021-05-18"


def test_the_third_of_april_is_not_the_fourth_of_march(means):
    assert means("sign_off/*/signed_on", "03/04/2021") == "2021-04-03"


@pytest.mark.parametrize(
    "text", ["05/18/2021", "31/02/2021", "18/05", "2021", "18/05/2021 09:30", "soon", "2021-02-30"]
)
def test_what_is_no_day_stays_as_typed(means, text):
    assert means("sign_off/*/signed_on", text) == text


def test_a_wall_time_is_read(means):
    assert means("starts_at", "20/05/2021 9:00") == "2021-05-20T09:00:00"
    assert means("starts_at", "20/05/2021") == "20/05/2021"


@pytest.mark.parametrize(
    ("text", "said"), [("Yes", "true"), ("y", "true"), ("TRUE", "true"), ("✓", "true"), ("No", "false")]
)
def test_yes_and_no_are_read(means, text, said):
    assert means("learners/*/unit_practicals_completed", text) == said


@pytest.mark.parametrize("text", ["x", "maybe", "?"])
def test_a_mark_that_may_mean_either_is_left(means, text):
    assert means("learners/*/unit_practicals_completed", text) == text


def test_free_text_is_never_changed(means):
    assert means("learners/*/rationale", "  Dist  ") == "  Dist  "
