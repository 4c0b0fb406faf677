"""Extensions: one reviewer proposes, another approves, main has it, and the deadline moves for that centre alone.

And where a series softens lateness to a warning, what came late is received as late and shown so.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gradepost.doors.asked import CentreTeller, asked_of
from gradepost.doors.demo import people
from gradepost.forge.base import PullState, Review, Verdict

FIRST, SECOND = (reviewer.ref for reviewer in people.REVIEWERS[:2])
OFFICER = "p-10234-officer"
BASE = "/reviews/10234/AM20530/external-exam/requests"
BROWSER = {"Accept": "text/html"}
ASKED = {"reference": "xabcdefg", "deadline": "tags", "until": "2021-05-28T12:00", "why": "The centre was closed."}


def propose(house, ref=FIRST, **changed):
    return house.client(ref).post(f"{BASE}/extension", data={**ASKED, **changed}, headers=BROWSER)


def pull_of(house):
    return house.state.forge.last_pull_of("extension/2021-summer/10234/xabcdefg")


def decide(house, ref, verdict="approve", **changed):
    pull = pull_of(house)
    fields = {"head": pull.head, "verdict": verdict, **changed}
    return house.client(ref).post(f"/reviews/extensions/{pull.number}", data=fields, headers=BROWSER)


def move(house, text):
    house.gateway.clock.move_to(datetime.fromisoformat(text).astimezone(UTC))


def scheduled(house):
    """The centre's software, its schedule received before any clock was moved."""
    software = house.software()
    if not any(stored.form == "schedule" for stored in house.state.inbox.of_centre("10234", "2021-summer")):
        assert house.submit(software, house.schedule()).status_code == 201
    return software


def granted(house):
    return house.state.ledger.register("10234").extensions


@pytest.fixture
def proposed(fresh):
    assert propose(fresh).status_code == 303
    return fresh


@pytest.fixture(scope="module")
def approved(opened, tmp_path_factory):
    """A house in which an extension was proposed, approved and merged. Its clock moves from test to test."""
    house = opened(tmp_path_factory.mktemp("approved") / "state")
    assert propose(house).status_code == 303
    assert decide(house, SECOND).status_code == 303
    house.carry_on()
    return house


def test_another_centre_keeps_its_deadline(approved):
    assert approved.state.ledger.register("10235").extensions == ()


def test_a_granted_extension_is_told_once_and_shown_with_its_record_on_main(approved):
    teller = CentreTeller(approved.state, "http://127.0.0.1:8000/")

    told = [teller.tell(), teller.tell(), CentreTeller(approved.state, "http://127.0.0.1:8000/").tell()]

    main = approved.state.forge.head("main")
    record = approved.state.forge.read(
        main, f"reviews/2021-summer/10/10234/extensions/{pull_of(approved).number:012d}.json"
    )
    assert told == [1, 0, 0]
    assert "What arrives is on time until 12:00 on Friday 28 May 2021" in approved.letters()[-1].body
    assert "There is an extension for AM20530" in approved.letters()[-1].body
    assert "Until 12:00 on Friday 28 May 2021" in approved.client(OFFICER).get("/status", headers=BROWSER).text
    assert [(r["by"], r["verdict"]) for r in json.loads(record)["reviews"]] == [(SECOND, "approved")]
    page = approved.client(FIRST).get(BASE, headers=BROWSER).text
    assert "Granted" in page and "Approve the extension" not in page


def test_a_second_extension_keeps_the_first(approved):
    approved.carry_on()
    propose(approved, reference="xsecondx", deadline="schedule", until="2021-05-25T12:00")
    pull = approved.state.forge.last_pull_of("extension/2021-summer/10234/xsecondx")
    fields = {"head": pull.head, "verdict": "approve"}
    approved.client(SECOND).post(f"/reviews/extensions/{pull.number}", data=fields)
    approved.carry_on()

    assert {e.row for e in granted(approved)} == {"tags", "schedule"}


def test_an_approved_extension_moves_the_deadline_and_receipts_say_so(approved):
    software = scheduled(approved)
    move(approved, "2021-05-28T11:59:59+01:00")

    answer = approved.submit(software, approved.tags())

    assert answer.status_code == 201, answer.text
    assert (answer.json()["deadline"], answer.json()["on_time"]) == ("2021-05-28T11:00:00.000Z", True)


def test_one_second_after_the_extension_is_late(approved):
    software = scheduled(approved)
    move(approved, "2021-05-28T12:00:01+01:00")

    answer = approved.submit(software, approved.tags())

    assert [f["rule"] for f in answer.json()["findings"] if f["severity"] == "error"] == ["T001"]


