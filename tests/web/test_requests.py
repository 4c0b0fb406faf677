"""Requests to a centre, and the files that it sends in answer: asked by a reviewer, sent by the exams officer, kept
outside Git; nothing is taken that was not asked for, is late, lies about what it is, or could run."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hostile_files import PDF, docx, jpeg, png, xlsx

from gradepost.check import check, read
from gradepost.doors.asked import CentreTeller, asked_of
from gradepost.doors.demo import people
from gradepost.doors.pictures import EVIDENCE, keep
from gradepost.ledger import LedgerReader, with_requests
from gradepost.ledger.sources import CommitSource
from gradepost.model.case import Stage
from gradepost.model.documents import Filing
from gradepost.model.register import Register

REVIEWER = people.REVIEWERS[0].ref
OFFICER, TEACHER, OTHERS = "p-10234-officer", "p-10234-teacher-1", "p-10235-officer"
BASE = "/reviews/10234/AM20530/external-exam"
BROWSER = {"Accept": "text/html"}
UNTIL = "2021-05-21T12:00"


def ask(house, page_of, form="evidence-request", again=None, **changed):
    """Fill in a reviewer's form as its page gives it, and send it."""
    client = house.client(REVIEWER)
    address = f"{BASE}/requests/{form}"
    page = page_of(client.get(address + (f"?again={again}" if again else ""), headers=BROWSER))
    fields = [(n, v) for n, v in page.fields if not n.startswith("_")]
    given = {"asked_for": "learner-evidence", "learners__0__candidate_number": "0001", "until": UNTIL, **changed}
    given = {name.replace("__", "."): value for name, value in given.items()}
    sent = {name: given.pop(name, value) for name, value in fields} | given
    return client.post(address, data={n: v for n, v in sent.items() if v != ""}, headers=BROWSER)


def asked_in(house):
    return asked_of(house.state, "10234")[-1]


def send(house, *files, reference=None, ref=OFFICER):
    reference = reference or asked_in(house).reference
    sent = [("files", (name, raw, "application/octet-stream")) for name, raw in files]
    return house.client(ref).post(f"/requests/{reference}", files=sent, headers=BROWSER)


