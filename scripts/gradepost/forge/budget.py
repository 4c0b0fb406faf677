"""How many requests a forge lets us send, and when the next ones may go: sliding windows, arithmetic alone.

What is counted as content follows GitHub's words as strictly as they can be read: everything but reading. Where the
counts are kept is the inbox's affair.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from gradepost.model.trouble import ForgeError

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

# Counted here as it is sent and there as it arrives: a request that was under way for long must not fall between.
_MARGIN = timedelta(seconds=1)
READ_POINTS, WRITE_POINTS = 1, 5


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be sent. GitHub allows 80 content requests a minute, 500 an hour, 900 points a minute and advises 1,000
    open pull requests into one branch; the defaults leave room for what people do by hand."""

    content_a_minute: int = 60
    content_an_hour: int = 400
    points_a_minute: int = 800
    open_pulls: int = 1_000


@dataclass(frozen=True, slots=True)
class Spending:
    """What was spent within the last hour: the instants of content requests, oldest first (those promised to a worker
    count as sent), the points of the last minute, and until when the forge asked to be left alone."""

    sent: Sequence[datetime]
    points: int
    held_until: datetime | None = None
    reason: str = ""


class Wait(ForgeError):
    """Nothing more may be sent before `until`. It is no trouble: whoever gets it comes back then."""

    def __init__(self, until: datetime, reason: str) -> None:
        super().__init__(f"Nothing is sent before {until.isoformat(timespec='seconds')}: {reason}.")
        self.until = until
        self.reason = reason


class Budget(Protocol):
    """The counts of all workers, kept where all of them see them. Each act is one transaction."""

    def promise(self, holder: str, requests: int, at: datetime, limits: Limits) -> datetime | None:
        """Set content requests aside for a holder; or else when there is room for that many."""

    def give_back(self, holder: str) -> None:
        """End what was promised and not sent."""

    def spend(self, holder: str, at: datetime, limits: Limits, *, is_content: bool) -> datetime | None:
        """Count a request that is about to be sent, from what was promised first; or else when it may be sent."""

    def hold(self, until: datetime | None, reason: str, at: datetime, pause: timedelta) -> datetime:
        """Send nothing until an instant; without one for a pause that doubles each time in a row. The instant."""

    def answered(self) -> None:
        """The forge does as asked again: the next pause is a short one."""

    def spending(self, at: datetime) -> Spending:
        """What was spent, as of an instant."""


def room_at(sent: Sequence[datetime], requests: int, at: datetime, limits: Limits) -> datetime:
    """When as many content requests as `requests` fit into both windows; `at` where they do now."""
    free = [at]
    for most, window in ((limits.content_a_minute, MINUTE), (limits.content_an_hour, HOUR)):
        inside = [instant for instant in sent if instant > at - window - _MARGIN]
        too_many = len(inside) + min(requests, most) - most
        if too_many > 0:
            free.append(inside[too_many - 1] + window + _MARGIN)
    return max(free)


def forecast(spending: Spending, requests: int, at: datetime, limits: Limits) -> datetime:
    """When the last of `requests` content requests will have been sent, if nothing else is asked for meanwhile."""
    sent = list(spending.sent)
    start = last = max(at, spending.held_until or at)
    for _ in range(requests):
        for most, window in ((limits.content_a_minute, MINUTE), (limits.content_an_hour, HOUR)):
            if len(sent) >= most:
                last = max(last, sent[-most] + window + _MARGIN)
        sent.append(last)
    return last if requests else start
