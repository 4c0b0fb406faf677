"""Where a ledger's files come from: a directory on disk, or a commit of a forge."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class DirectorySource:
    """The files of a directory. Links and everything below `.git` are left out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, or None."""
        file = self._folder / path
        return file.read_bytes() if file.is_file() and not file.is_symlink() else None

    def list(self, prefix: str = "") -> Sequence[str]:
        """Every file path below a folder, sorted."""
        folder = self._folder / prefix
        if not folder.is_dir():
            return []
        files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        names = (path.relative_to(self._folder).as_posix() for path in files)
        return sorted(name for name in names if not name.startswith(".git/"))


class Revisions(Protocol):
    """Anything that reads files of commits."""

    def read(self, revision: str, path: str) -> bytes | None:
        """The bytes of a file in a commit, or None."""

    def list(self, revision: str, prefix: str = "") -> Sequence[str]:
        """Every file path of a commit below a folder, sorted."""


class CommitSource:
    """The files of one commit."""

    def __init__(self, revisions: Revisions, revision: str) -> None:
        self._revisions = revisions
        self._revision = revision

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, or None."""
        return self._revisions.read(self._revision, path)

    def list(self, prefix: str = "") -> Sequence[str]:
        """Every file path below a folder, sorted."""
        return self._revisions.list(self._revision, prefix)
