"""Whoever asks for links learns nothing from how long the answer takes: the order of times tells as much as a coin."""

import random
import statistics
import threading
import time

import pytest
from signing_in import NOBODY, OFFICER, Gate

PAIRS, SMOKE_PAIRS = 2_000, 150
# Under chance alone the area strays by √(1/6n): 0.009 for 2,000 pairs, 0.033 for 150.
NEAR, SMOKE_NEAR = 0.05, 0.15


def area_under_curve(known, unknown):
    """The chance that an answer for a known address took longer than one for an unknown, ties counted half."""
    ranked = sorted([(took, True) for took in known] + [(took, False) for took in unknown])
    wins = below = 0
    for _, is_known in ranked:
        wins += below if is_known else 0
        below += not is_known
    return wins / (len(known) * len(unknown))


def measured(gate, pairs):
    """How long each answer took, with the worker answering wishes at the same time as it does in earnest."""
    took, browser, stop = {OFFICER: [], NOBODY: []}, gate.browser(), threading.Event()

    def work():
        while not stop.wait(0.2):
            gate.doorkeeper.answer_due()

    worker = threading.Thread(target=work)
    worker.start()
    for _ in range(pairs):
        for email in random.sample([OFFICER, NOBODY], 2):
            browser.cookies.clear()
            began = time.perf_counter()
            answer = gate.ask(browser, email)
            took[email].append(time.perf_counter() - began)
            assert answer.status_code == 303
    stop.set()
    worker.join()
    return took[OFFICER], took[NOBODY]


def test_the_area_tells_apart_what_differs():
    assert area_under_curve([3, 4, 5], [1, 2, 2.5]) == 1
    assert area_under_curve([1, 2], [3, 4]) == 0


def test_times_of_known_and_unknown_addresses_are_about_alike(fresh):
    assert abs(area_under_curve(*measured(Gate(fresh), SMOKE_PAIRS)) - 0.5) < SMOKE_NEAR


@pytest.mark.campaign
def test_times_of_known_and_unknown_addresses_cannot_be_told_apart(fresh, record_property):
    known, unknown = measured(Gate(fresh), PAIRS)

    area = area_under_curve(known, unknown)
    record_property("area", area)
    print(
        f"area {area:.4f}, medians {statistics.median(known) * 1000:.3f} and {statistics.median(unknown) * 1000:.3f} ms"
    )

    assert abs(area - 0.5) < NEAR
