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
    """What may be sent. GitHub allows 80 content requests a minute, 500 an hour, 900 points a minute, and advises 6
    pushes a minute and 1,000 open pull requests into one branch; the defaults leave room for what people do by hand.
    Whether a branch moved by its API is a push GitHub does not say: here it is."""

    content_a_minute: int = 60
    content_an_hour: int = 400
    points_a_minute: int = 800
    open_pulls: int = 1_000
    pushes_a_minute: int = 6


@dataclass(frozen=True, slots=True)
class Spending:
    """What was spent within the last hour: the instants of content requests, oldest first (those promised to a worker
    count as sent), the points of the last minute, until when the forge asked to be left alone, and which of the content
    requests were pushes."""

    sent: Sequence[datetime]
    points: int
    held_until: datetime | None = None
    reason: str = ""
    pushes: Sequence[datetime] = ()


@dataclass(frozen=True, slots=True)
class OpenPulls:
    """How many pull requests stand open, at most: as counted at an instant (None: never), and those opened since."""

    number: int
    counted_at: datetime | None = None


class Wait(ForgeError):
    """Nothing more may be sent before `until`. It is no trouble: whoever gets it comes back then."""

    def __init__(self, until: datetime, reason: str) -> None:
        super().__init__(f"Nothing is sent before {until.isoformat(timespec='seconds')}: {reason}.")
        self.until = until
        self.reason = reason


class NoRoom(ForgeError):
    """As many pull requests stand open as may. What is filed to an open one goes on."""

    def __init__(self) -> None:
        super().__init__("As many pull requests stand open as may.")


class Budget(Protocol):
    """The counts of all workers, kept where all of them see them. Each act is one transaction."""

    def promise(self, holder: str, requests: int, pushes: int, at: datetime, limits: Limits) -> datetime | None:
        """Set content requests aside for a holder, so many of them pushes; or else when there is room for them."""

    def give_back(self, holder: str) -> None:
        """End what was promised and not sent."""

    def spend(
        self, holder: str, at: datetime, limits: Limits, *, is_content: bool, is_push: bool = False
    ) -> datetime | None:
        """Count a request that is about to be sent, from what was promised first; or else when it may be sent."""

    def hold(self, until: datetime | None, reason: str, at: datetime, pause: timedelta) -> datetime:
        """Send nothing until an instant; without one for a pause that doubles each time in a row. The instant."""

    def failed(self, at: datetime, tolerated: int, pause: timedelta) -> datetime | None:
        """A request came to nothing. After more than `tolerated` in a row: send nothing until an instant, a pause that
        doubles with each further one."""

    def answered(self) -> None:
        """The forge does as asked again: the next pause is a short one."""

    def spending(self, at: datetime) -> Spending:
        """What was spent, as of an instant."""

    def take_slot(self, branch: str, at: datetime, most: int) -> bool:
        """Count a branch's pull request as open, before it is opened; False where as many are open as may."""

    def opened(self, branch: str, at: datetime) -> None:
        """The pull request of a branch is open and noted, so that the next count will find it."""

    def counted(self, number: int, at: datetime) -> None:
        """So many pull requests were open when the count began."""

    def open_pulls(self) -> OpenPulls:
        """How many pull requests stand open."""


def room_at(sent: Sequence[datetime], requests: int, at: datetime, limits: Limits) -> datetime:
    """When as many content requests as `requests` fit into both windows; `at` where they do now."""
    windows = ((limits.content_a_minute, MINUTE), (limits.content_an_hour, HOUR))
    return max(_room_in(sent, requests, at, most, window) for most, window in windows)


def room_for_pushes_at(pushes: Sequence[datetime], wanted: int, at: datetime, limits: Limits) -> datetime:
    """When so many pushes fit into the last minute; `at` where they do now."""
    return _room_in(pushes, wanted, at, limits.pushes_a_minute, MINUTE)


def _room_in(sent: Sequence[datetime], wanted: int, at: datetime, most: int, window: timedelta) -> datetime:
    inside = [instant for instant in sent if instant > at - window - _MARGIN]
    too_many = len(inside) + min(wanted, most) - most
    return inside[too_many - 1] + window + _MARGIN if wanted and too_many > 0 else at


def forecast(spending: Spending, requests: int, at: datetime, limits: Limits, pushes: int = 0) -> datetime:
    """When the last of `requests` content requests will have been sent, if nothing else is asked for meanwhile; as many
    of them as `pushes` are pushes, evenly spread."""
    sent, pushed = list(spending.sent), list(spending.pushes)
    start = last = max(at, spending.held_until or at)
    windows = ((sent, limits.content_a_minute, MINUTE), (sent, limits.content_an_hour, HOUR))
    for number in range(requests):
        is_push = (number + 1) * pushes // requests > number * pushes // requests
        for before, most, window in (*windows, (pushed, limits.pushes_a_minute, MINUTE))[: 3 if is_push else 2]:
            if len(before) >= most:
                last = max(last, before[-most] + window + _MARGIN)
        sent.append(last)
        if is_push:
            pushed.append(last)
    return last if requests else start
