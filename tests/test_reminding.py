"""Reminders: at the hours that the series sets, to who acts for the centre, about what lacks; each once."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from back_office import Office

from gradepost.doors.reminding import Reminders
from gradepost.forge.base import MAIN

# 2021-summer: 24 hours before 23:59:59.999 in London on 20 May, and on 21 May.
BEFORE_SCHEDULES = datetime(2021, 5, 19, 22, 59, 59, 999000, tzinfo=UTC)
BEFORE_GRADES = BEFORE_SCHEDULES + timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def office(made, tmp_path):
    return Office(Path(shutil.copytree(made, tmp_path / "state")))


@pytest.fixture
def reminders(office):
    return Reminders(office.state, "http://127.0.0.1:8000/")


def round_at(office, reminders, at):
    office.at = at
    return reminders.send_due()


def letters(office, centre="10234"):
    return [letter for letter in office.inbox.messages() if f"centre {centre}" in letter.subject]


def test_a_moment_before_its_hour_nothing_is_sent_and_at_its_hour_it_is(office, reminders):
    assert round_at(office, reminders, BEFORE_SCHEDULES - timedelta(milliseconds=1)) == 0
    assert round_at(office, reminders, BEFORE_SCHEDULES) > 0

    letter = letters(office)[0]
    assert letter.subject == "Still to come: schedules of centre 10234"
    assert "AM20530, external exam: 0 of 1 components" in letter.body
    assert "23:59 on Thursday 20 May 2021" in letter.body
    assert letter.until == BEFORE_SCHEDULES + timedelta(days=1)


def test_each_is_sent_once_whatever_goes_on_or_starts_again(office, reminders):
    first = round_at(office, reminders, BEFORE_SCHEDULES)

    again = [round_at(office, reminders, BEFORE_SCHEDULES + SECOND * n) for n in range(3)]
    anew = round_at(office, Reminders(office.state, "http://127.0.0.1:8000/"), BEFORE_SCHEDULES + SECOND * 9)

    assert first > 0 and (*again, anew) == (0, 0, 0, 0)
    assert len(office.inbox.messages()) == first


def test_what_was_sent_is_not_asked_for(office, reminders):
    office.schedule()

    round_at(office, reminders, BEFORE_SCHEDULES)

    assert all("AM20530, external exam" not in letter.body for letter in letters(office))
    assert any("AM20530, external exam" in letter.body for letter in letters(office, "10235"))


def test_grades_without_a_declaration_are_asked_for_by_that_name(office, reminders):
    office.schedule()
    office.tags()

    round_at(office, reminders, BEFORE_GRADES)

    asked = next(letter for letter in letters(office) if "grades and declarations" in letter.subject)
    assert "AM20530, external exam: the Head of Centre's declaration" in asked.body


def test_after_the_deadline_nobody_is_reminded(office, reminders):
    round_at(office, reminders, BEFORE_SCHEDULES + timedelta(days=1))

    assert not [letter for letter in letters(office) if "schedules of" in letter.subject]


def test_a_gateway_that_was_down_sends_the_last_one_alone_and_none_that_is_too_late(office, reminders):
    a_week_before = BEFORE_SCHEDULES - timedelta(days=6)

    assert round_at(office, reminders, a_week_before + timedelta(hours=24 + 49)) == 0
    assert round_at(office, reminders, BEFORE_SCHEDULES + timedelta(hours=1)) > 0
    assert len({letter.to for letter in letters(office)}) == len(letters(office))


def test_an_extension_moves_the_reminder(office, reminders):
    until = BEFORE_SCHEDULES + timedelta(days=3)
    granted = {
        "series": "2021-summer",
        "centre": "10234",
        "extensions": [
            {
                "what": {"deadline": "schedule", "kind": "external-exam"},
                "until": until.isoformat().replace("+00:00", "Z"),
                "why": "Flood",
                "by": "r-osei",
            }
        ],
    }
    path = "extensions/2021-summer/10234.json"
    head = office.state.forge.head(MAIN)
    office.state.forge.commit(MAIN, {path: json.dumps(granted).encode()}, "Extend", office.at, expected=head)

    round_at(office, reminders, BEFORE_SCHEDULES)
    early = [letter for letter in letters(office) if "external exam" in letter.body]
    round_at(office, reminders, until - timedelta(days=1))

    assert early == []
    assert [letter for letter in letters(office) if "external exam" in letter.body]


def test_the_demo_begins_without_a_reminder(office, reminders):
    assert round_at(office, reminders, datetime(2021, 5, 18, 9, tzinfo=UTC)) == 0


def test_a_letter_names_no_learner_no_grade_and_no_address(office, reminders):
    office.schedule()
    office.tags()

    round_at(office, reminders, BEFORE_GRADES)

    for letter in office.inbox.messages():
        words = letter.body.lower()
        assert not any(word in words for word in ("merit", "distinction", "0001", "@", "10000"))