def test_a_proposal_moves_nothing_before_another_reviewer_has_approved_it(proposed):
    proposed.carry_on()

    assert granted(proposed) == ()
    assert "Extension" not in proposed.client(OFFICER).get("/status", headers=BROWSER).text
    assert proposed.client(OFFICER).get("/requests/xabcdefg", headers=BROWSER).status_code == 404
    assert proposed.letters() == []


def test_whoever_proposed_it_does_not_approve_it(proposed):
    answer = decide(proposed, FIRST)

    assert answer.status_code == 403
    assert "another reviewer decides" in answer.text
    assert proposed.state.forge.reviews(pull_of(proposed).number) == []


@pytest.mark.parametrize("ref", [None, OFFICER, "p-10234-head"])
def test_nobody_of_a_centre_approves_it(proposed, ref):
    assert decide(proposed, ref).status_code in (401, 403)
    assert propose(proposed, ref, reference="xbcdefgh").status_code == 401
    assert proposed.state.forge.reviews(pull_of(proposed).number) == []
    assert len(asked_of(proposed.state, "10234")) == 1


def test_a_reviewer_of_the_same_centre_does_not_approve_it(proposed, monkeypatch):
    monkeypatch.setattr("gradepost.doors.web.reviews.may_review", lambda *_: False)

    assert decide(proposed, SECOND).status_code == 403


def test_of_two_that_were_proposed_together_the_second_is_proposed_anew(proposed):
    propose(proposed, reference="xsecondx", deadline="schedule", until="2021-05-25T12:00")
    second = proposed.state.forge.last_pull_of("extension/2021-summer/10234/xsecondx")
    decide(proposed, SECOND)
    proposed.carry_on()

    fields = {"head": second.head, "verdict": "approve"}
    answer = proposed.client(SECOND).post(f"/reviews/extensions/{second.number}", data=fields, headers=BROWSER)
    proposed.carry_on()

    assert answer.status_code == 409 and "Propose this one anew." in answer.text
    assert "Propose this one anew." in proposed.client(FIRST).get(BASE, headers=BROWSER).text
    assert [e.row for e in granted(proposed)] == ["tags"]


def test_an_extension_that_is_not_approved_needs_a_reason_and_moves_nothing(proposed):
    silent = decide(proposed, SECOND, "return")
    told = decide(proposed, SECOND, "return", reason="There is time enough.")
    proposed.carry_on()

    assert (silent.status_code, told.status_code) == (422, 303)
    assert granted(proposed) == ()
    assert "There is time enough." in proposed.client(FIRST).get(BASE, headers=BROWSER).text


def test_a_decision_on_what_has_changed_since_is_refused(proposed):
    assert decide(proposed, SECOND, head="0" * 40).status_code == 409


def test_the_same_proposal_sent_twice_is_one_pull_request(proposed):
    again = propose(proposed)

    assert again.status_code == 303
    assert sum(p.branch.startswith("extension/") for p in proposed.state.forge.pulls()) == 1
    assert len(asked_of(proposed.state, "10234")) == 1


def test_a_deadline_that_is_later_anyway_is_not_extended(fresh):
    answer = propose(fresh, until="2021-05-20T12:00")

    assert answer.status_code == 422
    assert "The deadline is later anyway: 23:59:59 on Friday 21 May 2021." in answer.text
    assert pull_of(fresh) is None


def test_where_lateness_is_softened_what_is_late_is_received_as_late_and_shown_so(fresh, monkeypatch):
    book = fresh.state.book
    soft = replace(book, series=replace(book.series, rule_severities={"T001": "warning", "S003": "warning"}))
    monkeypatch.setattr(fresh.state.intake, "book", soft)
    software = fresh.software()
    fresh.submit(software, fresh.schedule())
    move(fresh, "2021-05-22T10:00:00+01:00")

    answer = fresh.submit(software, fresh.tags())

    assert answer.status_code == 201
    assert answer.json()["on_time"] is False
    assert "Late" in fresh.client(OFFICER).get("/status", headers=BROWSER).text
    assert "Received late: UV21578.tags.json." in fresh.client(FIRST).get(BASE, headers=BROWSER).text


@pytest.mark.parametrize("raw", [b"{}", b"[", b'{"series": "2021-summer", "centre": "10234", "extensions": [{}]}'])
def test_an_extensions_file_that_could_not_be_read_is_never_merged(fresh, raw):
    forge, at = fresh.state.forge, fresh.state.now()
    path = "extensions/2021-summer/10234.json"
    head = forge.commit("extension/2021-summer/10234/xabcdefg", {path: raw}, "By hand\n", at, expected=None)
    pull = forge.open_pull("extension/2021-summer/10234/xabcdefg", "By hand", "", at)
    forge.add_review(Review(pull.number, head, SECOND, Verdict.APPROVED, "", at))

    fresh.carry_on()

    assert pull_of(fresh).state is PullState.OPEN
    assert granted(fresh) == ()
