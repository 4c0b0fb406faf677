"""Spreadsheet files as they come: every encoding and delimiter, what workbooks hold beside values."""

import datetime

import pytest
from openpyxl import Workbook

from gradepost.spreadsheet.reading import NotReadable, read
from spreadsheet.hostile import NAMESPACE, saved, with_part, with_sheet, xlsx

ROWS = (("Name", "ULN"), ("Siân O’Ré", "1000000051"))
LINES = "Name,ULN\r\nSiân O’Ré,1000000051\r\n"


def only(raw, name="export.csv"):
    (sheet,) = read(raw, name)
    return sheet


# Text files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_letters_survive_every_encoding(encoding):
    assert only(LINES.encode(encoding)).rows == ROWS


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_sixteen_bits_are_seen_without_their_mark(encoding):
    assert only(LINES.encode(encoding)).rows == ROWS


@pytest.mark.parametrize("bom", ["utf-16-le", "utf-16-be"])
def test_both_orders_of_sixteen_bits_are_read(bom):
    assert only("\ufeff".encode(bom) + LINES.encode(bom)).rows == ROWS


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    assert only(LINES.replace(",", delimiter).encode()).rows == ROWS


def test_the_delimiter_of_cells_with_commas_in_them_is_found():
    sheet = only(b'Name;ULN\n"Jones, A";1\n"Price, B";2\n')

    assert sheet.rows == (("Name", "ULN"), ("Jones, A", "1"), ("Price, B", "2"))


def test_a_line_that_names_the_delimiter_is_no_row():
    assert only(b"sep=;\r\nName;ULN\r\nA;1\r\n").rows == (("Name", "ULN"), ("A", "1"))


def test_line_breaks_and_quotes_in_quoted_cells_stay():
    sheet = only(b'a,b\n"one\ntwo","say ""hi"""\n')

    assert sheet.rows == (("a", "b"), ("one\ntwo", 'say "hi"'))


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ending_ends_a_row(ending):
    assert only(f"a,b{ending}1,2{ending}".encode()).rows == (("a", "b"), ("1", "2"))


def test_blank_rows_between_stay_so_that_row_numbers_are_right():
    assert only(b"a,b\n\n1,2\n\n\n").rows == (("a", "b"), ("", ""), ("1", "2"))


def test_windows_letters_are_said_to_be_looked_at():
    assert "Windows-1252" in only(LINES.encode("cp1252")).notes[0]
    assert only(LINES.encode("utf-8")).notes == ()


def test_mixed_encodings_are_read_line_by_line_and_said():
    sheet = only("Name,ULN\nSiân,1\n".encode() + "Zoë,2\n".encode("cp1252"))

    assert [row[0] for row in sheet.rows] == ["Name", "Siân", "Zoë"]
    assert "another way than the rest" in sheet.notes[0]


def test_one_apostrophe_that_guards_a_formula_is_taken_away():
    assert only(b"a,b\n'=1+1,'tis\n''=1,x\n").rows[1:] == (("=1+1", "'tis"), ("''=1", "x"))


def test_formulas_of_a_text_file_stay_texts_and_are_said():
    sheet = only(b"a,b\n=cmd|' /C calc'!A0,+44\n")

    assert sheet.rows[1] == ("=cmd|' /C calc'!A0", "+44")
    assert "2 cells" in sheet.notes[0]


def test_a_web_page_that_is_called_a_workbook_is_read():
    page = "<html><table><tr><th>Name<th>ULN</tr><tr><td>Si&acirc;n<br>Jones</td><td colspan=2>1000000051</table>"

    sheet = only(page.encode(), "export.xls")

    assert sheet.rows == (("Name", "ULN"), ("Siân Jones", "1000000051"))
    assert "web page" in sheet.notes[-1]


# Workbooks


