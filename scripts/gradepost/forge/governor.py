"""The governor: asked before every request to a forge and told every answer, so that all workers together keep within
one budget and leave the forge alone when it says so."""

import re
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from gradepost.forge.budget import Budget, Limits, NoRoom, Spending, Wait

# GitHub: "at least one minute" where it does not say for how long.
_PAUSE = timedelta(minutes=1)
# As many failures in a row are trouble with one request; more of them are trouble with the forge.
_TOLERATED = 5
# How often open pull requests are counted again: while there is room, since people open some too; while there is none.
_COUNT_EVERY, _COUNT_AGAIN = timedelta(hours=1), timedelta(minutes=1)
_LIMITED = re.compile(r"rate limit|abuse detection|too many requests", re.IGNORECASE)
_LONGEST = timedelta(hours=2)
# A branch made, moved or taken away, and a merge, which moves main.
_MOVES_A_BRANCH = re.compile(r"/git/refs(/|$)|/pulls/\d+/merge$")


class Governor:
    """One for a process; any number of threads may use it, and any number of processes share its budget."""

    def __init__(self, budget: Budget, limits: Limits, now: Callable[[], datetime]) -> None:
        self.limits = limits
        self._budget = budget
        self.now = now
        self._process = uuid.uuid4().hex

    def before(self, method: str, path: str = "") -> None:
        """A request is about to be sent. Raises `Wait` where it may not be."""
        is_content = method not in ("GET", "HEAD")
        is_push = is_content and _MOVES_A_BRANCH.search(path) is not None
        until = self._budget.spend(self._holder, self.now(), self.limits, is_content=is_content, is_push=is_push)
        if until is not None:
            raise Wait(until, "the budget is used up")

    def failed(self) -> None:
        """No answer came, or one that the forge did not give. Raises `Wait` where that happens again and again: a forge
        that is down is asked seldom."""
        until = self._budget.failed(self.now(), _TOLERATED, _PAUSE)
        if until is not None:
            raise Wait(until, "the forge does not answer as it should")

    def after(self, status: int, headers: Mapping[str, str], body: str) -> None:
        """An answer came. Raises `Wait` where it says to send nothing for a while."""
        at = self.now()
        until, reason = _asked_for(status, headers, body, at)
        if reason:
            raise Wait(self._budget.hold(until, reason, at, _PAUSE), reason)
        if status >= 500 or status == 401:
            self.failed()
        elif not self._is_used_up(headers, at):
            self._budget.answered()

    @contextmanager
    def room(self, requests: int, pushes: int = 0) -> Iterator[None]:
        """Room for several content requests that belong together, so many of them pushes. Raises `Wait` where there is
        none yet."""
        until = self._budget.promise(self._holder, requests, pushes, self.now(), self.limits)
        if until is not None:
            raise Wait(until, "the budget is used up")
        try:
            yield
        finally:
            self._budget.give_back(self._holder)

    def spending(self) -> Spending:
        """What all workers have spent by now."""
        return self._budget.spending(self.now())

    def take_slot(self, branch: str, count: Callable[[], int]) -> None:
        """A branch's first pull request is about to be opened. Raises `NoRoom` where as many are open as may; `count`
        asks the forge how many are, which is done seldom."""
        at, counted_at = self.now(), self._budget.open_pulls().counted_at
        if counted_at is None or at >= counted_at + _COUNT_EVERY:
            self._budget.counted(count(), at)
        elif self._budget.take_slot(branch, at, self.limits.open_pulls):
            return
        elif at >= counted_at + _COUNT_AGAIN:
            self._budget.counted(count(), at)
        if not self._budget.take_slot(branch, at, self.limits.open_pulls):
            raise NoRoom

    def opened(self, branch: str) -> None:
        """The pull request of a branch is open, and the inbox says so."""
        self._budget.opened(branch, self.now())

    def open_pulls(self) -> int:
        """How many pull requests stand open, at most, by the last count."""
        return self._budget.open_pulls().number

    @property
    def _holder(self) -> str:
        return f"{self._process}-{threading.get_ident()}"

    def _is_used_up(self, headers: Mapping[str, str], at: datetime) -> bool:
        """The last request that the forge allows until its own reset was answered."""
        reset = _reset(headers, at) if headers.get("x-ratelimit-remaining") == "0" else None
        if reset is not None:
            self._budget.hold(reset, "the forge's own budget is used up", at, _PAUSE)
        return reset is not None


def _asked_for(status: int, headers: Mapping[str, str], body: str, at: datetime) -> tuple[datetime | None, str]:
    """Until when (None: it does not say) and why nothing is to be sent; no reason where it may go on."""
    after = headers.get("retry-after", "")
    if status in (403, 429, 503) and after.isascii() and after.isdigit():
        return at + min(timedelta(seconds=int(after[:6])), _LONGEST), "the forge said when to come back"
    if status in (403, 429) and headers.get("x-ratelimit-remaining") == "0" and (reset := _reset(headers, at)):
        return reset, "the forge's own budget is used up"
    if status == 429 or (status == 403 and _LIMITED.search(body)):
        return None, "the forge asked for fewer requests"
    return None, ""


def _reset(headers: Mapping[str, str], at: datetime) -> datetime | None:
    given = headers.get("x-ratelimit-reset", "")
    if not (given.isascii() and given.isdigit() and len(given) <= 11):
        return None
    reset = datetime.fromtimestamp(int(given), UTC)
    return min(reset, at + _LONGEST) if reset > at else None
