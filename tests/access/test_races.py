"""One token, twenty at once: one gets in. Two hundred times."""

import pytest
from signing_in import Gate

THREADS = 20


def winners(gate, at_once):
    browser = gate.browser()
    gate.open(browser, gate.asked(browser))
    jar = dict(browser.cookies)

    def press():
        racer = gate.browser()
        racer.cookies.update(jar)
        return gate.confirm(racer).status_code

    return sorted(at_once([press] * THREADS))


def race(gate, at_once, times):
    for number in range(times):
        before = len(gate.inbox.credentials("session"))

        outcomes = winners(gate, at_once)

        assert outcomes == [303] + [410] * (THREADS - 1), number
        assert len(gate.inbox.credentials("session")) == before + 1, number


def test_ten_races_of_twenty_have_one_winner_each(fresh, at_once):
    race(Gate(fresh), at_once, 10)


@pytest.mark.campaign
def test_two_hundred_races_of_twenty_have_one_winner_each(fresh, at_once):
    race(Gate(fresh), at_once, 200)
