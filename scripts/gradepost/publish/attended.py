"""A forge where reviewers work, with what was last seen of each pull request in place of asking again. Workers and
pages use it as any forge; only the attendant (`attending.py`) looks."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from gradepost.document.filing import dossier_of_branch
from gradepost.forge.base import Check, Forge, Pull, PullState, Review
from gradepost.inbox.pulls_seen import SqlitePulls


class SeenForge:
    """For pages: pull requests, judgements and verdicts as last seen, with the forge away as well. `by` of a review is
    a reviewer's ref, and only verdicts that count are there. Everything else is asked of the forge itself."""

    def __init__(self, forge: Forge, seen: SqlitePulls) -> None:
        self._forge = forge
        self._seen = seen

    def head(self, branch: str) -> str | None:
        return self._forge.head(branch)

    def parent(self, commit: str) -> str | None:
        return self._forge.parent(commit)

    def read(self, revision: str, path: str) -> bytes | None:
        return self._forge.read(revision, path)

    def list(self, revision: str, prefix: str = "") -> Sequence[str]:
        return self._forge.list(revision, prefix)

    def changed(self, base: str, head: str) -> Mapping[str, str]:
        return self._forge.changed(base, head)

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
        return self._forge.commit(branch, files, message, at, expected=expected, parent=parent)

    def open_pull(self, branch: str, title: str, body: str, at: datetime) -> Pull:
        return self._forge.open_pull(branch, title, body, at)

    def pull(self, number: int) -> Pull | None:
        """As the port says, from the forge itself."""
        pull = self._forge.pull(number)
        if pull is not None:
            self._seen.keep_pull(pull)
        return pull

    def pulls(self, state: PullState | None = None) -> Sequence[Pull]:
        return [seen.pull for seen in self._seen.seen_pulls() if state in (None, seen.pull.state)]

    def pull_of(self, branch: str) -> Pull | None:
        return self._forge.pull_of(branch)

    def last_pull_of(self, branch: str) -> Pull | None:
        if dossier_of_branch(branch) is None:
            return self._forge.last_pull_of(branch)  # nobody attends to those
        seen = self._seen.last_seen_of(branch)
        return seen.pull if seen else None

    def add_review(self, review: Review) -> None:
        self._forge.add_review(review)

    def reviews(self, number: int) -> Sequence[Review]:
        seen = self._seen.seen_pull(number)
        return seen.reviews if seen else ()

    def set_check(self, check: Check) -> None:
        """As the port says; the report is kept here, for the forge has no place for it."""
        self._forge.set_check(check)
        self._seen.keep_check(check)

    def check(self, head: str) -> Check | None:
        """What we judged ourselves. What the forge says of a head anybody may have said who may write there."""
        return self._seen.seen_check(head)

    def close_pull(self, number: int, head: str, at: datetime) -> None:
        self._forge.close_pull(number, head, at)

    def merge_candidate(self, number: int, message: str, at: datetime) -> str:
        return self._forge.merge_candidate(number, message, at)

    def merge(self, number: int, head: str, candidate: str, at: datetime) -> str:
        return self._forge.merge(number, head, candidate, at)


class AttendedForge(SeenForge):
    """For who judges and merges: of all pull requests only those that are being looked at."""

    def __init__(self, forge: Forge, seen: SqlitePulls) -> None:
        super().__init__(forge, seen)
        self.looked_at: Sequence[int] = ()

    def pulls(self, state: PullState | None = None) -> Sequence[Pull]:
        """Of those that are being looked at, newest first."""
        found = [self._seen.seen_pull(number) for number in sorted(self.looked_at, reverse=True)]
        return [seen.pull for seen in found if seen is not None and state in (None, seen.pull.state)]