def kept_files(house):
    folder = house.state.folder / "evidence"
    return sorted(path.name for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


def move(house, text):
    house.gateway.clock.move_to(datetime.fromisoformat(text).astimezone(UTC))


@pytest.fixture
def asked(fresh, page_of):
    answer = ask(fresh, page_of)
    assert answer.status_code == 303, answer.text
    return fresh


@pytest.fixture(scope="module")
def answered(opened, tmp_path_factory, page_of):
    """A house in which a request was answered, and all of it filed and merged."""
    house = opened(tmp_path_factory.mktemp("answered") / "state")
    assert ask(house, page_of).status_code == 303
    assert send(house, ("Jane Doe mock.pdf", PDF)).status_code == 200
    house.carry_on()
    return house


def test_a_request_is_filed_by_pull_request_and_merges_without_approval(answered):
    main = answered.state.forge.head("main")
    folder = "submissions/2021-summer/10/10234/requests"
    names = [path.removeprefix(folder) for path in answered.state.forge.list(main, folder)]

    assert [n for n in names if n.endswith(".evidence-request.json") and "receipts" not in n]
    assert [n for n in names if n.startswith("/receipts/")]


def test_neither_a_file_nor_its_name_comes_into_git_or_into_the_store(answered):
    main = answered.state.forge.head("main")
    every = b"".join(answered.state.forge.read(main, path) or b"" for path in answered.state.forge.list(main))
    stored = b"".join(row[0] for row in answered.rows("SELECT document FROM submissions"))

    assert b".evidence.json" in every or b'"form": "evidence"' in every
    assert b"Jane Doe" not in every + stored
    assert b"%PDF" not in every + stored


def test_the_whole_ledger_is_clean_after_a_request_was_answered(answered):
    reader = LedgerReader(CommitSource(answered.state.forge, answered.state.forge.head("main")), answered.state.book)
    of_requests = [d for d in reader.dossiers() if d.kind == "requests"]
    cases = reader.cases(of_requests, Stage.LEDGER, answered.state.now())

    assert [len(case.documents) for case in cases] == [2]
    assert [f.rule for case in cases for f in check(case, answered.state.book).findings] == []


def test_a_reviewer_asks_and_the_centre_is_told_where_its_submissions_stand(asked):
    one = asked_in(asked)

    status = asked.client(OFFICER).get("/status", headers=BROWSER).text
    letter = asked.letters()[-1]

    assert "Due by 12:00 on Friday 21 May 2021, UK time." in status
    assert f"/requests/{one.reference}" in status
    assert f"/requests/{one.reference}" in letter.body and "12:00 on Friday 21 May 2021" in letter.body
    assert "0001" not in letter.body + letter.subject
    assert [m.to for m in asked.letters()] == [letter.to]


def test_a_request_after_hours_is_refused_in_words_and_what_was_typed_stays(fresh, page_of):
    answer = ask(fresh, page_of, until="2021-05-22T12:00", note="The spring mock.")

    assert answer.status_code == 422
    assert "12:00 on Saturday 22 May 2021 is not on a working day." in answer.text
    assert "The spring mock." in answer.text
    assert asked_of(fresh.state, "10234") == []


def test_files_that_were_asked_for_get_a_receipt_and_stand_outside_git(asked):
    answer = send(asked, ("Jane Doe mock.pdf", PDF), ("notes.docx", docx()))

    assert answer.status_code == 200, answer.text
    one = asked_in(asked)
    assert [(f.kind, f.bytes) for f in one.files] == [("pdf", len(PDF)), ("docx", len(docx()))]
    assert kept_files(asked) == sorted(f.sha256 for f in one.files)
    receipt = asked.rows("SELECT receipt FROM submissions WHERE form = 'evidence'")
    assert json.loads(receipt[0][0])["submitted_by"]["role"] == "exams-officer"


def test_a_second_upload_adds_to_the_first_and_the_same_file_is_received_once(asked):
    send(asked, ("a.pdf", PDF))

    answer = send(asked, ("a.pdf", PDF), ("b.png", png()))

    assert [f.kind for f in asked_in(asked).files] == ["pdf", "png"]
    assert "1 file received. 1 was received before." in " ".join(answer.text.split())


def test_uploads_of_the_same_moment_keep_every_file(asked, at_once):
    files = [("a.pdf", PDF), ("b.png", png()), ("c.jpg", jpeg())]

    answers = at_once([lambda file=file: send(asked, file) for file in files])

    assert [a.status_code for a in answers] == [200, 200, 200]
    assert {f.kind for f in asked_in(asked).files} == {"pdf", "png", "jpg"}


def test_an_upload_that_slips_in_between_is_not_replaced(asked, monkeypatch):
    receive, slipped = asked.state.intake.receive, []

    def late(submission):
        if not slipped:
            slipped.append(True)
            other = json.loads(submission.raw)
            other["files"] = [{"sha256": "0" * 64, "type": "png", "bytes": 1}]
            receive(replace(submission, raw=json.dumps(other).encode()))
        return receive(submission)

    monkeypatch.setattr(asked.state.intake, "receive", late)

    answer = send(asked, ("a.pdf", PDF))

    assert answer.status_code == 200
    assert {f.kind for f in asked_in(asked).files} == {"pdf", "png"}


def test_what_nobody_asked_for_is_not_taken(fresh):
    answer = send(fresh, ("a.pdf", PDF), reference="r0000000")

    assert answer.status_code == 404
    assert kept_files(fresh) == []


@pytest.mark.parametrize("form", ["evidence", "evidence-request", "stage-one-meeting", "remote-visit"])
def test_no_other_road_takes_what_reviewers_or_the_gateway_fill_in(asked, form):
    one = asked_in(asked)
    document = {**one.data, "form": form}

    officer = asked.client(OFFICER).post(f"/submit/{form}", json=document)
    reviewer = asked.client(REVIEWER).post(f"/submit/{form}", json=document)
    software = asked.software().post(f"/submit/{form}", json=document)

    assert (officer.status_code, reviewer.status_code, software.status_code) == (403, 403, 403)
    assert asked.client().get(f"/forms/{form}/").status_code == 404


def test_a_file_on_the_last_instant_is_taken_and_one_after_it_is_not(asked):
    move(asked, "2021-05-21T12:00:01+01:00")

    late = send(asked, ("a.pdf", PDF))

    assert late.status_code == 409
    assert "The time has passed, so files are no longer taken." in late.text
    assert kept_files(asked) == []


def test_a_request_that_ended_can_be_opened_again(asked, page_of):
    send(asked, ("a.pdf", PDF))
    move(asked, "2021-05-24T10:00:00+01:00")
    one = asked_in(asked)

    again = ask(asked, page_of, again=one.reference, until="2021-05-28T12:00")
    answer = send(asked, ("b.png", png()))

    assert again.status_code == 303
    assert answer.status_code == 200
    assert [f.kind for f in asked_in(asked).files] == ["pdf", "png"]
    assert len(asked_of(asked.state, "10234")) == 1


@pytest.mark.parametrize("ref", [TEACHER, "p-10234-head"])
def test_others_of_the_centre_see_the_request_and_cannot_send(asked, ref):
    reference = asked_in(asked).reference

    seen = asked.client(ref).get(f"/requests/{reference}", headers=BROWSER)
    sent = send(asked, ("a.pdf", PDF), ref=ref)

    assert seen.status_code == 200 and 'type="file"' not in seen.text
    assert sent.status_code == 403
    assert kept_files(asked) == []


def test_another_centre_knows_of_no_such_request(asked):
    reference = asked_in(asked).reference

    assert asked.client(OTHERS).get(f"/requests/{reference}", headers=BROWSER).status_code == 404
    assert send(asked, ("a.pdf", PDF), ref=OTHERS).status_code == 404
    assert asked.client().get(f"/requests/{reference}", headers=BROWSER).status_code == 303


def test_a_reviewer_gets_the_file_to_keep_and_never_to_show(asked):
    send(asked, ("a.pdf", PDF))
    one = asked_in(asked)

    answer = asked.client(REVIEWER).get(f"/reviews/files/10234/{one.reference}/{one.files[0].sha256}")

    assert answer.content == PDF
    assert answer.headers["content-disposition"] == f'attachment; filename="10234-{one.reference}-1.pdf"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    event = [e for e in asked.state.inbox.audit_trail() if e.what == "evidence-downloaded"][-1]
    assert (event.actor, event.centre, event.about) == (REVIEWER, "10234", one.reference)


def test_nobody_else_gets_the_file(asked, monkeypatch):
    send(asked, ("a.pdf", PDF))
    one = asked_in(asked)
    address = f"/reviews/files/10234/{one.reference}/{one.files[0].sha256}"

    for ref in (None, OFFICER, OTHERS):
        answer = asked.client(ref).get(address)
        assert answer.status_code in (303, 403, 404) and PDF not in answer.content
    monkeypatch.setattr("gradepost.doors.web.reviews.may_review", lambda *_: False)
    assert asked.client(REVIEWER).get(address).status_code == 403
    assert asked.client(REVIEWER).get(f"{BASE}/requests", headers=BROWSER).status_code == 403


@pytest.mark.parametrize("name", ["0" * 64, "..%2f..%2finbox.sqlite3", "A" * 64])
def test_only_a_file_that_the_answer_names_can_be_had(asked, name):
    send(asked, ("a.pdf", PDF))
    one = asked_in(asked)

    assert asked.client(REVIEWER).get(f"/reviews/files/10234/{one.reference}/{name}").status_code == 404


def test_a_file_of_another_request_is_not_had_by_this_one(asked):
    send(asked, ("a.pdf", PDF))
    one, other = asked_in(asked), keep(asked.state.folder, "10234", png(), under=EVIDENCE)

    assert asked.client(REVIEWER).get(f"/reviews/files/10234/{one.reference}/{other}").status_code == 404


@pytest.mark.parametrize("ref", [None, OFFICER, TEACHER])
def test_only_reviewers_ask(asked, ref):
    client = asked.client(ref)

    for path in ("/reviews/requests", f"{BASE}/requests", f"{BASE}/requests/evidence-request"):
        assert client.get(path, headers=BROWSER).status_code == 303
    assert client.post(f"{BASE}/requests/evidence-request", data={"until": UNTIL}).status_code == 401
    assert len(asked_of(asked.state, "10234")) == 1


@pytest.mark.parametrize("path", ["10234/AM20530/synoptic-practical", "99999/AM20530/external-exam", "10234/XX/x"])
def test_nothing_is_asked_of_what_the_register_or_the_book_does_not_have(asked, path):
    answer = asked.client(REVIEWER).get(f"/reviews/{path}/requests/evidence-request", headers=BROWSER)

    assert answer.status_code == 404


def test_a_reference_of_one_dossier_asks_nothing_of_another(asked, page_of):
    one = asked_in(asked)
    client = asked.client(REVIEWER)

    answer = client.post(
        "/reviews/10234/AM20530/internal-assignment/requests/evidence-request",
        data={"reference": one.reference, "asked_for": "other", "until": UNTIL},
        headers=BROWSER,
    )

    assert answer.status_code == 409
    assert asked_in(asked).data == one.data


def test_the_reviewers_page_shows_what_was_asked_and_what_came(asked):
    send(asked, ("a.pdf", PDF))
    one = asked_in(asked)
    client = asked.client(REVIEWER)

    page, all_ = (client.get(path, headers=BROWSER).text for path in (f"{BASE}/requests", "/reviews/requests"))

    assert f"/reviews/files/10234/{one.reference}/{one.files[0].sha256}" in page
    assert f"{BASE}/requests#r-{one.reference}" in all_
    chosen = client.get("/reviews/requests?centre=10234&qualification=AM20530&kind=external-exam")
    assert chosen.headers["location"] == f"{BASE}/requests"


def test_a_centre_that_a_crash_kept_from_being_told_is_told_once(fresh, page_of, monkeypatch):
    with monkeypatch.context() as crash:
        crash.setattr("gradepost.doors.web.requesting.tell_centre", lambda *_: 0)
        ask(fresh, page_of)
    before = len(fresh.letters())

    told = [CentreTeller(fresh.state, "http://127.0.0.1:8000/").tell() for _ in range(2)]

    assert told == [1, 0]
    assert len(fresh.letters()) == before + 1


def test_a_request_that_no_reviewer_submitted_asks_for_nothing(asked):
    raw, at = json.dumps(asked_in(asked).data).encode(), asked.state.now()
    by = [Filing(at, REVIEWER, "reviewer", "form"), Filing(at, OFFICER, "exams-officer", "form"), None]

    found = [with_requests(Register(None), [read(raw, "x", asked.state.book, filing=filing)]) for filing in by]

    assert [len(register.requests) for register in found] == [1, 0, 0]


def test_a_stage_one_meeting_is_recorded_without_names_or_a_policy(fresh, page_of):
    answer = ask(
        fresh,
        page_of,
        "stage-one-meeting",
        takes_place_at="2021-05-19T10:00",
        attendees=["eqa", "head-of-centre"],
        outcome="planned",
    )

    status = fresh.client(OFFICER).get("/status", headers=BROWSER).text
    form = fresh.client(REVIEWER).get(f"{BASE}/requests/stage-one-meeting", headers=BROWSER).text

    assert answer.status_code == 303
    assert "10:00 on Wednesday 19 May 2021" in status
    assert "No policy or strategy of the centre is asked for" in form
    assert "It takes place at 10:00" in fresh.letters()[-1].body


def test_a_remote_visit_is_about_unit_graded_practicals_alone(fresh, page_of):
    client = fresh.client(REVIEWER)
    address = "/reviews/10234/BT2D1/unit-graded-practical/requests/remote-visit"
    fields = page_of(client.get(address, headers=BROWSER)).fields
    sent = {n: v for n, v in fields if v and not n.startswith("_")} | {
        "starts_at": "2021-05-26T10:00",
        "ends_at": "2021-05-26T12:00",
        "outcome": "planned",
        "units.0.component": "BT2D1U1 Unit graded practical 1",
        "units.0.result": "Still to be seen",
    }

    wrong = client.post(address, data={**sent, "units.0.component": "BT2D1P1"}, headers=BROWSER)
    right = client.post(address, data=sent, headers=BROWSER)

    assert wrong.status_code == 422 and "no unit graded practical" in wrong.text
    assert right.status_code == 303, right.text
    assert asked_in(fresh).data["units"] == [{"component": "BT2D1U1", "result": "planned"}]
    assert f"{BASE}/requests/remote-visit" not in client.get(f"{BASE}/requests").text


def bomb():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"\0" * (65 << 20))
    return made.getvalue()


