"""A ledger with damaged, missing, swapped or linked files: findings, or one clear line; never silence."""

import os
from pathlib import Path

import pytest
from hostile import ledgers, sampled
from hostile.ledgers import (
    ABOVE,
    CENTRE,
    DAMAGED,
    DOSSIER,
    EXTENSIONS,
    IN_SUBMISSIONS,
    NOT_PLAIN,
    OURS,
    RECEIPTS,
    TAGS,
    is_one_clear_line,
    messages,
)

ROOT = Path(__file__).resolve().parents[1]
FORMATS = ["text", "json", "sarif", "github", "markdown", "junit"]
pytestmark = pytest.mark.usefixtures("nothing_hangs")


# Documents and receipts


@pytest.mark.parametrize("damage", sampled(DAMAGED, 4))
@pytest.mark.parametrize("path", [TAGS, ledgers.SCHEDULE, ledgers.DECLARATION])
def test_a_damaged_document_breaks_d001_at_its_path(path, damage, ledger, judge_ledger):
    DAMAGED[damage](ledger / path)

    ran = judge_ledger(ledger)

    assert ran.code == 1
    assert set(messages(ran, "D001")) == {path}


@pytest.mark.parametrize("damage", sampled(DAMAGED, 4))
@pytest.mark.parametrize("path", [ledgers.FIRST_RECEIPT, ledgers.MIDDLE_RECEIPT, ledgers.LAST_RECEIPT])
def test_a_damaged_receipt_breaks_r002_at_its_path(path, damage, ledger, judge_ledger):
    DAMAGED[damage](ledger / path)

    ran = judge_ledger(ledger)

    assert ran.code == 1
    assert set(messages(ran, "R002")) == {path}


@pytest.mark.parametrize("damage", [ledgers.gone, ledgers.a_folder])
@pytest.mark.parametrize(
    ("path", "rule"),
    [
        (TAGS, "H003"),
        (ledgers.FIRST_RECEIPT, "R001"),
        (ledgers.MIDDLE_RECEIPT, "R003"),
        (ledgers.LAST_RECEIPT, "R001"),
        (RECEIPTS, "R001"),
        (CENTRE, "D007"),
        (EXTENSIONS, "S003"),
    ],
)
def test_what_is_missing_or_an_empty_folder_is_found_by_what_needs_it(path, rule, damage, ledger, judge_ledger):
    damage(ledger / path)

    ran = judge_ledger(ledger)

    assert ran.code == 1
    assert rule in ran.errors


def test_a_folder_in_the_place_of_a_document_hides_nothing(ledger, judge_ledger):
    ledgers.a_folder(ledger / TAGS)
    (ledger / TAGS / "x.json").write_text("{}")

    ran = judge_ledger(ledger)

    assert f"{TAGS}/x.json" in messages(ran, "D002")


def test_two_swapped_documents_stand_where_they_do_not_belong(ledger, judge_ledger):
    ledgers.swapped(ledger, TAGS, ledgers.SCHEDULE)

    ran = judge_ledger(ledger)

    assert set(messages(ran, "D003")) == set(messages(ran, "R001")) == {TAGS, ledgers.SCHEDULE}


def test_two_swapped_receipts_break_the_chain(ledger, judge_ledger):
    ledgers.swapped(ledger, ledgers.MIDDLE_RECEIPT, ledgers.LAST_RECEIPT)

    ran = judge_ledger(ledger)

    assert {ledgers.MIDDLE_RECEIPT, ledgers.LAST_RECEIPT} <= set(messages(ran, "R003"))


def test_a_receipt_in_the_place_of_a_document_is_none(ledger, judge_ledger):
    ledgers.swapped(ledger, TAGS, ledgers.LAST_RECEIPT)

    ran = judge_ledger(ledger)

    assert TAGS in messages(ran, "D002")
    assert ledgers.LAST_RECEIPT in messages(ran, "R002")


# What is not a plain file


@pytest.mark.parametrize("damage", sampled(NOT_PLAIN, 5))
@pytest.mark.parametrize("path", [*IN_SUBMISSIONS, *ABOVE])
def test_what_is_not_a_plain_file_breaks_d001_where_it_stands(path, damage, ledger, judge_ledger):
    NOT_PLAIN[damage](ledger / path)

    ran = judge_ledger(ledger)

    assert ran.code == 1
    assert messages(ran, "D001") == {path: "It is not a plain file."}


@pytest.mark.parametrize("damage", sampled(NOT_PLAIN, 5))
@pytest.mark.parametrize("path", OURS)
def test_a_register_that_is_not_plain_files_is_our_own_mistake(path, damage, ledger, judge_ledger):
    NOT_PLAIN[damage](ledger / path)

    ran = judge_ledger(ledger)

    assert ran.code == 2
    assert f"{path} is not a plain file" in ran.err


@pytest.mark.parametrize("damage", [*NOT_PLAIN, "gone", "a folder"])
def test_a_ledger_toml_that_is_not_a_plain_file_makes_no_ledger(damage, ledger, judge_ledger):
    (NOT_PLAIN | {"gone": ledgers.gone, "a folder": ledgers.a_folder})[damage](ledger / "ledger.toml")

    ran = judge_ledger(ledger)

    assert ran.code == 2
    assert "not a ledger" in ran.err


