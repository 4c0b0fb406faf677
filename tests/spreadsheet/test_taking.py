"""From a sheet to a document: what cells mean, what is left out and said, and where in the sheet each value stands."""

import pytest

from gradepost.spreadsheet.mapping import guess, with_targets
from gradepost.spreadsheet.naming import named_in_texts
from gradepost.spreadsheet.reading import read
from gradepost.spreadsheet.sheets import Sheet
from gradepost.spreadsheet.taking import place, take
from spreadsheet.samples import COUNT, mis_export, planted

PAPER = {"form": "tags", "qualification": "AM20530", "component": "UV21578"}
HEADERS = ["Name", "Cand no", "ULN", "Grade", "Reason", "Own evidence"]


def sheet(*rows, title="Learners", notes=()):
    width = max(map(len, rows))
    return Sheet(title, False, tuple((*row, *[""] * (width - len(row))) for row in rows), notes)


@pytest.fixture
def taken(book):
    """What is taken from a sheet of these rows, below the usual headers."""

    def from_rows(*rows, headers=HEADERS, form="tags", book=book, title="Learners"):
        given = sheet(headers, *rows, title=title)
        return take(book, form, given, guess(book, form, given), PAPER)

    return from_rows


def test_cells_become_what_they_mean(taken):
    found = taken(["A B", "0042", "100 0000 051", "DIST", "A reason.", "Mock"])

    assert found.values["learners"] == [
        {
            "candidate_number": "0042",
            "uln": "1000000051",
            "grade": "distinction",
            "rationale": "A reason.",
            "evidence": [{"source": "mock-examination"}],
            "outcome": "graded",
        }
    ]


def test_the_rest_of_the_document_stays(taken):
    assert {name: value for name, value in taken(["", "0042"]).values.items() if name != "learners"} == PAPER


def test_what_a_cell_does_not_surely_mean_stays(taken):
    (learner,) = taken(["", "42", "1.00E+09", "D"]).values["learners"]

    assert learner == {"candidate_number": "42", "uln": "1.00E+09", "grade": "D", "outcome": "graded"}


def test_a_grade_alone_is_graded_and_said(taken):
    found = taken(["", "0042", "", "Merit"], ["", "0043", "", "Pass"])

    assert {learner["outcome"] for learner in found.values["learners"]} == {"graded"}
    assert found.notes == ("2 learners have no outcome in the sheet; Graded is taken, by what stands as the grade.",)


def test_an_outcome_in_the_column_of_grades_is_an_outcome(taken):
    (learner,) = taken(["", "0042", "", "Withdrawn"]).values["learners"]

    assert learner == {"candidate_number": "0042", "outcome": "withdrawn"}


def test_a_letter_that_may_be_an_outcome_is_left_to_a_repair(taken):
    (learner,) = taken(["", "0042", "", "W"]).values["learners"]

    assert learner == {"candidate_number": "0042", "grade": "W"}


def test_an_outcome_that_is_given_is_never_replaced(taken):
    headers = ["Cand no", "Outcome", "Grade"]

    (learner,) = taken(["0042", "Withdrawn", "Merit"], headers=headers).values["learners"]

    assert learner["outcome"] == "withdrawn"


def test_a_schedule_has_no_outcomes(taken):
    headers = ["Cand no", "ULN", "Certificating"]

    found = taken(["0042", "1000000051", "Yes"], ["0043", "1000000132", "no"], headers=headers, form="schedule")

    assert found.values["learners"][0] == {"candidate_number": "0042", "uln": "1000000051", "certificating": True}
    assert found.values["learners"][1]["certificating"] is False


def test_marks_are_whole_numbers(taken, marked_book):
    headers = ["Cand no", "Mark"]

    found = taken(["0042", "45.0"], ["0043", "x"], ["0044", "-5"], headers=headers, book=marked_book)

    assert [learner["mark"] for learner in found.values["learners"]] == [45, "x", -5]


# Rows that are no learners


@pytest.mark.parametrize("word", ["Total", "TOTAL:", "Totals", "Grand total", "Average", "Number of candidates"])
def test_a_row_of_totals_is_left_out_and_said(taken, word):
    found = taken(["A B", "0042", "1000000051", "Merit"], [word, "", "1"])

    assert len(found.values["learners"]) == 1
    assert "1 row of totals was left out." in found.notes


def test_a_learner_whose_name_begins_so_is_no_total(taken):
    assert len(taken(["Total Ann", "0042", "1000000051", "Merit", "x"], ["Meanwell B", "0043"]).values["learners"]) == 2


def test_blank_rows_are_passed_over_in_silence(taken):
    found = taken(["A B", "0042"], [], ["C D", "0043"])

    assert len(found.values["learners"]) == 2
    assert found.notes == ()


