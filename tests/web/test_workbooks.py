"""A workbook of one's own learners to fill in, and the same with the cells to change marked."""

import io
import json

import openpyxl
import pytest

OFFICER, OTHERS = "p-10234-officer", "p-10235-officer"
ADDRESS = "/workbook/tags?qualification=AM20530&component=UV21578"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def rows_of(answer):
    """The rows of the first sheet as a dictionary each, by header."""
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    headers, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(headers, row, strict=True)) for row in rows if any(row)]


def test_the_workbook_holds_the_scheduled_learners(fresh):
    fresh.submit(fresh.software(), fresh.schedule())

    answer = fresh.client(OFFICER).get(ADDRESS)
    rows = rows_of(answer)

    assert (answer.status_code, answer.headers["content-type"]) == (200, XLSX)
    assert answer.headers["content-disposition"] == 'attachment; filename="UV21578.tags.xlsx"'
    assert [row["Candidate number"] for row in rows] == [v["candidate_number"] for v in fresh.schedule()["learners"]]
    assert all(isinstance(row["ULN"], str) for row in rows)


def test_another_centres_learners_are_in_nobody_elses_workbook(fresh):
    fresh.submit(fresh.software("10235"), fresh.schedule("10235"))

    answer = fresh.client(OFFICER).get(ADDRESS)

    assert answer.status_code == 200
    assert rows_of(answer) == []
    assert len(rows_of(fresh.client(OTHERS).get(ADDRESS))) == 28


def test_a_schedule_has_a_workbook_too(fresh):
    answer = fresh.client(OFFICER).get("/workbook/schedule")

    assert answer.headers["content-disposition"] == 'attachment; filename="schedule.xlsx"'
    assert rows_of(answer) == []


@pytest.mark.parametrize(
    ("ref", "status"),
    [(OFFICER, 200), ("p-10234-teacher-1", 200), ("p-10234-head", 200), ("r-osei", 403), (None, 303)],
)
def test_whoever_may_check_may_download(house, ref, status):
    assert house.client(ref).get("/workbook/tags").status_code == status


@pytest.mark.parametrize(
    "path", ["/workbook/nothing", "/workbook/declaration", "/workbook/tags?qualification=AM20530&component=X"]
)
def test_there_is_no_workbook_of_what_takes_none(house, path):
    assert house.client(OFFICER).get(path).status_code == 404


def test_the_cells_to_change_are_marked_and_commented(house):
    document = house.tags()
    document["learners"][3]["uln"] = "1000000052"

    answer = house.client(OFFICER).post("/workbook/tags", data={"_document": json.dumps(document)})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    column = next(cell.column for cell in sheet[1] if cell.value == "ULN")

    assert answer.status_code == 200
    assert sheet.cell(5, column).comment is not None
    assert sheet.cell(6, column).comment is None
    assert rows_of(answer)[3]["ULN"] == "1000000052"
    assert rows_of(answer)[3]["What to change"]


def test_what_is_typed_on_the_form_is_in_the_marked_workbook(house, page_of):
    page = page_of(house.client(OFFICER).get("/forms/tags/?example=mistakes"))

    answer = house.client(OFFICER).post("/workbook/tags", data=dict(page.fields))

    assert len(rows_of(answer)) == 28
    assert any(row["What to change"] for row in rows_of(answer))


def test_a_marked_workbook_comes_back_as_it_went(house, page_of):
    page = page_of(house.client(OFFICER).get("/forms/tags/?example=mistakes"))
    marked = house.client(OFFICER).post("/workbook/tags", data=dict(page.fields))

    shown = house.client(OFFICER).post(
        "/upload/tags", files={"file": ("UV21578.tags.xlsx", marked.content)}, data=dict(page.fields)
    )
    before, action, after = shown.text.partition('action="/upload/')
    shown.text_of_form = before + action + after.partition("</form>")[0]
    fields = page_of(type("Cut", (), {"text": shown.text_of_form})).fields
    filled = page_of(
        house.client(OFFICER).post("/upload/tags", files=[(name, (None, value)) for name, value in fields])
    )

    typed = {n: v for n, v in page.fields if n.startswith("learners.") and v}
    assert {n: v for n, v in filled.fields if n.startswith("learners.") and v} == typed


@pytest.mark.parametrize(
    ("document", "status"), [("[]", 400), ("{", 400), ('{"form": "tags", "centre": "10235"}', 403), ("{}", 200)]
)
def test_a_document_that_is_none_or_anothers_makes_no_workbook(house, document, status):
    assert house.client(OFFICER).post("/workbook/tags", data={"_document": document}).status_code == status


def test_a_workbook_is_not_made_for_another_site(house):
    headers = {"Sec-Fetch-Site": "cross-site"}

    assert house.client(OFFICER).post("/workbook/tags", data={"a": "b"}, headers=headers).status_code == 403
    assert house.client().post("/workbook/tags", data={"a": "b"}).status_code == 401


def test_a_marked_workbook_has_no_empty_column_of_names_and_says_why(house):
    client = house.client(OFFICER)

    empty = openpyxl.load_workbook(io.BytesIO(client.get("/workbook/tags").content))
    marked = openpyxl.load_workbook(io.BytesIO(client.post("/workbook/tags", data={"learners.0.uln": "1"}).content))

    headers = [[cell.value for cell in next(book.worksheets[0].iter_rows())] for book in (empty, marked)]
    assert ["Name" in found for found in headers] == [True, False]
    said = [
        " ".join(str(cell.value) for row in book["Guidance"].iter_rows() for cell in row) for book in (empty, marked)
    ]
    assert ["none can stand in this file" in found for found in said] == [False, True]
