"""Decisions: approved by one or two, returned, rejected; signed, kept with their reason, void when the head moves."""

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from back_office import EXTERNAL, FOLDER, SETTINGS, Office

from gradepost.doors.demo.seeding import make_demo_ledger
from gradepost.forge.base import MAIN, Verdict
from gradepost.forge.local import LocalForge
from gradepost.model.standing import State
from gradepost.model.trouble import ForgeError, Moved
from gradepost.publish.deciding import is_signed

RECORD = "reviews/2021-summer/10/10234/AM20530/external-exam/000000000001.json"
WHY = "The evidence of 0004 does not belong to this component."


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "state"
    make_demo_ledger(LocalForge.create(folder / "ledger.git"), folder, SETTINGS)
    return folder


@pytest.fixture
def office(made, tmp_path):
    return Office(Path(shutil.copytree(made, tmp_path / "state")))


def record(office, path=RECORD):
    return json.loads(office.state.forge.read(MAIN, path))


def on_main(office):
    names = office.state.forge.list(MAIN, FOLDER)
    return [name for name in names if "/receipts/" not in name], [name for name in names if "/receipts/" in name]


def with_two_reviewers(office):
    office.reviewers = 2
    office.begin()
    office.whole_dossier()
    return office


# Signed


def test_a_decision_is_kept_on_main_with_its_time_its_reason_and_the_platforms_signature(office):
    office.whole_dossier()
    office.decide(Verdict.CHANGES_REQUESTED, reason=WHY)
    office.decide(reason="Read again with the teacher.")

    office.carry_on()

    first, second = record(office)["reviews"]
    assert (first["by"], first["verdict"], first["reason"]) == ("r-osei", "changes-requested", WHY)
    assert first["at"] == "2021-05-18T09:00:03.000Z"
    assert second["reason"] == "Read again with the teacher."
    assert all(kept["signature"].startswith(office.state.settings.keys[0].id) for kept in (first, second))


@pytest.mark.parametrize(
    "changed",
    [
        {"number": 2},
        {"head": "0" * 40},
        {"by": "r-other"},
        {"verdict": Verdict.APPROVED},
        {"reason": f"{WHY} "},
        {"signature": ""},
    ],
)
def test_a_decision_that_was_changed_no_longer_has_its_signature(office, changed):
    office.whole_dossier()
    office.decide(Verdict.CHANGES_REQUESTED, reason=WHY)
    (review,) = office.forge.reviews(1)

    assert is_signed(review, office.state.settings.keys)
    assert not is_signed(replace(review, **changed), office.state.settings.keys)


def test_a_decision_is_signed_by_a_key_that_was_valid_then(office):
    office.whole_dossier()
    office.decide()
    (review,) = office.forge.reviews(1)
    (key,) = office.state.settings.keys

    assert not is_signed(review, [replace(key, not_after=review.at - timedelta(milliseconds=1))])
    assert not is_signed(review, [replace(key, not_before=review.at + timedelta(milliseconds=1))])
    assert not is_signed(review, [])


# Rejected


def test_a_rejection_takes_the_documents_away_and_keeps_their_receipts(office):
    receipts = office.whole_dossier()
    office.decide(Verdict.REJECTED, reason=WHY)

    office.carry_on()

    documents, kept = on_main(office)
    assert documents == []
    assert [office.state.forge.read(MAIN, path) for path in kept] == receipts
    assert (office.standing().state, office.standing().returned_because) == (State.REJECTED, WHY)
    assert record(office)["reviews"][0]["verdict"] == "rejected"


def test_what_failed_its_check_can_be_rejected(office):
    office.schedule()
    office.tags()
    office.carry_on()
    office.decide(Verdict.REJECTED, reason=WHY)

    office.carry_on()

    assert on_main(office)[0] == []


def test_what_was_rejected_does_not_count_as_what_stands(office):
    office.whole_dossier()
    office.decide(Verdict.REJECTED, reason=WHY)

    office.carry_on()

    assert office.inbox.of_centre("10234", "2021-summer") == []
    assert len(office.inbox.of_branch(EXTERNAL)) == 3


