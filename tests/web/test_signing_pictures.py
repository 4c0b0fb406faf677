"""Sign-offs by an image: kept outside Git, named by its hash, shown again; anything else is told beside its field."""

import hashlib
import json
import os
import re
import struct

import pytest

from gradepost.doors.pictures import keep, kept
from gradepost.doors.upkeep import DailyUpkeep
from gradepost.form.pictures import MAX_BYTES, NotAPicture, picture_of

OFFICER = "p-10234-officer"
FIRST = "_picture.sign_off.0.signature.image_sha256"
HASH = "sign_off.0.signature.image_sha256"


def png(width=300, height=80, more=b"\x00" * 40):
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", width, height) + more


def jpeg(width=300, height=80):
    app = b"\xff\xe0\x00\x04\x00\x00"
    return b"\xff\xd8" + app + b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01" * 8


@pytest.fixture
def tags_form(house, page_of):
    """The TAG form of the officer, filled so that nothing is in its way, and a way to send it with files."""
    client = house.client(OFFICER)
    house.submit(client, house.schedule())
    shown = page_of(client.get("/forms/tags/?example=clean"))
    fields = [pair for pair in shown.fields if not pair[0].startswith("_picture") and pair[0] != "file"]

    def send(files=None, changed=()):
        asked = [(n, v) for n, v in fields if n not in dict(changed)] + list(changed)
        parts = [(name, ("signature.png", raw)) for name, raw in (files or {}).items()]
        parts += [(name, (None, value)) for name, value in asked]
        return client.post("/check/tags", files=parts, headers={"Accept": "text/html"})

    return send


@pytest.mark.parametrize("raw", [png(), jpeg()])
def test_an_image_is_kept_outside_the_ledger_and_shown_before_it_is_submitted(house, tags_form, raw):
    answer = tags_form({FIRST: raw})

    name = hashlib.sha256(raw).hexdigest()
    assert "Check your answers" in answer.text, answer.text
    assert f"image_sha256&#34;:&#34;{name}" in answer.text
    assert 'src="data:image/' in answer.text
    assert kept(house.state.folder, "10234", name) == raw


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"GIF89a" + b"\x00" * 99, "The file is neither a PNG nor a JPEG image."),
        (b"<svg onload=alert(1)>", "The file is neither a PNG nor a JPEG image."),
        (png(more=b"\x00" * MAX_BYTES), "The image has more than 200 KB."),
        (png(width=4001), "The image is more than 4,000 pixels wide or high."),
        (jpeg(height=65535), "The image is more than 4,000 pixels wide or high."),
    ],
)
def test_a_file_that_is_not_taken_is_told_beside_its_field_and_not_kept(house, tags_form, raw, words):
    answer = tags_form({FIRST: raw})

    assert 'id="f-sign_off-0-signature-image_sha256-error"' in answer.text
    assert words in answer.text
    assert "refused:" not in answer.text
    assert kept(house.state.folder, "10234", hashlib.sha256(raw).hexdigest()) is None


def test_an_image_that_was_chosen_and_did_not_come_is_told(tags_form):
    answer = tags_form(changed=[(FIRST, "signature.png")])

    assert "The image did not come with the form." in answer.text


def test_an_image_is_taken_out_by_its_button(tags_form):
    name = hashlib.sha256(png()).hexdigest()

    answer = tags_form(changed=[(HASH, name), ("_no_picture", HASH)])

    assert name not in answer.text
    assert "Check your answers" not in answer.text


def test_an_image_stays_while_other_things_change(tags_form):
    name = hashlib.sha256(png()).hexdigest()
    tags_form({FIRST: png()})

    answer = tags_form(changed=[(HASH, name), ("_add_rows", "sign_off")])

    assert f'name="{HASH}" value="{name}"' in answer.text
    assert "An image is kept." in answer.text


# Chosen before another button than "Check"


SHEET = b"Candidate number,ULN,Outcome,Grade\r\n0001,1000000051,Graded,Merit\r\n"


