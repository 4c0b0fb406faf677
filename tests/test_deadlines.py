"""Deadlines: a date means the whole of that day in the series' zone; extensions only ever lengthen."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradepost.book.series import instant_of
from gradepost.ledger import LedgerReader
from gradepost.ledger.sources import DirectorySource
from gradepost.model.records import Extension
from gradepost.rules.deadlines import deadline_for

LONDON = ZoneInfo("Europe/London")
PAPER = {"qualification": "BT2D1", "component": "BT2D1P1"}
SYNOPTIC = {"qualification": "BT2D1", "component": "BT2D1SY"}
FIXED = datetime(2021, 5, 20, 22, 59, 59, 999000, tzinfo=UTC)
LATER = FIXED + timedelta(days=3)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2021-05-20", "2021-05-20T22:59:59.999+00:00"),
        ("2021-01-20", "2021-01-20T23:59:59.999+00:00"),
        ("2021-03-28", "2021-03-28T22:59:59.999+00:00"),  # summer time begins
        ("2021-10-31", "2021-10-31T23:59:59.999+00:00"),  # and ends
        ("2021-05-20T17:00", "2021-05-20T16:00:00+00:00"),
        ("2021-05-20T17:00:00.5", "2021-05-20T16:00:00.500+00:00"),
    ],
)
def test_a_date_means_to_the_last_millisecond_of_that_day_in_london(text, utc):
    assert instant_of(text, LONDON) == datetime.fromisoformat(utc)


def test_the_series_has_the_dates_of_its_source(book):
    schedule, tags = book.series.deadlines["schedule"], book.series.deadlines["tags"]

    assert schedule["external-exam"] == schedule["internal-assignment"] == FIXED
    assert tags["external-exam"] == tags["internal-assignment"] == FIXED + timedelta(days=1)
    assert schedule["synoptic-practical"] is None
    assert tags["synoptic-practical"] is None


def test_a_form_without_a_row_of_deadlines_has_none(book):
    assert deadline_for(book.series, None, PAPER) is None


def test_a_component_that_is_not_in_the_book_has_none(book):
    assert deadline_for(book.series, "schedule", {"qualification": "BT2D1", "component": "UV21578"}) is None


def test_an_extension_gives_no_date_to_what_has_none(book):
    assert deadline_for(book.series, "schedule", SYNOPTIC, [Extension("schedule", LATER)]) is None


@pytest.mark.parametrize(
    "extension",
    [
        Extension("schedule", LATER),
        Extension("schedule", LATER, kind="external-exam"),
        Extension("schedule", LATER, qualification="BT2D1"),
        Extension("schedule", LATER, component="BT2D1P1"),
        Extension("schedule", LATER, "external-exam", "BT2D1", "BT2D1P1"),
    ],
)
def test_an_extension_that_speaks_of_it_counts(book, extension):
    assert deadline_for(book.series, "schedule", PAPER, [extension]) == LATER


@pytest.mark.parametrize(
    "extension",
    [
        Extension("tags", LATER),
        Extension("schedule", LATER, kind="synoptic-practical"),
        Extension("schedule", LATER, qualification="HB2D1"),
        Extension("schedule", LATER, component="BT2D1P2"),
        Extension("schedule", LATER, "external-exam", "BT2D1", "BT2D1P2"),
    ],
)
def test_an_extension_that_speaks_of_something_else_does_not(book, extension):
    assert deadline_for(book.series, "schedule", PAPER, [extension]) == FIXED


@given(days=st.lists(st.integers(-30, 30)))
def test_of_several_extensions_the_longest_counts_and_none_shortens(book, days):
    granted = [Extension("schedule", FIXED + timedelta(days=number)) for number in days]

    assert deadline_for(book.series, "schedule", PAPER, granted) == FIXED + timedelta(days=max([0, *days]))


def test_an_extension_in_any_offset_is_a_utc_instant_in_the_receipt(ledger, book):
    (extension,) = LedgerReader(DirectorySource(ledger), book).register("10235", "2021-summer").extensions

    assert extension.until.utcoffset() == timedelta(0)
    assert extension.until == datetime.fromisoformat("2021-05-24T23:59:59.999+01:00")
