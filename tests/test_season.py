"""A whole repository judged at once: the verdict of its files, kept for what has not changed, and never in part."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from gradepost.doors.season import Objects, Season, Verdicts, judge_season
from gradepost.doors.season import judging as season_judging
from gradepost.model.trouble import WorldError

AT = datetime.fromisoformat("2021-05-18T10:00:00+01:00")
TAGS = "submissions/2021-summer/10/10234/AM20530/external-exam/UV21578.tags.json"
GIT = {"GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.org", "GIT_COMMITTER_NAME": "t"}
GIT |= {"GIT_COMMITTER_EMAIL": "t@example.org", "GIT_CONFIG_GLOBAL": os.devnull}


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, env={**os.environ, **GIT})


def committed(folder: Path) -> Path:
    """The folder as a repository, its files on main."""
    if not (folder / ".git").exists():
        git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "As it stands")
    return folder


@pytest.fixture
def judged(book, tmp_path):
    """The report on main of a repository, and how many centres were known before; with one cache throughout."""

    def judge(repository: Path, book=book):
        return judge_season(Season(Objects(repository, "main"), book, AT, Verdicts(tmp_path / "kept")))

    return judge


def change(ledger: Path, path: str, old: str, new: str) -> None:
    text = (ledger / path).read_text()
    assert text.count(old) >= 1
    (ledger / path).write_text(text.replace(old, new, 1))


def test_a_commit_is_judged_as_its_files_are(ledger, gradepost, tmp_path):
    change(ledger, TAGS, '"grade": "merit"', '"grade": "distinction"')
    from_files = gradepost("check", ledger, "--format", "json")
    bare = tmp_path / "bare.git"
    git(tmp_path, "clone", "-q", "--bare", str(committed(ledger)), str(bare))

    from_objects = gradepost("check", bare, "--format", "json")

    assert from_objects.code == from_files.code == 1
    assert from_objects.json == from_files.json
    assert {"R001", "H003"} <= from_objects.errors


def test_a_revision_is_judged_and_not_the_files_beside_it(ledger, gradepost):
    committed(ledger)
    change(ledger, TAGS, '"grade": "merit"', '"grade": "distinction"')

    assert gradepost("check", ledger, "--revision", "main", "--format", "json").code == 0
    assert gradepost("check", ledger, "--format", "json").code == 1


def test_the_cost_is_said_in_a_line_of_its_own(ledger, gradepost):
    ran = gradepost("check", committed(ledger), "--revision", "main")

    assert "5 documents in" in ran.err
    assert ran.err.count("\n") == 1


def test_what_has_not_changed_is_known(ledger, judged):
    committed(ledger)

    first, known_first = judged(ledger)
    again, known_again = judged(ledger)

    assert (known_first, known_again) == (0, 2)
    assert again == first


def test_only_the_centre_that_changed_is_judged_again(ledger, judged):
    judged(committed(ledger))
    change(ledger, TAGS, '"grade": "merit"', '"grade": "distinction"')

    report, known = judged(committed(ledger))

    assert known == 1
    assert "R001" in {f.rule for f in report.errors}


@pytest.mark.parametrize("path", ["ledger.toml", "centres/10/10234.json", "extensions/2021-summer/10235.json"])
def test_a_change_beside_the_submissions_voids_every_verdict(path, ledger, judged):
    judged(committed(ledger))
    (ledger / path).write_text((ledger / path).read_text() + "\n")

    assert judged(committed(ledger))[1] == 0


def test_another_book_voids_every_verdict(ledger, judged, book):
    judged(committed(ledger))

    assert judged(ledger, replace(book, digest="sha256:other"))[1] == 0


def test_a_verdict_that_time_may_change_is_not_kept(ledger, judged):
    for receipt in (ledger / TAGS).parent.glob("receipts/*"):
        receipt.unlink()
    judged(committed(ledger))

    assert judged(ledger)[1] == 1


def test_a_verdict_of_a_rule_that_crashed_is_not_kept(ledger, judged, book, monkeypatch):
    def crashes(*_):
        raise KeyError

    rule = next(pair[0] for pair in book.rules if pair[0].id == "S002")
    broken = replace(book)
    rules = tuple((replace(r, judge=crashes) if r is rule else r, s) for r, s in book.rules)
    broken.__dict__["rules"] = rules

    report, _ = judged(committed(ledger), broken)

    assert {c.rule for c in report.crashed} == {"S002"}
    assert judged(ledger, broken)[1] == 0


@pytest.mark.parametrize("damage", [b"", b"not a database", b"SQLite format 3\0" + bytes(2000)])
def test_a_damaged_cache_costs_time_and_nothing_else(damage, ledger, judged, tmp_path):
    first, _ = judged(committed(ledger))
    (tmp_path / "kept/verdicts.sqlite3").write_bytes(damage)

    assert judged(ledger) == (first, 0)


def test_a_verdict_of_another_shape_is_no_verdict(ledger, judged, tmp_path):
    first, _ = judged(committed(ledger))
    with sqlite3.connect(tmp_path / "kept/verdicts.sqlite3") as store:
        store.execute("UPDATE verdicts SET report = ?", (json.dumps({"book": "x"}).encode(),))

    assert judged(ledger) == (first, 0)


def many(ledger: Path, count: int) -> Path:
    """A repository without a ledger.toml in which many centres have submitted the same grades."""
    folder = ledger.parent / "many"
    text = (ledger / TAGS).read_text()
    for number in range(10300, 10300 + count):
        path = folder / TAGS.replace("10234", str(number))
        path.parent.mkdir(parents=True)
        path.write_text(text.replace('"centre": "10234"', f'"centre": "{number}"'))
    return committed(folder)


def test_without_a_ledger_documents_are_judged_as_files_alone(ledger, gradepost):
    ran = gradepost("check", many(ledger, 3), "--revision", "main", "--format", "json", "--at", AT.isoformat())

    assert (ran.code, ran.json["judged"]) == (0, 3)
    assert {"rule": "D007", "path": "submissions/2021-summer/10", "reason": "no ledger at hand"} in ran.json[
        "not_judged"
    ]
    assert len({(n["rule"], n["reason"]) for n in ran.json["not_judged"]}) == len(ran.json["not_judged"])


def test_two_processes_find_what_one_finds(ledger, judged, monkeypatch):
    repository = many(ledger, 90)
    change(repository, TAGS.replace("10234", "10377"), '"grade": "merit"', '"grade": "u"')
    by_two, _ = judged(committed(repository))
    shutil.rmtree(ledger.parent / "kept")
    monkeypatch.setattr(season_judging, "_WORTH_A_PROCESS", 1000)

    by_one, _ = judged(repository)

    assert by_two == by_one
    assert [(f.rule, f.path) for f in by_two.errors] == [("T005", TAGS.replace("10234", "10377"))]


def test_a_process_that_is_killed_leaves_no_verdict(ledger, judged, monkeypatch):
    monkeypatch.setattr(season_judging._Judge, "__call__", lambda *_: os.kill(os.getpid(), signal.SIGKILL))

    with pytest.raises(WorldError, match="has ended before its work was done"):
        judged(many(ledger, 90))


def test_a_document_that_is_there_and_was_not_judged_is_never_passed_over(ledger, judged, monkeypatch):
    def forgetful(source, book, stage, at):
        report = judge_all(source, book, stage, at)
        return replace(report, judged=report.judged - 1)

    judge_all = season_judging.judge_all
    monkeypatch.setattr(season_judging, "judge_all", forgetful)

    with pytest.raises(WorldError, match="3 documents are there, and 2 were judged"):
        judged(committed(ledger))


def test_what_is_no_revision_ends_with_3_in_one_line(ledger, gradepost):
    ran = gradepost("check", committed(ledger), "--revision", "no-such-branch")

    assert ran.code == 3
    assert ran.err.count("\n") == 1