def test_whoever_chose_no_file_is_told_to_choose_one(asked):
    client = asked.client(OFFICER)
    empty = {"files": ("", b"", "application/octet-stream")}

    answer = client.post(f"/requests/{asked_in(asked).reference}", files=empty, headers=BROWSER)

    assert answer.status_code == 422
    assert '<a href="#files">Choose one or more files, then send them.</a>' in answer.text
    assert "not taken" not in answer.text


def test_a_file_that_is_not_taken_keeps_no_other_from_being_received(asked):
    answer = send(asked, ("good.xlsx", xlsx()), ("bomb.docx", bomb()), ("run.pdf", b"MZ" + b"\0" * 200))

    assert answer.status_code == 422
    assert [f.kind for f in asked_in(asked).files] == ["xlsx"]
    assert "2 files were not taken" in answer.text and "The others were received." in answer.text
    assert "bomb.docx" in answer.text and "far larger than it is now" in answer.text
    assert len(kept_files(asked)) == 1


def test_a_file_of_one_byte_too_many_is_refused_and_one_of_just_so_many_taken(asked):
    most = asked.state.book.series.asking.uploads.most_bytes
    filled = PDF[:-6] + b" " * (most - len(PDF)) + PDF[-6:]

    over = send(asked, ("over.pdf", filled[:-6] + b" " + filled[-6:]))
    just = send(asked, ("just.pdf", filled))

    assert over.status_code == 422 and "larger than 10 MB" in over.text
    assert just.status_code == 200
    assert [f.bytes for f in asked_in(asked).files] == [most]


def test_more_files_than_the_series_takes_are_refused(asked):
    many = [(f"{n}.pdf", PDF.replace(b"Size 0", b"Size %d" % n)) for n in range(21)]

    answer = send(asked, *many)

    assert len(asked_in(asked).files) == 20
    assert "There are 20 files already" in answer.text


def test_more_than_the_most_at_once_is_refused_whole(asked):
    answer = send(asked, *((f"{n}.pdf", PDF + b" " * (9 << 20)) for n in range(5)))

    assert answer.status_code == 413
    assert "Send up to 40 MB at once" in answer.text
    assert kept_files(asked) == []


def test_a_name_that_is_markup_is_shown_as_text(asked):
    answer = send(asked, ("<img src=x onerror=alert(1)>.exe", b"MZ"))

    assert "<img src=x" not in answer.text
    assert "This is a program." in answer.text


def test_a_name_that_turns_the_direction_of_reading_is_shown_as_it_is(asked):
    answer = send(asked, ("exam\u202egpj.exe", b"MZ"))

    assert "examgpj.exe" in answer.text and "\u202e" not in answer.text


def test_sending_nothing_is_told(asked):
    answer = send(asked, ("", b""))

    assert answer.status_code == 422
    assert "Choose one or more files" in answer.text
