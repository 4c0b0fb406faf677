"""What a series says of asking centres for things: when people work, how long they get, which files they may send."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """From when to when people work, wall times of the series' zone, `until` included; on which days, and on which
    dates not."""

    start: time
    until: time
    days: frozenset[str]
    holidays: frozenset[date]

    def works_on(self, day: date) -> bool:
        """Whether people work on that day."""
        return DAYS[day.weekday()] in self.days and day not in self.holidays

    def holds(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether people work at an instant."""
        local = at.astimezone(zone)
        return self.works_on(local.date()) and self.start <= local.time() <= self.until

    def between(self, first: datetime, last: datetime, zone: ZoneInfo) -> timedelta:
        """How much working time lies between two instants, no more than a year of it."""
        return sum((self._of_day(day, first, last, zone) for day in _days(first, last, zone)), timedelta())

    def _of_day(self, day: date, first: datetime, last: datetime, zone: ZoneInfo) -> timedelta:
        if not self.works_on(day):
            return timedelta()
        start, end = (datetime.combine(day, wall, zone) for wall in (self.start, self.until))
        # Timestamps: the difference of two wall times of one zone forgets a change of clocks.
        seconds = min(end.timestamp(), last.timestamp()) - max(start.timestamp(), first.timestamp())
        return timedelta(seconds=max(0.0, seconds))


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """Which files a centre may send in answer to a request: the most bytes of each, how many in all, and which kinds
    (`pdf`, `docx`, ...)."""

    most_bytes: int
    most_files: int
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskingRules:
    """What holds for requests. `least_hours` is the working time that a request leaves at the least."""

    working: WorkingHours
    least_hours: int
    uploads: UploadLimits


def asking_rules_of(raw: Mapping[str, Any]) -> AskingRules:
    """The rules from the `requests` of a series file, which was found to be right."""
    hours, uploads = raw["working_hours"], raw["uploads"]
    working = WorkingHours(
        time.fromisoformat(hours["from"]),
        time.fromisoformat(hours["until"]),
        frozenset(hours["days"]),
        frozenset(map(date.fromisoformat, hours.get("holidays", ()))),
    )
    limits = UploadLimits(uploads["most_bytes"], uploads["most_files"], tuple(uploads["kinds"]))
    return AskingRules(working, raw["least_working_hours"], limits)


def _days(first: datetime, last: datetime, zone: ZoneInfo) -> Iterator[date]:
    day, end = first.astimezone(zone).date(), last.astimezone(zone).date()
    for _ in range(_MOST_DAYS):
        if day > end:
            return
        yield day
        day += timedelta(days=1)
