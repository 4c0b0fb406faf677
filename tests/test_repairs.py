"""Repairs: alike problems together, each previewed, applied and undone as one; never done unasked."""

import copy

import pytest
from spreadsheet.samples import mis_export, planted

from gradepost.form.damage import Harm, damage
from gradepost.form.repairs import Change, applied, repairs, undone
from gradepost.spreadsheet.mapping import guess
from gradepost.spreadsheet.reading import read
from gradepost.spreadsheet.taking import take

PAPER = {"form": "tags", "centre": "10234", "qualification": "AM20530", "component": "UV21578"}
FOUR, TEN = r"^(?!0000)[0-9]{4}(?!\n)$", r"^[0-9]{10}(?!\n)$"


@pytest.fixture
def look(book):
    """The repairs of a document with these learners, by id."""

    def found(*learners, **around):
        return {repair.id: repair for repair in repairs(book, "tags", {**PAPER, "learners": list(learners), **around})}

    return found


def all_of(found):
    return [change for repair in found for change in repair.changes]


def test_a_right_document_needs_no_repair(look):
    assert look({"candidate_number": "0042", "uln": "1000000051", "outcome": "graded", "grade": "merit"}) == {}


def test_alike_grades_are_one_repair(look):
    found = look(
        {"grade": "D", "outcome": "graded"}, {"grade": "d.", "outcome": "graded"}, {"grade": "M", "outcome": "graded"}
    )

    assert [repair.words for repair in found.values()] == ["2 × ‘D’ → Distinction", "1 × ‘M’ → Merit"]
    assert found["learners.*.grade:d"].changes[1] == Change("/learners/1/grade", "d.", "distinction")


def test_words_show_a_name_of_the_series_and_never_what_was_typed(look):
    (found,) = look({"grade": "d-I-s-t", "outcome": "graded"}).values()

    assert found.words == "1 × ‘Dist’ → Distinction"


def test_a_grade_without_an_outcome_gets_one_with_it(look):
    (found,) = look({"grade": "P"}).values()

    assert found.count == 1
    assert found.changes == (Change("/learners/0/grade", "P", "pass"), Change("/learners/0/outcome", None, "graded"))


def test_a_grade_repair_leaves_an_outcome_that_is_there(look):
    (found,) = look({"grade": "P", "outcome": "withdrawn"}).values()

    assert [change.pointer for change in found.changes] == ["/learners/0/grade"]


def test_an_outcome_in_the_place_of_a_grade_is_moved(look):
    (found,) = look({"grade": "W", "outcome": "graded"}).values()

    assert found.words == "1 × ‘W’ → Withdrawn"
    assert applied({"learners": [{"grade": "W", "outcome": "graded"}]}, found.changes) == {
        "learners": [{"outcome": "withdrawn"}]
    }


def test_learners_with_a_grade_alone_are_graded(look):
    (found,) = look({"grade": "merit"}, {"grade": "fail"}, {"rationale": "Ill."}).values()

    assert found.words == "2 learners have a grade or a mark and no outcome → Graded"
    assert [change.pointer for change in found.changes] == ["/learners/0/outcome", "/learners/1/outcome"]


def test_an_unknown_grade_is_left_to_the_rules(look):
    assert look({"grade": "Destinction", "outcome": "graded"}) == {}


def test_lost_zeros_are_counted_together(look):
    (found,) = look({"candidate_number": "42"}, {"candidate_number": "7"}, {"candidate_number": "0043"}).values()

    assert found.words == "2 candidate numbers have lost leading zeros"
    assert [change.after for change in found.changes] == ["0042", "0007"]


def test_the_centre_too_gets_its_zero_back(look):
    (found,) = look(centre="1234").values()

    assert found.changes == (Change("/centre", "1234", "01234"),)


def test_a_lost_uln_is_explained_and_not_repaired(look):
    (found,) = look({"uln": "1.00E+09"}, {"uln": "1E+09"}).values()

    assert (found.count, found.changes) == (2, ())
    assert found.words.startswith("2 ULNs were shortened to powers of ten")


