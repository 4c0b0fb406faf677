"""A reviewer's decisions as they are sent: with a reason, on what was looked at, by whoever may decide it."""

import json

import pytest

from gradepost.document.filing import dossier_of_branch
from gradepost.doors.demo import people
from gradepost.forge.base import MAIN, PullState, Verdict
from gradepost.model.standing import State
from gradepost.publish.deciding import is_signed

ONE, OTHER = (reviewer.ref for reviewer in people.REVIEWERS[:2])
BROWSER = {"Accept": "text/html"}
WHY = "The mock of 0004 belongs to another component."


def pull_in(house, state):
    """The open pull request of the demo's dossier in that state."""
    for pull in house.state.forge.pulls(PullState.OPEN):
        check = house.state.forge.check(pull.head)
        if str(check.state) == state and not house.state.forge.reviews(pull.number):
            return pull
    raise AssertionError(f"No pull request whose check is {state}.")


def decide(house, verdict, *, ref=ONE, reason="", pull=None, head=None):
    pull = pull or pull_in(house, "success")
    sent = {"head": head or pull.head, "reason": reason}
    return house.client(ref).post(f"/reviews/{pull.number}/{verdict}", data=sent, headers=BROWSER)


@pytest.mark.parametrize(("verdict", "asked"), [("return", "what is to be corrected"), ("reject", "why you reject it")])
@pytest.mark.parametrize("reason", ["", "  \n", "x" * 2001])
def test_without_a_reason_nothing_is_returned_or_rejected(house, verdict, asked, reason):
    pull = pull_in(house, "success")

    answer = decide(house, verdict, reason=reason)

    assert answer.status_code == 422
    assert asked in answer.text
    assert house.state.forge.reviews(pull.number) == []


@pytest.mark.parametrize("verdict", ["approve", "return", "reject"])
def test_a_decision_on_what_has_changed_since_is_refused_and_what_was_typed_stays(house, verdict):
    pull = pull_in(house, "success")

    answer = decide(house, verdict, reason=WHY, head="0" * 40)

    assert answer.status_code == 409
    assert "It has changed since you opened the page." in answer.text
    assert verdict == "approve" or WHY in answer.text
    assert house.state.forge.reviews(pull.number) == []


@pytest.mark.parametrize("verdict", ["approve", "return", "reject"])
def test_a_reviewer_of_the_same_centre_decides_nothing(fresh, verdict):
    pull = pull_in(fresh, "success")
    path = "centres/10/10235.json"
    register = json.loads(fresh.state.forge.read(MAIN, path))
    reviewer = people.REVIEWERS[0]
    register["people"][0]["email"] = reviewer.email.upper()
    raw = fresh.state.book.schemas["centre"].layout.bytes_of(register)
    fresh.state.forge.commit(MAIN, {path: raw}, "Register", fresh.state.now(), expected=fresh.state.forge.head(MAIN))

    answer = decide(fresh, verdict, reason=WHY, pull=pull)

    assert answer.status_code == 403
    assert fresh.state.forge.reviews(pull.number) == []


@pytest.mark.parametrize("ref", ["p-10235-officer", "p-10235-head", "p-10234-officer"])
def test_nobody_of_a_centre_rejects(house, ref):
    pull = pull_in(house, "success")

    assert decide(house, "reject", ref=ref, reason=WHY).status_code in (401, 403)
    assert house.state.forge.reviews(pull.number) == []


def test_a_decision_is_signed_when_it_is_taken_and_the_page_says_so(fresh):
    pull = pull_in(fresh, "success")

    answer = decide(fresh, "return", reason=WHY)

    (review,) = fresh.state.forge.reviews(pull.number)
    page = fresh.client(ONE).get(answer.headers["location"], headers=BROWSER)
    assert is_signed(review, fresh.state.settings.keys)
    assert "signature verified" in page.text and WHY in page.text


def test_a_rejected_dossier_says_why_on_the_centres_page_and_what_to_do(fresh):
    decide(fresh, "reject", reason=WHY, pull=pull_in(fresh, "pending"))
    fresh.state.merger.merge_due()

    page = fresh.client("p-10235-officer").get("/status", headers=BROWSER)

    assert "A reviewer rejected it. Your receipts are kept; the centre may submit anew." in page.text
    assert WHY in page.text


