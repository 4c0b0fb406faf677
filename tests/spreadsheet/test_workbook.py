"""The workbook that we write: a document out and back unchanged, text that never calculates, faults marked in place."""

import csv
import io
import shutil
import subprocess
from dataclasses import replace

import openpyxl
import pytest
from casebook import base, judge

from gradepost.doors.demo.examples import learners
from gradepost.form.meanings import fold
from gradepost.model.findings import Finding, Severity
from gradepost.spreadsheet.guidance import made_for
from gradepost.spreadsheet.mapping import best_sheet, guess
from gradepost.spreadsheet.marking import in_sheet
from gradepost.spreadsheet.reading import read
from gradepost.spreadsheet.taking import take
from gradepost.spreadsheet.workbook import WHAT_TO_CHANGE, workbook
from spreadsheet.hostile import xlsx

PAPER = {"form": "tags", "qualification": "AM20530", "component": "UV21578"}
SYNOPTIC = {"form": "tags", "qualification": "BT2D1", "component": "BT2D1SY"}
EVIL = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    '=HYPERLINK("http://x")',
    "\t=1+1",
    "＝1+1",
    "#N/A",
    "1E5",
)


def finding(pointer, message="This is wrong.", fix="Mend it."):
    return Finding("X001", Severity.ERROR, "", pointer, None, message, fix, "")


@pytest.fixture
def made(book):
    """A workbook, opened: its sheets by openpyxl."""

    def opened(values, form="tags", book=book, **given):
        return openpyxl.load_workbook(io.BytesIO(workbook(book, form, values, centre="10234", **given)))

    return opened


def texts(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


# Out and back


@pytest.mark.parametrize("form", ["schedule", "tags"])
def test_a_document_comes_back_as_it_went(book, form):
    document = base(form)

    sheets = read(workbook(book, form, document, centre="10234"), "x.xlsx")
    sheet = best_sheet(book, form, sheets)
    found = take(book, form, sheet, guess(book, form, sheet), document)

    assert found.values == document
    assert found.notes == ()


def test_every_sort_of_cell_comes_back(book):
    learner = {
        "candidate_number": "0042",
        "uln": "1000000051",
        "outcome": "graded",
        "grade": "merit",
        "evidence": [{"source": "assignment"}],
        "rationale": "First line.\nSecond: _x0041_ “quoted” & <tagged>, ŵ 😀.",
        "unit_practicals_completed": False,
    }
    document = {**SYNOPTIC, "learners": [learner, {**learner, "unit_practicals_completed": True}]}

    (sheet, *_) = read(workbook(book, "tags", document, centre="10234"), "x.xlsx")
    found = take(book, "tags", sheet, guess(book, "tags", sheet), SYNOPTIC)

    assert found.values == document


def test_marks_come_back_as_numbers(marked_book):
    document = {"learners": [{"candidate_number": "0042", "outcome": "graded", "mark": 45}]}

    (sheet, *_) = read(workbook(marked_book, "tags", document, centre="10234"), "x.xlsx")

    assert take(marked_book, "tags", sheet, guess(marked_book, "tags", sheet), {}).values == document


def test_names_stand_beside_the_numbers_and_come_back(book):
    document = {**PAPER, "learners": [{"candidate_number": "0042"}]}

    (sheet, *_) = read(workbook(book, "tags", document, centre="10234", names={"0042": "Siân"}), "x.xlsx")

    assert sheet.rows[1][:2] == ("0042", "Siân")
    assert take(book, "tags", sheet, guess(book, "tags", sheet), PAPER).names == {"0042": "Siân"}


def test_it_says_what_it_was_made_for(book):
    sheets = read(workbook(book, "tags", PAPER, centre="10234"), "x.xlsx")

    assert made_for(sheets) == {
        "form": "tags",
        "series": "2021-summer",
        "centre": "10234",
        "qualification": "AM20530",
        "component": "UV21578",
    }
    assert made_for(sheets[:1]) == {}


# Nothing calculates


def evil_document():
    rows = [{"candidate_number": text, "uln": text, "outcome": text, "grade": text, "rationale": text} for text in EVIL]
    return {**PAPER, "component": "=1+1", "learners": rows}


def test_no_cell_is_a_formula_and_each_text_is_text(made):
    book = made(
        evil_document(), names=dict.fromkeys(EVIL, "=1+1"), findings=[finding("/learners/0/uln", "=1+1", "=2+2")]
    )

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]

    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert {cell.number_format for cell in cells if cell.data_type == "s"} == {"@"}


