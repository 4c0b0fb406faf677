"""Deadlines: a date means the whole of that day in the series' zone; extensions only ever lengthen."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from casebook import base
from hypothesis import given
from hypothesis import strategies as st

from gradepost.book.wall import instant_of, start_of_day
from gradepost.check import check, read
from gradepost.ledger import LedgerReader
from gradepost.ledger.sources import DirectorySource
from gradepost.model.case import Case, Stage
from gradepost.model.register import Extension
from gradepost.model.trouble import ConfigurationError
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


# The clock: what it skips, what it shows twice


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("Europe/London", "2021-03-28T01:00"),
        ("Europe/London", "2021-03-28T01:30"),
        ("Europe/London", "2021-03-28T01:59:59.999"),
        ("Europe/London", "2021-03-28T01:30+00:00"),
        ("America/New_York", "2021-03-14T02:30"),
        ("Australia/Lord_Howe", "2021-10-03T02:15"),  # by half an hour
        ("Pacific/Apia", "2011-12-30"),  # a whole day
    ],
)
def test_a_time_that_the_clock_skips_is_refused(zone, text):
    with pytest.raises(ValueError, match=r"skip|is at"):
        instant_of(text, ZoneInfo(zone))


@pytest.mark.parametrize(
    "text", ["2021-03-28T00:59:59.999", "2021-03-28T02:00", "2021-10-31T00:59:59.999", "2021-10-31T02:00"]
)
def test_the_times_beside_a_change_of_the_clock_hold(text):
    assert instant_of(text, LONDON).astimezone(LONDON).replace(tzinfo=None) == datetime.fromisoformat(text)


@pytest.mark.parametrize("text", ["2021-10-31T01:00", "2021-10-31T01:30", "2021-10-31T01:59:59.999"])
def test_a_time_that_the_clock_shows_twice_is_refused_without_its_offset(text):
    with pytest.raises(ValueError, match="comes twice"):
        instant_of(text, LONDON)


@pytest.mark.parametrize(("offset", "utc"), [("+01:00", "00:30"), ("+00:00", "01:30")])
def test_with_its_offset_either_holds(offset, utc):
    assert instant_of(f"2021-10-31T01:30{offset}", LONDON) == datetime.fromisoformat(f"2021-10-31T{utc}+00:00")


def test_a_day_whose_last_hour_comes_twice_ends_with_the_second():
    assert instant_of("2021-10-30", ZoneInfo("Asia/Beirut")) == datetime.fromisoformat("2021-10-30T21:59:59.999+00:00")


@pytest.mark.parametrize(
    "text", ["2021-02-29", "1900-02-29", "2021-04-31", "2021-02-29T12:00", "0000-01-01", "2021-05-20T25:00"]
)
def test_a_day_that_does_not_exist_is_refused(text):
    with pytest.raises(ValueError, match="no such day"):
        instant_of(text, LONDON)


@pytest.mark.parametrize(("zone", "text"), [("Etc/GMT+12", "9999-12-31"), ("Asia/Tokyo", "0001-01-01T00:00")])
def test_a_day_beyond_the_calendar_is_refused(zone, text):
    with pytest.raises(ValueError, match="no such day"):
        instant_of(text, ZoneInfo(zone))


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2021-05-01", "2021-04-30T23:00"),
        ("2021-03-28", "2021-03-28T00:00"),  # the day has 23 hours
        ("2021-10-31", "2021-10-30T23:00"),  # and 25
        ("2024-02-29", "2024-02-29T00:00"),
    ],
)
def test_a_series_opens_with_the_first_instant_of_its_day(text, utc):
    assert start_of_day(text, LONDON) == datetime.fromisoformat(f"{utc}+00:00")


# A thousand deadlines, each to the millisecond, by the rules themselves

ZONES = [
    "Europe/London", "Europe/Dublin", "Europe/Berlin", "America/New_York", "America/St_Johns", "Asia/Kolkata",
    "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Kiritimati", "America/Havana",
]  # fmt: skip
MILLISECOND = timedelta(milliseconds=1)


def changes(zone: ZoneInfo, year: int) -> list[date]:
    """The days of a year on which a zone's clocks change."""
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(366)]
    noons = [datetime(day.year, day.month, day.day, 12, tzinfo=zone).utcoffset() for day in days]
    return [day for day, before, after in zip(days[1:], noons, noons[1:], strict=False) if before != after]


