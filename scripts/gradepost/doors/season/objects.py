"""What a commit holds, straight from Git's objects: which centres, which files, and the bytes of many at once."""

import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, cast

from gradepost.ledger.settings import PATH as SETTINGS
from gradepost.model.trouble import ForgeError

SUBMISSIONS = "submissions"
# submissions/<series>/<shard>/<centre>: what lies deeper belongs to that centre.
_CENTRE_DEPTH = 4
_FOLDER = "040000"
_PLAIN = "100644"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a commit: its mode as Git writes it, and the id of its contents."""

    mode: str
    id: str

    @property
    def is_plain(self) -> bool:
        """Whether it is a plain file: no link, no submodule, nothing that can be run."""
        return self.mode == _PLAIN


class Objects:
    """The objects of one repository at one commit."""

    def __init__(self, repository: Path, revision: str) -> None:
        self._git = ["git", "-C", str(repository)]
        self.commit = (
            self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").decode().strip()
        )

    @cached_property
    def top(self) -> dict[str, Entry]:
        """What stands at the root, by name."""
        return dict(_entries(self._run("ls-tree", "-z", self.commit)))

    def centres(self) -> dict[str, str]:
        """The id of the tree of each centre's folder below `submissions/`, and of whatever else stands there."""
        top = self.top.get(SUBMISSIONS)
        if top is None:
            return {}
        if top.mode != _FOLDER:
            return {SUBMISSIONS: f"{top.mode} {top.id}"}
        found = {}
        reader = _Reader(self._git)
        try:
            above = [(SUBMISSIONS, top.id)]
            while above:
                path, tree = above.pop()
                for mode, name, entry_id in reader.tree(tree):
                    below = f"{path}/{name}"
                    if mode == "40000" and below.count("/") < _CENTRE_DEPTH - 1:
                        above.append((below, entry_id))
                    else:
                        found[below] = f"{mode} {entry_id}"
        finally:
            reader.close()
        return found

    def files(self, *folders: str) -> dict[str, dict[str, Entry]]:
        """Every file below some folders, or what stands in their places, by the folder of a centre, or by its own path
        where it is in none."""
        listed = self._run("ls-tree", "-r", "-z", self.commit, *folders)
        found: defaultdict[str, dict[str, Entry]] = defaultdict(dict)
        for path, entry in _entries(listed):
            found["/".join(path.split("/", _CENTRE_DEPTH)[:_CENTRE_DEPTH])][path] = entry
        return dict(found)

    def contents(self, groups: Iterable[Mapping[str, Entry]]) -> Iterator[dict[str, bytes | None]]:
        """The bytes of each group's files; None for what is no plain file. Read from Git as one stream."""
        wanted = list(groups)
        with tempfile.TemporaryFile() as ids:
            for group in wanted:
                ids.writelines(f"{entry.id}\n".encode() for entry in group.values() if entry.is_plain)
            ids.seek(0)
            with subprocess.Popen(  # noqa: S603 - Git, with ids of its own
                [*self._git, "cat-file", "--batch", "--buffer"],
                stdin=ids,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=1 << 20,
            ) as process:
                answer = cast("IO[bytes]", process.stdout)
                for group in wanted:
                    yield {
                        path: _blob(answer.readline(), answer.read) if entry.is_plain else None
                        for path, entry in group.items()
                    }

    @cached_property
    def settings(self) -> bytes | None:
        """The bytes of `ledger.toml`, or None where that is no plain file or is not there."""
        entry = self.top.get(SETTINGS)
        return next(self.contents([{SETTINGS: entry}]))[SETTINGS] if entry else None

    def _run(self, *arguments: str) -> bytes:
        # No door hands in more than a folder and a revision, and neither can be taken for an option.
        ran = subprocess.run([*self._git, *arguments], capture_output=True, check=False)  # noqa: S603
        if ran.returncode:
            raise ForgeError(
                f"git {arguments[0]} failed: this is no repository with such a revision, or it is damaged."
            )
        return ran.stdout


def _entries(listed: bytes) -> Iterator[tuple[str, Entry]]:
    for line in listed.split(b"\0")[:-1]:
        facts, _, path = line.partition(b"\t")
        mode, _, entry_id = facts.decode().split(" ", 2)
        yield path.decode("utf-8", "backslashreplace"), Entry(mode, entry_id)


class _Reader:
    """One question after another to a `git cat-file --batch`."""

    def __init__(self, git: list[str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - Git, with ids of its own
            [*git, "cat-file", "--batch"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def tree(self, tree_id: str) -> Iterator[tuple[str, str, str]]:
        """Mode, name and id of each entry of a tree; of anything else, none."""
        asked, answer = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        asked.write(f"{tree_id}\n".encode())
        asked.flush()
        head = answer.readline().split()
        raw = _blob(b" ".join(head), answer.read)
        while head[1] == b"tree" and raw:
            facts, _, rest = raw.partition(b"\0")
            mode, _, name = facts.partition(b" ")
            yield mode.decode(), name.decode("utf-8", "backslashreplace"), rest[:20].hex()
            raw = rest[20:]

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def _blob(head: bytes, read: Callable[[int], bytes]) -> bytes:
    """The contents after one line of `cat-file --batch`: id, kind and size."""
    facts = head.split()
    if len(facts) != 3:
        raise ForgeError("An object of the repository is missing or damaged.")
    raw = read(int(facts[2]) + 1)
    if len(raw) != int(facts[2]) + 1:
        raise ForgeError("An object of the repository could not be read to its end.")
    return raw[:-1]
