"""File what was received: at least once, with deterministic names and a look before each retry, so exactly once."""

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from gradepost.document.filing import dossier_of_branch, receipt_path
from gradepost.forge.base import MAIN, Check, CheckState, Forge, Pull, PullState
from gradepost.inbox import Inbox, Stored
from gradepost.model.trouble import ForgeError, Moved, WorldError

# `gradepost review` as a process: given base, head and branch, its exit code and what it printed.
RunReview = Callable[[str, str, str], tuple[int, str]]

_log = logging.getLogger("gradepost.publisher")
_RETRY_AFTER = timedelta(seconds=30)
_ATTEMPTS_AT_A_MOVING_BRANCH = 5


class Publisher:
    """Takes the outbox in order within a dossier; a dossier that is stuck holds no other."""

    def __init__(self, inbox: Inbox, forge: Forge, run_review: RunReview | None, now: Callable[[], datetime]) -> None:
        """Without `run_review`, judging is somebody else's: continuous integration's, on GitHub."""
        self._inbox = inbox
        self._forge = forge
        self._run_review = run_review
        self._now = now

    def file_due(self) -> int:
        """File everything that is due; the number filed. Trouble with one dossier postpones that one alone."""
        filed, stuck = 0, set()
        for stored in self._inbox.unfiled(self._now()):
            if stored.branch in stuck:
                continue
            try:
                pull = self._file(stored)
            except WorldError as error:
                _log.warning("number %d could not be filed: %s", stored.seq, type(error).__name__)
                stuck.add(stored.branch)
                self._inbox.postpone(stored.branch, self._now() + _RETRY_AFTER, type(error).__name__)
                continue
            self._inbox.filed(stored.seq, pull.number, self._now())
            filed += 1
        return filed

    def judge_due(self) -> int:
        """Have every open head judged that was not yet; the number judged. One that cannot be holds no other."""
        judged = 0
        if self._run_review is None:
            return judged
        for pull in self._forge.pulls(PullState.OPEN):
            if self._forge.check(pull.head) is not None:
                continue
            try:
                self._forge.set_check(judged_check(self._forge, self._run_review, pull, self._now()))
                judged += 1
            except WorldError as error:
                _log.warning("pull request %d could not be judged: %s", pull.number, type(error).__name__)
        return judged

    def _file(self, stored: Stored) -> Pull:
        for _ in range(_ATTEMPTS_AT_A_MOVING_BRANCH):
            try:
                self._commit(stored)
                break
            except Moved:
                continue
        else:
            raise Moved("The branch keeps moving.")
        return self._pull(stored)

    def _commit(self, stored: Stored) -> None:
        head = self._forge.head(stored.branch)
        seen = head or self._forge.head(MAIN)
        receipt = receipt_path(stored.path, stored.seq)
        if seen is not None and self._forge.read(seen, receipt) == stored.receipt:
            return
        files: dict[str, bytes | None] = {stored.path: stored.document, receipt: stored.receipt}
        self._forge.commit(stored.branch, files, _commit_message(stored), stored.received_at, expected=head)

    def _pull(self, stored: Stored) -> Pull:
        if self._forge.head(stored.branch) is None:
            # Filed before and merged since: the newest pull request of the branch is the one that took it.
            merged = self._forge.last_pull_of(stored.branch)
            if merged is None:
                raise ForgeError("Main has it, and no pull request of its branch is known.")
            return merged
        dossier = dossier_of_branch(stored.branch)
        title = dossier.title if dossier else stored.branch
        body = "One dossier. Approve it, or request changes with a reason; what was judged is what is merged."
        return self._forge.open_pull(stored.branch, title, body, self._now())


def _commit_message(stored: Stored) -> str:
    name = stored.path.rpartition("/")[2]
    return f"File {name} of {stored.centre}\n\nReceipt-Number: {stored.seq}\nReceipt-Id: {stored.receipt_id}\n"


def judged_check(forge: Forge, run_review: RunReview, pull: Pull, at: datetime) -> Check:
    """What `gradepost review` says of a pull request's head. Raises `WorldError` where it could not say."""
    base = forge.head(MAIN) or pull.head
    code, printed = run_review(base, pull.head, pull.branch)
    return Check(pull.head, state_of(code, printed), printed, at)


def state_of(code: int, printed: str) -> CheckState:
    """The state of a check from the exit code and the JSON report of `gradepost review`."""
    if code == 0:
        return CheckState.SUCCESS
    if code != 1:
        raise WorldError(f"gradepost review ended with exit code {code}.")
    report = json.loads(printed)
    errors = {f["rule"] for f in report["findings"] if f["severity"] == "error"}
    return CheckState.PENDING if errors == {"H005"} and not report["not_judged"] else CheckState.FAILURE