def test_rows_with_nothing_in_the_chosen_columns_are_said(taken):
    found = taken(["A B", "0042"], ["printed on Monday"])

    assert found.notes == ("1 row with nothing in the chosen columns was left out.",)


def test_headers_that_a_report_repeats_are_left_out_and_said(taken):
    found = taken(["A B", "0042"], HEADERS, ["C D", "0043"])

    assert len(found.values["learners"]) == 2
    assert found.notes == ("1 row repeating the headers was left out.",)


def test_notes_of_the_sheet_come_along(book):
    given = sheet(["ULN"], ["1000000051"], notes=("Cells are merged.",))

    assert "Cells are merged." in take(book, "tags", given, guess(book, "tags", given), {}).notes


# Places


def test_a_place_is_named_by_sheet_row_and_column(taken):
    found = taken(["A B", "0042"], [], ["C D", "0043", "1"])

    assert place(found, "/learners/1/uln") == "sheet Learners, row 4, column C (ULN)"
    assert place(found, "/learners/1/evidence/0/source") == "sheet Learners, row 4, column F (Own evidence)"
    assert place(found, "/learners/1/evidence") == "sheet Learners, row 4, column F (Own evidence)"
    assert place(found, "/learners/0") == "sheet Learners, row 2"
    assert place(found, "/learners/0/uci") == "sheet Learners, row 2"


def test_a_text_file_has_no_sheet_to_name(taken):
    assert (
        place(taken(["A B", "0042"], title=""), "/learners/0/candidate_number") == "row 2, column B (Candidate number)"
    )


@pytest.mark.parametrize(
    "pointer", ["", "/sign_off", "/learners", "/learners/9/uln", "/learners/x", "/learnersx/0", "/learners/²"]
)
def test_what_stands_nowhere_in_the_sheet_has_no_place(taken, pointer):
    assert place(taken(["A B", "0042"]), pointer) == ""


# Names


def test_names_are_found_by_candidate_number_and_stand_in_no_value(taken):
    found = taken(["Zyzzyva Ann", "42", "1000000051", "Merit"])

    assert found.names == {"42": "Zyzzyva Ann", "0042": "Zyzzyva Ann"}
    assert "Zyzzyva" not in str(found.values)


def test_two_learners_under_one_number_are_both_named(taken):
    assert taken(["Ann", "0042"], ["Ben", "0042"]).names["0042"] == "Ann / Ben"


def test_lost_letters_of_names_are_said(taken):
    assert "Letters of some names were lost" in taken(["Si?n Jones", "0042"]).notes[0]
    assert taken(["Siân Jones", "0042"]).notes == ()


@pytest.mark.parametrize(
    "text", ["We spoke to Siân about it.", "SIÂN did well here.", "It was Sian's own work.", "Ann-Siân too."]
)
def test_a_reason_that_names_a_learner_is_questioned(text):
    values = {"learners": [{"rationale": "Two tests agree."}, {"rationale": text}], "decision_record": text}

    found = named_in_texts(values, {"0042": "Jones Siân", "0043": "Bevan Ann-Mair"})

    assert [pointer for pointer, _ in found] == ["/learners/1/rationale", "/decision_record"]
    assert "Si" not in found[0][1].replace("This seems", "")


@pytest.mark.parametrize(
    "text", ["The mark was merit.", "They will resit in may.", "Jonesing for it.", "Al is too short."]
)
def test_words_that_are_also_names_are_not_questioned(text):
    assert named_in_texts({"decision_record": text}, {"1": "Mark May", "2": "Will Jones", "3": "Al Bo"}) == ()


def test_teachers_who_sign_are_not_questioned():
    assert named_in_texts({"sign_off": [{"name": "Siân Jones"}]}, {"0042": "Siân Jones"}) == ()


# The whole export


def test_of_the_export_all_learners_are_taken_and_only_what_was_planted_differs(book):
    def learners(with_mistakes):
        (export,) = read(mis_export(book, planted=with_mistakes), "export.csv")
        found = take(book, "tags", export, guess(book, "tags", export), PAPER)
        return found.values["learners"], found

    right, _ = learners(False)
    wrong, found = learners(True)

    assert len(right) == len(wrong) == COUNT
    assert [index for index in range(COUNT) if right[index] != wrong[index]] == [mistake.index for mistake in planted()]
    assert found.rows == tuple(range(2, COUNT + 2))
    assert len(planted()) == 12


def test_a_column_that_a_person_ignores_is_not_taken(book):
    given = sheet(HEADERS, ["A B", "0042", "1000000051", "Merit"])
    chosen = with_targets(guess(book, "tags", given), {3: None, 0: None})

    found = take(book, "tags", given, chosen, {})

    assert found.values == {"learners": [{"candidate_number": "0042", "uln": "1000000051"}]}
    assert found.names == {}
