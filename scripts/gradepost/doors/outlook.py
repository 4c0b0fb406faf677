"""What the publisher has before it: the queue, the budget of requests, and when all will be filed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from gradepost.doors.state import State
from gradepost.forge.budget import HOUR, MINUTE, Limits, Spending, forecast
from gradepost.publish.filing import PUSHES, REQUESTS_TO_AMEND, REQUESTS_TO_OPEN


@dataclass(frozen=True, slots=True)
class Outlook:
    """As of one instant. `requests` is what filing takes, but for the `blocked` dossiers, which wait until a pull
    request is closed; `filed_by` is when that is done, or None where the forge sets no budget."""

    at: datetime
    waiting: int
    oldest: datetime | None
    dossiers: int
    requests: int
    spending: Spending | None = None
    limits: Limits | None = None
    filed_by: datetime | None = None
    open_pulls: int = 0
    blocked: int = 0

    @property
    def in_the_last_minute(self) -> int:
        """Content requests within the last minute."""
        return sum(sent > self.at - MINUTE for sent in self.spending.sent) if self.spending else 0

    @property
    def in_the_last_hour(self) -> int:
        """Content requests within the last hour."""
        return sum(sent > self.at - HOUR for sent in self.spending.sent) if self.spending else 0

    @property
    def pushes(self) -> int:
        """Branches moved within the last minute."""
        return sum(sent > self.at - MINUTE for sent in self.spending.pushes) if self.spending else 0


def outlook_of(state: State) -> Outlook:
    """The outlook of a gateway or a publisher. Nothing is asked of the forge."""
    queue = state.inbox.waiting()
    new, known = state.inbox.dossiers_waiting()
    if state.governor is None:
        requests = new * REQUESTS_TO_OPEN + known * REQUESTS_TO_AMEND
        return Outlook(state.now(), queue["waiting"], queue["oldest"], new + known, requests)
    now, spending, limits = state.governor.now(), state.governor.spending(), state.governor.limits
    opened = state.governor.open_pulls()
    blocked = max(0, new - max(0, limits.open_pulls - opened))
    requests = (new - blocked) * REQUESTS_TO_OPEN + known * REQUESTS_TO_AMEND
    filed_by = forecast(spending, requests, now, limits, (new - blocked + known) * PUSHES)
    figures = (queue["waiting"], queue["oldest"], new + known, requests, spending, limits, filed_by, opened, blocked)
    return Outlook(now, *figures)


def told(seen: Outlook, state: State) -> str:
    """The outlook as `gradepost publish` shows it; nothing where nothing waits or no budget is set."""
    if seen.spending is None or seen.limits is None or seen.filed_by is None or not seen.waiting:
        return ""
    lines = [
        f"Queue: {seen.waiting:,} waiting in {seen.dossiers:,} dossiers, {seen.requests:,} requests.",
        f"Budget: {seen.in_the_last_minute} of {seen.limits.content_a_minute} requests in the last minute, "
        f"{seen.in_the_last_hour} of {seen.limits.content_an_hour} in the last hour; "
        f"{seen.pushes} of {seen.limits.pushes_a_minute} pushes in the last minute.",
        f"Pull requests: {seen.open_pulls:,} of {seen.limits.open_pulls:,} open.",
    ]
    if seen.spending.held_until is not None:
        lines.append(
            f"Nothing is sent before {_clock(seen.spending.held_until, seen.at, state)}: {seen.spending.reason}."
        )
    if seen.blocked:
        lines.append(f"{_dossiers(seen.blocked)} until pull requests are merged or closed; open ones are added to.")
    what = "All the rest" if seen.blocked else "All"
    return "\n".join([*lines, f"{what} filed by {_clock(seen.filed_by, seen.at, state)}."])


def _dossiers(number: int) -> str:
    return "1 dossier waits" if number == 1 else f"{number:,} dossiers wait"


def _clock(at: datetime, now: datetime, state: State) -> str:
    local, today = at.astimezone(state.book.series.zone), now.astimezone(state.book.series.zone)
    return f"{local:%H:%M}" if local.date() == today.date() else f"{local:%H:%M on %d %B %Y}"


def filing_metrics(state: State) -> str:
    """The outlook in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Gauges(outlook_of(state)))
    # Whole numbers as such, as the metrics beside these are written.
    return re.sub(r"\.0$", "", generate_latest(registry).decode(), flags=re.MULTILINE)


class _Gauges(Collector):
    def __init__(self, seen: Outlook) -> None:
        self._seen = seen

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One gauge to a figure."""
        seen = self._seen
        age = (seen.at - seen.oldest).total_seconds() if seen.oldest else 0
        yield _gauge("outbox_waiting", "Submissions that wait to be filed.", seen.waiting)
        yield _gauge("outbox_oldest_seconds", "Age of the oldest of them.", round(max(age, 0)))
        yield _gauge("outbox_dossiers", "Dossiers that they are of.", seen.dossiers)
        if seen.spending is None or seen.limits is None or seen.filed_by is None:
            return
        held = seen.spending.held_until
        yield _gauge("forge_requests_last_minute", "Content requests sent or promised.", seen.in_the_last_minute)
        yield _gauge("forge_requests_last_hour", "Content requests sent or promised.", seen.in_the_last_hour)
        yield _gauge("forge_requests_per_minute_limit", "Content requests allowed.", seen.limits.content_a_minute)
        yield _gauge("forge_requests_per_hour_limit", "Content requests allowed.", seen.limits.content_an_hour)
        yield _gauge("forge_pushes_last_minute", "Branches moved, or promised to be.", seen.pushes)
        yield _gauge("forge_pushes_per_minute_limit", "Branches that may be moved.", seen.limits.pushes_a_minute)
        yield _gauge("forge_open_pulls", "Pull requests that stand open, by the last count.", seen.open_pulls)
        yield _gauge("forge_open_pulls_limit", "Pull requests that may stand open.", seen.limits.open_pulls)
        yield _gauge("outbox_blocked_dossiers", "Dossiers that wait for a pull request to be closed.", seen.blocked)
        yield _gauge(
            "forge_held_seconds", "How long the forge is left alone.", (held - seen.at).total_seconds() if held else 0
        )
        yield _gauge(
            "forge_all_filed_in_seconds", "When all that waits is filed.", (seen.filed_by - seen.at).total_seconds()
        )


def _gauge(name: str, said: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"gradepost_{name}", said, value=value)
