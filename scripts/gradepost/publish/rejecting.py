"""A rejection carried out: the pull request is closed, nothing of it is merged, and its receipts stand on main.

In this order, each step again where one was cut short: close it and delete its branch, so that what comes next begins
at main; let what it brought count no longer; write receipts, rejection and review record to main in one commit.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from gradepost.document.filing import dossier_of_branch, receipt_path
from gradepost.forge.base import MAIN, Forge, Pull, PullState, Verdict
from gradepost.inbox import Inbox, Stored
from gradepost.model.trouble import Moved
from gradepost.publish.deciding import decided
from gradepost.publish.records import Records
from gradepost.receipt import SigningKey
from gradepost.receipt.rejecting import Rejection, rejection_path, written

_log = logging.getLogger("gradepost.merger")


class Rejecter:
    """Carries out what reviewers have rejected."""

    def __init__(self, forge: Forge, inbox: Inbox, key: SigningKey, now: Callable[[], datetime]) -> None:
        """`key` is the one that signs receipts."""
        self._forge = forge
        self._inbox = inbox
        self._key = key
        self._now = now

    def is_rejected(self, pull: Pull) -> bool:
        """Whether the last verdict on the pull request as it stands is a rejection."""
        return pull.state is not PullState.MERGED and decided(self._forge, pull).verdict is Verdict.REJECTED

    def reject(self, pull: Pull, records: Records) -> None:
        """Carry it out. Where the centre has submitted meanwhile, the rejection is void: it was of an earlier state."""
        try:
            self._forge.close_pull(pull.number, pull.head, self._now())
        except Moved:
            _log.info("pull request %d has moved since it was rejected", pull.number)
            if pull.state is PullState.CLOSED:
                records.leave(pull)
            return
        brought = self._brought(pull)
        self._inbox.take_back(pull.branch, [stored.seq for stored in brought])
        records.keep(self._forge.pull(pull.number) or pull, self._beside(pull, brought))

    def _brought(self, pull: Pull) -> Sequence[Stored]:
        """What the gateway filed to it. Of what else may stand there nothing goes to main."""
        main = self._forge.head(MAIN)
        changed = self._forge.changed(main, pull.head) if main else {}
        received = self._inbox.of_branch(pull.branch)
        return [s for s in received if s.pull == pull.number or receipt_path(s.path, s.seq) in changed]

    def _beside(self, pull: Pull, brought: Sequence[Stored]) -> dict[str, bytes]:
        dossier = dossier_of_branch(pull.branch)
        if dossier is None:
            return {}
        by = decided(self._forge, pull).by
        numbers = tuple(stored.seq for stored in brought)
        rejection = Rejection(dossier.folder, pull.number, pull.head, by, self._now(), numbers)
        receipts = {receipt_path(stored.path, stored.seq): stored.receipt for stored in brought}
        return {**receipts, rejection_path(dossier, pull.number): written(rejection, self._key)}
