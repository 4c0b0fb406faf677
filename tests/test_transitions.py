"""Where a dossier stands, step by step: a model and the ledger never disagree, whatever is done in whatever order."""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from back_office import SETTINGS, Office
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from gradepost.doors.demo.seeding import make_demo_ledger
from gradepost.forge.base import Verdict
from gradepost.forge.local import LocalForge
from gradepost.model.standing import State

NONE, S = None, State
# From where, by what, to where. What is not here cannot be done there.
TRANSITIONS = {
    (NONE, "schedule"): S.FILING,
    (S.SCHEDULED, "tags"): S.FILING,
    (S.SCHEDULED, "approve"): S.SCHEDULED,
    (S.SCHEDULED, "return"): S.RETURNED,
    (S.SCHEDULED, "reject"): S.REJECTED,
    (S.AWAITING_DECLARATION, "tags"): S.FILING,
    (S.AWAITING_DECLARATION, "declare"): S.FILING,
    (S.AWAITING_DECLARATION, "return"): S.RETURNED,
    (S.AWAITING_DECLARATION, "reject"): S.REJECTED,
    (S.DECLARATION_VOID, "tags"): S.FILING,
    (S.DECLARATION_VOID, "declare"): S.FILING,
    (S.DECLARATION_VOID, "return"): S.RETURNED,
    (S.DECLARATION_VOID, "reject"): S.REJECTED,
    (S.IN_REVIEW, "tags"): S.FILING,
    (S.IN_REVIEW, "approve"): S.IN_REVIEW,
    (S.IN_REVIEW, "return"): S.RETURNED,
    (S.IN_REVIEW, "reject"): S.REJECTED,
    (S.RETURNED, "schedule"): S.FILING,
    (S.RETURNED, "reject"): S.REJECTED,
    (S.MERGED, "tags"): S.FILING,
    (S.REJECTED, "schedule"): S.FILING,
    (S.REJECTED, "carry-on"): S.REJECTED,
    (S.FILING, "carry-on"): "as judged",
    (S.SCHEDULED, "carry-on"): S.SCHEDULED,
    (S.IN_REVIEW, "carry-on"): "as decided",
    (S.RETURNED, "carry-on"): S.RETURNED,
    (S.MERGED, "carry-on"): S.MERGED,
    (S.AWAITING_DECLARATION, "carry-on"): S.AWAITING_DECLARATION,
    (S.DECLARATION_VOID, "carry-on"): S.DECLARATION_VOID,
}
VERDICTS = {"approve": Verdict.APPROVED, "return": Verdict.CHANGES_REQUESTED, "reject": Verdict.REJECTED}
WALKED: set = set()


class Model:
    """What ought to be: which documents stand, what the declaration covers, what was decided of the present head."""

    def __init__(self):
        self.state, self.schedule, self.tags, self.declared, self.verdict = None, False, 0, 0, None
        self.open = False

    def can(self, act):
        return (self.state, act) in TRANSITIONS and (act != "approve" or self.open) and self._makes_sense(act)

    def _makes_sense(self, act):
        needs = {"tags": self.schedule, "declare": self.tags, "return": self.open, "reject": self.open}
        return bool(needs.get(act, True))

    def do(self, act):
        WALKED.add((self.state, act))
        self.state = getattr(self, f"_{act.replace('-', '_')}")(TRANSITIONS[self.state, act])

    def _schedule(self, to):
        self.schedule, self.verdict = True, None
        return to

    def _tags(self, to):
        self.tags, self.verdict = self.tags + 1, None
        return to

    def _declare(self, to):
        self.declared, self.verdict = self.tags, None
        return to

    def _approve(self, to):
        self.verdict = "approve"
        return to

    def _return(self, to):
        self.verdict = "return"
        return to

    def _reject(self, to):
        self.verdict = "reject"
        return to

    def _carry_on(self, to):
        if self.verdict == "reject" and self.open:
            self.schedule, self.tags, self.declared, self.open = False, 0, 0, False
        if to == "as judged":
            self.open, to = True, self._judged()
        if self.verdict == "approve" and self.open and self._judged() in (S.IN_REVIEW, S.SCHEDULED):
            self.open, to = False, S.MERGED if self.tags else S.SCHEDULED
        return self._judged() if to == "as decided" else to

    def _judged(self):
        if not self.tags:
            return S.SCHEDULED
        if self.declared == self.tags:
            return S.IN_REVIEW
        return S.DECLARATION_VOID if self.declared else S.AWAITING_DECLARATION


