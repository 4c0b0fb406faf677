"""A spreadsheet becomes a filled form: columns shown before they are taken, problems named by their place in it."""

import csv
import io
import json
import re
import threading
import time

import pytest

from gradepost.doors import apart

OFFICER, TEACHER, HEAD, REVIEWER = "p-10234-officer", "p-10234-teacher-1", "p-10234-head", "r-osei"
HEADERS = ("Candidate number", "ULN", "Outcome", "Grade")


def sheet(*rows, headers=HEADERS, encoding="utf-8"):
    out = io.StringIO()
    csv.writer(out).writerows([headers, *rows])
    return out.getvalue().encode(encoding)


def graded(house, count=28):
    """Rows of the example learners as a spreadsheet has them."""
    return [[v["candidate_number"], v["uln"], "Graded", "Merit"] for v in house.schedule()["learners"][:count]]


def upload(client, raw, name="learners.csv", form="tags", **fields):
    return client.post(f"/upload/{form}", files={"file": (name, raw)}, data=fields)


def multipart(fields):
    """Fields as a form of that encoding sends them, without a file."""
    return {"files": [(name, (None, value)) for name, value in fields]}


def taken(client, page, form="tags", **changed):
    return client.post(f"/upload/{form}", **multipart(page.with_(**changed)))


@pytest.fixture
def columns_of(page_of):
    """The page of columns as a browser would send it."""

    class Cut:
        """The page without the way back, whose form is the last."""

        def __init__(self, response):
            assert 'action="/upload/' in response.text, response.text
            before, action, after = response.text.partition('action="/upload/')
            self.text = before + action + after.partition("</form>")[0]

    return lambda response: page_of(Cut(response))


def test_columns_are_shown_with_values_before_anything_is_taken(house, page_of):
    answer = upload(house.client(OFFICER), sheet(*graded(house), headers=("Cand No", "ULN", "Outcome", "Final grade")))
    page = page_of(answer)

    assert answer.status_code == 200
    assert "Nothing has been taken yet." in page.text
    assert "The file has 28 rows below its headers." in page.text
    assert re.search(r"A\s+Cand No", page.text)
    assert page.text.count("Merit") == 5
    chosen = re.findall(r'<option value="([^"]+)" selected>', answer.text)
    assert chosen == ["candidate_number", "uln", "outcome", "grade"]


def test_a_sheet_fills_the_form_and_is_told_what_was_taken(fresh, page_of, columns_of):
    fresh.submit(fresh.software(), fresh.schedule())
    form = page_of(fresh.client(OFFICER).get("/forms/tags/?qualification=AM20530&component=UV21578"))
    fields = dict(form.with_(decision_record="From mocks and classwork, compared in a meeting."))

    shown = upload(fresh.client(OFFICER), sheet(*graded(fresh)), **fields)
    page = page_of(answer := taken(fresh.client(OFFICER), columns_of(shown)))

    assert answer.status_code == 200
    assert "28 learners were taken." in page.text
    assert ("learners.27.candidate_number", "0028") in page.fields
    assert ("learners.27.grade", "Merit") in page.fields
    assert ("decision_record", "From mocks and classwork, compared in a meeting.") in page.fields
    assert ("component", "UV21578") in page.fields
    assert ("_channel", "spreadsheet") in page.fields
    assert "28 scheduled · 28 graded" in page.text


def test_problems_are_named_by_their_row_and_column_in_the_file(house, page_of, columns_of):
    rows = graded(house)
    rows[12][1] = "1000000052"

    shown = upload(house.client(OFFICER), sheet(*rows), qualification="AM20530", component="UV21578")
    page = page_of(answer := taken(house.client(OFFICER), columns_of(shown)))

    assert page.title.startswith("Error: ")
    assert "Row 14, column B (ULN)" in page.text
    assert '<a href="#f-learners-12-uln">Row 14, column B (ULN)</a>' in answer.text
    assert 'id="f-learners-12-uln"' in answer.text
    assert "Download as a workbook with the cells marked" in page.text


def test_a_column_is_taken_as_somebody_chose_and_not_as_it_was_guessed(house, page_of, columns_of):
    shown = columns_of(upload(house.client(OFFICER), sheet(*graded(house))))

    page = page_of(taken(house.client(OFFICER), shown, _column__3="", _column__2="rationale"))

    assert ("learners.0.grade", "") in page.fields
    assert ("learners.0.rationale", "Graded") in page.fields


