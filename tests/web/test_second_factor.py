"""The second factor: asked of whoever may submit where the series requires it; set up, used once, lost, reset."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import segno
from signing_in import MANY, OFFICER, Gate, recovery_codes, set_up

from gradepost.doors.clock import system_now
from gradepost.doors.second_factors import seal_of
from gradepost.doors.web import second_factor
from gradepost.people.second_factor import (
    RECOVERY_CODES,
    RESET_DAYS,
    Holder,
    methods,
    reset,
    step_of,
    waits_for_reset_code,
)

HOLDER = Holder("10234", "p-10234-officer")
REQUIRED = {"second_factor": "required"}
RFC_KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
HALF_MINUTE = timedelta(seconds=30)


@pytest.fixture
def gate(fresh):
    return Gate(fresh, series=REQUIRED)


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        ahead = timedelta()

        def __call__(self):
            return system_now() + self.ahead

    found = Clock()
    monkeypatch.setattr(second_factor, "system_now", found)
    return found


def at_second_step(gate, email=OFFICER):
    """A browser whose link has been followed."""
    browser = gate.browser()
    gate.open(browser, gate.asked(browser, email))
    answer = gate.confirm(browser)
    assert answer.headers["location"] == "/sign-in/second"
    return browser


def test_rfc_6238s_own_examples_are_taken():
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")):
        assert step_of(RFC_KEY, code, datetime.fromtimestamp(seconds, UTC)) == seconds // 30


def test_where_it_is_required_the_link_alone_lets_nobody_in_who_may_submit(gate):
    browser = at_second_step(gate)

    assert not gate.is_in(browser)
    assert browser.get("/status").status_code == 303
    assert browser.post("/submit/tags", data={"component": "x"}).status_code == 401
    assert "Set up your second factor" in browser.get("/sign-in/second").text


@pytest.mark.parametrize("email", ["teacher-1@centre-10234.example", "head@centre-10234.example"])
def test_who_may_not_submit_is_not_asked(gate, email):
    assert gate.is_in(gate.signed_in(email))


def test_where_it_is_off_nobody_is_asked(fresh):
    gate = Gate(fresh)

    assert gate.gateway.state.book.series.second_factor == "off"
    assert gate.is_in(gate.signed_in())


def test_setting_it_up_signs_in_shows_recovery_codes_and_tells_those_who_act_for_the_centre(gate):
    browser = at_second_step(gate)

    _, page = set_up(browser)

    assert len(set(recovery_codes(page))) == RECOVERY_CODES
    assert gate.is_in(browser)
    told = {letter.to for letter in gate.inbox.messages() if "second factor" in letter.subject}
    assert told == {OFFICER, "head@centre-10234.example"}
    assert "second-factor-set" in gate.happened()


def test_the_picture_is_the_link_that_the_app_opens_and_has_no_style_that_the_policy_would_stop(gate):
    page = at_second_step(gate).get("/sign-in/second").text
    link = html.unescape(re.search(r'href="(otpauth:[^"]+)"', page)[1])
    picture = re.search(r"<svg[^>]*gp-qr.*?</svg>", page, re.DOTALL)[0]

    path = re.search(r'stroke="#000" d="([^"]+)"', picture)[1]
    expected = segno.make(link, error="m", micro=False).svg_inline(border=4)
    assert path in expected
    assert "style" not in picture


def test_next_time_the_apps_code_is_asked_for_and_lets_in(gate, clock):
    app, _ = set_up(at_second_step(gate))
    clock.ahead = HALF_MINUTE
    browser = at_second_step(gate)

    answer = browser.post("/sign-in/second", data={"code": app.at(clock())})

    assert (answer.status_code, answer.headers["location"]) == (303, "/status")
    assert gate.is_in(browser)


def test_a_code_is_taken_once(gate, clock):
    app, _ = set_up(at_second_step(gate))
    clock.ahead = HALF_MINUTE
    code = app.at(clock())
    at_second_step(gate).post("/sign-in/second", data={"code": code})
    thief = at_second_step(gate)

    answer = thief.post("/sign-in/second", data={"code": code})

    assert answer.status_code == 422
    assert not gate.is_in(thief)


def test_the_code_that_set_it_up_is_not_taken_again(gate):
    app, _ = set_up(at_second_step(gate))
    thief = at_second_step(gate)

    assert thief.post("/sign-in/second", data={"code": app.at(system_now())}).status_code == 422


@pytest.mark.parametrize(("half_minutes", "taken"), [(-2, False), (2, False), (1, True)])
def test_codes_of_about_now_are_taken_and_no_others(gate, clock, half_minutes, taken):
    app, _ = set_up(at_second_step(gate))
    clock.ahead = 10 * HALF_MINUTE
    browser = at_second_step(gate)

    answer = browser.post("/sign-in/second", data={"code": app.at(clock() + half_minutes * HALF_MINUTE)})

    assert (answer.status_code == 303) is taken


@pytest.mark.parametrize("typed", ["", "000000 ", "12345", "1234567", "１２３４５６", "abcdef", "\0", "9" * 60])
def test_what_is_not_the_code_is_refused_in_words(gate, typed):
    set_up(at_second_step(gate))
    browser = at_second_step(gate)

    answer = browser.post("/sign-in/second", data={"code": typed})

    assert answer.status_code == 422
    assert "This is not" in answer.text
    assert not gate.is_in(browser)
    assert "second-factor-refused" in gate.happened()


def test_a_recovery_code_lets_in_once(gate):
    _, page = set_up(at_second_step(gate))
    code = recovery_codes(page)[0]
    first, second = at_second_step(gate), at_second_step(gate)

    answers = [b.post("/sign-in/second", data={"code": code.upper().replace("-", " ")}) for b in (first, second)]

    assert [answer.status_code for answer in answers] == [303, 422]
    assert "You have 7 recovery codes left" in first.get("/account").text
    assert "recovery-code-used" in gate.happened()


def test_one_recovery_code_at_once_in_many_browsers_lets_one_in(gate, at_once):
    _, page = set_up(at_second_step(gate))
    code = recovery_codes(page)[0]
    browsers = [at_second_step(gate) for _ in range(8)]

    outcomes = at_once([lambda b=b: b.post("/sign-in/second", data={"code": code}).status_code for b in browsers])

    assert sorted(outcomes) == [303] + [422] * 7


def test_somebody_elses_guesses_do_not_keep_out_who_has_a_recovery_code(fresh):
    gate = Gate(fresh, replace(MANY, second_factor_codes=3), series=REQUIRED)
    _, page = set_up(at_second_step(gate))
    attacker = at_second_step(gate)
    statuses = [attacker.post("/sign-in/second", data={"code": f"{n:06d}"}).status_code for n in range(4)]

    owner = at_second_step(gate)
    shut = owner.post("/sign-in/second", data={"code": "123456"})
    let_in = owner.post("/sign-in/second", data={"code": recovery_codes(page)[0]})

    assert statuses[-1] == 429
    assert shut.status_code == 429
    assert let_in.status_code == 303


def test_recovery_codes_and_keys_are_stored_hashed_and_sealed(gate):
    app, page = set_up(at_second_step(gate))

    rows = [
        str(v) for table in ("factors", "recovery") for row in gate.inbox._rows(f"SELECT * FROM {table}") for v in row
    ]

    assert not any(app.secret in value for value in rows)
    assert not any(code.replace("-", "") in value for code in recovery_codes(page) for value in rows)
    key = gate.gateway.state.folder / "keys" / "second-factor.key"
    assert key.stat().st_mode & 0o777 == 0o600


def test_a_second_factor_is_not_replaced_by_whoever_comes_next(gate):
    first, second = at_second_step(gate), at_second_step(gate)
    page = second.get("/sign-in/second")
    set_up(first)

    sealed = re.search(r'name="key" value="([^"]+)"', page.text)[1]
    key = re.search(r'id="gp-key">([A-Z2-7 ]+)<', page.text)[1].replace(" ", "")
    second.post("/sign-in/second", data={"key": sealed, "code": pyotp.TOTP(key).at(system_now())})

    assert not gate.is_in(second)
    assert len(gate.inbox._rows("SELECT * FROM factors")) == 1


def test_a_key_that_was_given_to_somebody_else_or_to_nobody_sets_nothing_up(gate):
    browser = at_second_step(gate)
    theirs = seal_of(gate.gateway.state.folder).close("10235:p-10235-officer:" + RFC_KEY)
    code = pyotp.TOTP(RFC_KEY).at(system_now())

    for key in (theirs, RFC_KEY, "", "é"):
        assert browser.post("/sign-in/second", data={"key": key, "code": code}).status_code == 422
    assert gate.inbox.factor("10234", "p-10234-officer") is None


def test_a_wrong_first_code_shows_the_same_key_again(gate):
    browser = at_second_step(gate)
    page = browser.get("/sign-in/second")
    key = re.search(r'id="gp-key">([A-Z2-7 ]+)<', page.text)[1]
    sealed = re.search(r'name="key" value="([^"]+)"', page.text)[1]

    again = browser.post("/sign-in/second", data={"key": sealed, "code": "0"})

    assert (again.status_code, key in again.text) == (422, True)


def test_of_ones_own_accord_it_can_be_set_up_and_is_asked_for_from_then_on(fresh):
    gate = Gate(fresh)
    browser = gate.signed_in()

    set_up(browser, "/account/second-factor")

    assert at_second_step(gate).get("/sign-in/second").status_code == 200
    assert browser.get("/account/second-factor").headers["location"] == "/account"


def test_a_reset_gives_a_code_without_which_the_mailbox_alone_sets_nothing_up(gate):
    before = at_second_step(gate)
    set_up(before)
    code = reset(gate.inbox, HOLDER, "exams-officer", system_now())

    attacker = at_second_step(gate)
    _, without = set_up(attacker)
    _, wrong = set_up(attacker, given="aaaa-bbbb-cccc-dddd")
    owner = at_second_step(gate)
    _, done = set_up(owner, given=code.upper())

    assert not gate.is_in(before)
    assert (without.status_code, wrong.status_code) == (422, 422)
    assert "Ring it" in without.text
    assert len(recovery_codes(done)) == RECOVERY_CODES
    assert not waits_for_reset_code(gate.inbox, HOLDER)


def test_a_reset_code_runs_out_and_then_still_nobody_gets_in_without_one(gate, clock):
    code = reset(gate.inbox, HOLDER, "exams-officer", system_now() - timedelta(days=RESET_DAYS))

    browser = at_second_step(gate)
    _, answer = set_up(browser, given=code)

    assert answer.status_code == 422
    assert waits_for_reset_code(gate.inbox, HOLDER)


def test_a_later_reset_voids_the_code_of_the_one_before(gate):
    first = reset(gate.inbox, HOLDER, "exams-officer", system_now())
    second = reset(gate.inbox, HOLDER, "exams-officer", system_now())

    _, with_first = set_up(at_second_step(gate), given=first)
    _, with_second = set_up(at_second_step(gate), given=second)

    assert with_first.status_code == 422
    assert recovery_codes(with_second)


def test_a_step_without_its_link_leads_nowhere(gate):
    browser = gate.browser()

    assert browser.get("/sign-in/second").headers["location"] == "/sign-in"
    assert browser.post("/sign-in/second", data={"code": "123456"}).headers["location"] == "/sign-in"


def test_a_step_is_no_session(gate):
    browser = at_second_step(gate)
    step = browser.cookies["gradepost-step"]
    other = gate.browser()
    other.cookies.set("gradepost", step)

    assert not gate.is_in(other)


def test_methods_says_how_each_signs_in(gate):
    state = gate.gateway.state
    people = {person.ref: person for person in state.ledger.register("10234").centre.people}

    found = {ref: methods(person, "10234", state.book, gate.inbox) for ref, person in people.items()}

    assert found["p-10234-officer"] == ("email-link", "totp")
    assert found["p-10234-teacher-1"] == found["p-10234-head"] == ("email-link",)
