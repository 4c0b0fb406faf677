"""Which column is which: by headers however they are written, by contents where headers say nothing."""

import pytest

from gradepost.spreadsheet.mapping import best_sheet, guess, with_targets
from gradepost.spreadsheet.reading import read
from gradepost.spreadsheet.sheets import Sheet, letters
from spreadsheet.samples import mis_export

ULNS = ["1000000051", "1000000132", "1000000043", "1000000094"]


def sheet(*rows, hidden=False):
    width = max(map(len, rows), default=0)
    return Sheet("S", hidden, tuple((*row, *[""] * (width - len(row))) for row in rows))


@pytest.fixture
def targets(book):
    """What the columns of these rows are taken to be, for the TAG form."""
    return lambda *rows: [column.target for column in guess(book, "tags", sheet(*rows)).columns]


def test_an_export_of_an_information_system_is_known(book):
    (export,) = read(mis_export(book), "export.csv")

    found = guess(book, "tags", export)

    assert [c.target for c in found.columns] == ["name", "name", "candidate_number", "uln", "grade"]
    assert (found.header_row, found.notes) == (0, ())


@pytest.mark.parametrize("header", ["Candidate number", "CANDIDATE NO.", "Cand_No", "cand-no", "Exam\u00a0number"])
def test_a_header_is_known_however_it_is_written(targets, header):
    assert targets([header, "x"], ["0042", "y"])[0] == "candidate_number"


def test_a_header_that_is_not_known_is_no_field(targets):
    assert targets(["ULN", "Sex", "Date of birth"], ["1000000051", "F", "2004-01-01"])[1:] == [None, None]


def test_sexes_are_not_taken_for_grades(targets):
    rows = [["0001", "M"], ["0002", "F"], ["0003", "M"]]

    assert targets(["Cand no", "Sex"], *rows)[1] is None


def test_titles_above_the_headers_are_passed_over(book):
    found = guess(book, "tags", sheet(["Summer 2021 grades"], [], ["ULN", "Grade"], ["1000000051", "Merit"]))

    assert found.header_row == 2


def test_headers_of_two_rows_are_read_together(book):
    found = guess(
        book,
        "tags",
        sheet(["Candidate", "", "Teacher assessed"], ["name", "number", "grade"], ["A B", "0042", "Merit"]),
    )

    assert found.header_row == 1
    assert [c.target for c in found.columns] == ["name", "candidate_number", "grade"]


def test_of_two_columns_with_one_header_the_one_that_holds_something_is_chosen(book):
    rows = [["ULN", "Grade", "Grade"], ["1000000051", "", "Merit"]]

    found = guess(book, "tags", sheet(*rows))

    assert [c.target for c in found.columns] == ["uln", None, "grade"]
    assert found.notes == ("Columns B, C could each be Grade. Column C is chosen; look whether that is right.",)


def test_contents_tell_where_headers_do_not(targets):
    rows = [[f"000{number}", uln, "Merit", "Graded"] for number, uln in enumerate(ULNS, start=1)]

    assert targets(["Ref", "Other", "Outturn", "State"], *rows) == ["candidate_number", "uln", "grade", "outcome"]


def test_a_sheet_without_headers_is_known_by_its_contents(book):
    rows = [[f"000{number}", uln, "Merit"] for number, uln in enumerate(ULNS, start=1)]

    found = guess(book, "tags", sheet(*rows))

    assert (found.header_row, found.first_row) == (-1, 0)
    assert [c.target for c in found.columns] == ["candidate_number", "uln", "grade"]


def test_two_columns_that_could_be_the_same_are_left_to_the_person(targets):
    rows = [[uln, uln] for uln in ULNS]

    assert targets(["x", "y"], *rows) == [None, None]


def test_a_person_may_choose_otherwise(book):
    found = with_targets(guess(book, "tags", sheet(["ULN", "x"], ["1", "2"])), {0: None, 1: "uln"})

    assert [c.target for c in found.columns] == [None, "uln"]


def test_the_sheet_in_view_with_the_most_known_headers_is_the_one(book):
    hidden = sheet(["ULN", "Grade", "Cand no"], ["1", "2", "3"], hidden=True)
    notes, wanted = sheet(["Read me"]), sheet(["ULN", "Grade"], ["1", "2"])

    assert best_sheet(book, "tags", [notes, hidden, wanted]) is wanted


def test_an_empty_sheet_has_no_columns(book):
    assert guess(book, "tags", Sheet("", False, ())).columns == ()


def test_marks_are_known_where_the_series_takes_marks(marked_book):
    found = guess(marked_book, "tags", sheet(["ULN", "Raw mark"], ["1000000051", "45"]))

    assert [c.target for c in found.columns] == ["uln", "mark"]


def test_columns_are_lettered_as_in_a_spreadsheet():
    assert [letters(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