@pytest.mark.parametrize("text", ["1000000051.0", "1.000000051E+09", "'1000000051", "100 0000 051"])
def test_a_uln_that_kept_its_digits_is_repaired(look, text):
    (found,) = look({"uln": text}).values()

    assert found.changes == (Change("/learners/0/uln", text, "1000000051"),)


def test_evidence_and_dates_are_repaired_wherever_they_stand(look):
    evidence = [{"source": "Mock exam", "dated": "12/03/2021"}]

    found = look({"evidence": copy.deepcopy(evidence)}, evidence=evidence)

    assert {change.pointer for change in all_of(found.values())} == {
        "/evidence/0/source",
        "/evidence/0/dated",
        "/learners/0/evidence/0/source",
    }


@pytest.mark.parametrize(
    "values",
    [
        {"learners": "x"},
        {"learners": [1, None, "x", []]},
        {"learners": [{"grade": ["D"], "uln": 5}]},
        {"evidence": {}},
        {},
    ],
)
def test_a_document_of_any_shape_is_looked_at(book, values):
    assert repairs(book, "tags", values) == ()


@pytest.mark.parametrize("form", ["schedule", "declaration"])
def test_every_form_can_be_asked(book, form):
    assert repairs(book, form, {"centre": "234"})[0].id == "centre:zeros"


# Applying and undoing


def test_applied_and_undone_the_document_is_as_before(book):
    (sheet,) = read(mis_export(book), "export.csv")
    before = dict(take(book, "tags", sheet, guess(book, "tags", sheet), PAPER).values)
    kept = copy.deepcopy(before)

    changes = all_of(repairs(book, "tags", before))
    after = applied(before, changes)

    assert before == kept
    assert after != before
    assert applied(after, undone(changes)) == before


def test_all_repairs_together_mend_what_was_planted_for_them(book):
    (sheet,) = read(mis_export(book), "export.csv")
    values = take(book, "tags", sheet, guess(book, "tags", sheet), PAPER).values
    found = {repair.id: repair.count for repair in repairs(book, "tags", values)}
    expected = [mistake.repair for mistake in planted() if mistake.repair]

    assert {name: expected.count(name) for name in expected} == {n: c for n, c in found.items() if n in expected}
    assert set(found) - set(expected) == {"learners.*.uln:lost"}


def test_a_value_that_has_changed_since_is_left(book):
    values = {"learners": [{"grade": "merit"}]}

    assert applied(values, [Change("/learners/0/grade", "D", "distinction")]) == values


@pytest.mark.parametrize(
    "pointer",
    ["", "/", "x", "/learners", "/learners/x", "/learners/9/grade", "/learners/²", "/learners/0/grade/0/1", "/a/b"],
)
def test_a_change_that_fits_nowhere_changes_nothing(pointer):
    values = {"learners": [{"grade": "merit"}]}

    assert applied(values, [Change(pointer, "D", "distinction")]) == values


# Damage


@pytest.mark.parametrize(
    ("text", "harm", "mended"),
    [
        ("42", Harm.ZEROS, "0042"),
        ("0042.0", Harm.POINT_ZERO, "0042"),
        ("42.0", Harm.ZEROS, "0042"),
        ("'0042", Harm.QUOTED, "0042"),
        ("00 42", Harm.BETWEEN, "0042"),
        ("4.2E+01", Harm.LOST, None),
    ],
)
def test_damage_is_told_apart(text, harm, mended):
    found = damage(text, FOUR, "candidate_number")

    assert (found.harm, found.mended) == (harm, mended)


@pytest.mark.parametrize("text", ["0000", "0", "12345", "x", "", "4a", "-42"])
def test_what_can_be_no_candidate_number_is_left(text):
    assert damage(text, FOUR, "candidate_number") is None


def test_a_uln_gets_no_zero_put_before_it():
    assert damage("100000005", TEN, "uln") is None


@pytest.mark.parametrize("text", ["1.00000005E+09", "1.000000052E+09", "1.000000051E+08", "1.0000000510E+09"])
def test_a_power_of_ten_that_may_be_rounded_is_lost(text):
    assert damage(text, TEN, "uln").mended is None