def test_a_field_is_not_taken_from_two_columns(house, page_of, columns_of):
    shown = columns_of(upload(house.client(OFFICER), sheet(*graded(house))))

    answer = taken(house.client(OFFICER), shown, _column__0="uln")
    page = page_of(answer)

    assert answer.status_code == 422
    assert "Columns A and B are both taken as ULN. Choose one of them." in page.text
    assert any(name == "_sheet" for name, _ in columns_of(answer).fields)


def test_a_sheet_of_which_nothing_is_taken_is_asked_about_again(house, page_of, columns_of):
    shown = columns_of(upload(house.client(OFFICER), sheet(*graded(house))))

    nothing = taken(house.client(OFFICER), shown, _column__0="", _column__1="", _column__2="", _column__3="")

    assert nothing.status_code == 422
    assert "Choose the column of Candidate number." in page_of(nothing).text


def test_the_way_back_keeps_what_was_typed_and_drops_the_file(house, page_of):
    fields = {"decision_record": "Typed before.", "component": "UV21578"}
    back = page_of(upload(house.client(OFFICER), sheet(*graded(house)), **fields))

    page = page_of(house.client(OFFICER).post("/check/tags", data={**dict(back.fields), "_change": "1"}))

    assert not any(name == "_sheet" for name, _ in back.fields)
    assert ("decision_record", "Typed before.") in page.fields
    assert ("learners.0.candidate_number", "") in page.fields


def test_a_file_that_names_one_component_chooses_it_where_none_was_chosen(house, page_of, columns_of):
    named = upload(house.client(OFFICER), sheet(*graded(house)), name="UV21579 year 11.csv")
    chosen = upload(house.client(OFFICER), sheet(*graded(house)), name="UV21579.csv", component="UV21578")
    several = upload(house.client(OFFICER), sheet(*graded(house)), name="UV21579 UV21580.csv")

    assert ("component", "UV21579") in page_of(taken(house.client(OFFICER), columns_of(named))).fields
    assert ("component", "UV21578") in page_of(taken(house.client(OFFICER), columns_of(chosen))).fields
    assert ("component", "") in page_of(taken(house.client(OFFICER), columns_of(several))).fields


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "This is a PDF file"),
        (b"\x00" * 3000 + b"a", "no text"),
        (b"", "Choose a file first"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "older kind"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_what_was_typed_stays(house, page_of, raw, words):
    answer = upload(house.client(OFFICER), raw, decision_record="Typed before.")
    page = page_of(answer)

    assert answer.status_code == 422
    assert page.title.startswith("Error: ")
    assert words in page.text
    assert ("decision_record", "Typed before.") in page.fields


def test_pressing_upload_without_a_file_keeps_what_was_typed(house, page_of):
    page = page_of(upload(house.client(OFFICER), b"", name="", decision_record="Typed before."))

    assert "Choose a file first" in page.text
    assert ("decision_record", "Typed before.") in page.fields


def test_a_file_over_ten_megabytes_is_refused_in_its_own_words(house, page_of):
    answer = upload(house.client(OFFICER), b"a,b\n" * (10 * 1024 * 1024 // 4 + 1))

    assert answer.status_code == 413
    assert "A file may have at most 10 MB." in page_of(answer).text


def test_a_body_that_is_far_too_large_is_heard_out_so_that_the_browser_shows_the_answer(house, page_of):
    answer = upload(house.client(OFFICER), b"a,b\n" * (5 * 1024 * 1024))

    assert answer.status_code == 413
    assert "A file may have at most 10 MB." in page_of(answer).text


def test_a_body_that_says_that_it_is_enormous_is_refused_unread(house):
    client = house.client(OFFICER)
    declared = {"Content-Length": str(10**12), "Content-Type": "multipart/form-data; boundary=x"}

    assert client.send(client.build_request("POST", "/upload/tags", headers=declared, content=b"")).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x",
        b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1',
        b"\r\n" * 200_000,
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n1\r\n' * 3 + b"--x--",
    ],
)
def test_a_body_that_is_no_form_is_told_so_quickly(house, body):
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Accept": "text/html"}
    client, started = house.client(OFFICER), time.process_time()

    answer = client.post("/upload/tags", content=body, headers=headers)

    assert answer.status_code in (400, 422)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "carried",
    [
        "",
        "{}",
        "[" * 100_000,
        json.dumps([["", False, [["a"], ["b", "c"]], []], []]),
        json.dumps([["", False, [[1]], []], []]),
        json.dumps([["", False, [[""] * 300], []], []]),
        json.dumps([["", False, [[""]] * 20_000, []], []]),
    ],
)
def test_a_carried_sheet_that_is_none_is_not_taken(house, page_of, carried):
    answer = house.client(OFFICER).post("/upload/tags", **multipart([("_sheet", carried)]))

    assert answer.status_code == 422
    assert "did not arrive whole" in page_of(answer).text


