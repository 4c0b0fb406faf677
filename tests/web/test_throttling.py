"""How often things may be done, who has to wait and how long, and that nobody is kept out by somebody else's tries."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from signing_in import MANY, NOBODY, OFFICER, Gate

from gradepost.inbox.access import Quota
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.people.throttle import Pace, network_of, seconds_to_wait

AT = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def inbox(tmp_path):
    return SqliteInbox(tmp_path / "inbox.sqlite3")


def gate_with(fresh, **limits):
    return Gate(fresh, replace(MANY, **limits))


@pytest.mark.parametrize("email", [OFFICER, NOBODY])
def test_links_to_one_address_are_limited_alike_whether_it_is_known_or_not(fresh, email):
    gate = gate_with(fresh, links_to_address_from_network=3)

    statuses = [gate.ask(gate.browser(), email).status_code for _ in range(5)]

    assert statuses == [303, 303, 303, 429, 429]


def test_whoever_has_to_wait_is_told_how_long_on_a_plain_page(fresh):
    gate = gate_with(fresh, links_to_address_from_network=1)
    gate.ask(gate.browser())

    answer = gate.ask(gate.browser())

    assert answer.status_code == 429
    assert 3590 <= int(answer.headers["retry-after"]) <= 3600
    assert "Wait 60 minutes, then try again." in answer.text


def test_the_same_address_is_counted_however_it_is_typed(fresh):
    gate = gate_with(fresh, links_to_address_from_network=1)
    gate.ask(gate.browser(), OFFICER)

    assert gate.ask(gate.browser(), f" {OFFICER.upper()} ").status_code == 429


def test_somebody_elsewhere_who_asks_for_my_links_does_not_keep_me_from_mine(fresh):
    gate = gate_with(fresh, links_to_address_from_network=2)
    for _ in range(3):
        gate.ask(gate.browser("203.0.113.9"))

    assert gate.ask(gate.browser("198.51.100.7")).status_code == 303


def test_one_network_is_limited_over_all_addresses_and_one_address_over_all_networks(fresh):
    gate = gate_with(fresh, links_from_network=2, links_to_address=2)

    one_network = [gate.ask(gate.browser("203.0.113.9"), f"p{n}@a.example").status_code for n in range(3)]
    one_address = [gate.ask(gate.browser(f"198.51.{n}.7"), "one@b.example").status_code for n in range(3)]

    assert one_network == one_address == [303, 303, 429]


def test_there_is_a_limit_over_all(fresh):
    gate = gate_with(fresh, links=2)

    statuses = [gate.ask(gate.browser(f"198.51.{n}.7"), f"p{n}@a.example").status_code for n in range(3)]

    assert statuses == [303, 303, 429]


def test_what_was_counted_outlives_a_restart(tmp_path):
    quota = [Quota("link:x", 1, HOUR)]
    seconds_to_wait(SqliteInbox(tmp_path / "inbox.sqlite3"), quota, AT)

    assert seconds_to_wait(SqliteInbox(tmp_path / "inbox.sqlite3"), quota, AT + timedelta(minutes=10)) == 50 * 60


def test_the_hour_slides_and_tries_that_were_refused_do_not_prolong_it(inbox):
    quota = [Quota("k", 2, HOUR)]
    seconds_to_wait(inbox, quota, AT)
    seconds_to_wait(inbox, quota, AT + timedelta(minutes=30))
    for minute in range(31, 60):
        assert seconds_to_wait(inbox, quota, AT + timedelta(minutes=minute)) == (60 - minute) * 60

    assert seconds_to_wait(inbox, quota, AT + HOUR) == 0
    assert seconds_to_wait(inbox, quota, AT + timedelta(minutes=61)) == 29 * 60


def test_where_one_limit_is_reached_none_of_the_others_is_counted(inbox):
    seconds_to_wait(inbox, [Quota("a", 1, HOUR)], AT)

    seconds_to_wait(inbox, [Quota("a", 1, HOUR), Quota("b", 1, HOUR)], AT)

    assert seconds_to_wait(inbox, [Quota("b", 1, HOUR)], AT) == 0


def test_at_once_no_more_get_through_than_may(inbox, at_once):
    outcomes = at_once([lambda: seconds_to_wait(inbox, [Quota("a", 5, HOUR)], AT)] * 20)

    assert outcomes.count(0) == 5


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.254", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("::ffff:192.0.2.1", "192.0.2.9", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("testclient", None, True),
    ],
)
def test_a_network_is_24_bits_of_ipv4_and_64_of_ipv6(one, other, same):
    assert (network_of(one) == network_of(other)) is same


def test_codes_are_limited_by_network(fresh):
    gate = gate_with(fresh, codes_from_network=2)
    elsewhere = gate.browser("203.0.113.9")
    for _ in range(2):
        gate.open(elsewhere, gate.asked(gate.browser()))
        assert gate.confirm(elsewhere, code="1").status_code == 422

    assert gate.confirm(elsewhere, code="1").status_code == 429


def test_in_the_browser_that_asked_nobody_waits_for_codes(fresh):
    gate = gate_with(fresh, codes=1, codes_from_network=1)
    elsewhere = gate.browser()
    gate.open(elsewhere, gate.asked(gate.browser()))
    gate.confirm(elsewhere, code="1")

    assert gate.is_in(gate.signed_in())


@pytest.mark.parametrize("act", ["check", "submit"])
def test_one_actor_who_sends_too_fast_waits_and_others_do_not(fresh, act):
    gate = gate_with(fresh, sent_in_a_minute=2)
    fast, other = gate.signed_in(), gate.signed_in("teacher-1@centre-10234.example")
    body = json.dumps(fresh.schedule())
    sent = {"content": body, "headers": {"Content-Type": "application/json"}}

    statuses = [fast.post(f"/{act}/schedule", **sent).status_code for _ in range(3)]
    last = fast.post(f"/{act}/schedule", **sent)

    assert statuses[2] == last.status_code == 429
    assert 1 <= int(last.headers["retry-after"]) <= 30
    assert other.post("/check/schedule", **sent).status_code == 200


def test_what_was_refused_for_pace_is_not_received(fresh):
    gate = gate_with(fresh, sent_in_a_minute=1)
    officer = gate.signed_in()
    before = fresh.stored()
    sent = {"content": json.dumps(fresh.schedule()), "headers": {"Content-Type": "application/json"}}
    officer.post("/check/schedule", **sent)

    assert officer.post("/submit/schedule", **sent).status_code == 429
    assert fresh.stored() == before


def test_pace_fills_evenly_and_holds_no_more_than_a_minutes_worth():
    pace = Pace(60)

    burst = [pace.seconds_to_wait("a", 0.0) for _ in range(61)]

    assert burst == [0] * 60 + [1]
    assert pace.seconds_to_wait("a", 1.0) == 0
    assert pace.seconds_to_wait("a", 1.0) == 1
    assert [pace.seconds_to_wait("a", 1000.0) for _ in range(61)][-2:] == [0, 1]


def test_the_demos_people_are_not_paced(fresh):
    assert fresh.gateway.pace.seconds_to_wait("x", 0.0) == 0
    assert fresh.gateway.pace._most == 0
