"""A Git repository on this machine, opened for many threads: commits by name, the trouble Git may have."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pygit2
from pygit2.enums import RepositoryOpenFlag

from gradepost.forge import branches
from gradepost.forge.base import MAIN
from gradepost.model.trouble import ForgeError

_ID_LENGTH = 40

# What a `git push` to the repository obeys; the pusher's own settings do not reach it.
_SETTINGS = {
    "core.fsync": "all",  # Git's default leaves loose objects and refs to the kernel
    "gc.auto": "0",  # started by a push it comes when it is least wanted: see `LocalForge.maintain`
    "receive.fsckObjects": "true",
}


class LocalRepository:
    """The repository at a path, bare or with a work tree, never one further up.

    libgit2's objects must not be shared between threads, so each thread opens the repository for itself;
    that is a fifth of a millisecond, once, and spares readers from waiting for writers.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.local()
        # For the whole process, and read when a repository is opened: so here, not when the module is imported.
        pygit2.settings.enable_fsync_gitdir(True)
        self.folder = Path(self.git.path)

    @property
    def git(self) -> pygit2.Repository:
        """The repository as this thread may use it."""
        if not hasattr(self._threads, "git"):
            with translated():
                self._threads.git = pygit2.Repository(str(self._path), RepositoryOpenFlag.NO_SEARCH)
        opened: pygit2.Repository = self._threads.git
        return opened

    def commit(self, name: str) -> pygit2.Commit:
        """The commit that a commit id, a branch or another of Git's names for a commit stands for."""
        git = self.git
        if len(name) == _ID_LENGTH and (found := git.get(name)) is not None:
            return found.peel(pygit2.Commit)
        if pygit2.reference_is_valid_name(branches.ref(name)):
            branch = branches.head_of(git, name)
            if branch is not None:
                return git[branch].peel(pygit2.Commit)
        return git.revparse_single(name).peel(pygit2.Commit)

    def merge_base(self, one: pygit2.Commit, other: pygit2.Commit) -> pygit2.Commit:
        """The newest commit that two commits have in common."""
        base = self.git.merge_base(one.id, other.id)
        if base is None:
            hint = "In a shallow clone, fetch the whole history."
            raise ForgeError(f"{one.id} and {other.id} have no commit in common. {hint}")
        return self.commit(str(base))


def make_bare(path: Path) -> None:
    """Make a bare repository without a commit; where one stands, only see to its settings."""
    with translated():
        pygit2.settings.enable_fsync_gitdir(True)
        made = pygit2.init_repository(str(path), bare=True, initial_head=MAIN)
        for name, value in _SETTINGS.items():
            made.config[name] = value


@contextmanager
def translated() -> Iterator[None]:
    """What Git or the disk cannot do, as the forge's own trouble. Messages hold ids and paths only."""
    try:
        yield
    except (pygit2.GitError, KeyError, ValueError, OSError) as error:
        raise ForgeError(f"Git could not do as asked: {error}") from error
