"""Where a dossier stands, step by step: a model and the ledger never disagree, whatever is done in whatever order."""

import json
import shutil
import tempfile
from collections import deque
from copy import copy
from datetime import timedelta
from pathlib import Path

import pytest
from back_office import FOLDER, Office
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from gradepost.forge.base import Verdict
from gradepost.ledger.sources import CommitSource
from gradepost.model.case import Stage
from gradepost.model.standing import State
from gradepost.review import judge_all

NONE, S = None, State
DECIDED_ON = (S.SCHEDULED, S.AWAITING_DECLARATION, S.DECLARATION_VOID, S.NEEDS_ATTENTION, S.IN_REVIEW)
VERDICTS = {"approve": Verdict.APPROVED, "return": Verdict.CHANGES_REQUESTED, "reject": Verdict.REJECTED}
# From where, by what, to where. What is not here cannot be done there.
TRANSITIONS = {
    (NONE, "schedule"): S.FILING,
    **{(state, act): S.FILING for state in State for act in ("schedule", "shorten", "tags", "declare")},
    **{(state, "return"): S.RETURNED for state in DECIDED_ON},
    **{(state, "reject"): S.REJECTED for state in (*DECIDED_ON, S.RETURNED)},
    **{(S.FILING, verdict): S.FILING for verdict in VERDICTS},
    (S.SCHEDULED, "approve"): S.SCHEDULED,
    (S.IN_REVIEW, "approve"): S.IN_REVIEW,
    **{(state, "carry-on"): state for state in State},
    (S.FILING, "carry-on"): "as judged",
    (S.IN_REVIEW, "carry-on"): "as decided",
}
# Before grades there is nothing to declare or to lose; and what lacks a learner needs attention until it is scheduled.
NEVER = {(S.SCHEDULED, "shorten"), (S.SCHEDULED, "declare"), (S.NEEDS_ATTENTION, "tags")}
TRANSITIONS = {place: to for place, to in TRANSITIONS.items() if place not in NEVER}
WALKED: set = set()


class Model:
    """What ought to be: which documents stand, what the declaration covers, what was decided of the present head."""

    def __init__(self):
        self.state, self.schedule, self.tags, self.declared, self.verdict = None, False, 0, 0, None
        self.open, self.short = False, False
        # What stands on main: whether it is scheduled, which grades, which of them are declared.
        self.merged = (False, 0, 0)

    def acts(self):
        """What can be done now."""
        return sorted(act for state, act in TRANSITIONS if state == self.state and self._makes_sense(act))

    def place(self):
        """What tells one model from another, whatever the number of times that something was sent."""
        merged = (bool(number) for number in self.merged)
        sent = (self.schedule, self.short, bool(self.tags), bool(self.declared), self.declared == self.tags)
        return (self.state, self.verdict, self.open, *sent, *merged)

    def _makes_sense(self, act):
        needs = {"tags": self.schedule and not self.short, "shorten": self.tags, "declare": self.tags}
        needs |= {"approve": self.open, "return": self.open, "reject": self.open}
        return bool(needs.get(act, True))

    def do(self, act):
        to = TRANSITIONS[self.state, act]
        if act in VERDICTS:
            self.state = self._decide(act, to)
        else:
            self.state = getattr(self, f"_{act.replace('-', '_')}")(to)

    def _schedule(self, to):
        self.schedule, self.verdict, self.short = True, None, False
        return to

    def _shorten(self, to):
        # Nobody may send grades of a learner who is not scheduled; but a schedule may lose one who has a grade.
        self.verdict, self.short = None, True
        return to

    def _tags(self, to):
        self.tags, self.verdict = self.tags + 1, None
        return to

    def _declare(self, to):
        self.declared, self.verdict = self.tags, None
        return to

    def _decide(self, verdict, to):
        # What waits to be filed moves the head, and a verdict is on one head.
        self.verdict = None if to is S.FILING else verdict
        return to

    def _carry_on(self, to):
        if self.verdict == "reject" and self.open:
            (self.schedule, self.tags, self.declared), self.open, self.short = self.merged, False, False
        if to == "as judged":
            self.open, to = True, self._judged()
        if self.verdict == "approve" and self.open and self._judged() in (S.IN_REVIEW, S.SCHEDULED):
            self.open, to = False, S.MERGED if self.tags else S.SCHEDULED
            self.merged = (self.schedule, self.tags, self.declared)
        return self._judged() if to == "as decided" else to

    def _judged(self):
        if not self.tags:
            return S.SCHEDULED
        if self.short and self.declared in (0, self.tags):
            return S.NEEDS_ATTENTION
        if self.declared == self.tags:
            return S.IN_REVIEW
        return S.DECLARATION_VOID if self.declared else S.AWAITING_DECLARATION


