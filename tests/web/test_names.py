"""Learners' names may stand in a spreadsheet. They are shown beside the numbers, and found nowhere afterwards."""

import csv
import io
import json
import logging
import re
import sqlite3
import subprocess
import tempfile
import zipfile

OFFICER = "p-10234-officer"
FORENAMES, SURNAMES = ("Zephyrine", "Quillon"), ("Ostrowicki-Vance", "Łęczyńska")
CANARIES = (*FORENAMES, "Ostrowicki", "Łęczy", "\\u0141\\u0119czy", "\\u0142\\u0119czy")
REASON = "Two class tests of the spring term show the level that Zephyrine has reached in this component."


def sheet(house):
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["Surname", "Forename", "Cand No", "ULN", "Outcome", "Grade", "Reason"])
    for index, learner in enumerate(house.schedule()["learners"]):
        name = (SURNAMES[index % 2], FORENAMES[index % 2])
        reason = REASON if index == 5 else ""
        rows.writerow([*name, learner["candidate_number"], learner["uln"], "graded", "merit", reason])
    return out.getvalue().encode("utf-8")


def columns(page_of, answer):
    before, action, after = answer.text.partition('action="/upload/')
    return page_of(type("Cut", (), {"text": before + action + after.partition("</form>")[0]})).fields


def upload(house, page_of, raw=None):
    """The page of columns and the filled form, with the client that saw them."""
    client = house.client(OFFICER)
    fields = {"_document": json.dumps({**house.tags(), "learners": []}), "_idempotency_key": "canary"}
    shown = client.post("/upload/tags", files={"file": ("year 11.csv", raw or sheet(house))}, data=fields)
    posted = [(name, (None, value)) for name, value in columns(page_of, shown)]
    return client, shown, client.post("/upload/tags", files=posted)


def canaries_in(text):
    folded = text.casefold()
    return [name for name in CANARIES if name.casefold() in folded]


def test_names_stand_beside_the_numbers_in_the_answer_to_an_upload(fresh, page_of):
    fresh.submit(fresh.software(), fresh.schedule())

    _, shown, filled = upload(fresh, page_of)

    assert "Names are shown to you beside the numbers and are never kept." in page_of(shown).text
    assert re.search(r'<span class="gp-row-name" data-name>Ostrowicki-Vance Zephyrine</span>', filled.text)
    names = json.loads(re.search(r'<script type="application/json" id="gp-names">(.*?)</script>', filled.text)[1])
    assert names["0001"] == "Ostrowicki-Vance Zephyrine"
    assert not any("Quillon" in value for _, value in page_of(filled).fields)


def test_a_reason_that_names_a_learner_is_questioned_and_the_name_is_not_repeated(fresh, page_of):
    fresh.submit(fresh.software(), fresh.schedule())

    _, _, filled = upload(fresh, page_of)
    said = re.search(r'<a href="#f-learners-5-rationale">([^<]*)</a>', filled.text)

    assert said, "no question"
    assert "Row 7, column G" in said[1]
    assert "learner" in said[1]
    assert canaries_in(said[1]) == []
    assert 'id="f-learners-5-rationale-asked"' in filled.text
    control = re.search(r'<input [^>]*id="f-learners-5-rationale"[^>]*>', filled.text)[0]
    assert "f-learners-5-rationale-asked" in control


def test_names_are_in_no_later_answer_and_in_nothing_that_is_kept(fresh, page_of, caplog):
    caplog.set_level(logging.DEBUG)
    fresh.submit(fresh.software(), fresh.schedule())
    client, _, filled = upload(fresh, page_of)
    fields = dict(page_of(filled).fields) | {"learners.5.rationale": REASON.replace("Zephyrine", "the learner")}
    later = []

    def answered(response):
        later.append(response)
        return response

    def post(path, data):
        return answered(client.post(path, data=data))

    wrong = post("/check/tags", {**fields, "learners.3.uln": "1"})
    post("/check/tags", {**fields, "_add_rows": "learners"})
    post("/draft/tags", fields)
    post("/workbook/tags", fields)
    checked = post("/check/tags", fields)
    changed = post("/check/tags", {**dict(page_of(checked).fields), "_change": "1"})
    submitted = post("/submit/tags", dict(page_of(checked).fields))
    receipt = submitted.headers["location"]
    post(f"{receipt}/mail", {})
    fresh.carry_on()
    for path in (receipt, f"{receipt}?format=json", "/status", "/demo/mail", f"/forms/tags/?from={receipt[10:]}"):
        answered(client.get(path))
    for path in ("/workbook/tags?qualification=AM20530&component=UV21578", "/forms/tags/", "/metrics"):
        answered(client.get(path))

    assert (wrong.status_code, checked.status_code, submitted.status_code) == (200, 200, 303)
    assert "gp-names" not in changed.text
    for response in later:
        assert canaries_in(response.text) == [], response.request.url
        assert canaries_in(_unzipped(response)) == []
        assert canaries_in(str(response.headers)) == []
    assert canaries_in(caplog.text) == []
    assert canaries_in(_kept(fresh.state.folder)) == []


def test_the_search_for_names_finds_one_that_was_kept(fresh):
    tags = fresh.tags()
    tags["learners"][5]["rationale"] = REASON
    fresh.submit(fresh.software(), fresh.schedule())
    fresh.submit(fresh.software(), tags)
    fresh.carry_on()

    assert "Zephyrine" in canaries_in(_kept(fresh.state.folder, of=("inbox",)))
    assert "Zephyrine" in canaries_in(_kept(fresh.state.folder, of=("ledger",)))


def test_no_part_of_an_upload_touches_a_disk(fresh, page_of, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("An upload was put on a disk.")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    lines = sheet(fresh).decode().splitlines()
    long = "\n".join([*lines, *(f"Ostrowicki-Vance,{'x' * 2000},,,,," for _ in range(1200))]).encode()

    _, shown, filled = upload(fresh, page_of, long)

    assert len(long) > 2 * 1024 * 1024
    assert (shown.status_code, filled.status_code) == (200, 200)


def _unzipped(response):
    if not response.content.startswith(b"PK"):
        return ""
    with zipfile.ZipFile(io.BytesIO(response.content)) as package:
        return "\n".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())


def _kept(folder, of=("inbox", "ledger", "files")):
    """What a state folder holds, as one text: tables row by row, Git's objects unpacked, every file as it is."""
    return "\n".join(
        text for kind in of for text in {"inbox": _rows, "ledger": _objects, "files": _files}[kind](folder)
    )


def _rows(folder):
    with sqlite3.connect(folder / "inbox.sqlite3") as inbox:
        tables = [name for (name,) in inbox.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in inbox.execute(f'SELECT * FROM "{table}"'):
                yield " ".join(v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in row)


def _objects(folder):
    command = ["git", "-C", str(folder / "ledger.git"), "cat-file", "--batch-all-objects", "--batch"]
    yield subprocess.run(command, check=True, capture_output=True).stdout.decode("utf-8", "replace")


def _files(folder):
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.read_bytes().decode("utf-8", "replace")