def test_cells_are_what_a_person_reads_in_them():
    day, minute = datetime.date(2021, 5, 18), datetime.datetime(2021, 5, 18, 9, 30)

    sheet = only(xlsx([42, 4.5, 1000000051.0, " a ", True, day, minute, None, "z"]))

    assert sheet.rows == (("42", "4.5", "1000000051", "a", "TRUE", "2021-05-18", "2021-05-18T09:30:00", "", "z"),)


def test_rows_and_columns_keep_their_places_where_the_first_are_empty():
    book = Workbook()
    book.active["C3"] = "x"

    assert only(saved(book)).rows == (("", "", ""), ("", "", ""), ("", "", "x"))


def test_hidden_sheets_are_read_and_said_to_be_hidden():
    book = Workbook()
    book.active.append(["a"])
    book.create_sheet("Old & <new>").append(["b"])
    book.worksheets[1].sheet_state = "veryHidden"

    first, second = read(saved(book), "x.xlsx")

    assert (first.hidden, second.hidden) == (False, True)
    assert second.title == "Old & <new>"


def test_sheets_without_cells_are_left_out():
    assert [sheet.title for sheet in read(xlsx(Empty=[], Full=[["a"]]), "x.xlsx")] == ["Full"]


def test_a_formula_with_its_result_gives_the_result_and_is_said():
    sheet = only(with_sheet('<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>A1</f><v>x</v></c></row>'))

    assert sheet.rows == (("2", "x"),)
    assert sheet.notes[0].startswith("2 cells hold formulas")


def test_a_formula_without_a_result_is_no_silent_blank():
    sheet = only(xlsx(["ULN", "Grade"], ["1", '=IF(A1="",1,2)']))

    assert sheet.rows[1] == ("1", '=IF(A1="",1,2)')
    assert "never calculated (B2)" in sheet.notes[0]


def test_a_formula_that_shows_nothing_is_blank():
    sheet = only(with_sheet('<row r="1"><c r="A1" t="str"><f>""</f><v></v></c><c r="B1"><v>1</v></c></row>'))

    assert sheet.rows == (("", "1"),)


def test_a_shared_formula_without_a_result_is_seen():
    sheet = only(with_sheet('<row r="1"><c r="A1"><f t="shared" si="0"/></c></row>'))

    assert sheet.rows == (("=",),)


def test_a_prefix_of_the_markup_hides_no_formula():
    row = '<x:row r="1"><x:c r="A1"><x:f>1+1</x:f></x:c></x:row>'
    xml = f"<x:worksheet {NAMESPACE.replace('xmlns', 'xmlns:x')}><x:sheetData>{row}</x:sheetData></x:worksheet>"

    assert only(with_part(xlsx(["x"]), "xl/worksheets/sheet1.xml", xml.encode())).rows == (("=1+1",),)


def test_a_fault_of_a_formula_is_no_silent_blank():
    sheet = only(with_sheet('<row r="1"><c r="A1" t="e"><f>NA()</f><v>#N/A</v></c><c r="B1"><v>1</v></c></row>'))

    assert sheet.rows == (("#N/A", "1"),)


def test_merged_cells_are_said():
    book = Workbook()
    book.active.append(["a", "b"])
    book.active.merge_cells("B1:B3")

    assert "merged (B1:B3)" in only(saved(book)).notes[0]


def test_hidden_rows_are_read_and_said():
    book = Workbook()
    for row in (["a"], ["b"], ["c"]):
        book.active.append(row)
    book.active.row_dimensions[2].hidden = True

    sheet = only(saved(book))

    assert len(sheet.rows) == 3
    assert sheet.notes[0].startswith("1 hidden or filtered row")


def test_what_a_file_is_called_decides_nothing():
    assert only(xlsx(["a"]), "export.csv").rows == (("a",),)
    assert only(b"a,b\n1,2\n", "export.xlsx").rows[1] == ("1", "2")


def test_words_of_a_refusal_repeat_nothing_of_the_file():
    with pytest.raises(NotReadable) as refused:
        read(b"zyzzyva\x00\x01\x02", "zyzzyva.csv")

    assert "zyzzyva" not in refused.value.words
