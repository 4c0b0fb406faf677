"""File what was received: at least once, with deterministic names and a look before each retry, so exactly once."""

import json
import logging
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta

from gradepost.document.filing import dossier_of_branch, receipt_path
from gradepost.forge.base import MAIN, Check, CheckState, Forge, Pull, PullState
from gradepost.forge.budget import NoRoom, Wait
from gradepost.forge.governor import Governor
from gradepost.inbox import Inbox, Stored
from gradepost.model.trouble import ForgeError, Moved, WorldError
from gradepost.publish.grounds import Grounds

# `gradepost review` as a process: given base, head and branch, its exit code and what it printed.
RunReview = Callable[[str, str, str], tuple[int, str]]

_log = logging.getLogger("gradepost.publisher")
# Tree, commit, branch, pull request. A dossier that has its pull request needs three of them.
REQUESTS_TO_OPEN, REQUESTS_TO_AMEND, PUSHES = 4, 3, 1

_RETRY_AFTER = timedelta(seconds=30)
_LOOK_FOR_ROOM_AFTER = timedelta(minutes=1)
_ATTEMPTS_AT_A_MOVING_BRANCH = 5


class Publisher:
    """Takes the outbox in order within a dossier; a dossier that is stuck holds no other."""

    def __init__(
        self,
        inbox: Inbox,
        forge: Forge,
        run_review: RunReview | None,
        now: Callable[[], datetime],
        governor: Governor | None = None,
    ) -> None:
        """Without `run_review`, judging is somebody else's: continuous integration's, on GitHub. With a governor no
        dossier is begun that could not be filed whole, and none whose pull request would be one too many."""
        self._inbox = inbox
        self._forge = forge
        self._run_review = run_review
        self._now = now
        self._governor = governor
        self._grounds = Grounds(forge)
        # Pull requests that could not be judged when that was last tried.
        self.unjudged: list[int] = []

    def file_due(self) -> int:
        """File everything that is due; the number filed. Trouble with one dossier postpones that one alone; where the
        forge's budget is used up, all that is left waits for the next time."""
        filed = 0
        due: dict[str, list[Stored]] = {}
        for stored in self._inbox.unfiled(self._now()):
            due.setdefault(stored.branch, []).append(stored)
        for branch, waiting in due.items():
            try:
                filed += self._file_dossier(branch, waiting)
            except Wait as wait:
                _log.info("filing goes on at %s", wait.until.isoformat(timespec="seconds"))
                break
            except NoRoom:
                self._inbox.postpone(branch, self._now() + _LOOK_FOR_ROOM_AFTER, NoRoom.__name__)
            except WorldError as error:
                _log.warning("%s could not be filed: %s", branch, type(error).__name__)
                self._inbox.postpone(branch, self._now() + _RETRY_AFTER, type(error).__name__)
        return filed

    def judge_due(self) -> int:
        """Have every open head judged that was not yet, or was on other grounds than main gives now; the number judged.
        One that cannot be holds no other."""
        judged = 0
        pulls = self._forge.pulls(PullState.OPEN) if self._run_review else ()
        self.unjudged = [pull.number for pull in pulls]
        # After the heads, so that what they start from is on it.
        main = self._forge.head(MAIN) if pulls else None
        for pull in pulls:
            try:
                judged += self._judged(pull, main)
                self.unjudged.remove(pull.number)
            except WorldError as error:
                _log.warning("pull request %d could not be judged: %s", pull.number, type(error).__name__)
        return judged

    def _judged(self, pull: Pull, main: str | None) -> bool:
        check = self._forge.check(pull.head)
        if self._run_review is None or (check is not None and (main is None or self._grounds.hold(check, pull, main))):
            return False
        base = main or pull.head
        grounds = self._grounds.of(pull, base)
        code, printed = self._run_review(base, pull.head, pull.branch)
        self._forge.set_check(Check(pull.head, state_of(code, printed), printed, self._now(), base, grounds))
        return True

    def _file_dossier(self, branch: str, due: Sequence[Stored]) -> int:
        """All that waits of a dossier in one commit, for each commit costs requests; the number filed. What is due
        may be the beginning of a long queue, so the rest of the dossier is looked up."""
        numbers = {stored.seq for stored in due}
        received = self._inbox.of_branch(branch)
        waiting = [stored for stored in received if stored.filed_at is None or stored.seq in numbers]
        if not any(stored.pull for stored in received):
            self._insist_on_a_slot(branch)
        with self._governor.room(REQUESTS_TO_OPEN, PUSHES) if self._governor else nullcontext():
            pull = self._filed(branch, waiting)
        for stored in waiting:
            self._inbox.filed(stored.seq, pull.number, self._now())
        if self._governor:
            self._governor.opened(branch)
        return len(waiting)

    def _filed(self, branch: str, waiting: Sequence[Stored]) -> Pull:
        for _ in range(_ATTEMPTS_AT_A_MOVING_BRANCH):
            head = self._forge.head(branch)
            missing = self._missing(head or self._forge.head(MAIN), waiting)
            if head is None and not missing:
                return self._taker(branch)
            if self._governor and (head is None or self._forge.pull_of(branch) is None):
                self._insist_on_a_slot(branch)
            try:
                if missing:
                    self._commit(branch, missing, head)
            except Moved:
                continue
            return self._pull(branch)
        raise Moved("The branch keeps moving.")

    def _missing(self, seen: str | None, waiting: Sequence[Stored]) -> Sequence[Stored]:
        """What does not stand at a commit yet. A receipt that does says that its document was filed with it."""
        if seen is None:
            return waiting
        return [s for s in waiting if self._forge.read(seen, receipt_path(s.path, s.seq)) != s.receipt]

    def _commit(self, branch: str, missing: Sequence[Stored], head: str | None) -> None:
        files: dict[str, bytes | None] = {**(self._earlier_receipts(branch, missing) if head is None else {})}
        for stored in missing:
            files |= {stored.path: stored.document, receipt_path(stored.path, stored.seq): stored.receipt}
        self._forge.commit(branch, files, commit_message(missing), missing[-1].received_at, expected=head)

    def _earlier_receipts(self, branch: str, missing: Sequence[Stored]) -> dict[str, bytes]:
        """The receipts that main lacks of what was received before: a rejection was cut short, and the chain holds."""
        first, main = missing[0].seq, self._forge.head(MAIN)
        earlier = [stored for stored in self._inbox.of_branch(branch) if stored.seq < first]
        if not earlier or main is None:
            return {}
        receipts = {receipt_path(stored.path, stored.seq): stored.receipt for stored in earlier}
        there = set(self._forge.list(main, next(iter(receipts)).rpartition("/")[0]))
        return {path: raw for path, raw in receipts.items() if path not in there}

    def _taker(self, branch: str) -> Pull:
        # Filed before and merged since: the newest pull request of the branch is the one that took it.
        merged = self._forge.last_pull_of(branch)
        if merged is None:
            raise ForgeError("Main has it, and no pull request of its branch is known.")
        return merged

    def _pull(self, branch: str) -> Pull:
        dossier = dossier_of_branch(branch)
        title = dossier.title if dossier else branch
        body = "One dossier. Approve it, or request changes with a reason; what was judged is what is merged."
        return self._forge.open_pull(branch, title, body, self._now())

    def _insist_on_a_slot(self, branch: str) -> None:
        """Raises `NoRoom` where a pull request for this branch would be one too many."""
        if self._governor:
            self._governor.take_slot(branch, lambda: len(self._forge.pulls(PullState.OPEN)))


def commit_message(filed: Sequence[Stored]) -> str:
    """Ids alone: the documents by name, and of each receipt its number and id."""
    names = list(dict.fromkeys(stored.path.rpartition("/")[2] for stored in filed))
    subject = f"File {names[0] if len(names) == 1 else f'{len(names)} documents'} of {filed[0].centre}"
    listed = "".join(f"{name}\n" for name in names) + "\n" if len(names) > 1 else ""
    trailers = "".join(f"Receipt-Number: {stored.seq}\nReceipt-Id: {stored.receipt_id}\n" for stored in filed)
    return f"{subject}\n\n{listed}{trailers}"


def state_of(code: int, printed: str) -> CheckState:
    """The state of a check from the exit code and the JSON report of `gradepost review`."""
    if code == 0:
        return CheckState.SUCCESS
    if code != 1:
        raise WorldError(f"gradepost review ended with exit code {code}.")
    report = json.loads(printed)
    errors = {f["rule"] for f in report["findings"] if f["severity"] == "error"}
    return CheckState.PENDING if errors == {"H005"} and not report["not_judged"] else CheckState.FAILURE
