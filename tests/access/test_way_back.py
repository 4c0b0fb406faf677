"""`gradepost access`: the way back in for whoever is locked out, and out for sessions that are not theirs."""

import json
from dataclasses import replace

import pytest
from signing_in import MANY, NOBODY, OFFICER, Gate, recovery_codes, set_up

WHO = ("--centre", "10234", "--ref", "p-10234-officer")


@pytest.fixture
def gate(fresh):
    return Gate(fresh, replace(MANY, links_to_address_from_network=1), series={"second_factor": "required"})


@pytest.fixture
def operator(gate, gradepost):
    return lambda *arguments: gradepost("access", *arguments, "--state", gate.gateway.state.folder)


def at_second_step(gate, browser):
    gate.open(browser, gate.asked(browser))
    assert gate.confirm(browser).headers["location"] == "/sign-in/second"
    return browser


def test_after_a_reset_the_last_line_is_the_code_that_the_next_second_factor_takes(gate, operator):
    set_up(at_second_step(gate, gate.browser("192.0.2.1")))

    ran = operator(*WHO, "--reset-second-factor")
    code = ran.out.strip().splitlines()[-1]
    _, page = set_up(at_second_step(gate, gate.browser("198.51.100.1")), given=code)

    assert ran.code == 0
    assert recovery_codes(page)
    assert "second-factor-reset" in gate.happened()


def test_a_reset_is_noted_without_its_code(gate, operator):
    code = operator(*WHO, "--reset-second-factor").out.strip().splitlines()[-1]

    noted = [json.dumps([event.about, dict(event.facts), event.actor]) for event in gate.inbox.audit_trail()]

    assert "p-10234-officer" in noted[-1]
    assert not any(code in line for line in noted)


def test_sessions_are_ended_at_once(gate, operator):
    browser = at_second_step(gate, gate.browser())
    set_up(browser)

    operator(*WHO, "--sign-out")

    assert not gate.is_in(browser)


def test_who_was_shut_out_by_too_many_links_is_let_in(gate, operator):
    gate.ask(gate.browser())
    assert gate.ask(gate.browser()).status_code == 429

    operator(*WHO, "--let-in")

    assert gate.ask(gate.browser()).status_code == 303


def test_a_reviewer_is_found_without_a_centre(operator):
    assert operator("--ref", "r-osei", "--sign-out").code == 0


@pytest.mark.parametrize(
    "arguments",
    [(*WHO,), ("--ref", "p-10234-officer", "--sign-out"), ("--centre", "10234", "--ref", "p-1", "--sign-out"), ()],
)
def test_nothing_is_done_for_whom_the_register_does_not_know_or_without_saying_what(operator, arguments):
    assert operator(*arguments).code == 2


def test_addresses_are_no_refs(operator):
    for email in (OFFICER, NOBODY):
        assert operator("--centre", "10234", "--ref", email, "--let-in").code == 2
