"""Signing in by a link: for those in the register, once, in time, in the browser that asked or with its code."""

import re
from datetime import timedelta

import pytest
from signing_in import MANY, NOBODY, OFFICER, Gate

from gradepost.doors import sign_ins
from gradepost.doors.web import entering, sign_in, who
from gradepost.people.links import LINK_MINUTES

TEACHER = "teacher-1@centre-10234.example"


@pytest.fixture
def gate(fresh):
    return Gate(fresh)


@pytest.fixture
def clock(monkeypatch):
    """The system's clock as the gateway sees it, moved at will."""
    from gradepost.doors.clock import system_now

    class Clock:
        ahead = timedelta()

        def __call__(self):
            return system_now() + self.ahead

    found = Clock()
    for module in (sign_in, who, entering):
        monkeypatch.setattr(module, "system_now", found)
    return found


def test_an_exams_officer_signs_in_by_the_link_in_the_letter(gate):
    browser = gate.browser()

    page = gate.open(browser, gate.asked(browser, next_url="/forms/tags/"))
    answer = gate.confirm(browser)

    assert "Sign in as exams officer, centre 10234" in page.text
    assert (answer.status_code, answer.headers["location"]) == (303, "/forms/tags/")
    assert gate.is_in(browser)
    assert "Morgan Ellis" in browser.get("/status").text
    assert gate.happened()[-1] == "signed-in"


@pytest.mark.parametrize("typed", ["Officer@Centre-10234.EXAMPLE", f"  {OFFICER} "])
def test_an_address_is_known_however_it_is_typed_and_the_letter_goes_where_the_register_says(gate, typed):
    gate.asked(gate.browser(), typed)

    assert gate.letters()[-1].to == OFFICER


def test_a_reviewer_signs_in_too_and_lands_at_the_reviews(gate):
    browser = gate.browser()
    gate.open(browser, gate.asked(browser, "a.osei@awarding.example"))

    assert gate.confirm(browser).headers["location"] == "/reviews"


def test_whoever_the_follower_has_seen_is_found_by_the_stores_index(gate):
    gate.gateway.state.register.follow()
    browser = gate.browser()

    gate.open(browser, gate.asked(browser, TEACHER))

    assert gate.confirm(browser).status_code == 303


def test_no_letter_goes_to_an_address_that_the_register_has_not(gate):
    for email in (NOBODY, f"{OFFICER}.elsewhere.example", f"x{OFFICER}"):
        assert gate.ask(gate.browser(), email).status_code == 303

    assert gate.letters() == []
    assert gate.inbox.asks() == []


@pytest.mark.parametrize(
    "typed", ["", "officer", "a b@c.example", "@c.example", f"{'a' * 250}@c.example", "a@c\n.example"]
)
def test_what_is_no_address_is_said_at_once(gate, typed):
    answer = gate.ask(gate.browser(), typed)

    assert answer.status_code == 422
    assert "Type an e-mail address" in answer.text
    assert answer.text.count("<title>Error: ") == 1


def test_known_and_unknown_addresses_get_the_same_answer(gate):
    known, unknown = gate.browser(), gate.browser()

    answers = [gate.ask(known, OFFICER), gate.ask(unknown, NOBODY)]
    pages = [browser.get("/sign-in/sent").text for browser in (known, unknown)]

    def plain(answer):
        headers = {name: value for name, value in answer.headers.items() if name not in ("x-request-id", "set-cookie")}
        return answer.status_code, answer.content, headers, len(answer.headers["set-cookie"])

    assert plain(answers[0]) == plain(answers[1])
    assert len({re.sub(r"[0-9]{3} [0-9]{3}", "", page) for page in pages}) == 1


def test_an_address_that_two_people_share_offers_both_and_names_neither(gate, monkeypatch):
    people = [("10234", "p-10234-officer"), ("10235", "p-10235-officer")]
    find = gate.gateway.state.ledger
    found = [(centre, find.register(centre).centre.person(ref)) for centre, ref in people]
    monkeypatch.setattr(gate.doorkeeper, "_people", lambda _: found)
    browser = gate.browser()

    page = gate.open(browser, gate.asked(browser))
    gate.confirm(browser, who="1")

    assert page.text.count("Sign in as exams officer, centre") == 2
    assert "Morgan Ellis" not in page.text
    assert "of centre 10235" in browser.get("/status").text


def test_a_link_lets_in_once(gate):
    browser = gate.browser()
    link = gate.asked(browser)
    gate.open(browser, link)
    jar = dict(browser.cookies)
    assert gate.confirm(browser).status_code == 303

    again = gate.browser()
    again.cookies.update(jar)
    answer = gate.confirm(again)

    assert answer.status_code == 410
    assert not gate.is_in(again)
    assert gate.open(gate.browser(), link).status_code == 410


def test_a_link_that_nobody_made_opens_nothing(gate):
    browser = gate.browser()

    assert gate.open(browser, "/sign-in/link/" + "A" * 43).status_code == 410
    assert gate.confirm(browser).status_code == 410


@pytest.mark.parametrize(("seconds", "status"), [(-5, 303), (1, 410)])
def test_a_link_is_good_for_ten_minutes(gate, clock, seconds, status):
    browser = gate.browser()
    gate.open(browser, gate.asked(browser))

    clock.ahead = timedelta(minutes=10, seconds=seconds)

    assert gate.confirm(browser).status_code == status


def test_a_wish_that_was_answered_too_late_gets_no_letter(gate):
    gate.ask(gate.browser())
    gate.doorkeeper = sign_ins.Doorkeeper(
        gate.gateway.state, gate.site, lambda: who.system_now() + timedelta(minutes=LINK_MINUTES)
    )

    assert gate.letters() == []


