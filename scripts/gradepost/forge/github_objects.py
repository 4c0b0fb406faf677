"""Git's objects on GitHub, by its git data API: no clone, no Git protocol. Branches and pull requests are elsewhere.

Trees are read folder by folder, and only where they differ: GitHub cuts a whole tree off at 100,000 entries, fewer
than a full ledger has.
"""

import base64
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from github import InputGitAuthor, InputGitTreeElement
from github.GitCommit import GitCommit
from github.GithubObject import NotSet
from github.GitTree import GitTree
from github.GitTreeElement import GitTreeElement
from github.Repository import Repository

from gradepost.forge.base import MAIN
from gradepost.forge.entries import in_a_path, is_possible
from gradepost.forge.objects import ADDRESS, MAX_DEPTH, NAME
from gradepost.model.trouble import ForgeError

# As many as GitHub itself lists of a pull request's files; more is no submission.
MAX_CHANGED = 3_000

_KEPT_TREES = 4_096
_KEPT_COMMITS = 512
_PLAIN = "100644"
_ID = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Difference:
    """What stands at a path on either side; neither is a folder, but one nested deeper than any ledger is, or one that
    is `malformed` (`entries.py`)."""

    path: str
    old: GitTreeElement | None
    new: GitTreeElement | None
    malformed: bool = False

    @property
    def kind(self) -> str:
        """As the port names it."""
        if self.malformed:
            return "malformed"
        return "gone" if self.new is None else "file" if is_plain(self.new) else "link"


