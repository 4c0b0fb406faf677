"""The demo's clock: it starts at 10:00 on 18 May 2021, ticks, moves forward only, and outlives restarts."""

import json
import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gradepost.doors.clock import DemoClock, demo_now_of, system_now
from gradepost.doors.demo.people import STARTS_AT
from gradepost.doors.state import clock_file, now_of

REAL = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


class RealTime:
    """The system's clock, in our hand."""

    def __init__(self):
        self.at = REAL

    def __call__(self):
        return self.at


@pytest.fixture
def real():
    return RealTime()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "clock.json"


def test_it_starts_at_ten_in_london(path, real):
    clock = DemoClock.start(path, STARTS_AT, real)

    assert clock.now().astimezone(ZoneInfo("Europe/London")).isoformat() == "2021-05-18T10:00:00+01:00"


def test_it_ticks(path, real):
    clock = DemoClock.start(path, STARTS_AT, real)

    real.at += 90 * SECOND

    assert clock.now() == STARTS_AT + 90 * SECOND


def test_it_moves_forward_only(path, real):
    clock = DemoClock.start(path, STARTS_AT, real)
    real.at += HOUR

    assert clock.move_to(STARTS_AT + DAY)
    assert not clock.move_to(STARTS_AT + DAY)
    assert not clock.move_to(STARTS_AT)
    assert clock.now() == STARTS_AT + DAY


def test_after_a_restart_it_goes_on_from_its_last_beat_and_did_not_tick_meanwhile(path, real):
    clock = DemoClock.start(path, STARTS_AT, real)
    real.at += HOUR
    clock.beat()
    real.at += DAY

    again = DemoClock.start(path, STARTS_AT, real)

    assert again.now() == STARTS_AT + HOUR
    real.at += SECOND
    assert again.now() == STARTS_AT + HOUR + SECOND


def test_after_a_restart_it_goes_on_from_the_last_stored_instant_where_that_is_later(path, real):
    DemoClock.start(path, STARTS_AT, real)

    again = DemoClock.start(path, STARTS_AT + DAY, real)

    assert again.now() == STARTS_AT + DAY


def test_a_move_survives_a_restart_without_a_beat(path, real):
    DemoClock.start(path, STARTS_AT, real).move_to(STARTS_AT + DAY)

    assert DemoClock.start(path, STARTS_AT, real).now() == STARTS_AT + DAY


def test_another_command_sees_it_run_while_it_beats_and_stand_when_it_does_not(path, real):
    clock = DemoClock.start(path, STARTS_AT, real)
    seen = demo_now_of(path, real)

    real.at += 2 * SECOND
    running = seen()
    clock.beat()
    real.at += DAY

    assert running == STARTS_AT + 2 * SECOND
    assert seen() == STARTS_AT + 2 * SECOND + 5 * SECOND


def test_another_command_never_sees_it_run_backwards_when_the_system_is_set_back(path, real):
    DemoClock.start(path, STARTS_AT, real)

    real.at -= DAY

    assert demo_now_of(path, real)() == STARTS_AT


def test_a_move_that_comes_in_the_middle_of_a_beat_is_not_taken_back(path, real):
    clock = DemoClock.start(path, STARTS_AT, real)
    moving = threading.Thread(target=clock.move_to, args=(STARTS_AT + DAY,))

    def real_while_moving():
        # Whenever the beat looks at the time, somebody tries to move the clock.
        if moving.ident is None:
            moving.start()
        elif threading.current_thread() is not moving:
            moving.join(timeout=0.2)
        return real.at

    clock._real = real_while_moving
    clock.beat()
    moving.join()

    assert datetime.fromisoformat(json.loads(path.read_text())["demo"]) >= STARTS_AT + DAY


def test_a_state_without_a_demos_clock_lives_on_the_systems(tmp_path, real):
    assert now_of(tmp_path) is system_now

    DemoClock.start(clock_file(tmp_path), STARTS_AT, real)

    assert now_of(tmp_path)().year == 2021
