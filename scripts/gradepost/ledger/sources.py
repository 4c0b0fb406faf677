"""Where a ledger's files come from: a directory on disk, or a commit of a forge."""

import os
import stat
from bisect import bisect_left
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Never, Protocol


class DirectorySource:
    """The files of a directory, one state of it. No link is followed, and what lies below `.git` is left out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._plain_folders: dict[str, bool] = {"": True}

    def read(self, path: str) -> bytes | None:
        """The bytes of a plain file, or None where there is none: nothing, or a link, a folder, a pipe."""
        file = self._folder / path
        if not self._is_plain_folder(path.rpartition("/")[0]) or not stat.S_ISREG(_mode(file)):
            return None
        return file.read_bytes()

    def list(self, prefix: str = "") -> Sequence[str]:
        """Every path below a folder that is not itself a folder, sorted; the path itself where something else
        stands in the folder's place. A name that is not UTF-8 is spelt with backslashes, and reads as None."""
        if not self._is_plain_folder(prefix.rpartition("/")[0]):
            return []
        if not self._is_plain_folder(prefix):
            return [prefix] if _mode(self._folder / prefix) else []
        names = (_text(os.path.relpath(path, self._folder)) for path in _below(self._folder / prefix))
        return sorted(name for name in names if name.partition("/")[0] != ".git")

    def _is_plain_folder(self, path: str) -> bool:
        if path not in self._plain_folders:
            above = path.rpartition("/")[0]
            self._plain_folders[path] = self._is_plain_folder(above) and stat.S_ISDIR(_mode(self._folder / path))
        return self._plain_folders[path]


def _mode(path: Path) -> int:
    """What stands at a path, as `stat` has it, a link as a link; 0 where nothing can."""
    try:
        return path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return 0


def _below(folder: Path) -> Iterator[str]:
    for above, folders, files in os.walk(folder, onerror=_raise):
        yield from (os.path.join(above, name) for name in files)  # noqa: PTH118 - a Path each costs twice the walk
        yield from (path for name in folders if os.path.islink(path := os.path.join(above, name)))  # noqa: PTH114,PTH118


def _raise(error: OSError) -> Never:
    raise error


def _text(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


class FilesSource:
    """Files that are at hand already, by path; None stands for what is no plain file."""

    def __init__(self, files: Mapping[str, bytes | None]) -> None:
        self._files = files
        self._paths = sorted(files)

    def read(self, path: str) -> bytes | None:
        """The bytes of a plain file, or None."""
        return self._files.get(path)

    def list(self, prefix: str = "") -> Sequence[str]:
        """Every path below a folder, sorted; the path itself where something else stands in the folder's place."""
        if not prefix:
            return self._paths
        first = bisect_left(self._paths, f"{prefix}/")
        found = self._paths[first : bisect_left(self._paths, f"{prefix}0")]  # 0 is the character after /
        return found or ([prefix] if prefix in self._files else [])


class Revisions(Protocol):
    """Anything that reads files of commits."""

    def read(self, revision: str, path: str) -> bytes | None:
        """The bytes of a file in a commit, or None."""

    def list(self, revision: str, prefix: str = "") -> Sequence[str]:
        """Every file path of a commit below a folder, sorted."""


class CommitSource:
    """The files of one commit. `top` are the names at its root, where known: whatever is not among them is not looked
    for, which would take as long as there are files."""

    def __init__(self, revisions: Revisions, revision: str, top: Container[str] | None = None) -> None:
        self._revisions = revisions
        self._revision = revision
        self._top = top

    def read(self, path: str) -> bytes | None:
        """The bytes of a plain file, or None where there is none: nothing, or a link, a folder, a submodule."""
        return self._revisions.read(self._revision, path)

    def list(self, prefix: str = "") -> Sequence[str]:
        """Every path below a folder that is not itself a folder, sorted; the path itself where something else
        stands in the folder's place."""
        if self._top is not None and prefix and prefix.partition("/")[0] not in self._top:
            return []
        found = self._revisions.list(self._revision, prefix)
        if found or not prefix:
            return found
        beside = self._revisions.list(self._revision, prefix.rpartition("/")[0])
        return [prefix] if prefix in beside else []