def test_a_link_beside_the_documents_is_found_and_not_followed(ledger, judge_ledger):
    (ledger / DOSSIER / "elsewhere").symlink_to("/")
    (ledger / "submissions/loop").symlink_to(".")

    ran = judge_ledger(ledger)

    assert set(messages(ran, "D001")) == {f"{DOSSIER}/elsewhere", "submissions/loop"}


def test_what_is_linked_is_never_shown(ledger, gradepost):
    (ledger.parent / "secret").write_text('{"form": "nobody-may-read-this"}')
    ledgers.linked("../" * 6 + "../secret")(ledger / TAGS)
    assert (ledger / TAGS).exists()

    for form in FORMATS:
        ran = gradepost("check", ledger, "--format", form)

        assert ran.code == 1
        assert "nobody-may-read-this" not in ran.out + ran.err


@pytest.mark.parametrize("place", [TAGS, RECEIPTS, "submissions", "centres"])
def test_a_folder_that_may_not_be_read_ends_with_3(place, ledger, judge_ledger):
    (ledger / place).chmod(0)
    try:
        if os.access(ledger / place, os.R_OK):
            pytest.skip("Whoever runs this may read everything.")

        ran = judge_ledger(ledger)

        assert ran.code == 3
    finally:
        (ledger / place).chmod(0o755)


def test_a_disk_that_fails_below_a_folder_ends_with_3(ledger, judge_ledger, monkeypatch):
    def scandir(path):
        if str(path).endswith("receipts"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    real = os.scandir
    monkeypatch.setattr(os, "scandir", scandir)

    assert judge_ledger(ledger).code == 3


# Names


@pytest.mark.parametrize(
    "name",
    [
        *(b"new\nline.json", b"\x1b[2J.json", b"\r", b"-rf", b" ", b"::error::x.json", b"a" * 255, b".hidden", b"%0A"),
        *("\u202e.json".encode(), "é.json".encode(), "e\u0301.json".encode(), b"UV21578.tags.json ", b"tags.json\x7f"),
        *(b"\xff\xfe.json", b"a\x80", b"receipts\xff", b"UV21578.tags.json\xff"),
    ],
    ids=repr,
)
def test_a_strange_name_is_a_finding_that_is_shown_harmlessly(name, ledger, gradepost):
    Path(os.fsdecode(os.fsencode(ledger / DOSSIER) + b"/" + name)).write_bytes(b"{}")

    for form in ("text", "github", "json"):
        ran = gradepost("check", ledger, "--format", form)

        assert ran.code == 1
        assert ran.err == ""
        assert not {"\x1b", "\r"} & set(ran.out)
        assert form == "json" or "\u202e" not in ran.out
        assert "new\nline" not in ran.out


@pytest.mark.parametrize(
    "name", [b"000000000009-x\n.json", b"\xff", b"000000000009-", b"000000000006-\xff", b"x"], ids=repr
)
def test_a_strange_name_among_receipts_is_a_finding(name, ledger, judge_ledger):
    Path(os.fsdecode(os.fsencode(ledger / RECEIPTS) + b"/" + name)).write_bytes(b"{}")

    ran = judge_ledger(ledger)

    assert ran.code == 1
    assert ran.json["errors"] > 0


def test_a_work_tree_of_git_is_not_judged(ledger, judge_ledger):
    (ledger / ".git").mkdir()
    (ledger / ".git/x").symlink_to("nowhere")

    assert judge_ledger(ledger).code == 0


def test_git_within_a_dossier_hides_nothing(ledger, judge_ledger):
    (ledger / DOSSIER / ".git").mkdir()
    (ledger / DOSSIER / ".git/x.json").write_text("{")

    assert set(messages(judge_ledger(ledger), "D001")) == {f"{DOSSIER}/.git/x.json"}


# Our own files


@pytest.mark.parametrize("damage", sampled(DAMAGED, 4))
@pytest.mark.parametrize(("path", "says"), [(CENTRE, "centre file of 10234"), (EXTENSIONS, "extensions file of 10235")])
def test_a_damaged_register_is_our_own_mistake(path, says, damage, ledger, judge_ledger):
    DAMAGED[damage](ledger / path)

    ran = judge_ledger(ledger)

    assert ran.code == 2
    assert says in ran.err


@pytest.mark.parametrize("damage", ["emptied", "garbled"])
def test_a_damaged_ledger_toml_is_our_own_mistake(damage, ledger, judge_ledger):
    DAMAGED[damage](ledger / "ledger.toml")

    ran = judge_ledger(ledger)

    assert ran.code == 2
    assert "ledger.toml" in ran.err


def test_what_is_no_ledger_at_all_ends_with_one_line(tmp_path, gradepost):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("{}")
    document = ROOT / "tests/golden/schedule.json"

    runs = [gradepost("check", tmp_path / "empty")]
    runs += [gradepost("check", document, "--ledger", tmp_path / name) for name in ("empty", "file")]
    runs += [gradepost("review", "--base", "main", "--head", "main", "--ledger", tmp_path / "file")]

    for ran in runs:
        assert is_one_clear_line(ran)