def test_columns_stay_text_below_the_last_row(made):
    sheet = made({**PAPER, "learners": []})["Learners"]

    assert {sheet.column_dimensions[letter].number_format for letter in "ABCDEFG"} == {"@"}


def test_evil_texts_come_back_as_texts(book):
    (sheet, *_) = read(workbook(book, "tags", evil_document(), centre="10234"), "x.xlsx")

    assert [row[0] for row in sheet.rows[1:]] == [text.strip() for text in EVIL]
    assert sheet.notes == ()


def as_libreoffice_shows_it(raw, folder):
    """The rows of the first sheet after LibreOffice has opened, calculated and saved the file."""
    (folder / "made.xlsx").write_bytes(raw)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    utf_8 = "csv:Text - txt - csv (StarCalc):44,34,76,1"
    command = ["soffice", "--headless", profile, "--convert-to", utf_8, "made.xlsx"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    return list(csv.reader(io.StringIO((folder / "made.csv").read_text(encoding="utf-8"), newline="")))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not there")
def test_libreoffice_calculates_nothing(book, tmp_path):
    raw = workbook(book, "tags", evil_document(), centre="10234", names=dict.fromkeys(EVIL, "=1+1"))

    shown = as_libreoffice_shows_it(raw, tmp_path)

    assert as_libreoffice_shows_it(xlsx(["=1+1"]), tmp_path) == [["2"]]
    for column in (0, 2, 3, 4, 6):
        assert [row[column].strip() for row in shown[1:]] == [text.strip() for text in EVIL]
    assert {row[1] for row in shown[1:]} == {"=1+1"}


def test_what_no_workbook_can_hold_is_replaced(made):
    document = {**PAPER, "learners": [{"candidate_number": "a\x00b\x0b", "uln": "\ud800", "rationale": "x" * 50_000}]}

    row = texts(made(document)["Learners"])[1]

    assert row[0] == "a\ufffdb\ufffd"
    assert len(row[-1]) == 32_767


# What helps whoever fills it in


def test_lists_offer_the_labels_of_the_form(made):
    book = made({**PAPER, "learners": []})
    sheet = book["Learners"]
    lists = dict(zip(["D", "E", "F"], zip(*texts(book["Lists"]), strict=True), strict=True))

    offered = {str(choice.sqref): choice.formula1 for choice in sheet.data_validations.dataValidation}

    assert offered["E2:E5001"] == "Lists!$B$1:$B$4"
    assert [grade for grade in lists["E"] if grade] == ["Fail", "Pass", "Merit", "Distinction"]
    assert "Assignment, finished or not" in lists["F"]
    assert book["Lists"].sheet_state == "hidden"


def test_yes_and_no_are_offered_where_a_form_asks_for_them(made):
    sheet = made({**SYNOPTIC, "learners": []})["Learners"]

    assert '"Yes,No"' in [choice.formula1 for choice in sheet.data_validations.dataValidation]


def test_a_paper_is_not_asked_about_practicals(made):
    asked, spared = made({**SYNOPTIC})["Learners"], made({**PAPER})["Learners"]

    assert "All unit practicals undertaken" in texts(asked)[0]
    assert "All unit practicals undertaken" not in texts(spared)[0]


def test_headers_are_protected_and_everything_else_can_be_written(made):
    sheet = made({**PAPER, "learners": [{"candidate_number": "0042"}]})["Learners"]

    assert sheet.protection.sheet
    assert sheet["A1"].protection.locked
    assert not sheet["A2"].protection.locked
    assert not sheet.column_dimensions["B"].protection.locked
    assert not (sheet.protection.sort or sheet.protection.insertRows or sheet.protection.deleteRows)
    assert sheet.freeze_panes == "A2"


def test_guidance_says_by_when_and_how(made):
    said = [text for row in texts(made({**PAPER})["Guidance"]) for text in row if text]

    assert "Submit teacher assessed grades" in said
    assert any("21 May 2021" in text for text in said)
    assert any(text.startswith("Names help you") for text in said)
    assert "ULN" in said


def test_headers_of_the_workbook_are_known_again(book, made):
    sheet = made({**SYNOPTIC})["Learners"]
    (given, *_) = read(workbook(book, "tags", SYNOPTIC, centre="10234"), "x.xlsx")

    assert None not in [column.target for column in guess(book, "tags", given).columns]
    assert len({fold(cell.value) for cell in sheet[1]}) == sheet.max_column


# With what is to be changed


@pytest.fixture
def marked(made):
    rows = [{"candidate_number": number, "uln": uln} for number, uln in learners("10234", 3)]
    findings = [
        finding("/learners/1/uln"),
        finding("/learners/1/uln", "Another thing."),
        finding("/learners/1/grade"),
        finding("/learners/2/evidence"),
        finding("/learners/2", "The row is wrong."),
        finding("/sign_off", "Two must sign."),
    ]
    return made({**PAPER, "learners": rows}, findings=findings)


def test_faulty_cells_are_filled_and_commented(marked):
    sheet = marked["Learners"]

    assert sheet["C3"].comment.text == "This is wrong. Mend it.\nAnother thing. Mend it."
    assert sheet["C3"].fill.fgColor.rgb != sheet["C2"].fill.fgColor.rgb
    assert sheet["C2"].comment is None


def test_a_row_that_a_rule_names_is_named_as_in_the_sheet(book, made):
    document = base("tags")
    document["learners"][1]["candidate_number"] = document["learners"][0]["candidate_number"]
    (found,) = (f for f in judge({"document": document}, book).findings if f.rule == "L002")

    said = made(document, findings=[found])["Learners"]["A3"].comment.text

    assert "stands in row 1." in found.message
    assert "stands in row 2." in said
    assert in_sheet(found.message, (7, 9)) == found.message.replace("row 1.", "row 7.")


def test_an_empty_cell_that_is_missing_is_marked_too(marked):
    assert marked["Learners"]["E3"].comment.text == "This is wrong. Mend it."


def test_a_finding_of_a_whole_row_stands_at_its_first_cell(marked):
    assert marked["Learners"]["A4"].comment.text == "The row is wrong. Mend it."
    assert marked["Learners"]["F4"].comment.text == "This is wrong. Mend it."


def test_a_last_column_says_what_to_change(marked):
    header, first, second, third = texts(marked["Learners"])

    assert header[-1] == WHAT_TO_CHANGE
    assert first[-1] is None
    assert second[-1].split("\n") == [
        "ULN: This is wrong. Mend it.",
        "ULN: Another thing. Mend it.",
        "Grade: This is wrong. Mend it.",
    ]
    assert "The row is wrong. Mend it." in third[-1]


def test_what_no_cell_is_about_stands_with_the_guidance(marked):
    assert "Two must sign. Mend it." in [row[1] for row in texts(marked["Guidance"])]


def test_the_marked_workbook_comes_back_without_its_marks(book):
    document = {**PAPER, "learners": [{"candidate_number": "0042", "uln": "1"}]}

    raw = workbook(book, "tags", document, centre="10234", findings=[finding("/learners/0/uln")])
    (sheet, *_) = read(raw, "x.xlsx")

    assert take(book, "tags", sheet, guess(book, "tags", sheet), PAPER).values == document


@pytest.mark.parametrize("pointer", ["", "/learners", "/learners/x", "/learners/99/uln", "/learners/²/uln", "/x/0/uln"])
def test_a_finding_of_anything_breaks_nothing(made, pointer):
    assert made({**PAPER, "learners": [{"candidate_number": "0042"}]}, findings=[finding(pointer)])


@pytest.mark.parametrize("rows", [None, "x", {}, 5])
def test_a_document_without_rows_makes_an_empty_workbook(made, rows):
    assert len(texts(made({**PAPER, "learners": rows})["Learners"])) == 1


def test_a_title_that_no_sheet_may_have_is_made_legal(book, made):
    form = book.forms["tags"]
    groups = [
        {**g, "title": "Learners: A/B [all] of a very long title"} if g.get("rows") == "learners" else g
        for g in form.layout["groups"]
    ]
    titled = replace(book, forms={**book.forms, "tags": replace(form, layout={**form.layout, "groups": groups})})

    assert made({**PAPER}, book=titled).sheetnames[0] == "Learners  A B  all  of a very l"