class Walk:
    """The model and the real thing, done to alike."""

    def __init__(self, folder):
        self.model, self.office, self.times = Model(), Office(folder), 0

    def do(self, act):
        self.times += 1
        self.office.at += timedelta(seconds=1)
        self.model.do(act)
        if act in VERDICTS:
            self.office.decide(VERDICTS[act], reason=f"Reason {self.times}.")
        elif act == "tags":
            self.office.tags(decision_record=f"Compared with the work of the year for the time {self.times}.")
        else:
            {"schedule": self.office.schedule, "declare": self.office.declaration, "carry-on": self.office.carry_on}[
                act
            ]()
        standing = self.office.standing()
        assert (standing.state if standing else None) == self.model.state, act


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "state"
    make_demo_ledger(LocalForge.create(folder / "ledger.git"), folder, SETTINGS)
    return folder


@pytest.fixture
def walk(made, tmp_path):
    return Walk(Path(shutil.copytree(made, tmp_path / "state")))


def machine(made):
    class Machine(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            self.folder = tempfile.TemporaryDirectory()
            self.walk = Walk(Path(shutil.copytree(made, Path(self.folder.name) / "state")))

        @precondition(lambda self: any(self.walk.model.can(act) for _, act in TRANSITIONS))
        @rule(data=st.data())
        def step(self, data):
            acts = sorted({act for _, act in TRANSITIONS if self.walk.model.can(act)})
            self.walk.do(data.draw(st.sampled_from(acts)))

        def teardown(self):
            self.walk.office.state.forge.close()
            self.folder.cleanup()

    return Machine


def explore(made, *, runs, steps):
    run_state_machine_as_test(
        machine(made),
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_model_and_ledger_agree_in_some_walks(made):
    explore(made, runs=5, steps=8)


@pytest.mark.campaign
def test_model_and_ledger_agree_in_2000_walks_that_take_every_transition(made):
    WALKED.clear()

    explore(made, runs=2000, steps=25)

    assert set(TRANSITIONS) - WALKED == set()


ROUNDS = {
    "to void and back": "schedule carry-on carry-on tags carry-on carry-on tags carry-on declare carry-on carry-on "
    "tags carry-on carry-on tags carry-on declare carry-on approve carry-on carry-on tags carry-on reject",
    "scheduled, returned": "schedule carry-on return carry-on schedule carry-on approve carry-on tags carry-on return",
    "scheduled, rejected": "schedule carry-on reject carry-on schedule carry-on tags carry-on return reject carry-on",
    "waiting, rejected": "schedule carry-on tags carry-on reject carry-on schedule carry-on",
    "reviewed": "schedule carry-on tags carry-on declare carry-on return carry-on schedule carry-on reject carry-on",
    "void, returned": "schedule carry-on tags carry-on declare carry-on tags carry-on return",
}


def test_every_transition_is_walked(made, tmp_path):
    WALKED.clear()

    for name, acts in ROUNDS.items():
        walk = Walk(Path(shutil.copytree(made, tmp_path / name)))
        for act in acts.split():
            walk.do(act)

    assert set(TRANSITIONS) - WALKED == set()


def test_no_state_is_left_out():
    named = {state for state, _ in TRANSITIONS} | {to for to in TRANSITIONS.values() if isinstance(to, State)}

    # What needs attention comes from the ledger, and not by anything that is done here.
    assert set(State) - named == {State.NEEDS_ATTENTION}