def test_in_another_browser_the_code_of_the_first_screen_is_asked_for(gate):
    first, second = gate.browser(), gate.browser()
    link = gate.asked(first)
    page = gate.open(second, link)

    without = gate.confirm(second)
    answer = gate.confirm(second, code=gate.code_shown(first))

    assert 'autocomplete="one-time-code"' in page.text
    assert without.status_code == 422
    assert answer.status_code == 303
    assert gate.is_in(second)
    assert not gate.is_in(first)


def test_the_code_can_be_pasted_as_it_is_shown_and_the_first_screen_can_be_loaded_again(gate):
    first, second = gate.browser(), gate.browser()
    link = gate.asked(first)
    shown = gate.code_shown(first)

    assert gate.code_shown(first) == shown
    gate.open(second, link)
    assert gate.confirm(second, code=f" {shown.replace(' ', '-')} ").status_code == 303


def test_a_code_may_be_tried_five_times_and_then_not_even_the_right_one_is_taken(gate):
    first, second = gate.browser(), gate.browser()
    gate.open(second, gate.asked(first))
    right = gate.code_shown(first)
    wrong = "000 000" if right != "000 000" else "000 001"

    statuses = [gate.confirm(second, code=wrong).status_code for _ in range(5)]

    assert statuses == [422] * 4 + [410]
    assert gate.confirm(second, code=right).status_code == 410
    assert gate.happened().count("sign-in-refused") == 6


def test_wrong_codes_elsewhere_do_not_shut_out_the_browser_that_asked(gate):
    first, second = gate.browser(), gate.browser()
    link = gate.asked(first)
    gate.open(second, link)
    for _ in range(6):
        gate.confirm(second, code="1")

    gate.open(first, link)

    assert gate.confirm(first).status_code == 303


def test_the_code_of_one_wish_is_no_good_for_another(gate):
    attacker, victim, elsewhere = gate.browser(), gate.browser(), gate.browser()
    gate.asked(attacker)
    stolen = gate.code_shown(attacker)
    link = gate.asked(victim)
    gate.open(elsewhere, link)

    if gate.code_shown(victim) != stolen:
        assert gate.confirm(elsewhere, code=stolen).status_code == 422


def test_looking_at_a_link_any_number_of_times_uses_nothing_up(gate):
    browser = gate.browser()
    link = gate.asked(browser)

    for _ in range(20):
        browser.head(link)
        gate.open(browser, link)
        browser.head("/sign-in/confirm")

    assert gate.confirm(browser).status_code == 303


def test_the_links_secret_leaves_the_address_bar_and_no_page_repeats_it(gate):
    browser = gate.browser()
    link = gate.asked(browser)
    moved = browser.get(link)
    secret = link.rpartition("/")[2]

    assert moved.headers["location"] == "/sign-in/confirm"
    assert moved.headers["referrer-policy"] == "no-referrer"
    assert secret not in browser.get("/sign-in/confirm").text


def test_no_secret_of_signing_in_stands_in_the_store_but_in_the_letter(gate):
    browser = gate.browser()
    secret = gate.asked(browser).rpartition("/")[2]
    asking = browser.cookies["gradepost-asking"]
    code = gate.code_shown(browser).replace(" ", "")
    gate.open(browser, f"/sign-in/link/{secret}")
    gate.confirm(browser)
    session = browser.cookies["gradepost"]

    rows = [
        str(value)
        for table in ("credentials", "sign_in_asks", "attempts", "seen", "code_tries", "audit")
        for row in gate.inbox._rows(f"SELECT * FROM {table}")
        for value in row
    ]

    assert not any(found in value for value in rows for found in (secret, asking, session, f'"{code}"', OFFICER))


def test_once_a_wish_is_answered_the_address_is_forgotten(gate):
    gate.ask(gate.browser(), NOBODY)
    before = gate.inbox._rows("SELECT email FROM sign_in_asks")

    gate.doorkeeper.answer_due()

    assert before == [(NOBODY,)]
    assert gate.inbox._rows("SELECT email FROM sign_in_asks") == []


def test_twenty_at_once_on_one_link_have_one_winner(gate, at_once):
    browser = gate.browser()
    gate.open(browser, gate.asked(browser))
    jar = dict(browser.cookies)

    def press():
        racer = gate.browser()
        racer.cookies.update(jar)
        return gate.confirm(racer).status_code

    outcomes = at_once([press] * 20)

    assert sorted(outcomes) == [303] + [410] * 19


def test_without_the_demo_nobody_continues_as_anybody(gate):
    browser = gate.browser()

    answer = browser.post("/sign-in", data={"ref": "p-10234-officer"})

    assert answer.status_code == 422
    assert not gate.is_in(browser)
    assert "Continue as" not in browser.get("/sign-in").text


def test_the_demo_offers_the_real_way_in_as_well(fresh):
    gate = Gate(fresh, limits=MANY)
    demo = fresh.client()

    page = demo.get("/sign-in", headers={"Accept": "text/html"})
    demo.post("/sign-in", data={"email": OFFICER})
    gate.doorkeeper.answer_due()

    assert "Send me a link" in page.text
    assert "/sign-in/link/" in demo.get("/demo/mail").text


def test_who_has_left_the_register_since_the_letter_does_not_get_in(gate, monkeypatch):
    browser = gate.browser()
    gate.open(browser, gate.asked(browser))
    monkeypatch.setattr(sign_in, "person_at", lambda *_: None)

    assert gate.confirm(browser).status_code == 410
    assert not gate.is_in(browser)
