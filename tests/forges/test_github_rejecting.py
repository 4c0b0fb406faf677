"""Rejecting on GitHub: a named reviewer asks for changes with the reason, and closes the pull request themselves."""

import json
import logging
from datetime import UTC, datetime, timedelta

import github_emulator
import pytest
from github_emulator import Fault, client
from github_road import BRANCH, CENTRE, QUALIFICATION

from gradepost.document.filing import dossier_of_branch
from gradepost.doors.demo import examples, people
from gradepost.forge.base import MAIN, PullState
from gradepost.ledger.sources import CommitSource
from gradepost.model.case import Stage
from gradepost.model.findings import Severity
from gradepost.model.standing import State
from gradepost.review import judge_all

pytestmark = pytest.mark.github

DOSSIER = dossier_of_branch(BRANCH)
REVIEWER, OTHER = github_emulator.REVIEWERS
WHY = "The evidence does not belong to this component."


def on_main(road):
    names = road.forge.list(MAIN, DOSSIER.folder)
    return [name for name in names if "/receipts/" not in name], [name for name in names if "/receipts/" in name]


def close(road, token):
    """Somebody closes the newest pull request on GitHub."""
    client(road.api, token).get_repo(road.repository).get_pull(road.pull.number).edit(state="closed")
    road.wake()


def reject(road):
    road.review(REVIEWER, "REQUEST_CHANGES", WHY)
    close(road, REVIEWER)
    road.carry_on()


def approve(road):
    road.review(REVIEWER, "APPROVE", "")
    road.carry_on()


def amend(road, record):
    at = road.state.now()
    for component in road.components:
        tags = examples.tags(road.state.book, CENTRE, QUALIFICATION, component, at)
        road.send(tags | {"decision_record": record})
    road.declare()
    road.carry_on()


def errors_on_main(road):
    report = judge_all(CommitSource(road.forge, MAIN), road.state.book, Stage.LEDGER, road.state.now())
    return [finding for finding in report.findings if finding.severity is Severity.ERROR]


def test_changes_requested_and_closed_by_the_same_reviewer_is_a_rejection_and_is_shown_once(road):
    road.walk_to_review()
    number, head = road.pull.number, road.pull.head

    reject(road)

    documents, receipts = on_main(road)
    received = road.state.inbox.of_branch(BRANCH)
    record = json.loads(road.forge.read(MAIN, f"{DOSSIER.reviews}/{number:012d}.json"))
    assert documents == []
    assert [road.forge.read(MAIN, path) for path in receipts] == [stored.receipt for stored in received]
    assert [(r["by"], r["verdict"], r["head"], r["reason"]) for r in record["reviews"]] == [
        (people.REVIEWERS[0].ref, "rejected", head, WHY)
    ]
    assert (road.forge.head(BRANCH), road.pull.state) == (None, PullState.CLOSED)
    assert (road.standing.state, road.standing.returned_because) == (State.REJECTED, WHY)
    assert road.state.inbox.standing_of_branch(BRANCH) == []
    assert road.labels == ["gradepost: rejected"]
    assert "### Rejected" in road.comments[0]["body"] and "may be submitted anew" in road.comments[0]["body"]
    assert WHY not in road.comments[0]["body"]
    road.api.asked.clear()
    road.wake()
    road.carry_on()
    assert road.api.writes() == []


def test_amended_rejected_amended_and_merged_leaves_a_clean_ledger(road, monkeypatch):
    monkeypatch.setenv("GRADEPOST_GITHUB_PUSHES_PER_MINUTE", "60")
    road.open_again()
    road.walk_to_review()
    approve(road)
    accepted = {path: road.forge.read(MAIN, path) for path in on_main(road)[0]}
    amend(road, "Compared once more with the work of the year.")
    reject(road)
    after = {path: road.forge.read(MAIN, path) for path in on_main(road)[0]}
    rejected, comment = road.standing, road.comments[0]["body"]
    clean = errors_on_main(road)
    amend(road, "Compared a third time with the work of the year.")
    approve(road)

    assert (accepted, clean) == (after, [])
    assert (rejected.state, rejected.earlier_stands) == (State.REJECTED, True)
    assert "what was accepted before stands in the record" in comment
    assert road.standing.state is State.MERGED
    assert len(on_main(road)[1]) == len(road.state.inbox.of_branch(BRANCH))
    tags = [road.forge.read(MAIN, path) for path in on_main(road)[0] if path.endswith(".tags.json")]
    assert tags and all(b"a third time" in raw for raw in tags)
    assert errors_on_main(road) == []


