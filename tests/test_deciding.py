"""Decisions: approved by one or two, returned, rejected; signed, kept with their reason, void when the head moves."""

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from back_office import EXTERNAL, FOLDER, Office

from gradepost.document.filing import dossier_of_branch
from gradepost.doors.season import Objects, Season, Verdicts, judge_season
from gradepost.doors.state import key_of
from gradepost.forge.base import MAIN, PullState, Verdict
from gradepost.ledger.sources import CommitSource
from gradepost.model.case import Stage
from gradepost.model.findings import Severity
from gradepost.model.standing import State
from gradepost.model.trouble import ForgeError, Moved
from gradepost.publish.deciding import is_signed
from gradepost.receipt import SigningKey
from gradepost.receipt.rejecting import Rejection, rejected_in, written
from gradepost.review import judge_all

RECORD = "reviews/2021-summer/10/10234/AM20530/external-exam/000000000001.json"
WHY = "The evidence of 0004 does not belong to this component."


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


def test_a_rejection_merges_nothing_closes_the_pull_request_and_keeps_the_receipts(office):
    receipts = office.whole_dossier()
    pull = office.decide(Verdict.REJECTED, reason=WHY)

    office.carry_on()

    documents, kept = on_main(office)
    assert documents == []
    assert [office.state.forge.read(MAIN, path) for path in kept] == receipts
    assert (office.forge.pull(pull.number).state, office.forge.head(EXTERNAL)) == (PullState.CLOSED, None)
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


@pytest.mark.parametrize("act", ["close_pull", "commit"])
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


@pytest.fixture
def amended(office):
    """A merged dossier whose amendment was rejected; what stood on main before."""
    office.whole_dossier()
    office.decide()
    office.carry_on()
    office.before = {path: office.state.forge.read(MAIN, path) for path in on_main(office)[0]}
    office.tags(decision_record="Compared once more.")
    office.declaration()
    office.carry_on()
    office.decide(Verdict.REJECTED, reason=WHY)
    office.carry_on()
    return office


def amend(office):
    office.tags(decision_record="Compared a third time.")
    office.declaration()
    office.carry_on()


def findings_on_main(office):
    report = judge_all(CommitSource(office.state.forge, MAIN), office.state.book, Stage.LEDGER, office.at)
    return sorted({(finding.rule, finding.path) for finding in report.findings if finding.severity is Severity.ERROR})


def test_a_rejected_amendment_leaves_what_was_accepted_before(amended):
    documents, receipts = on_main(amended)

    assert {path: amended.state.forge.read(MAIN, path) for path in documents} == amended.before
    assert (len(documents), len(receipts)) == (3, 5)
    assert findings_on_main(amended) == []


def test_what_was_accepted_before_stands_again_in_the_inbox(amended):
    standing = amended.inbox.standing_of_branch(EXTERNAL)

    assert [stored.seq for stored in standing] == [1, 2, 3]


def test_a_rejected_amendment_says_so_and_that_the_earlier_version_stands(amended):
    standing = amended.standing()

    assert (standing.state, standing.returned_because, standing.earlier_stands) == (State.REJECTED, WHY, True)


def test_where_nothing_was_accepted_before_nothing_is_said_to_stand(office):
    office.whole_dossier()
    office.decide(Verdict.REJECTED, reason=WHY)
    at_once = office.standing()
    office.carry_on()

    assert (at_once.state, at_once.earlier_stands) == (State.REJECTED, False)
    assert office.standing().earlier_stands is False


def test_a_second_rejection_leaves_the_first_version_as_well(amended):
    amend(amended)
    amended.decide(Verdict.REJECTED, reason=WHY)
    amended.carry_on()

    assert [stored.seq for stored in amended.inbox.standing_of_branch(EXTERNAL)] == [1, 2, 3]
    assert {path: amended.state.forge.read(MAIN, path) for path in on_main(amended)[0]} == amended.before
    assert findings_on_main(amended) == []


def test_an_amendment_after_a_rejected_one_is_merged_and_the_whole_ledger_is_clean(amended):
    amend(amended)
    waiting = amended.standing().state
    amended.decide()
    amended.carry_on()

    documents, receipts = on_main(amended)
    tags = next(path for path in documents if path.endswith(".tags.json"))
    assert (waiting, amended.standing().state) == (State.IN_REVIEW, State.MERGED)
    assert b"Compared a third time." in amended.state.forge.read(MAIN, tags)
    assert len(receipts) == 7
    assert findings_on_main(amended) == []


REJECTION = "reviews/2021-summer/10/10234/AM20530/external-exam/000000000002.rejection.json"


