"""That the benchmarks measure what they say: the season they make, what they time, and, roughly, the figures."""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from comparing import rules
from comparing.costs import peak_memory, run
from comparing.tables import Figure
from inventing.documents import Inventor
from inventing.people import learners
from inventing.rows import RULE_MISTAKES, SCHEMA_MISTAKES
from inventing.writing import write
from season import AT, Season, documents, files

from gradepost.check import check, read
from gradepost.model.case import Case, Stage
from gradepost.model.identifiers import uln_is_right
from gradepost.rules import RULES

ROOT = Path(__file__).parents[1]
SPEAKS = {
    "uln-pattern": "D002",
    "unknown-outcome": "D002",
    "check-digit": "L001",
    "off-scale": "T005",
    "no-evidence": "E001",
    "duplicate-number": "L002",
}


def rules_broken(made, book):
    document = read(made.raw, made.path, book)
    report = check(Case((document,), book.series, datetime.fromisoformat(AT), Stage.LOOSE), book)
    return {finding.rule for finding in report.findings}


# The season


def test_a_season_is_the_same_on_every_run(book):
    assert list(files(Season.whole(2), book)) == list(files(Season.whole(2), book))


def test_three_centres_submit_thirty_documents_of_about_24_kilobytes(book):
    made = [raw for _, raw in files(Season(3), book)]

    assert len(made) == 30
    assert 23_000 < sum(map(len, made)) / 30 < 25_000


def test_what_is_made_is_canonical_and_filed_where_it_says(book):
    season = Season.whole(3)
    inventor = Inventor(book, 5)

    for made in (one for centre in range(3) for one in documents(season, inventor, centre)):
        document = read(made.raw, made.path, book)

        assert document.canonical == made.raw
        assert document.filed_at == made.path


def test_learners_have_right_numbers_that_no_other_centre_gives():
    ulns = [learner.uln for centre in range(300) for learner in learners(centre, 200)]

    assert all(map(uln_is_right, ulns))
    assert len(set(ulns)) == len(ulns)


@pytest.mark.slow
def test_a_whole_season_is_a_ledger_in_which_nothing_is_found(book, gradepost, tmp_path):
    write(tmp_path / "ledger", files(Season(3, 20, schedules=True, declarations=True, receipts=True), book))

    ran = gradepost("check", tmp_path / "ledger", "--at", AT, "--format", "json")

    assert ran.json["findings"] == []
    assert ran.json["judged"] == 30 + 30 + 16


def test_a_repository_holds_the_same_files_as_a_folder(book, tmp_path):
    made = dict(files(Season(1, 3), book))
    write(tmp_path / "season.git", made.items())
    git = ["git", "-C", tmp_path / "season.git"]

    listed = subprocess.run([*git, "ls-tree", "-r", "--name-only", "main"], check=True, capture_output=True, text=True)
    path = next(iter(made))
    shown = subprocess.run([*git, "show", f"main:{path}"], check=True, capture_output=True)

    assert listed.stdout.split() == sorted(made)
    assert shown.stdout == made[path]


def test_nothing_is_written_over(book, tmp_path):
    (tmp_path / "kept").write_text("kept")

    with pytest.raises(SystemExit):
        write(tmp_path, files(Season(1, 3), book))


@pytest.mark.parametrize("mistake", [*SCHEMA_MISTAKES, *RULE_MISTAKES])
def test_a_planted_mistake_breaks_its_rule_and_no_other(book, monkeypatch, mistake):
    monkeypatch.setattr("inventing.rows.SCHEMA_MISTAKES", (mistake,))
    monkeypatch.setattr("inventing.rows.RULE_MISTAKES", (mistake,))

    made = next(documents(Season(1), Inventor(book, bad=0.01), 0))

    assert rules_broken(made, book) == {SPEAKS[mistake]}


def test_one_in_a_hundred_learners_is_bad(book):
    clean, bad = ([raw.split(b"\n") for _, raw in files(Season(9, bad=share), book)] for share in (0, 0.01))

    differ = [ours != theirs for pair in zip(clean, bad, strict=True) for ours, theirs in zip(*pair, strict=True)]

    assert 60 < sum(differ) < 120


# What is timed

STARTS = "import subprocess, sys; subprocess.run([sys.executable, '-c', {!r}])"


def test_a_command_that_failed_is_not_timed():
    ran = run([sys.executable, "-c", "raise SystemExit(2)"])

    with pytest.raises(RuntimeError, match="exit code 2"):
        ran.insist(0, 1)


def test_the_time_of_children_counts():
    busy = "import time\nwhile time.process_time() < 0.3: pass"

    ran = run([sys.executable, "-c", STARTS.format(busy)])

    assert ran.cpu >= 0.3


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs Linux")
def test_the_memory_of_children_counts():
    large = "import time; held = b'1' * 100_000_000; time.sleep(0.6)"

    held = peak_memory([sys.executable, "-c", STARTS.format(large)])

    assert held > 95


def test_a_figure_beyond_its_aim_is_shown_as_missed():
    assert Figure("wall", 16, "s", most=15).holds is False
    assert Figure("times as fast", 49, "×", least=50).holds is False
    assert Figure("wall", 15, "s", most=15).holds is True


def test_the_table_of_rules_has_each_that_is_asked_about_a_whole_dossier(book, tmp_path):
    shown = {rule for rule, _, _ in rules.costs(tmp_path, book, datetime.fromisoformat(AT))}

    asked = {rule.id for rule in RULES if any(map(rule.looks_at, ("schedule", "tags", "declaration")))}
    assert shown == asked - {"L008", "R004"}


# The figures, roughly: a busy machine must not fail a run, and ten times too slow must.


@pytest.mark.slow
def test_the_judge_is_about_as_fast_as_is_said():
    pytest.importorskip("orjson")
    command = [sys.executable, "tests/benchmarks/judging.py", "--quick", "--json"]

    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    figures = {f["name"]: f for part in json.loads(ran.stdout).values() for f in part}

    assert figures["ours / orjson"]["value"] < 15  # it was 35 before the judge was made quick
    assert figures["1 % bad learners: growth"]["value"] < 100  # as wide as a busy machine makes it
    assert figures["a document of 300 learners, in process"]["value"] < 25
    assert figures["`gradepost check FILE`, cold start"]["value"] < 1000
    assert figures["wall"]["note"] == "2,001 documents, 0 errors"
    assert figures["wall"]["value"] < 20
    assert figures["peak memory, all processes (PSS)"]["value"] < 350
    assert figures["again, unchanged: wall"]["value"] < 5
