"""The page of deadlines and the calendar: what the series file says, in words and in RFC 5545."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from gradepost.book import load
from gradepost.doors.deadline_pages import deadlines_page
from gradepost.doors.site_calendars import deadlines_feed

ROOT = Path(__file__).parents[1]


def events(feed):
    return {str(event["uid"]): event for event in Calendar.from_ical(feed).walk("VEVENT")}


def test_the_page_says_each_deadline_with_its_day_of_the_week_and_zone(book):
    page = deadlines_page(book)

    assert "| External examination | 23:59 on Thursday 20 May 2021, UK time |" in page
    assert "| External examination | 23:59 on Friday 21 May 2021, UK time |" in page
    assert page.count("| Synoptic practical assessment | **No fixed date** |") == 2


def test_the_page_says_what_is_assumed(book):
    page = deadlines_page(book)

    for name, note in book.series.assumed.items():
        assert (note in page) == name.startswith("deadlines"), name


def test_the_calendar_has_an_event_for_each_fixed_deadline_in_the_zone_of_the_series(book):
    found = events(deadlines_feed(book))

    assert sorted(found) == [
        "2021-summer-schedule-external-exam@gradepost",
        "2021-summer-schedule-internal-assignment@gradepost",
        "2021-summer-tags-external-exam@gradepost",
        "2021-summer-tags-internal-assignment@gradepost",
    ]
    start = found["2021-summer-tags-external-exam@gradepost"]["dtstart"].dt
    assert start == datetime(2021, 5, 21, 22, 59, tzinfo=UTC)
    assert start.utcoffset() == timedelta(hours=1)
    assert b"BEGIN:VTIMEZONE" in deadlines_feed(book)


def test_an_event_keeps_its_id_when_its_deadline_moves(book):
    row = dict(book.series.deadlines["tags"])
    row["external-exam"] = row["external-exam"] + timedelta(days=3)
    series = replace(book.series, deadlines={**book.series.deadlines, "tags": row})

    assert events(deadlines_feed(replace(book, series=series))).keys() == events(deadlines_feed(book)).keys()


@pytest.mark.parametrize("series", ["2021-summer", "2027-summer"])
def test_the_calendar_is_the_same_bytes_each_time_and_keeps_to_the_format(series):
    book = load(ROOT, series)

    feed = deadlines_feed(book)

    assert feed == deadlines_feed(book)
    lines = feed.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in b"".join(lines)
