"""Sessions: new at each sign-in, over after half an hour of rest, or eight hours, or at once; nothing typed is lost."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from signing_in import OFFICER, Gate

from gradepost.doors.clock import system_now
from gradepost.doors.sign_ins import Doorkeeper
from gradepost.doors.web import answers, entering, kept, sessions, who
from gradepost.people.credentials import IDLE_MINUTES, SESSION_HOURS

SECOND = timedelta(seconds=1)
TEACHER = "teacher-1@centre-10234.example"


@pytest.fixture
def gate(fresh):
    return Gate(fresh)


@pytest.fixture
def clock(monkeypatch):
    found = SimpleNamespace(at=system_now())
    for module in (who, sessions, answers, entering):
        monkeypatch.setattr(module, "system_now", lambda: found.at)
    return found


def session_of(browser):
    return browser.cookies["gradepost"]


def test_each_sign_in_makes_a_session_of_its_own_and_ends_the_one_before(gate):
    browser = gate.signed_in()
    before = session_of(browser)

    gate.open(browser, gate.asked(browser))
    gate.confirm(browser)

    assert session_of(browser) != before
    old = gate.browser()
    old.cookies.set("gradepost", before)
    assert not gate.is_in(old)


@pytest.mark.parametrize("planted", ["x", "a" * 43, ""])
def test_a_session_that_somebody_planted_is_never_taken_over(gate, planted):
    browser = gate.browser()
    browser.cookies.set("gradepost", planted, domain="127.0.0.1", path="/")
    gate.open(browser, gate.asked(browser))

    issued = gate.confirm(browser).headers["set-cookie"]

    assert f"gradepost={planted};" not in issued
    thief = gate.browser()
    thief.cookies.set("gradepost", planted)
    assert not gate.is_in(thief)


def test_a_session_rests_for_half_an_hour_and_no_longer(gate, clock):
    browser = gate.signed_in()

    clock.at += timedelta(minutes=IDLE_MINUTES) - SECOND
    assert gate.is_in(browser)
    clock.at += 2 * SECOND
    assert not gate.is_in(browser)


def test_whoever_is_at_work_stays_signed_in_but_not_for_more_than_eight_hours(gate, clock):
    browser = gate.signed_in()
    began = clock.at

    while clock.at + timedelta(minutes=20) < began + timedelta(hours=SESSION_HOURS):
        clock.at += timedelta(minutes=20)
        assert browser.get("/status").status_code == 200
    clock.at = began + timedelta(hours=SESSION_HOURS)

    assert browser.get("/status").status_code == 303


def test_to_ask_how_long_it_lasts_keeps_nobody_signed_in(gate, clock):
    browser = gate.signed_in()

    clock.at += timedelta(minutes=IDLE_MINUTES - 5)
    told = browser.get("/session").json()
    clock.at += timedelta(minutes=6)

    assert told["seconds"] == 5 * 60
    assert not gate.is_in(browser)


def test_staying_signed_in_begins_the_half_hour_anew(gate, clock):
    browser = gate.signed_in()
    clock.at += timedelta(minutes=IDLE_MINUTES - 2)

    told = browser.post("/session/stay", headers={"Accept": "application/json"}).json()

    assert told["seconds"] == IDLE_MINUTES * 60
    assert told["at_most"] == SESSION_HOURS * 3600 - (IDLE_MINUTES - 2) * 60


def test_staying_signed_in_works_without_a_script(gate):
    assert gate.signed_in().post("/session/stay").headers["location"] == "/account"


def test_nobody_stays_who_is_not_signed_in(gate):
    assert gate.browser().post("/session/stay").status_code == 401


def test_use_is_written_down_once_a_minute_at_most(gate, clock, monkeypatch):
    browser = gate.signed_in()
    written = []
    monkeypatch.setattr(gate.inbox.__class__, "note_seen", lambda *said: written.append(said))

    for _ in range(5):
        browser.get("/status")

    assert len(written) == len([said for said in written if said[2] == clock.at])
    clock.at += timedelta(minutes=2)
    monkeypatch.undo()


def test_the_page_tells_the_script_how_long_it_lasts(gate):
    page = gate.signed_in().get("/status").text

    assert 'id="gp-timeout"' in page
    assert int(re.search(r'data-seconds="([0-9]+)"', page)[1]) in range(IDLE_MINUTES * 60 - 60, IDLE_MINUTES * 60 + 1)
    assert "assets/session.js" in page
    assert 'id="gp-timeout"' not in gate.browser().get("/").text


def test_signing_out_ends_the_session_and_takes_the_cookie_back(gate):
    browser = gate.signed_in()
    secret = session_of(browser)

    answer = browser.post("/sign-out")

    assert 'gradepost="";' in answer.headers["set-cookie"]
    other = gate.browser()
    other.cookies.set("gradepost", secret)
    assert not gate.is_in(other)
    assert gate.happened()[-1] == "signed-out"


def test_signing_out_everywhere_ends_every_session_of_ones_own_and_no_others(gate):
    here, there, other = gate.signed_in(), gate.signed_in(), gate.signed_in(TEACHER)
    assert "You are signed in 2 times" in here.get("/account").text

    here.post("/sign-out/everywhere")

    assert [gate.is_in(browser) for browser in (here, there, other)] == [False, False, True]


def test_who_leaves_the_register_is_signed_out_at_once(gate, monkeypatch):
    browser = gate.signed_in()
    ledger = gate.gateway.state.ledger
    register = ledger.register("10234")
    left = [person for person in register.centre.people if person.email != OFFICER]
    gone = replace(register, centre=replace(register.centre, people=tuple(left)))
    monkeypatch.setattr(ledger, "register", lambda _: gone)

    assert browser.get("/status").status_code == 303
    assert browser.post("/check/tags", data={"component": "x"}).status_code == 401


def test_sessions_that_have_run_out_are_cleared_away(gate, clock):
    gate.signed_in()
    Doorkeeper(gate.gateway.state, gate.site, lambda: clock.at + timedelta(hours=SESSION_HOURS)).clear()

    assert gate.inbox.credentials("session") == []
    assert gate.inbox._rows("SELECT * FROM seen") == []


TYPED = [
    ("component", "UV21578"),
    ("decision_record", 'They said "<b>well done</b>"\nand more'),
    ("learners.0.uln", "1000000051"),
    ("evidence.0.source", "mock-examination"),
    ("statements", "one"),
    ("statements", "two"),
]


def kept_fields(page_of, answer):
    return [(n, v) for n, v in page_of(answer).fields if not n.startswith("_")]


def as_posted(fields):
    found = {}
    for name, value in fields:
        found.setdefault(name, []).append(value)
    return found


def test_what_was_typed_outlives_the_session_and_goes_on_after_signing_in(gate, page_of):
    browser = gate.browser()

    lost = browser.post("/submit/tags", data=as_posted(TYPED))
    carried = page_of(lost)
    sent = browser.post("/sign-in", data=as_posted([*TYPED, ("_carry", "/submit/tags"), ("_email", OFFICER)]))
    other_tab = gate.open(browser, gate.link())
    gate.confirm(browser)
    gone_on = browser.post("/check/tags", data=as_posted(page_of(sent).fields))

    assert lost.status_code == 401
    assert carried.fields == TYPED
    assert 'action="/check/tags"' in lost.text
    assert "<b>well done" not in lost.text
    assert (sent.status_code, page_of(sent).fields) == (200, TYPED)
    assert other_tab.status_code == 200
    assert gone_on.status_code == 200
    assert "well done" in gone_on.text


def test_a_page_that_carried_its_document_keeps_it_too(gate, page_of):
    document = json.dumps({"form": "tags", "decision_record": "Kept."})
    posted = [("_document", document), ("_channel", "spreadsheet"), ("_key", "k")]

    lost = gate.browser().post("/submit/tags", data=dict(posted))

    assert page_of(lost).fields == posted


def test_in_the_demo_one_press_goes_on(fresh, page_of):
    client = fresh.client()
    lost = client.post("/check/tags", data=as_posted(TYPED), headers={"Accept": "text/html"})

    on = client.post(
        "/sign-in",
        data=as_posted([*TYPED, ("_carry", "/check/tags"), ("_ref", "p-10234-officer")]),
        headers={"Accept": "text/html"},
    )

    assert "Continue as exams officer, centre 10234" in lost.text
    assert page_of(on).fields == TYPED
    assert client.get("/session").status_code == 200


def test_an_address_that_is_none_keeps_what_was_typed_as_well(gate, page_of):
    answer = gate.browser().post("/sign-in", data=as_posted([*TYPED, ("_carry", "/check/tags"), ("_email", "x")]))

    assert page_of(answer).fields == TYPED
    assert "Type an e-mail address" in answer.text


def test_a_reviewers_reason_is_kept(gate, page_of):
    lost = gate.browser().post("/reviews/2/return", data={"head": "abc", "reason": "The mock's date is missing."})

    assert ("reason", "The mock's date is missing.") in page_of(lost).fields


@pytest.mark.parametrize(
    "path",
    [
        "https://elsewhere.example/check/tags",
        "//elsewhere.example",
        "/check/tags/../../x",
        "/check/tags\n",
        "/sign-out",
        "/check/Tags",
        "/declare/x",
        "javascript:alert(1)",
        "",
        None,
    ],
)
def test_what_was_typed_goes_on_to_our_own_forms_alone(path):
    assert kept.target_of(path) is None


def test_software_gets_json_and_no_page(gate):
    answer = gate.browser(Accept="application/json").post("/submit/tags", data={"component": "x"})

    assert answer.status_code == 401
    assert answer.json()["error"] == "You are not signed in"