def test_a_carried_document_of_another_centre_becomes_ones_own(house, page_of, columns_of):
    theirs = json.dumps(house.tags("10235"))

    shown = upload(house.client(OFFICER), sheet(*graded(house)), _document=theirs)
    page = page_of(taken(house.client(OFFICER), columns_of(shown)))

    assert ("centre", "10234") in page.fields


@pytest.mark.parametrize(("ref", "status"), [(OFFICER, 200), (TEACHER, 200), (HEAD, 200), (REVIEWER, 403), (None, 401)])
def test_whoever_may_check_may_upload(house, ref, status):
    assert upload(house.client(ref), sheet(*graded(house))).status_code == status


def test_an_upload_from_another_site_is_refused(house):
    answer = house.client(OFFICER).post(
        "/upload/tags", files={"file": ("a.csv", b"a")}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403


def test_a_form_that_takes_no_spreadsheet_still_opens_drafts_alone(house, page_of):
    answer = upload(house.client(OFFICER), sheet(*graded(house)), form="declaration")

    assert answer.status_code == 422
    assert "This file is no draft of this form." in page_of(answer).text


def test_what_came_by_an_upload_is_recorded_as_a_spreadsheet(fresh, page_of, columns_of):
    client = fresh.client(OFFICER)
    fresh.submit(fresh.software(), fresh.schedule())
    shown = upload(client, sheet(*graded(fresh)), _document=json.dumps({**fresh.tags(), "learners": []}))
    filled = page_of(taken(client, columns_of(shown)))

    checked = page_of(client.post("/check/tags", data=dict(filled.fields)))
    answer = client.post("/submit/tags", data=dict(checked.fields))

    assert answer.status_code == 303, answer.text
    assert client.get(f"{answer.headers['location']}?format=json").json()["channel"] == "spreadsheet"


@pytest.mark.parametrize("said", ["api", "declaration-link", "telepathy", ""])
def test_only_a_form_or_a_spreadsheet_is_believed_as_the_way_it_came(fresh, page_of, said):
    client = fresh.client(OFFICER)
    page = page_of(client.get("/forms/schedule/?example=clean"))

    answer = client.post("/submit/schedule", data={**dict(page.fields), "_channel": said})

    assert client.get(f"{answer.headers['location']}?format=json").json()["channel"] == "form"


def test_reading_is_bounded_in_memory_and_in_time(tmp_path):
    greedy = "from gradepost.doors import apart; apart._bound(); held = bytearray(200 * 1024 * 1024)"
    endless = "from gradepost.doors import apart\napart._bound()\nwhile True: pass"

    for program in (greedy, endless):
        started = time.monotonic()
        assert run(program).returncode != 0
        assert time.monotonic() - started < 10


def run(program):
    import subprocess
    import sys

    return subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, timeout=20)


def test_a_reader_that_dies_is_a_file_that_takes_too_much(monkeypatch, house, page_of):
    monkeypatch.setattr(apart.sys, "executable", "/bin/false")

    answer = upload(house.client(OFFICER), sheet(*graded(house)))

    assert answer.status_code == 422
    assert "takes more time or memory than a list of learners does" in page_of(answer).text


def test_whoever_finds_no_turn_is_asked_to_wait(monkeypatch, house, page_of):
    monkeypatch.setattr(apart, "_AT_ONCE", threading.BoundedSemaphore(1))
    monkeypatch.setattr(apart, "_TURN_SECONDS", 0.01)

    with apart._AT_ONCE:
        answer = upload(house.client(OFFICER), sheet(*graded(house)))

    assert answer.status_code == 503
    assert "Many files are being read at the moment." in page_of(answer).text
