"""Commits and branches of a repository on GitHub, by its git data API. Pull requests are in `github.py`."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import requests
from github import GithubException
from github.GitCommit import GitCommit
from github.GitRef import GitRef
from github.GitTree import GitTree
from github.Repository import Repository

from gradepost.forge.base import MAIN
from gradepost.forge.budget import Wait
from gradepost.forge.github_connection import App, Connection, translated
from gradepost.forge.github_objects import GitHubObjects, commit_id
from gradepost.forge.governor import Governor
from gradepost.model.trouble import ForgeError, Moved

_ID_LENGTH = 40

# A commit's parent, files, message and instant.
_Asked = tuple[str, tuple[tuple[str, bytes | None], ...], str, datetime]


class GitHubBranches:
    """The part of the port that is about files and branches."""

    def __init__(self, api: str, repository: str, account: str | App, governor: Governor | None = None) -> None:
        """`api` is where the REST API answers, `repository` is `owner/name`. Nothing is asked of GitHub yet. With a
        governor every act may raise `Wait`."""
        self._name = repository
        # The last commit that could not be put on its branch yet, by what it was made of.
        self._made: dict[_Asked, str] = {}
        self._connection = Connection(api.rstrip("/"), repository, account, governor)

    def head(self, branch: str) -> str | None:
        with translated():
            if branch == MAIN:
                return self._connection.main.head()
            found = self._ref(branch)
            return None if found is None else commit_id(found.object.sha)

    def parent(self, commit: str) -> str | None:
        with translated():
            return next((parent.sha for parent in self._commit(commit).parents), None)

    def read(self, revision: str, path: str) -> bytes | None:
        with translated():
            return self._objects.read(self._tree(revision), path)

    def list(self, revision: str, prefix: str = "") -> Sequence[str]:
        with translated():
            return self._objects.files(self._tree(revision), prefix)

    def changed(self, base: str, head: str) -> Mapping[str, str]:
        with translated():
            start = self._objects.merge_base(self._commit(base).sha, self._commit(head).sha)
            differences = self._objects.differences(self._objects.tree_of(start), self._tree(head))
            return {d.path: d.kind for d in differences}

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
            first = expected is None and parent is None and branch == MAIN
            start = None if first else self._commit(expected or parent or MAIN)
            asked = (start.sha if start else "", tuple(files.items()), message, at)
            made = self._made.pop(asked, None) or self._written(start, files, message, at)
            try:
                self._move(branch, made, expected)
            except (Wait, requests.RequestException):
                self._made = {asked: made}  # nothing is wrong with it: whoever comes back need not pay for it again
                raise
            return made

    def _written(self, start: GitCommit | None, files: Mapping[str, bytes | None], message: str, at: datetime) -> str:
        tree = self._objects.write_files(self._objects.tree_of(start) if start else None, files)
        return self._objects.write_commit(tree, [start] if start else [], message, at)

    @property
    def _repository(self) -> Repository:
        return self._connection.repository

    @property
    def _objects(self) -> GitHubObjects:
        return self._connection.objects

    def _commit(self, revision: str) -> GitCommit:
        found = revision if len(revision) == _ID_LENGTH else self.head(revision)
        if found is None:
            raise ForgeError(f"There is no branch {revision}.")
        return self._objects.commit(commit_id(found))

    def _tree(self, revision: str) -> GitTree:
        return self._objects.tree_of(self._commit(revision))

    def _ref(self, branch: str) -> GitRef | None:
        """A branch as it stands, loaded: only then does PyGithub know the address at which it can be changed."""
        try:
            return self._repository.get_git_ref(f"heads/{branch}").complete()
        except GithubException as error:
            if error.status in (404, 409):  # 409: the repository is empty
                return None
            raise

    def _move(self, branch: str, to: str, expected: str | None) -> None:
        """GitHub moves a branch forward only. As `to` grows from `expected`, that is a compare-and-set."""
        found = self._ref(branch)
        if _is_at(branch, found, to, expected):
            return
        try:
            if found is None:
                found = self._repository.create_git_ref(f"refs/heads/{branch}", to)
            else:
                found.edit(to, force=False)
        except GithubException as error:
            if error.status not in (404, 409, 422) or not _is_at(branch, self._ref(branch), to, expected):
                raise
            return
        if found.object.sha != to:
            raise ForgeError(f"GitHub does not say that {branch} stands at {to}.")

    def _remove(self, branch: str, head: str) -> None:
        """A branch that has moved on since holds another submission, and stays."""
        found = self._ref(branch)
        if found is not None and found.object.sha == head:
            found.delete()


def _is_at(branch: str, found: GitRef | None, to: str, expected: str | None) -> bool:
    stands = None if found is None else found.object.sha
    if stands not in (to, expected):
        raise Moved(f"Branch {branch} stands at {stands or 'nothing'}, not at {expected or 'nothing'}.")
    return stands == to
