"""Branches of a local repository, moved by compare-and-set: a concurrent writer is never overwritten.

Two guards, for two kinds of neighbour. Git's own `.lock` files keep out every program that obeys Git, a `git
push` among them, but they do not queue, and stay behind when a process is killed. The turn, a lock that the
kernel frees at death, lets our own threads and processes queue, and tells a lock left behind from one in use.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import pygit2

from gradepost.model.trouble import ForgeError, Moved

PATIENCE_SECONDS = 30.0
# Git and libgit2 hold a lock on a ref for milliseconds. One that our dead predecessor had named is his after
# half a second; any other may be a push on a slow disk, so it gets a minute.
ORPHAN_SECONDS = 0.5
STALE_SECONDS = 60.0

PACKED = "packed-refs"


class Turn:
    """One at a time, among all threads and processes that use a repository.

    Its file says which refs the holder is about to lock. Found filled, its holder was killed, and the locks he
    left are taken away: of 80 busy writers killed at random, 17 left one, for a lock is held while it is synced.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._threads = threading.Lock()

    @contextmanager
    def taken(self, *branches: str) -> Iterator[float]:
        """Wait for the turn and hold it, to move these branches; gives the instant by the file system's clock."""
        if not self._threads.acquire(timeout=PATIENCE_SECONDS):
            raise ForgeError("The repository is busy.")
        try:
            with Path(self._folder, "gradepost.lock").open("a+") as file:
                _queue(file.fileno())
                file.seek(0)
                for orphan in file.read().split():
                    _take_away(self._lock_of(orphan), file.fileno())
                _rewrite(file, [ref(branch) for branch in branches])
                try:
                    yield _now(file.fileno())
                finally:
                    _rewrite(file, [])
        finally:
            self._threads.release()

    def _lock_of(self, name: str) -> Path:
        return Path(self._folder, f"{name}.lock")


def ref(branch: str) -> str:
    """The full name of a branch."""
    return f"refs/heads/{branch}"


def head_of(repository: pygit2.Repository, branch: str) -> pygit2.Oid | None:
    """The commit a branch points at, or None where there is no such branch."""
    found = repository.references.get(ref(branch))
    return None if found is None else found.peel(pygit2.Commit).id


def move(
    repository: pygit2.Repository, branch: str, to: pygit2.Oid, *, expected: pygit2.Oid | None, now: float
) -> None:
    """Point a branch at a commit, durably. Raises `Moved` where it is not at `expected` (None: nowhere)."""
    with held(repository, branch, expected=expected, now=now) as transaction:
        transaction.set_target(ref(branch), to)


def remove(repository: pygit2.Repository, branch: str, *, expected: pygit2.Oid, now: float) -> None:
    """Take a branch away. Raises `Moved` where it does not stand at `expected`."""
    with held(repository, branch, expected=expected, now=now) as transaction:
        transaction.remove(ref(branch))
    sync_removal(repository)


@contextmanager
def held(
    repository: pygit2.Repository, branch: str, *, expected: pygit2.Oid | None, now: float
) -> Iterator["pygit2.transaction.ReferenceTransaction"]:
    """Hold a branch that stands at `expected`; what is asked of the transaction happens at the end."""
    _clear_stale_locks(repository, branch, now)
    with repository.transaction() as transaction:
        transaction.lock_ref(ref(branch))
        stands = head_of(repository, branch)
        if stands != expected:
            raise Moved(f"Branch {branch} stands at {stands or 'nothing'}, not at {expected or 'nothing'}.")
        yield transaction


def sync_removal(repository: pygit2.Repository) -> None:
    """Make a removal durable: libgit2 syncs what it writes, but not that something is gone."""
    folder = os.open(Path(repository.path, "refs", "heads"), os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _queue(file: int) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise ForgeError("The repository is busy.") from None
            time.sleep(0.001)


def _rewrite(file: TextIO, refs: list[str]) -> None:
    file.truncate(0)
    file.write("\n".join([*refs, PACKED] if refs else []))
    file.flush()


def _now(file: int) -> float:
    os.utime(file)
    return os.fstat(file).st_mtime


def _take_away(lock: Path, file: int) -> None:
    while (age := _age(lock, _now(file))) is not None:
        if 0 <= age < ORPHAN_SECONDS:
            time.sleep(ORPHAN_SECONDS / 10)
        else:
            lock.unlink(missing_ok=True)


def _age(lock: Path, now: float) -> float | None:
    try:
        return now - lock.stat().st_mtime
    except (FileNotFoundError, NotADirectoryError):
        return None


def _clear_stale_locks(repository: pygit2.Repository, branch: str, now: float) -> None:
    for name in (ref(branch), PACKED):
        lock = Path(repository.path, f"{name}.lock")
        if (_age(lock, now) or 0.0) > STALE_SECONDS:
            lock.unlink(missing_ok=True)