def test_where_two_have_to_approve_the_second_is_somebody_else(fresh):
    pull = pull_in(fresh, "success")
    # As a series that says so has it; each state has loaded a book of its own.
    object.__setattr__(fresh.state.book.series, "reviewers", 2)

    first = decide(fresh, "approve")
    again = decide(fresh, "approve", pull=pull)
    page = fresh.client(OTHER).get(f"/reviews/{pull.number}", headers=BROWSER)
    second = decide(fresh, "approve", ref=OTHER, pull=pull)

    assert (first.status_code, again.status_code, second.status_code) == (303, 409, 303)
    assert "You have approved it already." in again.text
    assert "1 of 2 reviewers have approved it. Another reviewer decides as well." in page.text
    assert [r.verdict for r in fresh.state.forge.reviews(pull.number)] == [Verdict.APPROVED] * 2


def test_a_return_opens_the_form_again_filled_in_and_at_the_candidates_it_names(fresh):
    pull = pull_in(fresh, "success")
    decide(fresh, "return", reason=WHY)

    page = fresh.client("p-10235-officer").get(f"/forms/tags/?return={pull.number}", headers=BROWSER)

    assert WHY in page.text
    assert "learners-3-candidate_number" in page.text.partition("<table")[0]


def test_every_decision_is_in_the_audit_trail_without_its_reason(fresh):
    pull = pull_in(fresh, "success")
    decide(fresh, "reject", reason=WHY)

    event = list(fresh.state.inbox.audit_trail())[-1]

    assert (event.what, event.actor, event.about) == ("reviewed", ONE, f"pull-{pull.number}")
    assert event.facts == {"verdict": "rejected", "head": pull.head}


def test_a_state_of_rejected_is_told_to_its_receipt(fresh):
    pull = pull_in(fresh, "success")
    decide(fresh, "reject", reason=WHY)
    fresh.state.merger.merge_due()
    received = fresh.state.inbox.of_branch(pull.branch)[0]

    page = fresh.client("p-10235-officer").get(f"/receipts/{received.receipt_id}", headers=BROWSER)

    assert State.REJECTED.value in page.text.lower()
    assert "Read the reason on the status page; you may submit anew." in page.text


@pytest.fixture
def amended(fresh):
    """The demo's merged dossier, amended by its centre, and the amendment rejected; with its branch and receipts."""
    branch = next(pull.branch for pull in fresh.state.forge.pulls(PullState.MERGED))
    dossier = dossier_of_branch(branch)
    accepted = next(stored for stored in fresh.state.inbox.of_branch(branch) if stored.form == "tags")
    component = json.loads(accepted.document)["component"]
    tags = fresh.tags(dossier.centre, dossier.qualification, component) | {"decision_record": "Compared once more."}
    fresh.submit(fresh.software(dossier.centre), tags)
    fresh.carry_on()
    decide(fresh, "reject", reason=WHY, pull=fresh.state.forge.pull_of(branch))
    fresh.carry_on()
    fresh.accepted, fresh.rejected = accepted, fresh.state.inbox.of_branch(branch)[-1]
    return fresh


def test_a_rejected_amendment_says_that_what_was_accepted_before_stands(amended):
    officer = amended.client("p-10235-officer")

    page = officer.get("/status", headers=BROWSER).text
    before = officer.get(f"/receipts/{amended.accepted.receipt_id}", headers=BROWSER).text
    refused = officer.get(f"/receipts/{amended.rejected.receipt_id}", headers=BROWSER).text

    assert "A reviewer rejected the amendment. What was accepted before stands in the record, and counts." in page
    assert WHY in page and "What is in the way" not in page.partition(WHY)[2].partition("</section>")[0]
    assert "It was approved and stands in the record." in before
    assert "Read the reason on the status page; you may submit anew." in refused


def test_the_reviewers_page_of_a_rejected_one_says_that_nothing_entered_the_record(amended):
    page = amended.client(ONE).get(f"/reviews/{amended.rejected.pull}", headers=BROWSER).text

    assert "It is closed, and nothing of it entered the record." in page
    assert "Rejected" in page and WHY in page