MEDDLED = (
    {"receipts": [4]},
    {"receipts": []},
    {"receipts": None},
    {"pull": 3},
    {"folder": "submissions/2021-summer/10/10234/AM20530/synoptic-practical"},
    {"at": "2021-05-18T09:00:00.000Z"},
    {"signature": ""},
    {"signature": None},
)


def test_only_a_rejection_that_the_platform_signed_explains_an_older_version(amended):
    rejection, forge = json.loads(amended.state.forge.read(MAIN, REJECTION)), amended.state.forge
    unseen = []

    for changed in MEDDLED:
        files = {REJECTION: json.dumps(rejection | changed).encode()}
        forge.commit(MAIN, files, "Meddle", amended.at, expected=forge.head(MAIN))
        unseen += [] if "R001" in {rule for rule, _ in findings_on_main(amended)} else [changed]

    assert unseen == []


def test_a_rejection_of_another_dossier_explains_nothing_here(office):
    dossier, key = dossier_of_branch(EXTERNAL), key_of(office.state.folder)
    rejection = Rejection(dossier.folder, 2, "0" * 40, "r-osei", office.at, (4, 5))
    keys = office.state.settings.keys

    assert rejected_in(written(rejection, key), dossier, keys) == {4, 5}
    assert rejected_in(written(rejection, key), replace(dossier, kind="synoptic-practical"), keys) == set()
    assert rejected_in(written(rejection, SigningKey.make()), dossier, keys) == set()


def test_a_whole_repository_is_judged_with_its_rejections_each_time_anew(amended, tmp_path):
    def rules():
        objects = Objects(amended.state.folder / "ledger.git", "main")
        report, _ = judge_season(Season(objects, amended.state.book, amended.at, Verdicts(tmp_path / "verdicts")))
        return {finding.rule for finding in report.findings if finding.severity is Severity.ERROR}

    clean = rules()
    amended.state.forge.commit(MAIN, {REJECTION: None}, "Meddle", amended.at, expected=amended.state.forge.head(MAIN))

    assert (clean, rules()) == (set(), {"R001"})


def test_what_nobody_rejected_is_not_put_back_unseen(amended):
    amend(amended)
    amended.decide()
    amended.carry_on()
    forge = amended.state.forge

    forge.commit(MAIN, amended.before, "Put the first version back", amended.at, expected=forge.head(MAIN))

    assert {rule for rule, _ in findings_on_main(amended)} == {"R001"}


def test_a_rejection_brings_nothing_to_main_that_the_gateway_did_not_receive(office):
    office.whole_dossier()
    forge, forged = office.state.forge, f"{FOLDER}/receipts/000000000009-UV21578.tags.json"
    files = {forged: b"{}\n", f"{FOLDER}/receipts/000000000001-UV21578.schedule.json": b"{}\n"}
    forge.commit(EXTERNAL, files, "Forge", office.at, expected=forge.head(EXTERNAL))
    office.decide(Verdict.REJECTED, reason=WHY)

    office.carry_on()

    assert forged not in on_main(office)[1]
    assert [forge.read(MAIN, path) for path in on_main(office)[1]] == [
        stored.receipt for stored in office.inbox.of_branch(EXTERNAL)
    ]


def test_a_rejection_whose_branch_has_gone_on_is_void_and_tried_once(office):
    office.whole_dossier()
    pull, forge = office.decide(Verdict.REJECTED, reason=WHY), office.state.forge
    forge.close_pull(pull.number, pull.head, office.at)
    forge.commit(EXTERNAL, {}, "Go on", office.at, expected=None, parent=pull.head)

    for _ in range(3):
        office.merger.record_due()

    assert office.forge.calls.count("close_pull") == 1
    assert (on_main(office), forge.read(MAIN, RECORD)) == (([], []), None)
    assert len(office.inbox.standing_of_branch(EXTERNAL)) == 3


def test_what_is_submitted_while_a_rejection_is_cut_short_keeps_the_chain_whole(office):
    office.whole_dossier()
    office.decide(Verdict.REJECTED, reason=WHY)
    office.forge.fail("commit", when="before")
    office.merger.merge_due()
    office.forge.heal()
    office.begin()
    office.schedule()
    office.carry_on()
    state = office.standing().state
    office.tags()
    office.declaration()
    office.carry_on()
    office.decide()
    office.carry_on()

    assert (state, office.standing().state) == (State.SCHEDULED, State.MERGED)
    assert (len(on_main(office)[0]), len(on_main(office)[1])) == (3, 6)
    assert record(office)["reviews"][0]["verdict"] == "rejected"
    assert findings_on_main(office) == []


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
