"""Deadlines are stated once: whatever else speaks of them agrees with the series file, or fails the build."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from gradepost.doors.site_calendars import calendars, deadlines_feed, role_feeds
from gradepost.doors.site_dates import Change, Dates, read_dates
from gradepost.doors.site_due import due_block
from gradepost.doors.site_statements import wrong_statements
from gradepost.model.trouble import ConfigurationError
from gradepost.page.due import as_of

ROOT = Path(__file__).parents[1]
TAGS = datetime(2021, 5, 21, 22, 59, 59, 999000, tzinfo=UTC)
MOVED = "- {deadline: tags, kind: external-exam, changed_on: 2021-05-10, from: 2021-05-19, to: 2021-05-21, why: More}"


def dates_of(folder, book, text):
    (folder / "dates.yml").write_text(text)
    return read_dates(folder, book.series)


def changed(folder, book, *entries):
    listed = "\n".join(f"  {entry}" for entry in entries)
    return dates_of(folder, book, f"series: 2021-summer\nchanges:\n{listed}\n")


def events(feed):
    return {str(event["uid"]): event for event in Calendar.from_ical(feed).walk("VEVENT")}


def stated(folder, book, text, name="guidance/a.md"):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return wrong_statements(folder, book.series, Dates(True, (), frozenset({"18 June"})))


# Statements


def test_the_shipped_pages_state_what_the_series_file_states(book):
    docs = ROOT / "docs"

    assert wrong_statements(docs, book.series, read_dates(docs, book.series)) == []


@pytest.mark.parametrize(
    "text",
    [
        "The deadline for TAGs is 22 May 2021.",
        "The deadline for schedules is 21 May.",
        "TAGs are due by 20 May.",
        "You can send TAGs until Thursday 21 May 2021.",
        "The deadline for TAGs is 21 May 2022.",
        "The deadline for TAGs is the 22nd May.",
        "The deadline for TAGs is\u00a022\u00a0May.",
        "Send the TAGs by Monday 24 May 2021.",
        "| What | By when |\n|---|---|\n| Schedules | 19 May 2021 |",
        "Some words. The deadline for schedules is 2 May. More words.",
    ],
)
def test_a_deadline_that_a_page_states_differently_is_told_with_file_and_line(tmp_path, book, text):
    (mistake,) = stated(tmp_path, book, f"# A\n\n{text}\n")

    assert mistake.startswith(f"{tmp_path.name}/guidance/a.md:{5 if text.startswith('|') else 3}: ")
    assert "the series file has" in mistake


@pytest.mark.parametrize(
    "text",
    [
        "The deadline for TAGs is Friday 21 May 2021.",
        "The deadline for schedules is 20 May, and for TAGs 21 May.",
        "Why is the deadline 21 May, when it is 18 June elsewhere?",
        "The webinar was on 7 May 2021.",
        "The webinar was on 7 May 2021. The deadline for TAGs is 21 May.",
        "| What | By when |\n|---|---|\n| Schedules | Thursday 20 May 2021 |",
    ],
)
def test_what_agrees_and_what_is_no_deadline_is_let_be(tmp_path, book, text):
    assert stated(tmp_path, book, text) == []


@pytest.mark.parametrize(
    "name", ["index.md", "faq/one.md", "faq/groups.yml", "guidance/stages/one.md", "webinars/w.md"]
)
def test_every_page_for_centres_is_held_to_it(tmp_path, book, name):
    assert len(stated(tmp_path, book, "The deadline is 1 May.", name)) == 1


def test_pages_of_another_series_are_not_held_to_this_one(tmp_path, book):
    (tmp_path / "index.md").write_text("The deadline is 1 May.")

    assert wrong_statements(tmp_path, book.series, dates_of(tmp_path, book, "series: 2031-autumn\n")) == []


# Changes


def test_the_shipped_file_of_dates_is_about_the_shipped_series(book):
    assert read_dates(ROOT / "docs", book.series).of_series


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (MOVED.replace("to: 2021-05-21", "to: 2021-05-22"), r"dates\.yml:3: the series file says .*21 May 2021"),
        (MOVED.replace("to: 2021-05-21", "to: null"), r"dates\.yml:3: the series file says"),
        (MOVED.replace("kind: external-exam", "kind: exam"), r"dates\.yml:3: the series has no such deadline"),
        (MOVED.replace("why: More", "why: "), r"dates\.yml:3: a change says when"),
        (MOVED.replace("from: 2021-05-19", "from: 2021-02-29"), r"dates\.yml:"),
        (MOVED.replace(", why: More", ""), r"dates\.yml:3: a change has"),
    ],
)
def test_a_change_that_the_series_file_does_not_bear_out_fails_with_its_line(tmp_path, book, entry, said):
    with pytest.raises(ConfigurationError, match=said):
        changed(tmp_path, book, entry)


def test_changes_follow_one_another(tmp_path, book):
    first = MOVED.replace("to: 2021-05-21", "to: 2021-05-20")

    with pytest.raises(ConfigurationError, match=r"dates\.yml:4: `from` is what the change before it says"):
        changed(tmp_path, book, first, MOVED)


def test_a_change_moves_the_event_that_calendars_have(tmp_path, book):
    before = events(deadlines_feed(book))
    after = events(deadlines_feed(book, changed(tmp_path, book, MOVED)))

    assert before.keys() == after.keys()
    moved = after["2021-summer-tags-external-exam@gradepost"]
    assert (before["2021-summer-tags-external-exam@gradepost"]["sequence"], moved["sequence"]) == (0, 1)
    assert moved["dtstamp"].dt == datetime(2021, 5, 10, tzinfo=UTC)
    assert "Changed on 10 May 2021: More" in str(moved["description"])
    assert [uid for uid, event in after.items() if event["sequence"]] == ["2021-summer-tags-external-exam@gradepost"]


def test_a_deadline_that_was_taken_away_is_cancelled_and_not_forgotten(book):
    row = {**book.series.deadlines["tags"], "external-exam": None}
    without = replace(book, series=replace(book.series, deadlines={**book.series.deadlines, "tags": row}))
    dates = Dates(True, (Change("tags", "external-exam", date(2021, 5, 10), TAGS, None, "None"),))

    event = events(deadlines_feed(without, dates))["2021-summer-tags-external-exam@gradepost"]

    assert (event["status"], event["sequence"]) == ("CANCELLED", 1)


# For whom


def test_each_role_has_a_calendar_of_what_is_due_from_it(book):
    feeds = calendars(book, Dates())

    uids = {role: set(events(feeds[path])) for role, path in role_feeds(book).items()}
    assert uids.keys() == {"exams-officer", "head-of-centre", "teacher"}
    assert uids["exams-officer"] == set(events(feeds["deadlines.ics"]))
    assert uids["teacher"] == {
        f"2021-summer-tags-{kind}@gradepost" for kind in ("external-exam", "internal-assignment")
    }
    assert all("declaration" in uid for uid in uids["head-of-centre"])


def test_what_is_due_is_shown_in_order_and_for_whom(book):
    shown = due_block(book)

    assert shown.index("Thursday 20 May 2021") < shown.index("Friday 21 May 2021")
    assert "For exams officers and teachers." in shown
    assert shown.count("internal assignment (assumed)") == 2


def test_a_deadline_is_said_to_have_passed_once_it_has_and_not_before(book):
    shown = due_block(book)

    before, between, after = (as_of(shown, TAGS + timedelta(days=days)).count("has passed") for days in (-2, -0.5, 0.5))

    assert (before, between, after) == (0, 1, 2)
    assert as_of(shown, TAGS).count("has passed") == 1
    assert "gradepost:until" not in as_of(shown, TAGS)


def test_what_is_due_moves_with_the_series_file(book):
    rows = {row: {k: at and at + timedelta(days=7) for k, at in kinds.items()} for row, kinds in
            book.series.deadlines.items()}  # fmt: skip
    moved = replace(book, series=replace(book.series, deadlines=rows))

    assert "Friday 28 May 2021" in due_block(moved)
    assert "21 May" not in due_block(moved)
