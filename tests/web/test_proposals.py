"""A proposed extension is received whether or not the forge is there, and its pull request opened once, when it is."""

from datetime import timedelta

import pytest

from gradepost.doors.demo import people
from gradepost.doors.serving import Worker
from gradepost.forge.base import PullState
from gradepost.forge.budget import Wait
from gradepost.model.trouble import ForgeError
from gradepost.publish.proposing import Proposals

BASE = "/reviews/10234/AM20530/external-exam/requests"
ASKED = {"reference": "xabcdefg", "deadline": "tags", "until": "2021-05-28T12:00", "why": "The centre was closed."}


def proposed(house, monkeypatch, error, **changed):
    """The answer to who proposes while the forge is away."""
    with monkeypatch.context() as away:

        def fail(*_, **__):
            raise error

        away.setattr(type(house.state.forge), "commit", fail)
        client = house.client(people.REVIEWERS[0].ref)
        return client.post(f"{BASE}/extension", data={**ASKED, **changed}, headers={"Accept": "text/html"})


def pulls(house):
    return [pull.branch for pull in house.state.forge.pulls(PullState.OPEN) if pull.branch.startswith("extension/")]


def worker(house, now=None):
    return Proposals(house.state.inbox, house.state.forge, "2021-summer", now or house.state.now)


def test_what_is_proposed_while_the_forge_is_away_is_opened_when_it_is_there(fresh, monkeypatch):
    answer = proposed(fresh, monkeypatch, ForgeError("away"))
    assert (answer.status_code, pulls(fresh)) == (303, [])

    worker(fresh).open_due()

    assert pulls(fresh) == ["extension/2021-summer/10234/xabcdefg"]


def test_the_gateways_worker_opens_it(fresh, monkeypatch):
    proposed(fresh, monkeypatch, ForgeError("away"))

    for act in Worker(fresh.gateway)._acts:
        act()

    assert pulls(fresh) == ["extension/2021-summer/10234/xabcdefg"]


def test_the_command_that_publishes_opens_it(fresh, monkeypatch, gradepost):
    proposed(fresh, monkeypatch, ForgeError("away"))

    assert gradepost("publish", "--once", "--state", fresh.state.folder).code == 0

    assert pulls(fresh) == ["extension/2021-summer/10234/xabcdefg"]


def test_a_proposal_is_opened_once_and_stays_closed(fresh, monkeypatch):
    proposed(fresh, monkeypatch, ForgeError("away"))
    for _ in range(2):
        worker(fresh).open_due()

    assert pulls(fresh) == ["extension/2021-summer/10234/xabcdefg"]


@pytest.mark.parametrize("error", [ForgeError("no"), Wait])
def test_the_forge_is_asked_each_minute_and_not_each_round(fresh, monkeypatch, error):
    start = fresh.state.now()
    error = Wait(start, "the budget is used up") if error is Wait else error
    proposed(fresh, monkeypatch, error)
    at, asked = [start], []

    def fail(*_, **__):
        asked.append(at[0])
        raise error

    proposals = worker(fresh, lambda: at[0])
    with monkeypatch.context() as away:
        away.setattr(type(fresh.state.forge), "commit", fail)
        for seconds in (0, 1, 59, 60, 61):
            at[0] = start + timedelta(seconds=seconds)
            proposals.open_due()
    at[0] = start + timedelta(minutes=2)
    proposals.open_due()

    assert asked == [start, start + timedelta(minutes=1)]
    assert len(pulls(fresh)) == 1


def test_one_that_cannot_be_opened_holds_no_other(fresh, monkeypatch):
    proposed(fresh, monkeypatch, ForgeError("away"))
    proposed(
        fresh, monkeypatch, ForgeError("away"), reference="xsecondx", deadline="schedule", until="2021-05-25T12:00"
    )
    forge = fresh.state.forge
    commit = type(forge).commit

    def fail_one(self, branch, *given, **named):
        if branch.endswith("xabcdefg"):
            raise ForgeError("this one not")
        return commit(self, branch, *given, **named)

    monkeypatch.setattr(type(forge), "commit", fail_one)

    worker(fresh).open_due()

    assert pulls(fresh) == ["extension/2021-summer/10234/xsecondx"]
