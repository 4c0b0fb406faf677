"""The GitHub forge: pull requests where reviewers work. GitHub.com or a server of one's own, by its REST API alone.

Nothing is tried twice here: PyGithub's own retries send a request again that may have been carried out. Every act
looks before it writes, so whoever called may call again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import requests
from github import GithubException, UnknownObjectException
from github.Commit import Commit
from github.GitCommit import GitCommit
from github.GitRef import GitRef
from github.GitTree import GitTree
from github.PullRequest import PullRequest
from github.Repository import Repository

from gradepost.forge import github_checks
from gradepost.forge.base import MAIN, Check, Pull, PullState, Review
from gradepost.forge.budget import Wait
from gradepost.forge.github_connection import App, Connection, translated
from gradepost.forge.github_objects import GitHubObjects, commit_id
from gradepost.forge.github_pulls import EVENTS, VERDICTS, as_pull, as_review, is_of
from gradepost.forge.governor import Governor
from gradepost.model.trouble import ForgeError, Moved

_ID_LENGTH = 40

# A commit's parent, files, message and instant.
_Asked = tuple[str, tuple[tuple[str, bytes | None], ...], str, datetime]


class GitHubForge:
    """A repository on GitHub as a forge, reached with a token or as an App; any number of threads may use it."""

    def __init__(self, api: str, repository: str, account: str | App, governor: Governor | None = None) -> None:
        """`api` is where the REST API answers, `repository` is `owner/name`. Nothing is asked of GitHub yet. With a
        governor every act may raise `Wait`."""
        self._name = repository
        # The last commit that could not be put on its branch yet, by what it was made of.
        self._made: dict[_Asked, str] = {}
        self._connection = Connection(api.rstrip("/"), repository, account, governor)

    def head(self, branch: str) -> str | None:
        with translated():
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

    def open_pull(self, branch: str, title: str, body: str, at: datetime) -> Pull:
        """As the port says, at GitHub's time; of a head that was merged already, the pull request that took it."""
        with translated():
            head = self.head(branch)
            if head is None:
                raise ForgeError(f"There is no branch {branch}.")
            found = self._taker(branch, head)
            if found is not None:
                return found
            try:
                return as_pull(self._repository.create_pull(base=MAIN, head=branch, title=title, body=body), head)
            except GithubException as error:
                found = self._taker(branch, head) if error.status == 422 else None
                if found is None:
                    raise
                return found

    def pull(self, number: int) -> Pull | None:
        with translated():
            try:
                found = self._repository.get_pull(number)
                return self._as_it_stands(found) if is_of(found, self._name) else None
            except UnknownObjectException:
                return None

    def pulls(self, state: PullState | None = None) -> Sequence[Pull]:
        with translated():
            asked = "all" if state is None else "open" if state is PullState.OPEN else "closed"
            found = self._repository.get_pulls(state=asked, sort="created", direction="desc", base=MAIN)
            pulls = [as_pull(pull, pull.head.sha) for pull in found if is_of(pull, self._name)]
            return sorted((p for p in pulls if state in (None, p.state)), key=lambda p: p.number, reverse=True)

    def pull_of(self, branch: str) -> Pull | None:
        with translated():
            return next((self._as_it_stands(pull) for pull in self._pulls_of(branch, "open")), None)

    def last_pull_of(self, branch: str) -> Pull | None:
        with translated():
            newest = max(self._pulls_of(branch, "all"), key=lambda pull: pull.number, default=None)
            return self._as_it_stands(newest) if newest else None

    def add_review(self, review: Review) -> None:
        """As the port says, in the name of the token's account. GitHub lets none judge a pull request it opened."""
        with translated():
            pull = self._open_one(review.number)
            if pull.head != review.head:
                raise Moved(f"Pull request {pull.number} no longer stands at {review.head}.")
            given = (review.head, review.verdict, review.reason)
            if given not in [(r.head, r.verdict, r.reason) for r in self.reviews(review.number)]:
                commit = self._rest_commit(review.head)
                self._repository.get_pull(review.number).create_review(
                    commit=commit, body=review.reason, event=EVENTS[review.verdict]
                )

    def reviews(self, number: int) -> Sequence[Review]:
        """As the port says. `by` is the reviewer's account; comments and dismissed verdicts are left out."""
        with translated():
            given = self._repository.get_pull(number).get_reviews()
            return [as_review(number, review) for review in given if review.state in VERDICTS]

    def set_check(self, check: Check) -> None:
        """As the port says, except that of the report GitHub keeps only which rules broke, and how often."""
        with translated():
            github_checks.keep(self._rest_commit(check.head), check)

    def check(self, head: str) -> Check | None:
        with translated():
            return github_checks.kept(self._rest_commit(head))

    def merge_candidate(self, number: int, message: str, at: datetime, *, without: Sequence[str] = ()) -> str:
        """As the port says; of a pull request merged already, the merge commit.

        Made here, for GitHub's own test merge may be of an older main, is not there at once, and merges line by line.
        """
        if without:
            raise ForgeError("GitHub merges a pull request as a whole: nothing can be left out.")
        with translated():
            merged_as = self._known(number).merged_as
            if merged_as is not None:
                return merged_as
            ours, theirs = self._commit(MAIN), self._commit(self._open_one(number).head)
            start = self._objects.merge_base(ours.sha, theirs.sha)
            tree = self._objects.merged(*(self._objects.tree_of(side) for side in (start, ours, theirs)))
            return self._objects.write_commit(tree, [ours, theirs], message, at)

    def merge(self, number: int, head: str, candidate: str, at: datetime) -> str:
        """As the port says, by GitHub's own merge: a commit of GitHub's, at its time, with the candidate's tree."""
        with translated():
            pull = self._known(number)
            judged = self._objects.commit(candidate)
            if pull.state is PullState.OPEN:
                self._refuse_unless_current(pull, head, judged)
                merged_as = self._merged(number, head, judged)
            elif pull.merged_as is not None and pull.head == head:
                merged_as = pull.merged_as
            else:
                raise ForgeError(f"Pull request {number} is {pull.state}.")
            if self._objects.commit(merged_as).tree.sha != judged.tree.sha:
                raise ForgeError(f"Pull request {number} was merged as {merged_as}, which is not what was judged.")
            self._remove(pull.branch, head)
            return merged_as

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

    def _rest_commit(self, head: str) -> Commit:
        return self._repository.get_commit(commit_id(head), commit_files_per_page=1)

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

    def _pulls_of(self, branch: str, state: str) -> Sequence[PullRequest]:
        head = f"{self._name.partition('/')[0]}:{branch}"
        found = self._repository.get_pulls(state=state, sort="created", direction="desc", base=MAIN, head=head)
        return [pull for pull in found if pull.head.ref == branch and is_of(pull, self._name)]

    def _taker(self, branch: str, head: str) -> Pull | None:
        """The pull request of a branch that is open, or else the one that merged this head."""
        found = self._pulls_of(branch, "all")
        opened = [as_pull(pull, head) for pull in found if pull.state == "open"]
        merged = [as_pull(pull, head) for pull in found if pull.merged_at is not None and pull.head.sha == head]
        return next(iter(opened + merged), None)

    def _as_it_stands(self, pull: PullRequest) -> Pull:
        """GitHub follows a branch with some delay; the branch itself does not."""
        stands = self.head(pull.head.ref) if pull.state == "open" else None
        return as_pull(pull, stands or pull.head.sha)

    def _known(self, number: int) -> Pull:
        pull = self.pull(number)
        if pull is None:
            raise ForgeError(f"There is no pull request {number}.")
        return pull

    def _open_one(self, number: int) -> Pull:
        pull = self._known(number)
        if pull.state is not PullState.OPEN:
            raise ForgeError(f"Pull request {number} is {pull.state}.")
        return pull

    def _refuse_unless_current(self, pull: Pull, head: str, judged: GitCommit) -> None:
        into, *merged = [parent.sha for parent in judged.parents]
        if merged != [head]:
            raise ForgeError(f"{judged.sha} is no merge of {head} into {MAIN}.")
        if pull.head != head:
            raise Moved(f"Pull request {pull.number} no longer stands at {head}.")
        if self.head(MAIN) != into:
            raise Moved(f"{MAIN} no longer stands at {into}.")

    def _merged(self, number: int, head: str, judged: GitCommit) -> str:
        title, _, body = judged.message.partition("\n")
        try:
            merged = self._repository.get_pull(number).merge(
                commit_title=title, commit_message=body.strip(), merge_method="merge", sha=head
            )
        except GithubException as error:
            # 405 is also "not allowed" and "conflict", which no repeating mends. 409: the head moved.
            if error.status == 409 or (error.status == 405 and "Base branch was modified" in (error.message or "")):
                raise Moved(f"Pull request {number} or {MAIN} has moved.") from error
            raise
        return commit_id(merged.sha)


def _is_at(branch: str, found: GitRef | None, to: str, expected: str | None) -> bool:
    stands = None if found is None else found.object.sha
    if stands not in (to, expected):
        raise Moved(f"Branch {branch} stands at {stands or 'nothing'}, not at {expected or 'nothing'}.")
    return stands == to
