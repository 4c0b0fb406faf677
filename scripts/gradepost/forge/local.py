"""The local forge: a Git repository on this machine, its pull requests in a small database within it.

Any number of threads and processes may use one repository at once. An act is answered only when what was
asked lies on the disk.
"""

import dataclasses
import subprocess
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

import pygit2

from gradepost.forge import branches, objects
from gradepost.forge.base import MAIN, Check, Pull, PullState, Review
from gradepost.forge.pulls import Merging, PullStore
from gradepost.forge.repository import LocalRepository, make_bare, translated
from gradepost.model.trouble import ForgeError, Moved


class LocalForge:
    """A repository, bare or with a work tree, as a forge; its database is made when first needed."""

    def __init__(self, path: Path) -> None:
        """Open the repository at `path`. Raises `ForgeError` where there is none."""
        self._repository = LocalRepository(Path(path))
        self._turn = branches.Turn(self._repository.folder)
        self._opened_store: PullStore | None = None
        self._opening_store = threading.Lock()

    @classmethod
    def create(cls, path: Path) -> "LocalForge":
        """Open the repository at `path`, made bare and without a commit where there is none."""
        if not (path / ".git").exists():
            make_bare(path)
        return cls(path)

    def close(self) -> None:
        """Give the database back. It is opened again when needed."""
        with self._opening_store:
            if self._opened_store is not None:
                self._opened_store.close()
            self._opened_store = None

    def revision(self, name: str) -> str:
        """The id of the commit that a branch, a commit id or another of Git's names stands for."""
        with translated():
            return str(self._repository.commit(name).id)

    def head(self, branch: str) -> str | None:
        with translated():
            found = branches.head_of(self._repository.git, branch)
            return None if found is None else str(found)

    def parent(self, commit: str) -> str | None:
        with translated():
            return next((str(parent) for parent in self._repository.commit(commit).parent_ids), None)

    def between(self, base: str, head: str, most: int) -> Sequence[str]:
        """The commits that lead to `head` and not to `base`, oldest first, along first parents; of many the last."""
        with translated():
            walk = self._repository.git.walk(self._repository.commit(head).id)
            walk.hide(self._repository.commit(base).id)
            walk.simplify_first_parent()
            return [str(commit.id) for commit in islice(walk, most)][::-1]

    def read(self, revision: str, path: str) -> bytes | None:
        """The bytes of a plain file; what `changed` calls a link has none."""
        with translated():
            return objects.read_file(self._repository.commit(revision).tree, path)

    def list(self, revision: str, prefix: str = "") -> Sequence[str]:
        with translated():
            return objects.list_files(self._repository.commit(revision).tree, prefix)

    def changed(self, base: str, head: str) -> Mapping[str, str]:
        with translated():
            ours, theirs = self._repository.commit(base), self._repository.commit(head)
            return objects.changed_files(self._repository.merge_base(ours, theirs).tree, theirs.tree)

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
        """As the port says; and where the branch stands at that very commit already, its id once more."""
        with translated():
            git = self._repository.git
            start = self._start(branch, expected, parent)
            tree = objects.write_files(git, start and start.tree, files)
            made = objects.write_commit(git, tree, [start.id] if start else [], message, at)
            with self._turn.taken(branch) as now:
                if branches.head_of(git, branch) != made:
                    wanted = None if expected is None else pygit2.Oid(hex=expected)
                    branches.move(git, branch, made, expected=wanted, now=now)
            return str(made)

    def open_pull(self, branch: str, title: str, body: str, at: datetime) -> Pull:
        self._settle()
        with self._store.acting():
            head = self.head(branch)
            if head is None:
                raise ForgeError(f"There is no branch {branch}.")
            pull = self._store.open_pull_of(branch) or self._store.reopened(branch, head)
            if pull is None:
                pull = self._store.insert_pull(branch, title, body, head, at)
        return dataclasses.replace(pull, head=head)

    def pull(self, number: int) -> Pull | None:
        self._settle()
        return self._as_it_stands(self._store.pull(number))

    def pulls(self, state: PullState | None = None) -> Sequence[Pull]:
        self._settle()
        return [pull for row in self._store.pulls(state) if (pull := self._as_it_stands(row))]

    def pull_of(self, branch: str) -> Pull | None:
        self._settle()
        return self._as_it_stands(self._store.open_pull_of(branch))

    def last_pull_of(self, branch: str) -> Pull | None:
        self._settle()
        return self._as_it_stands(self._store.last_pull_of(branch))

    def add_review(self, review: Review) -> None:
        self._settle()
        with self._store.acting():
            pull = self._open_one(review.number)
            if self.head(pull.branch) != review.head:
                raise Moved(f"Pull request {pull.number} no longer stands at {review.head}.")
            self._store.insert_review(review)

    def reviews(self, number: int) -> Sequence[Review]:
        return self._store.reviews(number)

    def set_check(self, check: Check) -> None:
        self._store.put_check(check)

    def check(self, head: str) -> Check | None:
        return self._store.check(head)

    def close_pull(self, number: int, head: str, at: datetime) -> None:
        branch, git = self._known(number).branch, self._repository.git
        with translated(), self._turn.taken(branch) as now:
            self._settle_one(number, now)
            pull, stands = self._known(number), branches.head_of(git, branch)
            if pull.state is PullState.MERGED:
                raise ForgeError(f"Pull request {number} is merged.")
            wanted = pygit2.Oid(hex=head)
            if pull.head != head or (stands not in (None, wanted) and git.descendant_of(stands, wanted)):
                raise Moved(f"Pull request {number} no longer stands at {head}.")
            self._store.close_pull(number, head, at)
            if stands == wanted:
                branches.remove(git, branch, expected=wanted, now=now)

    def merge_candidate(self, number: int, message: str, at: datetime) -> str:
        """As the port says; of a pull request merged already, the merge commit."""
        self._settle()
        merged_as = self._known(number).merged_as
        if merged_as is not None:
            return merged_as
        with translated():
            ours = self._repository.commit(MAIN)
            theirs = self._repository.commit(self._open_one(number).head)
            base = self._repository.merge_base(ours, theirs)
            tree = objects.merge_trees(self._repository.git, base.tree, ours.tree, theirs.tree)
            return str(objects.write_commit(self._repository.git, tree, [ours.id, theirs.id], message, at))

    def merge(self, number: int, head: str, candidate: str, at: datetime) -> str:
        """As the port says; the candidate must be a merge of `head` into main as it stands."""
        branch = self._known(number).branch
        with translated(), self._turn.taken(MAIN, branch) as now:
            self._settle_one(number, now)
            pull = self._known(number)
            if pull.merged_as is not None and pull.head == head:
                return pull.merged_as
            self._open_one(number)
            merging = Merging(number, branch, head, candidate, at)
            self._store.begin_merge(merging)
            self._move_main(merging, now)
            self._store.finish_merge(number)
            return candidate

    def maintain(self) -> None:
        """Gather loose objects and small packs into few packs, while others read and write.

        A filed submission leaves about a dozen loose objects, and 300 small packs slow a reading 2 to 10
        times (measured); packs in geometric sizes put that right without writing the large ones again.
        Nothing is thrown away: a candidate that is being judged is on no branch and stays.
        """
        git_dir = f"--git-dir={self._repository.folder}"
        command = ["git", git_dir, "repack", "--geometric=2", "-d", "--quiet"]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
        except (OSError, subprocess.CalledProcessError) as error:
            raise ForgeError(f"git repack failed: {getattr(error, 'stderr', '') or error}") from error

    @property
    def _store(self) -> PullStore:
        with self._opening_store:
            if self._opened_store is None:
                self._opened_store = PullStore(self._repository.folder / "pulls.sqlite3")
            return self._opened_store

    def _start(self, branch: str, expected: str | None, parent: str | None) -> pygit2.Commit | None:
        if expected is not None:
            return self._repository.commit(expected)
        if parent is None and branch == MAIN:
            return None
        return self._repository.commit(parent or MAIN)

    def _as_it_stands(self, pull: Pull | None) -> Pull | None:
        if pull is None or pull.state is not PullState.OPEN:
            return pull
        return dataclasses.replace(pull, head=self.head(pull.branch) or pull.head)

    def _known(self, number: int) -> Pull:
        pull = self._as_it_stands(self._store.pull(number))
        if pull is None:
            raise ForgeError(f"There is no pull request {number}.")
        return pull

    def _open_one(self, number: int) -> Pull:
        pull = self._known(number)
        if pull.state is not PullState.OPEN:
            raise ForgeError(f"Pull request {number} is {pull.state}.")
        return pull

    def _move_main(self, merging: Merging, now: float) -> None:
        """Main first, then the branch, which is held all the while: no commit slips in and is lost."""
        git = self._repository.git
        head, candidate = pygit2.Oid(hex=merging.head), self._repository.commit(merging.candidate)
        if len(candidate.parent_ids) != 2 or candidate.parent_ids[1] != head:
            raise ForgeError(f"{candidate.id} is not a merge of {head}.")
        with branches.held(git, merging.branch, expected=head, now=now) as transaction:
            branches.move(git, MAIN, candidate.id, expected=candidate.parent_ids[0], now=now)
            transaction.remove(branches.ref(merging.branch))
        branches.sync_removal(git)

    def _settle(self) -> None:
        """Finish, or take back, merges whose process died half-way; wait for those that are under way."""
        for begun in self._store.begun_merges():
            with translated(), self._turn.taken(begun.branch) as now:
                self._settle_one(begun.number, now)

    def _settle_one(self, number: int, now: float) -> None:
        merging = next((begun for begun in self._store.begun_merges() if begun.number == number), None)
        if merging is None:
            return
        main, candidate = self._repository.commit(MAIN).id, pygit2.Oid(hex=merging.candidate)
        if main == candidate or self._repository.git.descendant_of(main, candidate):
            self._remove_merged(merging, now)
            self._store.finish_merge(number)
        else:
            self._store.abandon_merge(number)

    def _remove_merged(self, merging: Merging, now: float) -> None:
        head = pygit2.Oid(hex=merging.head)
        if branches.head_of(self._repository.git, merging.branch) == head:
            branches.remove(self._repository.git, merging.branch, expected=head, now=now)