def test_a_centre_may_submit_anew_after_a_rejection_and_the_chain_goes_on(office):
    office.whole_dossier()
    office.decide(Verdict.REJECTED, reason=WHY)
    office.carry_on()

    office.schedule()
    office.carry_on()
    scheduled = office.standing().state
    office.tags()
    office.declaration()
    office.carry_on()
    waiting = office.standing().state
    office.decide()
    office.carry_on()

    assert (scheduled, waiting, office.standing().state) == (State.SCHEDULED, State.IN_REVIEW, State.MERGED)
    assert (len(on_main(office)[0]), len(on_main(office)[1])) == (3, 6)


def test_a_rejection_is_void_when_the_centre_submits_before_it_is_carried_out(office):
    office.whole_dossier()
    office.decide(Verdict.REJECTED, reason=WHY)
    office.tags(decision_record="Compared once more.")

    office.carry_on()

    assert office.standing().state is State.DECLARATION_VOID
    assert on_main(office) == ([], [])
    assert len(office.inbox.of_centre("10234", "2021-summer")) == 3


@pytest.mark.parametrize("act", ["merge", "commit"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_rejection_that_is_cut_short_is_whole_in_the_end(office, act, when):
    office.whole_dossier()
    office.decide(Verdict.REJECTED, reason=WHY)
    office.forge.fail(act, when=when)
    for one in (office.merger.merge_due, office.merger.record_due):
        try:
            one()
        except ForgeError:
            continue

    office.forge.heal()
    office.begin()
    office.carry_on()

    assert on_main(office)[0] == []
    assert office.inbox.of_centre("10234", "2021-summer") == []
    assert record(office)["reviews"][0]["verdict"] == "rejected"


def test_a_rejected_amendment_leaves_what_it_did_not_touch(office):
    office.whole_dossier()
    office.decide()
    office.carry_on()
    office.tags(decision_record="Compared once more.")
    office.declaration()
    office.carry_on()
    office.decide(Verdict.REJECTED, reason=WHY)

    office.carry_on()

    assert [path.rpartition("/")[2] for path in on_main(office)[0]] == ["UV21578.schedule.json"]


# Two reviewers


def test_where_two_reviewers_are_asked_for_one_is_not_enough(office):
    with_two_reviewers(office)
    office.decide(by="r-osei")

    office.carry_on()

    assert (office.standing().state, office.standing().approvals) == (State.IN_REVIEW, 1)


def test_the_same_reviewer_twice_is_one_reviewer(office):
    with_two_reviewers(office)
    office.decide(by="r-osei")
    office.at += timedelta(minutes=1)
    office.decide(by="r-osei")

    office.carry_on()

    assert office.standing().state is State.IN_REVIEW


def test_a_second_reviewers_approval_merges_it(office):
    with_two_reviewers(office)
    office.decide(by="r-osei")
    office.decide(by="r-lindqvist")

    office.carry_on()

    assert office.standing().state is State.MERGED


def test_a_return_takes_back_the_approvals_before_it(office):
    with_two_reviewers(office)
    office.decide(by="r-osei")
    office.decide(Verdict.CHANGES_REQUESTED, by="r-lindqvist", reason=WHY)
    office.decide(by="r-third")

    office.carry_on()

    assert (office.standing().state, office.standing().approvals) == (State.IN_REVIEW, 1)


def test_an_approval_of_what_has_changed_since_is_refused_and_counts_for_nothing(office):
    with_two_reviewers(office)
    pull = office.decide(by="r-osei")
    office.tags(decision_record="Compared once more.")
    office.declaration()
    office.carry_on()

    with pytest.raises(Moved):
        office.decide(by="r-lindqvist", head=pull.head)
    office.decide(by="r-lindqvist")
    office.carry_on()

    assert (office.standing().state, office.standing().approvals) == (State.IN_REVIEW, 1)


def test_the_file_of_an_earlier_version_gets_a_place_for_signatures(office):
    office.whole_dossier()
    store = office.state.forge._store
    store._rows("ALTER TABLE reviews DROP COLUMN signature")
    office.state.forge.close()

    office.decide()

    assert is_signed(office.forge.reviews(1)[0], office.state.settings.keys)
