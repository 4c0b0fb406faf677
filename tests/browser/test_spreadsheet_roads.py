"""The roads of those who hold their learners in a spreadsheet, and of those who have neither mouse nor scripts."""

import json
import re
import sys
import urllib.request
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect
from walking import continue_as

sys.path.insert(0, str(Path(__file__).parents[1]))

from spreadsheet import samples

from gradepost.book import load
from gradepost.doors.demo import examples

ROOT = Path(__file__).parents[2]
SUBJECT = "qualification=AM20530&component=UV21578"
RECORD = "Grades were set from the mock and the classwork of the year and compared in a meeting."


@pytest.fixture(scope="module")
def book():
    return load(ROOT)


def schedule(demo, book, count):
    """Centre 10234's own software schedules so many learners."""
    document = examples.schedule(book, "10234", "AM20530", "UV21578", _now())
    rows = [
        {"candidate_number": number, "uln": uln, "certificating": True}
        for number, uln in examples.learners("10234", count)
    ]
    code, said = demo.run("token", "--centre", "10234", "--role", "exams-officer", "--state", demo.state)
    assert code == 0, said
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {said.strip().splitlines()[-1]}"}
    body = json.dumps({**document, "learners": rows}).encode()
    request = urllib.request.Request(f"{demo.url}/submit/schedule", body, headers)
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 201


def _now():
    from datetime import UTC, datetime

    return datetime(2021, 5, 18, 9, tzinfo=UTC)


def test_280_learners_from_an_export_with_twelve_mistakes_reach_a_receipt(fresh_demo, visit, book, tmp_path):
    schedule(fresh_demo, book, samples.COUNT)
    page = visit(fresh_demo)
    open_grades(page)
    fill_in_what_no_sheet_holds(page)
    export = tmp_path / "year 11.csv"
    export.write_bytes(samples.mis_export(book))

    upload(page, export)
    expect(page.get_by_role("row", name=re.compile("^E Grade")).get_by_role("combobox")).to_have_value("grade")
    take_columns(page)
    expect(page.get_by_text("280 learners were taken.")).to_be_visible()
    expect(row(page, 1)).to_contain_text("Abara Aurelie")
    mend_together(page)
    type_the_rest(page, samples.planted())
    check(page)
    expect(page.get_by_text("280 scheduled")).to_be_visible()
    expect(page.get_by_text("Abara Aurelie")).to_be_visible()
    submit(page)

    assert_received_as(page, learners=280)
    assert_no_name_is_kept(page, fresh_demo)


def test_280_learners_by_workbook_there_and_back_reach_a_receipt(fresh_demo, visit, book, tmp_path):
    schedule(fresh_demo, book, samples.COUNT)
    page = visit(fresh_demo, accept_downloads=True)
    open_grades(page)
    fill_in_what_no_sheet_holds(page)

    workbook = download(page, tmp_path / "series.xlsx", page.get_by_role("link", name="Download the workbook"))
    fill_workbook(workbook, samples.planted())
    upload(page, workbook)
    take_columns(page)
    expect(page.get_by_text(re.compile("280 learners were taken"))).to_be_visible()
    marked = page.get_by_role("button", name="Download as a workbook with the cells marked")
    mend_workbook(download(page, tmp_path / "marked.xlsx", marked), samples.planted())
    upload(page, tmp_path / "marked.xlsx")
    take_columns(page)
    check(page)
    expect(page.get_by_text("280 scheduled")).to_be_visible()
    submit(page)

    assert_received_as(page, learners=280)


def test_28_learners_by_keyboard_alone_without_scripts_reach_a_receipt(fresh_demo, visit, book, tmp_path):
    schedule(fresh_demo, book, 28)
    page = visit(fresh_demo, java_script_enabled=False)
    page.goto(f"/sign-in?next=/forms/tags/%3F{SUBJECT.replace('&', '%26').replace('=', '%3D')}")
    press(page, "button", "Continue as exams officer")
    assert page.url.endswith(SUBJECT)

    type_into(page, "Source, row 1", "Mock examination")
    type_into(page, "Record of decisions for all learners (optional)", RECORD)
    for number in range(1, 29):
        type_into(page, f"Outcome, row {number}", "graded")
        type_into(page, f"Grade, row {number}", "A grade" if number == 9 else "merit")
    for number, name in ((1, "Ines Amberley"), (2, "Tom Westwick")):
        type_into(page, f"Name, row {number}", name)
        type_into(page, f"Role, row {number}", "teacher")
        # This browser's own calendar field, which it shows with the month first whatever the page's language.
        type_into(page, f"Signed on, row {number}", "05/18/2021")
    press(page, "button", "Check answers")
    expect(page).to_have_title(re.compile("^Error: "))
    press(page, "link", re.compile("Learner 9"), navigates=False)
    assert focused(page, "Grade, row 9")()
    page.keyboard.press("Control+a")
    page.keyboard.type("Distinction")
    press(page, "button", "Check answers")
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    press(page, "button", "Submit grades")

    assert_received_as(page, learners=28, channel="form")


