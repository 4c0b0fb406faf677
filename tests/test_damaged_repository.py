"""A ledger's repository that is damaged, or holds what is no plain file: findings, or one clear line; never silence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hostile import ledgers
from hostile.ledgers import (
    ABOVE,
    CENTRE,
    DOSSIER,
    IN_SUBMISSIONS,
    LINKS,
    OURS,
    PATIENCE,
    RECEIPTS,
    TAGS,
    messages,
)

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.usefixtures("nothing_hangs")


def test_a_sound_repository_is_clean(ledger, judge_ledger):
    ran = judge_ledger(ledgers.repository_of(ledger))

    assert ran.code == 0
    assert ran.json["judged"] == 5


@pytest.mark.parametrize("path", [*IN_SUBMISSIONS, *ABOVE])
def test_a_link_in_a_commit_breaks_d001_where_it_stands(path, ledger, judge_ledger):
    LINKS["a link to another file"](ledger / path)

    ran = judge_ledger(ledgers.repository_of(ledger))

    assert ran.code == 1
    assert messages(ran, "D001") == {path: "It is not a plain file."}


@pytest.mark.parametrize("path", OURS)
def test_a_link_in_a_commit_in_the_place_of_a_register_is_our_own_mistake(path, ledger, judge_ledger):
    LINKS["a link to another file"](ledger / path)

    ran = judge_ledger(ledgers.repository_of(ledger))

    assert ran.code == 2
    assert f"{path} is not a plain file" in ran.err


@pytest.mark.parametrize("path", [TAGS, RECEIPTS, f"{DOSSIER}/more", "submissions/more"])
def test_a_submodule_breaks_d001_where_it_stands(path, ledger, judge_ledger):
    bare = ledgers.repository_of(ledger)
    if (ledger / path).exists():
        ledgers.git(bare, "--work-tree", str(ledger), "rm", "-rq", "--cached", path)
    ledgers.git(bare, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},{path}")
    ledgers.commit(bare)

    ran = judge_ledger(bare)

    assert ran.code == 1
    assert messages(ran, "D001") == {path: "It is not a plain file."}


def test_an_executable_document_breaks_d001(ledger, judge_ledger):
    (ledger / TAGS).chmod(0o755)

    ran = judge_ledger(ledgers.repository_of(ledger))

    assert messages(ran, "D001") == {TAGS: "It is not a plain file."}


def test_a_name_in_a_commit_that_is_not_utf_8_is_a_finding(ledger, judge_ledger):
    Path(os.fsdecode(os.fsencode(ledger / DOSSIER) + b"/\xff.json")).write_bytes(b"{}")

    ran = judge_ledger(ledgers.repository_of(ledger))

    assert ran.code == 1
    assert f"{DOSSIER}/\\xff.json" in {f["path"] for f in ran.json["findings"]}


@pytest.mark.parametrize("damage", [ledgers.gone, ledgers.emptied, ledgers.garbled, ledgers.truncated])
@pytest.mark.parametrize(
    "name", ["main", "main:", "main:submissions", f"main:{TAGS}", f"main:{CENTRE}", "main:ledger.toml"]
)
def test_a_corrupt_object_ends_with_3(name, damage, ledger, judge_ledger):
    bare = ledgers.repository_of(ledger)
    damage(ledgers.object_of(bare, name))

    assert judge_ledger(bare).code == 3


@pytest.mark.slow
@pytest.mark.xfail(strict=True, raises=subprocess.TimeoutExpired, reason="libgit2 loops for ever: libgit2/libgit2#7342")
def test_a_truncated_object_ends_with_3_where_libgit2_reads_it(ledger):
    bare = ledgers.repository_of(ledger)
    ledgers.truncated(ledgers.object_of(bare, f"main:{TAGS}"))

    # A process of its own, for nothing else ends the loop.
    command = [sys.executable, "-m", "gradepost", "check", "tests/golden/tags.json", "--ledger", str(bare)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=PATIENCE / 2, check=False)

    assert ran.returncode == 3


def garbled_packed_refs(bare: Path) -> None:
    ledgers.git(bare, "pack-refs", "--all")
    (bare / "packed-refs").write_bytes(b"garbage")


DAMAGED = {
    "packed refs": (lambda bare: ledgers.git(bare, "pack-refs", "--all"), 0),
    "garbled packed refs": (garbled_packed_refs, 3),
    "garbled main": (lambda bare: (bare / "refs/heads/main").write_text("garbage"), 3),
    "main names nothing": (lambda bare: (bare / "refs/heads/main").write_text("1" * 40 + "\n"), 3),
    "no main": (lambda bare: (bare / "refs/heads/main").unlink(), 3),
    "no HEAD": (lambda bare: (bare / "HEAD").unlink(), 2),
    "no objects": (lambda bare: ledgers.gone(bare / "objects"), 3),
    "no refs": (lambda bare: ledgers.gone(bare / "refs"), 3),
    "garbled config": (lambda bare: (bare / "config").write_text("[garbage"), 3),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_repository_ends_with_its_code_and_one_line(damage, ledger, judge_ledger):
    bare = ledgers.repository_of(ledger)
    act, code = DAMAGED[damage]
    act(bare)

    assert judge_ledger(bare).code == code


def test_a_ledger_toml_of_another_book_ends_a_review_with_2(ledger, gradepost):
    text = (ledger / "ledger.toml").read_text()
    assert 'book = ""' in text
    (ledger / "ledger.toml").write_text(text.replace('book = ""', f'book = "sha256:{"0" * 64}"'))
    bare = ledgers.repository_of(ledger)

    ran = gradepost("review", "--base", "main", "--head", "main", "--ledger", bare)

    assert ran.code == 2
    assert "pins the book" in ran.err