def a_day(dice: random.Random, zone: ZoneInfo) -> date:
    year = dice.randint(2020, 2040)
    turns = changes(zone, year)
    return dice.choice([
        date(year, 1, 1) + timedelta(days=dice.randrange(365)),
        date(year - year % 4, 2, 29),
        dice.choice(turns) if turns else date(year, 12, 31),
    ])  # fmt: skip


def deadlines() -> Iterator[tuple[ZoneInfo, str, datetime]]:
    """Texts of a series file with what they mean, found by walking the zone's clock and not by `instant_of`."""
    dice = random.Random(2021)
    while True:
        zone = ZoneInfo(dice.choice(ZONES))
        day = a_day(dice, zone)
        text = day.isoformat()
        if dice.random() < 0.7:
            text += f"T{dice.randrange(24):02}:{dice.randrange(60):02}" + dice.choice(["", ":59", ":59.999", ":00.001"])
        wall = datetime.fromisoformat(text if "T" in text else f"{text}T23:59:59.999")
        meant = {wall - timedelta(minutes=minutes) for minutes in range(-14 * 60, 14 * 60 + 1, 15)}
        shown = sorted(at for at in meant if at.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) == wall)
        if len(shown) == 1:
            yield zone, text, shown[0].replace(tzinfo=UTC)


def test_a_thousand_deadlines_hold_to_the_millisecond(book):
    found = deadlines()
    kinds = set()
    for number in range(1000):
        zone, text, meant = next(found)
        form, rule = (("schedule", "S003"), ("tags", "T001"))[number % 2]
        row = {"external-exam": instant_of(text, zone)}
        mine = replace(book, series=replace(book.series, zone=zone, deadlines={form: row}))
        document = read(json.dumps(base(form)).encode(), f"{form}.json", mine)
        kinds |= {text[5:10] == "02-29", (meant + timedelta(hours=12)).astimezone(zone).utcoffset()}

        late = [
            rule in {finding.rule for finding in check(Case([document], mine.series, at, Stage.LOOSE), mine).findings}
            for at in (meant - MILLISECOND, meant, meant + MILLISECOND)
        ]

        assert late == [False, False, True], (zone.key, text)
    assert True in kinds
    assert len(kinds) > 12


# Extensions for some learners

SOME = Extension("schedule", LATER, learners=frozenset({"0001", "0002"}))


def about(*numbers: str) -> dict:
    return PAPER | {"learners": [{"candidate_number": number, "uln": "1000000051"} for number in numbers]}


@pytest.mark.parametrize("numbers", [["0001"], ["0001", "0002"]])
def test_an_extension_for_some_learners_holds_for_a_document_about_nobody_else(book, numbers):
    assert deadline_for(book.series, "schedule", about(*numbers), [SOME]) == LATER


@pytest.mark.parametrize(
    "data",
    [
        about("0001", "0003"),
        about("0003"),
        about(),
        PAPER,
        PAPER | {"learners": [{"candidate_number": "0001"}, {}]},
        PAPER | {"learners": [{"candidate_number": "0001"}, {"uln": "1000000051"}]},
    ],
    ids=["one more", "another", "nobody", "no list", "a learner that was refused", "a number that was refused"],
)
def test_an_extension_for_some_learners_does_not_hold_for_any_other_document(book, data):
    assert deadline_for(book.series, "schedule", data, [SOME]) == FIXED


def test_the_ledger_says_for_whom_an_extension_is(ledger, book):
    path = ledger / "extensions/2021-summer/10235.json"
    value = json.loads(path.read_text())
    value["extensions"][0]["what"]["learners"] = ["0042", "0043"]
    path.write_text(json.dumps(value))

    (extension, *_) = LedgerReader(DirectorySource(ledger), book).register("10235", "2021-summer").extensions

    assert extension.learners == {"0042", "0043"}


@pytest.mark.parametrize("learners", [[], ["0000"], ["42"], ["0042", "0042"], "0042"])
def test_an_extension_for_nobody_that_there_can_be_is_refused(ledger, book, learners):
    path = ledger / "extensions/2021-summer/10235.json"
    value = json.loads(path.read_text())
    value["extensions"][0]["what"]["learners"] = learners
    path.write_text(json.dumps(value))

    with pytest.raises(ConfigurationError):
        LedgerReader(DirectorySource(ledger), book).register("10235", "2021-summer")