class Walk:
    """The model and the real thing, done to alike."""

    def __init__(self, folder):
        self.model, self.office, self.times = Model(), Office(folder), 0
        # By the number of the grades in the model: what their document says.
        self.records = {0: None}
        office = self.office
        self.acts = {
            "schedule": office.schedule,
            "shorten": lambda: office.schedule(learners=27),
            "declare": office.declaration,
            "carry-on": office.carry_on,
        }

    def do(self, act):
        self.times += 1
        self.office.at += timedelta(seconds=1)
        WALKED.add((self.model.state, act))
        self.model.do(act)
        if act in VERDICTS:
            self.office.decide(VERDICTS[act], reason=f"Reason {self.times}.")
        elif act == "tags":
            self.records[self.model.tags] = f"Compared with the work of the year for the time {self.times}."
            self.office.tags(decision_record=self.records[self.model.tags])
        else:
            self.acts[act]()
        standing = self.office.standing()
        assert (standing.state if standing else None) == self.model.state, act
        assert self.record_on_main() == self.records[self.model.merged[1]], act

    def end(self):
        """Whatever was done, main is a ledger without a fault."""
        state = self.office.state
        report = judge_all(CommitSource(state.forge, "main"), state.book, Stage.LEDGER, self.office.at)
        assert [(finding.rule, finding.path) for finding in report.errors] == []
        state.forge.close()

    def record_on_main(self):
        """The decision record of the grades that were accepted; None where there are none."""
        raw = self.office.state.forge.read("main", f"{FOLDER}/UV21578.tags.json")
        return json.loads(raw)["decision_record"] if raw else None


@pytest.fixture
def walk(made, tmp_path):
    return Walk(Path(shutil.copytree(made, tmp_path / "state")))


def machine(made):
    class Machine(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            self.folder = tempfile.TemporaryDirectory()
            self.walk = Walk(Path(shutil.copytree(made, Path(self.folder.name) / "state")))

        @rule(data=st.data())
        def step(self, data):
            acts = self.walk.model.acts()
            # Half of the time the worker gets to it first: what needs many steps, such as a merge, comes often enough.
            worker = ["carry-on"] * (len(acts) - 1) if "carry-on" in acts else []
            self.walk.do(data.draw(st.sampled_from([*acts, *worker])))

        def teardown(self):
            try:
                self.walk.end()
            finally:
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


def way_to_what_is_new(model):
    """The shortest way from where a model stands over a transition that was not walked yet; () where there is none."""
    ways, seen = deque([(model, ())]), {model.place()}
    while ways:
        at, way = ways.popleft()
        for act in at.acts():
            if (at.state, act) not in WALKED:
                return (*way, act)
            after = copy(at)
            after.do(act)
            if after.place() not in seen:
                seen.add(after.place())
                ways.append((after, (*way, act)))
    return ()


def test_every_transition_is_walked(made, tmp_path):
    WALKED.clear()

    while acts := way_to_what_is_new(Model()):
        walk = Walk(Path(shutil.copytree(made, tmp_path / str(len(WALKED)))))
        while acts:
            for act in acts:
                walk.do(act)
            acts = way_to_what_is_new(walk.model)
        walk.end()

    assert set(TRANSITIONS) - WALKED == set()


EXAMPLES = {
    "an amendment that lost a learner is rejected": "schedule carry-on tags carry-on declare carry-on approve carry-on "
    "shorten carry-on reject carry-on schedule carry-on approve carry-on",
    "amended, rejected, amended": "schedule carry-on tags carry-on declare carry-on approve carry-on tags carry-on "
    "reject carry-on carry-on tags carry-on declare carry-on approve carry-on",
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_model_and_ledger_agree_in_walks_that_once_went_wrong(walk, name):
    for act in EXAMPLES[name].split():
        walk.do(act)

    walk.end()


def test_no_state_is_left_out():
    named = {state for state, _ in TRANSITIONS} | {to for to in TRANSITIONS.values() if isinstance(to, State)}

    assert set(State) - named == set()