def chosen(house, page_of, address, raw, *others, who=OFFICER):
    """The TAG form sent to another of its doors, with a picture chosen in the first row of its sign-offs."""
    client = house.client(who)
    fields = page_of(client.get("/forms/tags/?example=clean")).fields
    parts = [(name, (None, value)) for name, value in fields if not name.startswith("_picture") and name != "file"]
    return client.post(address, files=[(FIRST, ("mine.png", raw)), *others, *parts])


def test_an_image_chosen_before_a_spreadsheet_is_uploaded_goes_along(house, page_of):
    raw = png(width=320)
    name = hashlib.sha256(raw).hexdigest()

    columns = chosen(house, page_of, "/upload/tags", raw, ("file", ("learners.csv", SHEET)))
    going = page_of(type("Shown", (), {"text": columns.text.partition('action="/check/')[0]})).fields
    answer = house.client(OFFICER).post("/upload/tags", files=[(n, (None, value)) for n, value in going])

    assert "Nothing has been taken yet." in columns.text
    assert f'name="{HASH}" value="{name}"' in answer.text
    assert "An image is kept." in answer.text
    assert kept(house.state.folder, "10234", name) == raw


def test_an_image_stays_chosen_where_no_file_was(house, page_of):
    raw = png(width=321)

    answer = chosen(house, page_of, "/upload/tags", raw)

    assert answer.status_code == 422
    assert f'name="{HASH}" value="{hashlib.sha256(raw).hexdigest()}"' in answer.text


def test_an_image_that_is_not_taken_beside_a_spreadsheet_is_told(house, page_of):
    columns = chosen(house, page_of, "/upload/tags", b"GIF89a", ("file", ("learners.csv", SHEET)))

    assert "The file is neither a PNG nor a JPEG image. Choose a PNG or JPEG file" in columns.text
    assert "refused:" not in columns.text


def test_a_draft_names_the_image_that_was_chosen_and_opens_with_it(house, page_of):
    raw = png(width=322)
    name = hashlib.sha256(raw).hexdigest()

    draft = chosen(house, page_of, "/draft/tags", raw)
    again = house.client("p-10234-teacher-1").post("/upload/tags", files={"file": ("draft.json", draft.content)})

    assert draft.json()["document"]["sign_off"][0]["signature"] == {"image_sha256": name}
    assert f'name="{HASH}" value="{name}"' in again.text
    assert kept(house.state.folder, "10234", name) == raw


@pytest.mark.parametrize("who", [None, "r-osei"])
def test_whoever_acts_for_no_centre_keeps_no_image_with_a_draft(house, page_of, who):
    raw = png(width=323)

    draft = chosen(house, page_of, "/draft/tags", raw, who=who)

    assert draft.status_code == 200
    assert "signature" not in draft.json()["document"]["sign_off"][0]
    assert not list((house.state.folder / "signatures").glob(f"*/{hashlib.sha256(raw).hexdigest()}"))


def test_a_picture_is_read_by_its_header_alone():
    assert picture_of(png(12, 34)).width == 12
    assert (picture_of(jpeg(12, 34)).width, picture_of(jpeg(12, 34)).height) == (12, 34)


