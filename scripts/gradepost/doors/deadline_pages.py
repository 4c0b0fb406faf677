"""The deadlines of a series as a page and as a calendar: both say what the series file says, and nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from gradepost.book import Book
from gradepost.form import words
from gradepost.model.series import Series

PAGE, FEED = "deadlines.md", "deadlines.ics"
_TITLES = {"schedule": "Schedules", "tags": "Teacher assessed grades"}
_NAMES = {"schedule": "schedules", "tags": "teacher assessed grades"}


def deadlines_page(book: Book) -> str:
    """The page as Markdown: each row of deadlines, by kind of component, with the components and what is assumed."""
    return "\n".join(_page(book.series)) + "\n"


def deadlines_feed(book: Book) -> bytes:
    """The calendar (RFC 5545): an event for each fixed deadline, the same bytes as long as the series is the same."""
    series = book.series
    calendar = Calendar()
    calendar.add("prodid", "-//Gradepost//Deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{series.awarding_organisation}, {series.title}: deadlines")
    for row, kind, at in _fixed(series):
        calendar.add_component(_event(book, row, kind, at))
    instants = [at for _, _, at in _fixed(series)]
    if instants:
        margin = timedelta(days=366)
        calendar.add_missing_timezones((min(instants) - margin).date(), (max(instants) + margin).date())
    return bytes(calendar.to_ical())


def _fixed(series: Series) -> Iterator[tuple[str, str, datetime]]:
    for row, kinds in series.deadlines.items():
        yield from ((row, kind, at) for kind, at in kinds.items() if at is not None)


def _event(book: Book, row: str, kind: str, at: datetime) -> Event:
    series, event = book.series, Event()
    # The last minute that counts: calendars know no milliseconds.
    start = at.astimezone(series.zone).replace(second=0, microsecond=0)
    event.add("uid", f"{series.id}-{row}-{kind}@gradepost")
    event.add("dtstamp", series.opens_at.astimezone(UTC))
    event.add("dtstart", start)
    event.add("dtend", start + timedelta(minutes=1))
    event.add("summary", f"Deadline for {_names(row)}: {_kind(series, kind).lower()}")
    event.add("description", f"Received by {words.minute(at, series.zone)}.{_assumption(series, row, kind)}")
    event.add("url", f"{book.site_url.rstrip('/')}/deadlines/")
    event.add("transp", "TRANSPARENT")
    return event


def _page(series: Series) -> Iterator[str]:
    zone = words.zone_name(series.zone)
    yield "---\ntitle: Deadlines\n---\n\n# Deadlines\n"
    yield f'<p class="gp-lead">{series.awarding_organisation}, {series.title}. All times are {zone}.</p>\n'
    yield (
        "What counts is when a submission was received, as its receipt says. "
        f"[Add the deadlines to your calendar]({FEED})\n"
    )
    for row, kinds in series.deadlines.items():
        yield f"## {_TITLES.get(row, words.spoken(row))} {{ #{row} }}\n"
        yield "| Kind of component | Until | Components |\n|---|---|---|"
        for kind, at in kinds.items():
            until = words.minute(at, series.zone) if at else "**No fixed date**"
            yield f"| {_kind(series, kind)} | {until} | {', '.join(_components(series, kind)) or '–'} |"
        yield ""
        for kind in kinds:
            if note := series.assumed.get(f"deadlines.{row}.{kind}"):
                yield f"- {_kind(series, kind)}, assumed: {note}"
        yield ""
    if note := series.assumed.get("deadlines"):
        yield f"Assumed of all dates: {note}\n"


def _components(series: Series, kind: str) -> list[str]:
    return [
        component.code
        for qualification in series.qualifications.values()
        for component in qualification.components.values()
        if component.kind == kind and component.takes_tag
    ]


def _assumption(series: Series, row: str, kind: str) -> str:
    note = series.assumed.get(f"deadlines.{row}.{kind}") or series.assumed.get("deadlines")
    return f" Assumed: {note}" if note else ""


def _names(row: str) -> str:
    return _NAMES.get(row, words.spoken(row).lower())


def _kind(series: Series, kind: str) -> str:
    return series.kinds.get(kind, words.spoken(kind))
