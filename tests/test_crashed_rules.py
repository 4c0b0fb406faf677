"""A rule that a mistake of ours stops: it is named, hides no other rule's findings, and blocks everywhere."""

import json
import shutil
from dataclasses import replace
from datetime import datetime

import make_ledger
import pytest
from casebook import RECEIVED_AT, base, built
from hostile import ledgers

from gradepost import rules
from gradepost.book import book as book_module
from gradepost.check import check, read
from gradepost.doors.reports import FORMATS
from gradepost.forge.base import CheckState
from gradepost.model.case import Case, Stage
from gradepost.model.findings import NotJudged, Problem, Report, Severity
from gradepost.publish.filing import state_of

AT = datetime.fromisoformat(RECEIVED_AT)
SUBMITTED = "0043 of the submitter"


def stumble(*_):
    raise KeyError(SUBMITTED)


def find_one_and_stumble(*_):
    yield Problem("/centre", "Found before the fall.")
    stumble()


def with_a_bug(rule_id, judge=stumble):
    """The rule book with a rule that raises."""
    return tuple(replace(rule, judge=judge) if rule.id == rule_id else rule for rule in rules.RULES)


@pytest.fixture
def buggy(monkeypatch):
    """Lets a rule of every book that is loaded from now on raise."""

    def bug(rule_id, judge=stumble):
        monkeypatch.setattr(book_module, "RULES", with_a_bug(rule_id, judge))

    return bug


def judged(book, value, stage=Stage.LOOSE):
    document = read(json.dumps(value).encode(), "tags.json", book)
    return check(Case((document,), book.series, AT, stage), replace(book))


WRONG = {"base": "tags", "with": {"/learners/0/uln": "1000000052", "/learners/1/candidate_number": "0042"}}


def test_a_rule_that_raises_is_named_with_the_kind_of_its_mistake_and_nothing_submitted(book, buggy):
    buggy("L001")

    report = judged(book, base("tags"))

    assert report.crashed == (NotJudged("L001", "tags.json", "the rule crashed (KeyError)"),)
    assert SUBMITTED not in str(report)


def test_other_rules_findings_stand(book, buggy):
    before = judged(book, built(WRONG))
    buggy("L001")

    after = judged(book, built(WRONG))

    assert {f.rule for f in before.errors} >= {"L001", "L002"}
    assert after.findings == tuple(f for f in before.findings if f.rule != "L001")
    assert after.not_judged == before.not_judged


def test_what_a_rule_found_before_it_raised_stands_too(book, buggy):
    buggy("L001", find_one_and_stumble)

    report = judged(book, base("tags"))

    assert [(f.rule, f.message) for f in report.errors] == [("L001", "Found before the fall.")]
    assert [c.rule for c in report.crashed] == ["L001"]


def test_a_need_that_raises_is_a_rule_that_crashed(book, monkeypatch):
    broken = tuple(replace(rule, need=stumble) if rule.id == "T003" else rule for rule in rules.RULES)
    monkeypatch.setattr(book_module, "RULES", broken)

    report = judged(book, base("tags"))

    assert [c.rule for c in report.crashed] == ["T003"]
    assert "T003" not in {n.rule for n in report.not_judged}


def test_a_rule_about_the_dossier_that_raises_is_named_too(book, buggy):
    buggy("L005")

    assert [c.rule for c in judged(book, base("schedule")).crashed] == ["L005"]


def test_a_report_blocks_though_nothing_else_is_wrong(book, buggy):
    assert not judged(book, base("tags")).blocks
    buggy("L001")

    report = judged(book, base("tags"))

    assert report.errors == ()
    assert report.blocks


def test_a_warning_that_crashed_blocks_as_well(book, buggy):
    buggy("L006")

    assert judged(book, base("tags")).blocks


