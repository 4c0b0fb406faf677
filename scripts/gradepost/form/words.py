"""How pages say a time, a deadline, a zone, an identifier."""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from gradepost.model.series import Series

_ZONES = {"Europe/London": "UK time"}


def zone_name(zone: ZoneInfo) -> str:
    """What people call a zone's time: `UK time`, or `Berlin time` after its city."""
    return _ZONES.get(zone.key, f"{zone.key.rpartition('/')[2].replace('_', ' ')} time")


def day(instant: datetime, zone: ZoneInfo) -> str:
    """`Thursday 20 May 2021`."""
    local = instant.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B %Y}"


def date_of(text: str) -> str:
    """A date of a document as people write it, `12 March 2021`; as it stands where it is none."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{found.day} {found:%B %Y}"


def clock(instant: datetime, zone: ZoneInfo) -> str:
    """`23:59 on Thursday 20 May 2021`: where the zone is said beside it."""
    return f"{instant.astimezone(zone):%H:%M} on {day(instant, zone)}"


def minute(instant: datetime, zone: ZoneInfo) -> str:
    """`23:59 on Thursday 20 May 2021, UK time`."""
    return f"{clock(instant, zone)}, {zone_name(zone)}"


def second(instant: datetime, zone: ZoneInfo) -> str:
    """`23:59:59 on Thursday 20 May 2021, UK time`: for receipts, where seconds decide."""
    return f"{instant.astimezone(zone):%H:%M:%S} on {day(instant, zone)}, {zone_name(zone)}"


def instant(text: str) -> datetime:
    """The instant that an ISO 8601 text with offset says."""
    return datetime.fromisoformat(text)


def deadlines(series: Series, row: str) -> Iterator[tuple[str, str]]:
    """Each kind of component with the deadline of that row, and what of it is assumed, in words."""
    for kind, at in series.deadlines.get(row, {}).items():
        said = minute(at, series.zone) if at else "no fixed date"
        end_of_day = at is not None and f"{at.astimezone(series.zone):%H:%M:%S}" == "23:59:59"
        if f"deadlines.{row}.{kind}" in series.assumed:
            said += " (assumed)"
        elif end_of_day and "deadlines" in series.assumed:
            said += " (time of day assumed)"
        yield series.kinds.get(kind, kind), said


def spoken(identifier: str) -> str:
    """An identifier of the book as a label: `distinction-star` → `Distinction star`."""
    return identifier.replace("-", " ").replace("_", " ").capitalize()
