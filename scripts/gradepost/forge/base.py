"""What is asked of a forge, in its smallest form: files of revisions, branches, pull requests, reviews, checks.

Every act can be repeated: the caller looks before it retries, and a forge answers a repeated act with what stands.
Texts handed to a forge carry ids only; nothing here knows what a submission says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

MAIN = "main"


class PullState(StrEnum):
    """Whether a pull request awaits a decision, was merged, or was closed without."""

    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"


class Verdict(StrEnum):
    """What a reviewer decided of one head commit."""

    APPROVED = "approved"
    CHANGES_REQUESTED = "changes-requested"
    REJECTED = "rejected"


class CheckState(StrEnum):
    """What judging found on a head commit. Pending: nothing is lacking but the declaration."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request from `branch` into main. `merged_as` is the merge commit where it was merged; `address` is where
    people see it and decide on it, None where the forge has no pages of its own. `closed_by` is the account that closed
    it there without merging, where the forge says so."""

    number: int
    branch: str
    title: str
    head: str
    state: PullState
    opened_at: datetime
    closed_at: datetime | None = None
    merged_as: str | None = None
    address: str | None = None
    closed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """A reviewer's verdict on one head commit; void as soon as the head moves. `signature` is `KEY:BASE64`, the
    platform's own over the decision; "" where the forge has no such place."""

    number: int
    head: str
    by: str
    verdict: Verdict
    reason: str
    at: datetime
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome of judging a head commit; `report` is `review --format json` as it was printed. `base` is main as it
    was judged on, and `grounds` the digest of what was read there (`ledger/grounds.py`); "" where neither is kept."""

    head: str
    state: CheckState
    report: str
    at: datetime
    base: str = ""
    grounds: str = ""


class Forge(Protocol):
    """A place for the ledger. Raises `ForgeError` when it cannot do as asked, `Moved` when a branch is elsewhere."""

    def head(self, branch: str) -> str | None:
        """The commit a branch points at, or None where there is no such branch."""

    def parent(self, commit: str) -> str | None:
        """The first parent of a commit, which for a merge is where main stood before; None of a first commit."""

    def read(self, revision: str, path: str) -> bytes | None:
        """The bytes of a file in a commit, or None."""

    def list(self, revision: str, prefix: str = "") -> Sequence[str]:
        """Every file path of a commit below a folder, sorted. A prefix that is no folder gives nothing."""

    def changed(self, base: str, head: str) -> Mapping[str, str]:
        """The paths that differ between the merge base of two commits and `head`: `file`, `link` (anything
        that is not a plain file), `gone`, or `malformed` (an entry that no Git tool writes)."""

    def commit(
        self,
        branch: str,
        files: Mapping[str, bytes | None],
        message: str,
        at: datetime,
        *,
        expected: str | None,
        parent: str | None = None,
    ) -> str:
        """Write files (None takes one away) in one durable commit and move the branch to it; return its id.

        `expected` is where the caller saw the branch (None: it must not exist; it starts at `parent`, else at
        main). Raises `Moved` otherwise. The same call twice makes the same commit id: author, committer and both
        dates are fixed by `at`.
        """

    def open_pull(self, branch: str, title: str, body: str, at: datetime) -> Pull:
        """Open a pull request from a branch into main, or return the one that is open already. One that was closed at
        the branch's very head is opened again."""

    def pull(self, number: int) -> Pull | None:
        """The pull request with that number, its head being the branch's present head while it is open."""

    def pulls(self, state: PullState | None = None) -> Sequence[Pull]:
        """Pull requests, newest first."""

    def pull_of(self, branch: str) -> Pull | None:
        """The open pull request of a branch, or None."""

    def last_pull_of(self, branch: str) -> Pull | None:
        """The newest pull request of a branch, open or not, or None."""

    def add_review(self, review: Review) -> None:
        """Keep a verdict. Raises `Moved` where the head is another, `ForgeError` where the pull request is not open."""

    def reviews(self, number: int) -> Sequence[Review]:
        """All verdicts on a pull request, oldest first."""

    def set_check(self, check: Check) -> None:
        """Keep (or replace) the outcome of judging one head commit."""

    def check(self, head: str) -> Check | None:
        """The outcome of judging a head commit, or None where it was not judged yet."""

    def close_pull(self, number: int, head: str, at: datetime) -> None:
        """Close a pull request without merging, and delete its branch. Raises `Moved` where the branch has gone on from
        `head`, `ForgeError` where it was merged. Repeating it changes nothing, and a branch that began anew stays."""

    def merge_candidate(self, number: int, message: str, at: datetime) -> str:
        """A commit as main would stand after merging, on no branch yet, to be judged. A conflict is a `ForgeError`."""

    def merge(self, number: int, head: str, candidate: str, at: datetime) -> str:
        """Move main to the judged candidate, close the pull request as merged and delete its branch; return the
        merge commit. Raises `Moved` where the head or main moved since. Repeating it returns the same commit."""