def test_what_was_closed_without_a_verdict_is_opened_again_once_and_can_be_approved(road, caplog):
    road.walk_to_review()
    number = road.pull.number
    close(road, REVIEWER)

    with caplog.at_level(logging.WARNING):
        road.carry_on()

    assert (road.pull.number, road.pull.state) == (number, PullState.OPEN)
    assert (road.standing.state, road.labels) == (State.IN_REVIEW, ["gradepost: in review"])
    assert f"pull request {number} was closed undecided" in caplog.text
    road.api.asked.clear()
    road.wake()
    road.carry_on()
    assert road.api.writes() == []
    approve(road)
    assert road.standing.state is State.MERGED


def test_what_another_closed_is_not_rejected_by_who_returned_it(road):
    road.walk_to_review()
    road.review(REVIEWER, "REQUEST_CHANGES", WHY)
    close(road, OTHER)

    road.carry_on()

    assert (road.pull.state, road.standing.state) == (PullState.OPEN, State.RETURNED)


def test_a_pull_request_that_brings_what_no_submission_has_stays_closed(road):
    road.forge.commit(BRANCH, {f"{DOSSIER.folder}/run.sh": b"#!\n"}, "Meddle", road.state.now(), expected=None)
    road.walk_to_review()
    close(road, REVIEWER)

    road.carry_on()

    assert road.pull.state is PullState.CLOSED


def test_what_was_closed_undecided_without_its_branch_is_told_once(road, caplog):
    road.walk_to_review()
    client(road.api, github_emulator.PUBLISHER).get_repo(road.repository).get_git_ref(f"heads/{BRANCH}").delete()
    close(road, REVIEWER)

    with caplog.at_level(logging.WARNING):
        road.carry_on()

    assert "was closed undecided, and its branch is elsewhere" in caplog.text
    assert road.state.inbox.due_pulls(datetime.now(UTC) + timedelta(minutes=5), 9) == []


def test_a_rejection_is_void_where_the_centre_submitted_meanwhile(road):
    road.walk_to_review()
    number = road.pull.number
    road.review(REVIEWER, "REQUEST_CHANGES", WHY)
    close(road, REVIEWER)
    amend(road, "Compared once more with the work of the year.")
    road.carry_on()

    assert (road.pull.number > number, road.pull.state) == (True, PullState.OPEN)
    assert road.standing.state is State.IN_REVIEW
    assert on_main(road) == ([], [])


@pytest.mark.parametrize(
    ("method", "path", "after_the_deed"), [("DELETE", "/git/refs/", True), ("POST", "/git/trees$", False)]
)
def test_a_rejection_that_is_cut_off_is_looked_at_again_and_whole_in_the_end(road, method, path, after_the_deed):
    road.walk_to_review()
    road.review(REVIEWER, "REQUEST_CHANGES", WHY)
    close(road, REVIEWER)
    road.api.faults.append(Fault(method, path, after_the_deed=after_the_deed))
    road.carry_on()
    due = road.state.inbox.due_pulls(datetime.now(UTC) + timedelta(minutes=2), 9)
    road.open_again()
    road.wake()

    road.carry_on()

    assert due == [road.pull.number]
    assert road.forge.read(MAIN, f"{DOSSIER.reviews}/{road.pull.number:012d}.json") is not None
    assert (on_main(road)[0], len(on_main(road)[1])) == ([], len(road.state.inbox.of_branch(BRANCH)))
    assert road.standing.state is State.REJECTED
    assert errors_on_main(road) == []
