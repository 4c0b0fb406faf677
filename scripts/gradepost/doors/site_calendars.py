"""The deadlines of a series as calendars (RFC 5545): one of all, one for each role, the same event by the same id."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from icalendar import Calendar, Event

from gradepost.book import Book
from gradepost.doors.site_dates import Change, Dates
from gradepost.form import words
from gradepost.model.series import Form, Series

FEED, HEAD = "deadlines.ics", "head-of-centre"
_NAMES = {"schedule": "schedules", "tags": "teacher assessed grades"}
_YEAR = timedelta(days=366)


def role_feeds(book: Book) -> dict[str, str]:
    """Each role that a deadline is for, with the path of its calendar."""
    roles = sorted({role for row in book.series.deadlines for role in roles_of(book, row)})
    return {role: f"deadlines/{role}.ics" for role in roles}


def roles_of(book: Book, row: str) -> list[str]:
    """Whom a row of deadlines is for: who submits its form, who signs it off, and whose declaration goes with it."""
    forms = [form for form in book.forms.values() if form.deadline == row]
    submit = [role for form in forms for role in form.submitters]
    if not any(_is_signed_off(form) for form in forms):
        return submit or ["exams-officer"]
    return [*submit, "teacher", HEAD]


def calendars(book: Book, dates: Dates) -> dict[str, bytes]:
    """Every calendar by its path."""
    own = {path: deadlines_feed(book, dates, role) for role, path in role_feeds(book).items()}
    return {FEED: deadlines_feed(book, dates), **own}


def deadlines_feed(book: Book, dates: Dates | None = None, role: str | None = None) -> bytes:
    """One calendar: an event for each fixed deadline, the same bytes as long as series and changes are the same.

    A deadline that changed keeps its event's id and gets a higher SEQUENCE; one that was taken away is cancelled.
    """
    series, dates = book.series, dates or Dates()
    calendar = Calendar()
    calendar.add("prodid", "-//Gradepost//Deadlines//EN")
    calendar.add("version", "2.0")
    whom = f", for {words.spoken(role).lower()}" if role else ""
    calendar.add("x-wr-calname", f"{series.awarding_organisation}, {series.title}: deadlines{whom}")
    instants = []
    for row, kind, now in _deadlines(series):
        changes = dates.of(row, kind)
        at = now or _last(changes)
        if at is not None and (role is None or role in roles_of(book, row)):
            instants.append(at)
            calendar.add_component(_event(book, row, kind, at, changes, role, is_off=now is None))
    if instants:
        calendar.add_missing_timezones((min(instants) - _YEAR).date(), (max(instants) + _YEAR).date())
    return bytes(calendar.to_ical())


def _deadlines(series: Series) -> Iterator[tuple[str, str, datetime | None]]:
    for row, kinds in series.deadlines.items():
        yield from ((row, kind, at) for kind, at in kinds.items())


def _last(changes: list[Change]) -> datetime | None:
    """The last date that a deadline had, of one that has none now."""
    return next((change.before for change in reversed(changes) if change.before is not None), None)


def _event(
    book: Book, row: str, kind: str, at: datetime, changes: list[Change], role: str | None, *, is_off: bool
) -> Event:
    series, event = book.series, Event()
    # The last minute that counts: calendars know no milliseconds.
    start = at.astimezone(series.zone).replace(second=0, microsecond=0)
    stamp = datetime.combine(changes[-1].changed_on, time(0), UTC) if changes else series.opens_at.astimezone(UTC)
    event.add("uid", f"{series.id}-{row}-{kind}{'-declaration' if role == HEAD else ''}@gradepost")
    event.add("dtstamp", stamp)
    event.add("sequence", len(changes))
    event.add("dtstart", start)
    event.add("dtend", start + timedelta(minutes=1))
    event.add("summary", _summary(series, row, kind, role))
    event.add("description", _description(series, row, kind, at, changes, role, is_off=is_off))
    event.add("url", f"{book.site_url.rstrip('/')}/deadlines/")
    event.add("transp", "TRANSPARENT")
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    return event


def _summary(series: Series, row: str, kind: str, role: str | None) -> str:
    component = series.kinds.get(kind, words.spoken(kind)).lower()
    if role == HEAD:
        return f"Head of Centre declaration, with the grades: {component}"
    return f"Deadline for {_NAMES.get(row, words.spoken(row).lower())}: {component}"


def _description(
    series: Series, row: str, kind: str, at: datetime, changes: list[Change], role: str | None, *, is_off: bool
) -> str:
    said = f"Received by {words.minute(at, series.zone)}."
    if role == HEAD:
        said = f"The declaration goes with the grades, which are received by {words.minute(at, series.zone)}."
    said = "There is no fixed date any more." if is_off else said
    note = series.assumed.get(f"deadlines.{row}.{kind}") or series.assumed.get("deadlines")
    changed = f" Changed on {words.date_of(changes[-1].changed_on.isoformat())}: {changes[-1].why}" if changes else ""
    return f"{said}{changed}{f' Assumed: {note}' if note else ''}"


def _is_signed_off(form: Form) -> bool:
    return any(group.get("rows") == "sign_off" for group in form.layout.get("groups", ()))
