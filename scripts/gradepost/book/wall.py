"""Wall times of a zone as UTC instants: what a date means, and what the clock skips or shows twice."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

_END_OF_DAY = time(23, 59, 59, 999000)


def instant_of(text: str, zone: ZoneInfo) -> datetime:
    """A date (to the last millisecond of that day) or a wall time of a zone, as a UTC instant.

    A wall time that the clock shows twice is written with its offset. Raises `ValueError` with words for people.
    """
    try:
        if "T" in text:
            said = datetime.fromisoformat(text)
            return _written(said, zone) if said.tzinfo else _shown_once(said, zone)
        return _shown_last(datetime.combine(date.fromisoformat(text), _END_OF_DAY), zone)
    except _ClockMistake:
        raise
    except (ValueError, OverflowError) as error:
        raise ValueError("there is no such day or time. Look at the calendar.") from error


def start_of_day(text: str, zone: ZoneInfo) -> datetime:
    """The first instant of a date in a zone, in UTC; where midnight is skipped, the instant of the change."""
    try:
        return datetime.combine(date.fromisoformat(text), time(0), zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("there is no such day. Look at the calendar.") from error


class _ClockMistake(ValueError):
    """The day exists, but the clock of that zone does not show this time once."""


def _shown_once(local: datetime, zone: ZoneInfo) -> datetime:
    first, second = _both(local, zone)
    if first == second:
        return first
    offsets = " or ".join(f"{local.isoformat(timespec='minutes')}{_offset(at, zone)}" for at in (first, second))
    raise _ClockMistake(
        f"{local:%H:%M} comes twice on that day, when the clocks of {zone.key} go back. Write {offsets}."
    )


def _shown_last(local: datetime, zone: ZoneInfo) -> datetime:
    return _both(local, zone)[1]


def _both(local: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first and the last instant at which the clock shows this time; a time that it skips is refused."""
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    # PEP 495: in a gap the earlier reading has the smaller offset, in an overlap the larger.
    before, after = first.utcoffset(), second.utcoffset()
    if before is not None and after is not None and before < after:
        raise _ClockMistake(
            f"the clocks of {zone.key} skip {local:%H:%M} on that day. Choose a time before or after the change."
        )
    return first.astimezone(UTC), second.astimezone(UTC)


def _written(said: datetime, zone: ZoneInfo) -> datetime:
    at = said.astimezone(UTC)
    if at.astimezone(zone).utcoffset() != said.utcoffset():
        raise _ClockMistake(f"{zone.key} is at {_offset(at, zone)} then. Write that offset, or none.")
    return at


def _offset(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="minutes")[-6:]