def test_a_dossier_with_a_rule_that_crashed_is_not_pending(book):
    finding = judged(book, built(WRONG)).findings[0]
    alone = Report("", 1, (replace(finding, rule="H005", severity=Severity.ERROR),))
    crash = NotJudged("L001", "tags.json", "the rule crashed (KeyError)")
    crashed = replace(alone, crashed=(crash,))

    assert alone.is_pending
    assert not crashed.is_pending
    assert state_of(1, json.dumps(alone.as_json())) is CheckState.PENDING
    assert state_of(1, json.dumps(crashed.as_json())) is CheckState.FAILURE


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_of_a_report_tells_of_it(name, book, buggy):
    buggy("L001")

    shown = FORMATS[name](judged(book, base("tags")))

    assert "the rule crashed (KeyError)" in shown
    assert "L001" in shown


def test_a_run_in_which_a_rule_crashed_is_no_success_to_sarif(book, buggy):
    buggy("L001")

    shown = json.loads(FORMATS["sarif"](judged(book, base("tags"))))

    assert shown["runs"][0]["invocations"][0]["executionSuccessful"] is False


def test_a_rule_that_crashed_is_an_error_to_junit(book, buggy):
    buggy("L001")

    shown = FORMATS["junit"](judged(book, base("tags")))

    assert 'errors="1"' in shown
    assert '<error message="the rule crashed (KeyError)"/>' in shown


# The command


def test_check_lists_it_under_not_judged_and_exits_1(gradepost, tmp_path, buggy):
    path = tmp_path / "tags.json"
    path.write_text(json.dumps(base("tags")))
    arguments = ("check", path, "--at", RECEIVED_AT, "--format", "json")
    before = gradepost(*arguments)
    buggy("L001")

    after = gradepost(*arguments)

    assert (before.code, after.code) == (0, 1)
    assert after.json["errors"] == 0
    assert {"rule": "L001", "path": path.as_posix(), "reason": "the rule crashed (KeyError)"} in after.json[
        "not_judged"
    ]
    assert "L001" not in {n["rule"] for n in before.json["not_judged"]}


def test_check_of_a_whole_ledger_exits_1(gradepost, buggy):
    assert gradepost("check", make_ledger.LEDGER).code == 0
    buggy("R001")

    assert gradepost("check", make_ledger.LEDGER).code == 1


def test_check_beside_a_ledger_exits_1(gradepost, ledger, tmp_path, buggy):
    path = tmp_path / "schedule.json"
    path.write_text(json.dumps(base("schedule")))
    arguments = ("check", path, "--ledger", ledger, "--at", RECEIVED_AT, "--format", "json")
    before = gradepost(*arguments)
    buggy("L001")

    after = gradepost(*arguments)

    assert "the rule crashed (KeyError)" not in before.out
    assert after.code == 1
    assert "the rule crashed (KeyError)" in {n["reason"] for n in after.json["not_judged"]}


@pytest.fixture
def review(gradepost, ledger):
    """Reviews a pull request that brings the merged dossier of the miniature ledger."""
    merged = make_ledger.MERGED
    shutil.rmtree(ledger / merged.folder)
    bare = ledgers.repository_of(ledger)
    base_id = ledgers.git(bare, "rev-parse", "main")
    shutil.copytree(make_ledger.LEDGER / merged.folder, ledger / merged.folder)
    within, who = ("--work-tree", str(ledger)), ("-c", "user.name=x", "-c", "user.email=x@localhost.invalid")
    ledgers.git(bare, *within, "add", "-A")
    ledgers.git(bare, *within, *who, "commit", "-q", "--no-gpg-sign", "-m", "x")
    named = ("--base", base_id, "--head", "main", "--branch", merged.branch, "--ledger", bare)
    return lambda: gradepost("review", *named, "--format", "json")


@pytest.mark.parametrize("rule_id", ["L001", "L005", "R004", "D001"])
def test_review_lists_it_under_not_judged_and_exits_1(review, buggy, rule_id):
    before = review()
    buggy(rule_id)

    after = review()

    assert (before.code, before.json["not_judged"]) == (0, [])
    assert (after.code, after.json["errors"]) == (1, 0)
    assert {n["rule"] for n in after.json["not_judged"]} == {rule_id}