class GitHubObjects:
    """Commits and trees of one repository, for one thread. What an id stands for never changes, so it is kept."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self.commit = lru_cache(_KEPT_COMMITS)(self._asked_commit)
        self._tree = lru_cache(_KEPT_TREES)(self._asked_tree)

    def merge_base(self, one: str, other: str) -> GitCommit:
        """The newest commit that two commits have in common."""
        compared = self._repository.compare(one, other, comparison_commits_per_page=1)
        return self.commit(commit_id(compared.merge_base_commit.sha))

    def tree_of(self, commit: GitCommit) -> GitTree:
        """The root folder of a commit, as listed."""
        return self._tree(commit.tree.sha)

    def read(self, tree: GitTree, path: str) -> bytes | None:
        """The bytes of a plain file; None for folders, links, executables and what is not there."""
        found = self._at(tree, path)
        if found is None or not is_plain(found):
            return None
        blob = self._repository.get_git_blob(found.sha)
        if blob.encoding != "base64":
            raise ForgeError(f"GitHub sent {path} as {blob.encoding}.")
        return base64.b64decode(blob.content)

    def files(self, tree: GitTree, prefix: str) -> list[str]:
        """Every path below a folder that is not itself a folder, sorted."""
        folder = prefix.strip("/")
        start = self._folder(self._at(tree, folder)) if folder else tree
        if start is None:
            return []
        whole = self._repository.get_git_tree(start.sha, recursive=True)
        if whole.truncated:
            raise ForgeError(f"GitHub lists no more than 100,000 files at once, and {folder or 'main'} has more.")
        return sorted(f"{folder}/{e.path}" if folder else e.path for e in whole.tree if e.type != "tree")

    def differences(self, base: GitTree | None, head: GitTree | None) -> Iterator[Difference]:
        """The paths that differ. Raises `ForgeError` where they are more than a pull request can have."""
        for number, difference in enumerate(self._differences(base, head, "")):
            if number == MAX_CHANGED:
                raise ForgeError(f"More than {MAX_CHANGED} files change at once.")
            yield difference

    def write_files(self, tree: GitTree | None, files: Mapping[str, bytes | None]) -> GitTree:
        """A tree as `tree` with some files written; None takes one away."""
        for path in files:
            self._refuse_unless_free(tree, path)
        there = {path for path in files if tree is not None and self._at(tree, path) is not None}
        elements = [
            self._written(path, content) for path, content in files.items() if content is not None or path in there
        ]
        return self._made_tree(elements, tree)

    def write_commit(self, tree: GitTree, parents: Sequence[GitCommit], message: str, at: datetime) -> str:
        """A commit on no branch; its id depends on the arguments alone, for GitHub signs none that has an author."""
        who = InputGitAuthor(NAME, ADDRESS, f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
        made = self._repository.create_git_commit(message, tree, list(parents), author=who, committer=who)
        return commit_id(made.sha)

    def merged(self, base: GitTree, ours: GitTree, theirs: GitTree) -> GitTree:
        """The tree with both sides' changes since `base`. Raises `ForgeError` where both changed one file."""
        elements = []
        for difference in self.differences(base, theirs):
            mine = self._at(ours, difference.path)
            if _same(mine, difference.new):
                continue
            if not _same(mine, difference.old) or self._is_blocked(ours, difference.path):
                raise ForgeError(f"Both {MAIN} and the branch changed {difference.path}.")
            elements.append(_moved(difference))
        return self._made_tree(elements, ours)

    def _asked_commit(self, commit: str) -> GitCommit:
        found = self._repository.get_git_commit(commit)
        if found.sha != commit or found.tree is None:
            raise ForgeError(f"GitHub's answer is not commit {commit}.")
        return found

    def _asked_tree(self, tree: str) -> GitTree:
        found = self._repository.get_git_tree(tree)
        if found.sha != tree or found.truncated:
            raise ForgeError(f"GitHub's answer is not the whole of folder {tree}.")
        return found

    def _made_tree(self, elements: list[InputGitTreeElement], base: GitTree | None) -> GitTree:
        if base is not None and not elements:
            return base
        return self._repository.create_git_tree(elements, NotSet if base is None else base)

    def _written(self, path: str, content: bytes | None) -> InputGitTreeElement:
        if content is None:
            return InputGitTreeElement(path, _PLAIN, "blob", sha=None)
        text = _as_text(content)
        if text is not None:
            return InputGitTreeElement(path, _PLAIN, "blob", content=text)
        blob = self._repository.create_git_blob(base64.b64encode(content).decode(), "base64")
        return InputGitTreeElement(path, _PLAIN, "blob", sha=blob.sha)

    def _refuse_unless_free(self, tree: GitTree | None, path: str) -> None:
        parts = path.split("/")
        if len(parts) > MAX_DEPTH or "\0" in path or any(part.lower() in ("", ".", "..", ".git") for part in parts):
            raise ForgeError("That is no path a file may have.")
        if tree is not None and (self._is_blocked(tree, path) or _is_folder(self._at(tree, path))):
            raise ForgeError(f"{path}: a file stands where a folder is asked for, or a folder where a file is.")

    def _is_blocked(self, tree: GitTree, path: str) -> bool:
        parts = path.split("/")
        above = (self._at(tree, "/".join(parts[:depth])) for depth in range(1, len(parts)))
        return any(found is not None and not _is_folder(found) for found in above)

    def _at(self, tree: GitTree, path: str) -> GitTreeElement | None:
        *folders, name = path.split("/")
        inside: GitTree | None = tree
        for folder in folders:
            inside = self._folder(_entries(inside).get(folder))
            if inside is None:
                return None
        return _entries(inside).get(name)

    def _folder(self, entry: GitTreeElement | None) -> GitTree | None:
        return self._tree(entry.sha) if entry is not None and _is_folder(entry) else None

    def _differences(self, base: GitTree | None, head: GitTree | None, prefix: str) -> Iterator[Difference]:
        before, after = _entries(base), _entries(head)
        odd = _malformed(head) - _malformed(base)
        for name in sorted(before.keys() | after.keys()):
            old, new = before.get(name), after.get(name)
            path = prefix + in_a_path(name)
            if name in odd:
                yield Difference(path, old, new, malformed=True)
                continue
            if _same(old, new):
                continue
            if path.count("/") >= MAX_DEPTH:
                yield Difference(path, old, new)
                continue
            if not _is_folder(old) or not _is_folder(new):
                files = (None if _is_folder(old) else old, None if _is_folder(new) else new)
                if files != (None, None):
                    yield Difference(path, *files)
            if _is_folder(old) or _is_folder(new):
                yield from self._differences(self._folder(old), self._folder(new), f"{path}/")


def is_plain(entry: GitTreeElement) -> bool:
    """Whether an entry is a plain file whose name is text."""
    return entry.mode == _PLAIN and "\ufffd" not in entry.path


def commit_id(value: object) -> str:
    """An id as GitHub gave it. Raises `ForgeError` where the answer is something else, a proxy's page say."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ForgeError("GitHub's answer names no commit.")
    return value


def _entries(tree: GitTree | None) -> dict[str, GitTreeElement]:
    return {} if tree is None else {entry.path: entry for entry in tree.tree}


def _malformed(tree: GitTree | None) -> set[str]:
    times = Counter(entry.path for entry in tree.tree) if tree else Counter[str]()
    return {name for name, number in times.items() if number > 1 or not is_possible(name.encode())}


def _same(one: GitTreeElement | None, other: GitTreeElement | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.sha == other.sha and one.mode == other.mode


def _is_folder(entry: GitTreeElement | None) -> bool:
    return entry is not None and entry.type == "tree"


def _moved(difference: Difference) -> InputGitTreeElement:
    entry = difference.new
    if entry is None:
        return InputGitTreeElement(difference.path, _PLAIN, "blob", sha=None)
    return InputGitTreeElement(difference.path, entry.mode, entry.type, sha=entry.sha)


def _as_text(content: bytes) -> str | None:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
