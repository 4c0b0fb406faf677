"""Proposals of extensions whose pull request could not be opened at once: whoever proposed has a receipt for it."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from gradepost.forge.base import Forge
from gradepost.forge.budget import Wait
from gradepost.inbox import Inbox
from gradepost.model.trouble import WorldError
from gradepost.publish.extending import EXTENSION_FORM, propose

_log = logging.getLogger("gradepost.publisher")
_LOOKS_EVERY = timedelta(minutes=1)


class Proposals:
    """Those of one series; each minute, and once for each that stands."""

    def __init__(self, inbox: Inbox, forge: Forge, series: str, now: Callable[[], datetime]) -> None:
        self._inbox = inbox
        self._forge = forge
        self._series = series
        self._now = now
        self._looks_at: datetime | None = None
        self._opened: set[int] = set()

    def open_due(self) -> None:
        """Open the pull request of every proposal that has none yet. One that cannot be opened holds no other."""
        at = self._now()
        if self._looks_at is not None and at < self._looks_at:
            return
        self._looks_at = at + _LOOKS_EVERY
        for proposal in self._inbox.standing_of_series(self._series, EXTENSION_FORM):
            try:
                if proposal.seq not in self._opened:
                    propose(self._forge, proposal, at)
                    self._opened.add(proposal.seq)
            except Wait:
                break
            except WorldError as error:
                _log.warning("proposal %s could not be opened: %s", proposal.receipt_id, type(error).__name__)
