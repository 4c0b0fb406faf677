"""A judgement rests on a head and on what main says beside it: where either changes it is judged again, else never."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from back_office import EXTERNAL, Office

from gradepost.document.filing import Dossier
from gradepost.doors.demo import examples
from gradepost.doors.own_judge import OwnJudge
from gradepost.forge.base import CheckState
from gradepost.forge.budget import Wait
from gradepost.forge.local import LocalForge
from gradepost.forge.pulls import PullStore
from gradepost.model.trouble import WorldError
from gradepost.people import Actor
from gradepost.publish.waking import follow_main
from gradepost.receipt.rejecting import rejection_path

REGISTER = "centres/10/10234.json"
EXTENSIONS = "extensions/2021-summer/10234.json"
REJECTION = rejection_path(Dossier("2021-summer", "10234", "AM20530", "internal-assignment"), 7)
ELSEWHERE = (
    "centres/10/10235.json",
    "extensions/2021-summer/10235.json",
    "extensions/2020-summer/10234.json",
    "submissions/2021-summer/10/10235/note.json",
    "reviews/2021-summer/10/10234/note.json",
    REJECTION.replace("10234", "10235"),
)
NEWCOMER = b'\n[[reviewers]]\nref = "r-new"\nname = "N"\nemail = "n@example.org"\n'
AFTER_THE_DEADLINE = datetime(2021, 5, 21, 23, 30, tzinfo=UTC)


class Judged(Office):
    """An office whose judge takes the register from main, as the real ones do, and counts."""

    def begin(self):
        self.judgements = []
        super().begin()

    def run_review(self, base, head, branch):
        self.judgements.append(branch)
        return OwnJudge(self.state.forge, self.state.book, lambda: self.at)(base, head, branch)

    def main_says(self, path, raw):
        forge = self.state.forge
        self.at += timedelta(seconds=1)
        forge.commit("main", {path: raw}, "Put right", self.at, expected=forge.head("main"))

    def register(self, **changes):
        raw = json.loads(self.state.forge.read("main", REGISTER))
        self.main_says(REGISTER, (json.dumps(raw | changes, indent=2) + "\n").encode())

    def extend(self):
        granted = {"what": {"deadline": "tags", "kind": "external-exam"}, "until": "2021-05-28T22:59:59.999Z"}
        granted |= {"why": "The hall was flooded.", "by": "r-osei"}
        value = {"series": "2021-summer", "centre": "10234", "extensions": [granted]}
        self.main_says(EXTENSIONS, (json.dumps(value, indent=2) + "\n").encode())

    def judged(self):
        """What is judged in a round, by branch."""
        self.judgements.clear()
        self.publisher.judge_due()
        return list(self.judgements)

    @property
    def check(self):
        return self.forge.check(self.forge.head(EXTERNAL))

    @property
    def rules(self):
        return {finding["rule"] for finding in json.loads(self.check.report)["findings"]}


@pytest.fixture
def office(made, tmp_path):
    return Judged(Path(shutil.copytree(made, tmp_path / "state")))


def test_a_register_that_is_put_right_makes_the_dossier_clean_by_itself(office):
    offered = json.loads(office.state.forge.read("main", REGISTER))["qualifications"]
    office.schedule()
    office.publisher.file_due()
    office.register(qualifications=[code for code in offered if code != "AM20530"])
    office.publisher.judge_due()
    assert (office.check.state, office.rules) == (CheckState.FAILURE, {"D007"})

    office.register(qualifications=offered)

    assert office.judged() == [EXTERNAL]
    assert (office.check.state, office.rules) == (CheckState.SUCCESS, set())


def test_a_register_that_takes_a_right_away_fails_what_was_clean(office):
    office.whole_dossier()
    assert office.check.state is CheckState.SUCCESS

    office.register(qualifications=["AM20531"])
    office.publisher.judge_due()

    assert office.check.state is CheckState.FAILURE


def test_an_extension_granted_on_main_makes_the_late_dossier_clean_by_itself(office):
    office.schedule()
    office.extend()
    office.at = AFTER_THE_DEADLINE
    office.tags()
    office.publisher.file_due()
    office.main_says(EXTENSIONS, None)
    office.publisher.judge_due()
    assert (office.check.state, office.rules) == (CheckState.FAILURE, {"T001", "H005"})

    office.extend()

    assert office.judged() == [EXTERNAL]
    assert (office.check.state, office.rules) == (CheckState.PENDING, {"H005"})


def test_a_key_that_the_ledger_no_longer_names_fails_what_it_signed(office):
    office.whole_dossier()
    toml = office.state.forge.read("main", "ledger.toml").decode()

    office.main_says("ledger.toml", toml.replace("[[keys]]", "[[former]]").encode())
    office.publisher.judge_due()

    assert (office.check.state, "R002" in office.rules) == (CheckState.FAILURE, True)


@pytest.mark.parametrize(
    "path",
    ELSEWHERE,
)
def test_what_main_says_elsewhere_judges_nothing_again(office, path):
    office.schedule()
    office.publisher.file_due()
    office.publisher.judge_due()

    office.main_says(path, b"{}\n")

    assert office.judged() == []


def test_another_centres_dossier_merged_judges_nothing_again(office):
    officer = Actor("p-10235-officer", "exams-officer", "10235", "session")
    office.schedule()
    office.receive(examples.schedule(office.state.book, "10235", "AM20530", "UV21578", office.at), actor=officer)
    office.publisher.file_due()
    assert len(office.judged()) == 2
    office.decide(branch=EXTERNAL.replace("10234", "10235"))

    assert len(office.merger.merge_due()) == 1
    assert office.judged() == []


def test_a_reviewer_who_joins_judges_nothing_again(office):
    office.schedule()
    office.publisher.file_due()
    office.publisher.judge_due()

    office.main_says("ledger.toml", office.state.forge.read("main", "ledger.toml") + NEWCOMER)

    assert office.judged() == []


def test_another_process_reads_nothing_of_main_while_it_has_not_moved(office):
    office.schedule()
    office.publisher.file_due()
    office.publisher.judge_due()
    office.begin()
    office.forge.calls.clear()

    assert office.judged() == []
    assert "read" not in office.forge.calls


def test_main_is_read_once_though_many_rounds_follow_its_move(office):
    office.schedule()
    office.publisher.file_due()
    office.publisher.judge_due()
    office.main_says("centres/10/10235.json", b"{}\n")
    office.judged()
    office.forge.calls.clear()

    office.judged()

    assert "read" not in office.forge.calls


def test_what_was_rejected_of_the_centre_has_its_dossiers_judged_again(office):
    office.schedule()
    office.publisher.file_due()
    office.publisher.judge_due()

    office.main_says(REJECTION, b"{}\n")

    assert office.judged() == [EXTERNAL]
    assert office.judged() == []


def test_what_cannot_be_judged_again_keeps_its_judgement_and_is_tried_again(office):
    office.schedule()
    office.publisher.file_due()
    office.publisher.judge_due()
    before, judge = office.check, office.run_review

    def away(*_):
        raise WorldError("The disk is full.")

    office.publisher._run_review = away
    office.register(qualifications=[])
    office.publisher.judge_due()
    assert (office.check, office.publisher.unjudged) == (before, [office.forge.pull_of(EXTERNAL).number])
    office.publisher._run_review = judge

    assert office.judged() == [EXTERNAL]
    assert office.check.state is CheckState.FAILURE


def test_a_check_of_an_earlier_version_is_judged_once_more(office, tmp_path):
    office.schedule()
    office.publisher.file_due()
    office.publisher.judge_due()
    office.state.forge.close()
    store = PullStore(office.state.folder / "ledger.git" / "pulls.sqlite3")
    for column in ("base", "grounds"):
        store._rows(f"ALTER TABLE checks DROP COLUMN {column}")
    store.close()

    again = LocalForge(office.state.folder / "ledger.git")
    known = again.check(again.head(EXTERNAL))
    again.close()

    assert (known.state, known.grounds) == (CheckState.SUCCESS, "")
    assert EXTERNAL in office.judged()
    assert EXTERNAL not in office.judged()


# Where reviewers work on the forge: who is woken when main has moved


@pytest.fixture
def waiting(office):
    """An office whose one pull request is seen and not due, and which main is followed up to."""
    office.schedule()
    office.publisher.file_due()
    office.inbox.keep_pull(office.forge.pull_of(EXTERNAL))
    follow_main(office.inbox, office.forge, office.at)
    for number in office.inbox.due_pulls(office.at, 10):
        office.inbox.release_pull(number, office.at)
    return office


def woken(office):
    follow_main(office.inbox, office.forge, office.at)
    return office.inbox.due_pulls(office.at, 10)


@pytest.mark.parametrize("path", [REGISTER, EXTENSIONS, REJECTION, "ledger.toml"])
def test_what_judging_reads_of_main_wakes_the_dossiers_pull_request(waiting, path):
    waiting.main_says(path, b"{}\n")

    assert woken(waiting) == [waiting.forge.pull_of(EXTERNAL).number]


@pytest.mark.parametrize("path", ELSEWHERE)
def test_what_main_says_elsewhere_wakes_none(waiting, path):
    waiting.main_says(path, b"{}\n")

    assert woken(waiting) == []


def test_a_reviewer_who_joins_wakes_none(waiting):
    waiting.main_says("ledger.toml", waiting.state.forge.read("main", "ledger.toml") + NEWCOMER)

    assert woken(waiting) == []


def test_none_is_woken_and_no_difference_looked_for_while_main_stands(waiting):
    waiting.forge.calls.clear()

    assert woken(waiting) == []
    assert waiting.forge.calls == ["head"]


def test_all_are_woken_where_main_does_not_know_what_it_was(waiting):
    waiting.inbox.keep_main_seen("0" * 40)

    assert woken(waiting) == [waiting.forge.pull_of(EXTERNAL).number]


def test_what_main_changed_is_looked_for_again_where_the_forge_asks_to_wait(waiting):
    waiting.main_says(REGISTER, b"{}\n")
    waiting.forge.fail("changed", when="before", error=lambda _: Wait(waiting.at, "later"))
    with pytest.raises(Wait):
        woken(waiting)
    waiting.forge.heal()

    assert woken(waiting) == [waiting.forge.pull_of(EXTERNAL).number]