def open_grades(page):
    continue_as(page, "exams officer")
    page.goto(f"/forms/tags/?{SUBJECT}")


def fill_in_what_no_sheet_holds(page):
    cell(page, "Source", 1).fill("Mock examination")
    page.get_by_label("Record of decisions for all learners").fill(RECORD)
    for number, name in ((1, "Ines Amberley"), (2, "Tom Westwick")):
        cell(page, "Name", number).fill(name)
        cell(page, "Role", number).fill("Teacher")
        cell(page, "Signed on", number).fill("2021-05-18")


def upload(page, file):
    page.get_by_label("Spreadsheet or draft").set_input_files(file)
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_role("heading", name="Which column is which")).to_be_visible()


def take_columns(page):
    page.get_by_role("button", name="Take these columns").click()
    expect(page.get_by_role("heading", name="From your spreadsheet")).to_be_visible()


def mend_together(page):
    """The repairs that are proposed, all at once."""
    page.get_by_role("button", name="Apply all").click()
    expect(page.get_by_role("status").filter(has_text="values were changed")).to_be_visible()


def type_the_rest(page, planted):
    for mistake in planted:
        for field, text in mistake.mends:
            cell(page, LABELS[field], mistake.index + 1).fill(text)


LABELS = {"candidate_number": "Candidate number", "uln": "ULN", "grade": "Grade", "outcome": "Outcome"}


def check(page):
    page.get_by_role("button", name="Check answers").last.click()
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()


def submit(page):
    page.get_by_role("button", name="Submit grades").click()
    expect(page.get_by_role("heading", name="Your submission was received")).to_be_visible()


def cell(page, column, number):
    return page.get_by_label(f"{column}, row {number}", exact=True)


def row(page, number):
    return page.locator("[data-list=learners] tr[data-row]").nth(number - 1)


def download(page, path, control):
    with page.expect_download() as started:
        control.click()
    started.value.save_as(path)
    return path


def fill_workbook(path, planted):
    """As a teacher does: a grade for each learner, and the twelve mistakes."""
    book = openpyxl.load_workbook(path)
    sheet, columns = book.worksheets[0], _columns(book.worksheets[0])
    for number in range(2, samples.COUNT + 2):
        sheet.cell(number, columns["Outcome"]).value = "Graded"
        sheet.cell(number, columns["Grade"]).value = ("Distinction", "Merit", "Pass")[number % 3]
    for mistake in planted:
        sheet.cell(mistake.index + 2, columns[LABELS[mistake.field]]).value = mistake.says
    book.save(path)


def mend_workbook(path, planted):
    """What is marked is put right in the workbook, and nothing else is."""
    book = openpyxl.load_workbook(path)
    sheet, columns = book.worksheets[0], _columns(book.worksheets[0])
    known = samples.learners("10234", samples.COUNT)
    faulty = {cell.row - 2 for rows in sheet.iter_rows(min_row=2) for cell in rows if cell.comment}
    assert {mistake.index for mistake in planted} <= faulty
    assert len(faulty) <= len(planted) + 1
    for index in faulty:
        sheet.cell(index + 2, columns["Candidate number"]).value = known[index][0]
        sheet.cell(index + 2, columns["ULN"]).value = known[index][1]
        sheet.cell(index + 2, columns["Outcome"]).value = "Graded"
        sheet.cell(index + 2, columns["Grade"]).value = "Merit"
    book.save(path)


def _columns(sheet):
    return {cell.value: cell.column for cell in sheet[1]}


def assert_received_as(page, *, learners, channel="spreadsheet"):
    receipt = page.request.get(f"{page.url.partition('?')[0]}?format=json").json()

    assert receipt["channel"] == channel
    assert receipt["on_time"] is True
    page.goto("/status")
    documents = page.get_by_role("row").filter(has_text="Teacher assessed grades")
    expect(documents.first).to_contain_text(str(learners))


def assert_no_name_is_kept(page, demo):
    names = [name for name in samples.names() if len(name) > 4]
    kept = b"".join(path.read_bytes() for path in demo.state.rglob("*") if path.is_file())

    assert not [name for name in names if name.encode() in kept]
    assert not [name for name in names if name in page.content()]


def press(page, role, name, *, navigates=True):
    tab_to(page, _focused(page.get_by_role(role, name=name).first))
    if not navigates:
        page.keyboard.press("Enter")
        return
    with page.expect_navigation():
        page.keyboard.press("Enter")


def type_into(page, label, text):
    tab_to(page, focused(page, label))
    page.keyboard.type(text)


def focused(page, label):
    return _focused(page.get_by_label(label, exact=True))


def _focused(sought):
    # Looked up once: a table of many controls is slow to search at every key.
    element = sought.element_handle()
    return lambda: element.evaluate("element => element === document.activeElement")


def tab_to(page, found):
    for _ in range(600):
        page.keyboard.press("Tab")
        if found():
            return
    raise AssertionError(f"No Tab leads there on {page.url}")
