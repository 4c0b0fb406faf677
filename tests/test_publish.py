"""From the outbox to main: exactly once whatever breaks, in order, and nothing merged but what was judged."""

import json
import shutil
import subprocess
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from back_office import EXTERNAL, FOLDER, SETTINGS, Killed, Office

from gradepost.document.filing import dossier_of_branch
from gradepost.doors.state import ReviewProcess
from gradepost.forge.base import MAIN, Check, CheckState, PullState, Verdict
from gradepost.forge.budget import Wait
from gradepost.model.standing import State
from gradepost.model.trouble import Moved, WorldError
from gradepost.publish import Publisher, standing_of
from gradepost.settings import Settings

ASSIGNMENTS = "dossier/2021-summer/10234/AM20530/internal-assignment"


@pytest.fixture
def office(made, tmp_path):
    return Office(Path(shutil.copytree(made, tmp_path / "state")))


# Filing


def test_what_is_received_is_filed_with_its_receipt_in_one_commit_and_one_pull_request(office):
    receipt = office.schedule()

    assert office.publisher.file_due() == 1

    (pull,) = office.forge.pulls()
    changed = office.state.forge.changed(MAIN, pull.head)
    assert list(changed) == [f"{FOLDER}/UV21578.schedule.json", f"{FOLDER}/receipts/000000000001-UV21578.schedule.json"]
    assert office.receipts_filed(EXTERNAL) == [receipt]
    assert office.inbox.waiting()["waiting"] == 0
    assert office.publisher.file_due() == 0


def test_commits_and_titles_carry_ids_alone(office):
    office.whole_dossier()
    office.decide()
    office.merger.merge_due()

    log = subprocess.run(
        ["git", "log", "--all", "--format=%an %ae %cn %ce %s %b %D"],
        cwd=office.state.folder / "ledger.git",
        capture_output=True,
        text=True,
        check=True,
    )
    said = (log.stdout + "".join(p.title + p.branch for p in office.forge.pulls())).lower()
    for word in ("merit", "distinction", "achterberg", "raman", "whitlock", "1000000078", "mock", "northfield"):
        assert word not in said


