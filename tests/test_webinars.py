"""Webinars as data: a page and a calendar for each, those that come before those that were."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from gradepost.doors.faq import read_faq
from gradepost.doors.webinar_pages import webinar_feeds, webinar_pages
from gradepost.doors.webinars import read_webinars
from gradepost.model.trouble import ConfigurationError

ROOT = Path(__file__).parents[1]
WHOLE = {
    "title": "Marks",
    "date": "2021-06-01",
    "starts_at": '"15:30"',
    "topic": "How marks are sent",
    "qualification": "AM20530",
    "recording": "/centre/webinar-recordings/",
}


@pytest.fixture
def written(tmp_path, book):
    """Read one webinar whose facts are changed; None takes a fact away."""

    def read(**changed):
        facts = {key: value for key, value in {**WHOLE, **changed}.items() if value is not None}
        folder = tmp_path / "webinars"
        folder.mkdir(exist_ok=True)
        head = "".join(f"{key}: {value}\n" for key, value in facts.items())
        (folder / "2021-06-01.md").write_text(f"---\n{head}---\n\nSome words.\n")
        return read_webinars(tmp_path, book)

    return read


@pytest.fixture(scope="module")
def shipped(book):
    return read_webinars(ROOT / "docs", book)


def pages(book, shipped, today, gateway=""):
    return webinar_pages(shipped, read_faq(ROOT / "docs", book), book, today, gateway)


def test_both_webinars_of_the_source_are_there(shipped):
    assert [webinar.date for webinar in shipped] == [date(2021, 5, 14), date(2021, 5, 7)]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"date": None}, r"2021-06-01\.md:1: date: this is missing\."),
        ({"date": "soon"}, r"2021-06-01\.md:3: date: the day of the webinar is written as"),
        ({"date": "null"}, r"2021-06-01\.md:3: date: the day of the webinar is written as"),
        ({"title": "''"}, r"2021-06-01\.md:2: title: a text is needed"),
        ({"topic": None}, r"2021-06-01\.md:1: topic: this is missing"),
        ({"starts_at": '"25:00"'}, r"2021-06-01\.md:4: starts_at: it is written as"),
        ({"recording": "https://example.org/video"}, r"2021-06-01\.md:7: recording: it is written as /centre/"),
        ({"recording": "/centre/../faq/"}, r"2021-06-01\.md:7: recording: it is written as /centre/"),
        ({"qualification": "[AM20530]"}, r"2021-06-01\.md:6: qualification: a code is needed"),
        ({"speaker": "Somebody"}, r"2021-06-01\.md:8: speaker: no such fact"),
        ({"date": "2021-02-29"}, r"2021-06-01\.md:1: .*A day must exist"),
        ({"title": "["}, r"2021-06-01\.md:1: a webinar begins with its facts"),
    ],
)
def test_a_mistake_fails_the_build_with_file_and_line(written, changed, said):
    with pytest.raises(ConfigurationError, match=said):
        written(**changed)


@pytest.mark.parametrize(
    ("today", "order"),
    [
        (date(2021, 5, 7), ["## Coming", "2021-05-07.md", "2021-05-14.md", "## Past", "There was none yet"]),
        (date(2021, 5, 8), ["## Coming", "2021-05-14.md", "## Past", "2021-05-07.md"]),
        (date(2021, 5, 15), ["No webinar is announced", "## Past", "2021-05-14.md", "2021-05-07.md"]),
    ],
)
def test_what_comes_stands_before_what_was(book, shipped, today, order):
    listed = pages(book, shipped, today)["webinars/index.md"]

    places = [listed.index(words) for words in order]
    assert places == sorted(places)


def test_a_webinar_lists_the_questions_that_were_asked_there(book, shipped):
    made = pages(book, shipped, date(2021, 6, 1))

    assert made["webinars/2021-05-07.md"].count("](../faq/") == 22
    assert "None yet." in made["webinars/2021-05-14.md"]


def test_its_recording_is_for_centres_and_where_the_gateway_is(book, shipped):
    here, elsewhere = (pages(book, shipped, date(2021, 6, 1), at)["webinars/2021-05-07.md"] for at in ("", "https://g"))

    assert '<a href="/centre/webinar-recordings/#2021-05-07">' in here
    assert '<a href="https://g/centre/webinar-recordings/#2021-05-07">' in elsewhere
    assert "centre login required" in here


def test_a_webinar_without_a_time_is_a_day_in_the_calendar(book, shipped):
    (event,) = Calendar.from_ical(webinar_feeds(shipped, book)["webinars/2021-05-07.ics"]).walk("VEVENT")

    assert (event["dtstart"].dt, event["uid"]) == (date(2021, 5, 7), "webinar-2021-05-07@gradepost")


def test_a_webinar_with_a_time_is_at_that_time_in_the_zone_of_the_series(book, written):
    (event,) = Calendar.from_ical(webinar_feeds(written(), book)["webinars/webinars.ics"]).walk("VEVENT")

    assert event["dtstart"].dt.replace(tzinfo=None) == datetime(2021, 6, 1, 15, 30)
    assert event["dtstart"].dt.utcoffset() == timedelta(hours=1)


def test_no_calendar_tells_where_a_recording_is(book, shipped):
    assert all(b"/centre/" not in feed for feed in webinar_feeds(shipped, book).values())