@pytest.mark.parametrize("raw", [b"", png()[:20], png(0, 5), b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\x00\x00" * 9])
def test_half_a_picture_is_none(raw):
    with pytest.raises(NotAPicture):
        picture_of(raw)


@pytest.mark.parametrize("name", ["", "..", "../../keys/receipt.pem", "a" * 63, "A" * 64, None, 7])
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    assert kept(tmp_path, "10234", name) is None


def test_a_centre_sees_its_own_alone(tmp_path):
    name = keep(tmp_path, "10234", png())

    assert kept(tmp_path, "10235", name) is None
    assert kept(tmp_path, "10234", name) == png()


def test_a_centres_software_sends_an_image_and_then_names_it(fresh):
    software = fresh.software()
    fresh.submit(software, fresh.schedule())

    kept_as = software.post("/signatures", content=png())

    assert kept_as.status_code == 201
    name = kept_as.json()["sha256"]
    assert kept_as.json() == {"sha256": name, "media_type": "image/png", "bytes": len(png())}
    assert kept(fresh.state.folder, "10234", name) == png()
    document = json.loads(json.dumps(fresh.tags()))
    document["sign_off"][0]["signature"] = {"image_sha256": name}
    assert fresh.submit(software, document).status_code == 201


@pytest.mark.parametrize(
    ("who", "raw", "status"),
    [
        ("software", b"<svg onload=alert(1)>", 422),
        ("software", png(more=b"\x00" * MAX_BYTES), 422),
        ("software", png(more=b"\x00" * 2**20), 413),
        ("nobody", png(width=311), 401),
        ("reviewer", png(width=312), 403),
    ],
)
def test_an_image_that_is_not_taken_is_not_kept(house, who, raw, status):
    client = {"software": house.software, "nobody": house.client, "reviewer": lambda: house.client("r-osei")}[who]()

    answer = client.post("/signatures", content=raw)

    assert answer.status_code == status, answer.text
    assert kept(house.state.folder, "10234", hashlib.sha256(raw).hexdigest()) is None


DAYS = 24 * 60 * 60


def signed_by_image(house, raw):
    """The example's grades, with the first sign-off by an image that is kept."""
    document = json.loads(json.dumps(house.tags()))
    document["sign_off"][0]["signature"] = {"image_sha256": keep(house.state.folder, "10234", raw)}
    return document


def test_a_reviewer_sees_the_image_that_signs(fresh):
    officer = fresh.client(OFFICER)
    fresh.submit(officer, fresh.schedule())
    assert fresh.submit(officer, signed_by_image(fresh, png())).status_code == 201
    fresh.carry_on()
    reviewer = fresh.client("r-osei")
    newest = max(pull.number for pull in fresh.state.forge.pulls())

    shown = reviewer.get(f"/reviews/{newest}").text

    assert re.search(r'<img src="data:image/png;base64,[^"]+" alt="Image of the signature in row 1">', shown)


def test_an_image_that_was_never_submitted_goes_after_thirty_days_and_one_that_signs_stays(fresh):
    officer = fresh.client(OFFICER)
    fresh.submit(officer, fresh.schedule())
    signed = signed_by_image(fresh, png())
    assert fresh.submit(officer, signed).status_code == 201
    used, unused, chosen_again = (
        signed["sign_off"][0]["signature"]["image_sha256"],
        *(keep(fresh.state.folder, "10234", png(width=width)) for width in (301, 302)),
    )
    now = 1_900_000_000.0
    for name in (used, unused, chosen_again):
        os.utime(fresh.state.folder / "signatures" / "10234" / name, (now - 31 * DAYS, now - 31 * DAYS))
    os.utime(fresh.state.folder / "signatures" / "10234" / chosen_again, (now - DAYS, now - DAYS))

    gone = DailyUpkeep(fresh.state, lambda: now).run_due()

    assert gone == 1
    assert kept(fresh.state.folder, "10234", unused) is None
    assert kept(fresh.state.folder, "10234", used)
    assert kept(fresh.state.folder, "10234", chosen_again)


def test_an_image_that_is_chosen_again_begins_its_thirty_days_anew(tmp_path):
    name = keep(tmp_path, "10234", png())
    path = tmp_path / "signatures" / "10234" / name
    os.utime(path, (0, 0))

    keep(tmp_path, "10234", png())

    assert path.stat().st_mtime > 0


def test_upkeep_waits_a_day(fresh):
    times = iter(40.0 * DAYS + wait for wait in (0, DAYS - 1, DAYS))
    upkeep = DailyUpkeep(fresh.state, lambda: next(times))
    name = keep(fresh.state.folder, "10234", png())
    path = fresh.state.folder / "signatures" / "10234" / name
    upkeep.run_due()
    os.utime(path, (0, 0))

    early, late = upkeep.run_due(), upkeep.run_due()

    assert (early, late) == (0, 1)