@pytest.mark.parametrize("act", ["commit", "open_pull"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_forge_that_fails_at_any_step_has_it_filed_once_in_the_end(office, act, when):
    receipts = [office.schedule(), office.tags()]
    office.forge.fail(act, when=when)
    assert office.publisher.file_due() == 0

    office.forge.heal()
    office.at += timedelta(minutes=5)
    assert office.publisher.file_due() == 2

    assert office.receipts_filed(EXTERNAL) == receipts
    assert len(office.forge.pulls()) == 1
    assert commits_of(office, EXTERNAL) == 1


@pytest.mark.parametrize("act", ["commit", "open_pull"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_that_is_killed_at_any_step_has_it_filed_once_in_the_end(office, act, when):
    receipts = [office.schedule(), office.tags()]
    office.forge.fail(act, when=when, error=Killed)
    with pytest.raises(Killed):
        office.publisher.file_due()

    office.forge.heal()
    office.begin()
    office.publisher.file_due()

    assert office.receipts_filed(EXTERNAL) == receipts
    assert len(office.forge.pulls()) == 1
    assert commits_of(office, EXTERNAL) == 1
    assert office.inbox.waiting()["waiting"] == 0


def test_what_waits_of_a_dossier_is_filed_in_one_commit_in_its_order(office):
    receipts = [
        office.schedule(),
        office.tags(),
        office.tags(decision_record="Compared once more."),
        office.declaration(),
    ]

    assert office.publisher.file_due() == 4

    assert office.receipts_filed(EXTERNAL) == receipts
    assert commits_of(office, EXTERNAL) == 1
    tags = office.inbox.of_branch(EXTERNAL)[2]
    assert office.forge.read(EXTERNAL, tags.path) == tags.document


def test_what_was_filed_before_is_not_written_again(office):
    office.schedule()
    office.publisher.file_due()
    office.tags()

    assert office.publisher.file_due() == 1

    assert commits_of(office, EXTERNAL) == 2
    assert len(office.forge.pulls()) == 1


def test_a_branch_that_cannot_be_seen_yet_is_not_taken_for_one_that_was_merged(office):
    office.whole_dossier()
    office.decide()
    office.merger.merge_due()
    office.tags(decision_record="Compared once more.")
    unseen = iter([None])
    head = office.state.forge.head
    office.forge.head = lambda branch: (
        next(unseen, head(branch)) if branch == EXTERNAL and head(branch) else head(branch)
    )

    office.publisher.file_due()

    assert [pull.state for pull in office.forge.pulls()] == [PullState.OPEN, PullState.MERGED]
    assert office.inbox.of_branch(EXTERNAL)[-1].pull == 2


class Out:
    """A governor without room after so many dossiers."""

    def __init__(self, at, dossiers):
        self.at, self.left = at, dossiers

    def take_slot(self, branch, count):
        """There is always one."""

    def opened(self, branch):
        """Nothing is counted."""

    @contextmanager
    def room(self, *needed):
        if not self.left:
            raise Wait(self.at + timedelta(minutes=1), "the budget is used up")
        self.left -= 1
        yield


def test_a_used_up_budget_ends_the_round_and_postpones_nothing(office):
    office.schedule()
    office.schedule("UV21579")
    out = Out(office.at, 1)
    publisher = Publisher(office.inbox, office.forge, office.run_review, lambda: office.at, out)

    assert publisher.file_due() == 1
    assert publisher.file_due() == 0
    out.left = 1
    assert publisher.file_due() == 1


def commits_of(office, branch):
    git = ["git", "rev-list", "--count", f"main..{branch}"]
    folder = office.state.folder / "ledger.git"
    done = subprocess.run(git, cwd=folder, capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_a_process_killed_before_it_marked_as_filed_what_was_merged_since_files_it_no_second_time(office):
    office.whole_dossier()
    (stored,) = [s for s in office.inbox.of_branch(EXTERNAL) if s.form == "schedule"]
    office.decide()
    assert office.merger.merge_due() == [1]
    with office.inbox._transaction() as connection:
        connection.execute("INSERT INTO outbox VALUES (?, ?)", (stored.seq, stored.branch))

    assert office.publisher.file_due() == 1

    assert len(office.forge.pulls()) == 1
    assert office.forge.head(EXTERNAL) is None
    assert office.inbox.submission(stored.receipt_id).pull == 1


def test_a_stuck_dossier_holds_no_other_and_goes_on_in_its_order(office):
    stuck = [office.schedule(), office.tags()]
    office.schedule("UV21579")
    office.forge.fail("commit", when="before", only=lambda branch, *rest: branch == EXTERNAL)

    assert office.publisher.file_due() == 1
    assert office.forge.head(EXTERNAL) is None
    assert office.forge.head(ASSIGNMENTS) is not None
    office.forge.heal()
    assert office.publisher.file_due() == 0
    office.at += timedelta(seconds=31)
    assert office.publisher.file_due() == 2

    assert office.receipts_filed(EXTERNAL) == stuck


def test_after_trouble_no_later_submission_of_the_dossier_is_filed_before_an_earlier_one(office):
    receipts = [office.schedule(), office.tags()]
    first = office.inbox.unfiled(office.at)[0]
    office.forge.fail("commit", when="before", only=lambda branch, files, *rest: first.path in files)

    office.publisher.file_due()
    assert office.forge.head(EXTERNAL) is None

    office.forge.heal()
    office.at += timedelta(minutes=5)
    office.publisher.file_due()
    assert office.receipts_filed(EXTERNAL) == receipts


def test_a_branch_that_moves_meanwhile_is_looked_at_again(office):
    receipt = office.schedule()
    moves = iter([True, True, False, False])
    office.forge.fail("commit", when="before", only=lambda *args: next(moves), error=Moved)

    assert office.publisher.file_due() == 1
    assert office.receipts_filed(EXTERNAL) == [receipt]


def test_two_publishers_at_once_file_everything_once(office, tmp_path):
    import threading

    receipts = [office.schedule(), office.tags(), office.declaration()]
    publishers = [Publisher(office.inbox, office.state.forge, office.run_review, lambda: office.at) for _ in range(2)]
    threads = [threading.Thread(target=publisher.file_due) for publisher in publishers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    office.at += timedelta(minutes=1)
    office.publisher.file_due()

    assert office.receipts_filed(EXTERNAL) == receipts
    assert commits_of(office, EXTERNAL) == 1
    assert len(office.forge.pulls()) == 1


# Judging


def test_the_real_command_says_on_the_head_what_lacks_what_is_wrong_and_what_is_clean(office):
    office.publisher._run_review = ReviewProcess(SETTINGS, office.state.folder / "ledger.git")
    office.schedule()
    office.tags()
    office.publisher.file_due()
    assert office.publisher.judge_due() == 1
    lacking = office.forge.check(office.forge.head(EXTERNAL))
    office.declaration()
    office.publisher.file_due()
    office.publisher.judge_due()
    clean = office.forge.check(office.forge.head(EXTERNAL))

    assert lacking.state is CheckState.PENDING
    assert {f["rule"] for f in json.loads(lacking.report)["findings"]} == {"H005"}
    assert clean.state is CheckState.SUCCESS
    assert office.publisher.judge_due() == 0


def test_changing_a_grade_after_the_declaration_fails_the_check(office):
    office.whole_dossier()
    office.tags(decision_record="Compared once more.")
    office.publisher.file_due()
    office.publisher.judge_due()

    assert office.forge.check(office.forge.head(EXTERNAL)).state is CheckState.FAILURE
    standing = standing_of(dossier_of_branch(EXTERNAL), office.inbox, office.forge)
    assert standing.state is State.DECLARATION_VOID


def test_a_head_that_cannot_be_judged_holds_no_other(office):
    office.schedule()
    office.schedule("UV21579")
    office.publisher.file_due()
    judge = office.run_review

    def out_of_order(base, head, branch):
        return (3, "") if branch == EXTERNAL else judge(base, head, branch)

    office.publisher._run_review = out_of_order

    assert office.publisher.judge_due() == 1
    assert office.forge.check(office.forge.head(EXTERNAL)) is None
    assert office.forge.check(office.forge.head(ASSIGNMENTS)) is not None


# Merging


def test_what_is_judged_clean_and_approved_is_merged_whole_and_its_branch_is_gone(office):
    receipts = office.whole_dossier()
    pull = office.decide()

    assert office.merger.merge_due() == [pull.number]

    assert office.receipts_filed(MAIN) == receipts
    assert office.forge.head(EXTERNAL) is None
    merged = office.forge.pull(pull.number)
    assert (merged.state, merged.head) == (PullState.MERGED, pull.head)
    assert office.state.forge.revision(f"{merged.merged_as}^2") == pull.head


def test_nothing_is_merged_without_an_approval(office):
    office.whole_dossier()

    assert office.merger.merge_due() == []


def test_nothing_is_merged_that_was_returned(office):
    office.whole_dossier()
    office.decide()
    office.decide(Verdict.CHANGES_REQUESTED)

    assert office.merger.merge_due() == []


@pytest.mark.parametrize("state", [None, CheckState.PENDING, CheckState.FAILURE])
def test_nothing_is_merged_whose_check_is_not_success(office, state):
    office.schedule(), office.tags(), office.declaration()
    office.publisher.file_due()
    pull = office.decide()
    if state is not None:
        office.forge.set_check(Check(pull.head, state, '{"findings": []}', office.at))

    assert office.merger.merge_due() == []


def test_the_check_and_the_approval_of_an_earlier_head_count_for_nothing(office):
    office.whole_dossier()
    office.decide()
    office.tags(decision_record="Compared once more.")
    office.publisher.file_due()
    pull = office.forge.pull_of(EXTERNAL)

    assert office.merger.merge_due() == []
    office.forge.set_check(Check(pull.head, CheckState.SUCCESS, '{"findings": []}', office.at))
    assert office.merger.merge_due() == []


def test_what_was_amended_is_merged_once_it_is_declared_and_approved_anew(office):
    office.whole_dossier()
    office.decide()
    office.tags(decision_record="Compared once more.")
    office.declaration()
    office.publisher.file_due()
    office.publisher.judge_due()
    assert office.merger.merge_due() == []

    office.decide()

    assert office.merger.merge_due() == [1]


def test_a_tree_that_is_wrong_once_merged_is_not_merged_and_not_judged_again_until_something_moves(office):
    office.whole_dossier()
    office.decide()
    forge = office.state.forge
    centre = json.loads(forge.read(MAIN, "centres/10/10234.json"))
    without = json.dumps(centre | {"qualifications": ["BT2D1"]}).encode()
    main = forge.commit(MAIN, {"centres/10/10234.json": without}, "Correct", office.at, expected=forge.head(MAIN))
    judged = []
    judge = office.merger._run_review
    office.merger._run_review = lambda *what: judged.append(what) or judge(*what)

    assert [office.merger.merge_due() for _ in range(3)] == [[], [], []]
    assert len(judged) == 1
    assert forge.head(MAIN) == main

    again = json.dumps(centre).encode()
    forge.commit(MAIN, {"centres/10/10234.json": again}, "Correct back", office.at, expected=main)
    assert office.merger.merge_due() == [1]


def test_one_that_cannot_be_merged_holds_no_other(office):
    office.whole_dossier()
    office.decide()
    office.forge.fail("merge_candidate", when="before", only=lambda number, *rest: number == 1)
    office.schedule("UV21579")
    office.publisher.file_due()
    office.publisher.judge_due()
    office.decide(branch=ASSIGNMENTS)

    assert office.merger.merge_due() == [2]
    office.forge.heal()
    assert office.merger.merge_due() == [1]


def test_where_the_series_needs_no_approval_of_schedules_they_alone_merge_by_themselves(office):
    office.needs_approval["schedule"] = False
    office.begin()
    office.schedule("UV21579")
    office.whole_dossier()

    assert office.merger.merge_due() == [office.forge.pulls()[-1].number]
    assert [pull.branch for pull in office.forge.pulls(PullState.OPEN)] == [EXTERNAL]


def test_the_record_of_the_review_is_kept_on_main_once_and_says_ids_alone(office):
    office.whole_dossier()
    office.decide(Verdict.CHANGES_REQUESTED)
    pull = office.decide()
    office.merger.merge_due()
    main = office.forge.head(MAIN)

    office.merger.record_due()
    office.begin()
    office.merger.record_due()

    record = json.loads(office.forge.read(MAIN, "reviews/2021-summer/10/10234/AM20530/external-exam/000000000001.json"))
    assert office.forge.head(MAIN) == main
    assert [(r["by"], r["verdict"], r["head"]) for r in record["reviews"]] == [
        ("r-osei", "changes-requested", pull.head),
        ("r-osei", "approved", pull.head),
    ]
    assert record["merged_as"] == office.forge.pull(1).merged_as


@pytest.mark.parametrize("act", ["merge_candidate", "merge", "commit"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_that_is_killed_while_merging_leaves_what_the_next_one_finishes(office, act, when):
    receipts = office.whole_dossier()
    office.decide()
    office.forge.fail(act, when=when, error=Killed)
    with pytest.raises(Killed):
        office.merger.merge_due()

    office.forge.heal()
    office.begin()
    office.merger.merge_due()
    office.merger.record_due()

    (record,) = office.forge.list(MAIN, "reviews")
    assert office.forge.pull(1).state is PullState.MERGED
    assert office.receipts_filed(MAIN) == receipts
    assert json.loads(office.forge.read(MAIN, record))["merged_as"] == office.forge.pull(1).merged_as
    assert len([p for p in office.forge.pulls() if p.branch == EXTERNAL]) == 1


def test_what_comes_after_the_merge_starts_afresh_from_main_with_the_chain_unbroken(office):
    office.whole_dossier()
    office.decide()
    office.merger.merge_due()
    last = office.inbox.of_branch(EXTERNAL)[-1]

    office.tags(decision_record="Compared once more.")
    office.publisher.file_due()

    (pull,) = office.forge.pulls(PullState.OPEN)
    main = office.forge.head(MAIN)
    assert pull.number == 2
    assert list(office.state.forge.changed(main, pull.head)) == [
        f"{FOLDER}/UV21578.tags.json",
        f"{FOLDER}/receipts/{last.seq + 1:012d}-UV21578.tags.json",
    ]
    assert len(office.receipts_filed(pull.head)) == 4
    office.publisher.judge_due()
    assert {f["rule"] for f in json.loads(office.forge.check(pull.head).report)["findings"]} == {"H003"}


def test_the_ledger_is_sound_to_git_and_clean_to_the_command(office, gradepost):
    office.whole_dossier()
    office.decide()
    office.merger.merge_due()
    office.schedule("UV21579")
    office.publisher.file_due()
    folder = office.state.folder / "ledger.git"

    fsck = subprocess.run(["git", "fsck", "--full", "--strict"], cwd=folder, check=False)
    checked = gradepost("check", folder, "--format", "json")

    assert fsck.returncode == 0
    assert (checked.code, checked.json["errors"]) == (0, 0)


# The real command, when it cannot say


def test_a_review_that_does_not_run_is_trouble_of_the_world_not_a_verdict(office, tmp_path):
    from gradepost.publish.filing import state_of

    elsewhere = Settings(tmp_path, "http://127.0.0.1:8000/", None, None)
    code, printed = ReviewProcess(elsewhere, office.state.folder / "ledger.git")("main", "main", EXTERNAL)

    with pytest.raises(WorldError):
        state_of(code, printed)
