"""The GitHub forge: pull requests where reviewers work. GitHub.com or a server of one's own, by its REST API alone.

Nothing is tried twice here: PyGithub's own retries send a request again that may have been carried out. Every act
looks before it writes, so whoever called may call again.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from github import GithubException, UnknownObjectException
from github.Commit import Commit
from github.GitCommit import GitCommit
from github.PullRequest import PullRequest

from gradepost.forge import github_checks
from gradepost.forge.base import MAIN, Check, Pull, PullState, Review
from gradepost.forge.github_branches import GitHubBranches
from gradepost.forge.github_connection import translated
from gradepost.forge.github_objects import commit_id
from gradepost.forge.github_pulls import EVENTS, VERDICTS, as_pull, as_review, is_of
from gradepost.model.trouble import ForgeError, Moved


class GitHubForge(GitHubBranches):
    """A repository on GitHub as a forge, reached with a token or as an App; any number of threads may use it."""

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

    def close_pull(self, number: int, head: str, at: datetime) -> None:
        """As the port says, at GitHub's time."""
        with translated():
            pull = self._known(number)
            if pull.state is PullState.MERGED:
                raise ForgeError(f"Pull request {number} is merged.")
            if pull.head != head or self._has_gone_on(pull.branch, head):
                raise Moved(f"Pull request {number} no longer stands at {head}.")
            if pull.state is PullState.OPEN:
                self._set_state(self._repository.get_pull(number), "closed")
            self._remove(pull.branch, head)

    def merge_candidate(self, number: int, message: str, at: datetime) -> str:
        """As the port says; of a pull request merged already, the merge commit.

        Made here, for GitHub's own test merge may be of an older main, is not there at once, and merges line by line.
        """
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

    def _rest_commit(self, head: str) -> Commit:
        return self._repository.get_commit(commit_id(head), commit_files_per_page=1)

    def _pulls_of(self, branch: str, state: str) -> Sequence[PullRequest]:
        head = f"{self._name.partition('/')[0]}:{branch}"
        found = self._repository.get_pulls(state=state, sort="created", direction="desc", base=MAIN, head=head)
        return [pull for pull in found if pull.head.ref == branch and is_of(pull, self._name)]

    def _taker(self, branch: str, head: str) -> Pull | None:
        """The pull request of a branch that is open, or else the one that merged this head, or was closed at it."""
        found = self._pulls_of(branch, "all")
        opened = [as_pull(pull, head) for pull in found if pull.state == "open"]
        merged = [as_pull(pull, head) for pull in found if pull.merged_at is not None and pull.head.sha == head]
        return next(iter(opened + merged), None) or self._opened_again(found, head)

    def _opened_again(self, pulls: Sequence[PullRequest], head: str) -> Pull | None:
        """The one that was closed at this head, open again; None where there is none, or GitHub refuses."""
        closed = next((p for p in pulls if p.state == "closed" and not p.merged_at and p.head.sha == head), None)
        if closed is None:
            return None
        try:
            self._set_state(closed, "open")
        except GithubException as error:
            if error.status != 422:
                raise
            return None
        return as_pull(closed, head)

    def _set_state(self, pull: PullRequest, state: str) -> None:
        pull.edit(state=state)
        if pull.state != state:
            raise ForgeError(f"GitHub does not say that pull request {pull.number} is {state}.")

    def _has_gone_on(self, branch: str, head: str) -> bool:
        stands = self.head(branch)
        return stands not in (None, head) and self._objects.merge_base(head, stands).sha == head

    def _as_it_stands(self, pull: PullRequest) -> Pull:
        """GitHub follows a branch with some delay; the branch itself does not."""
        stands = self.head(pull.head.ref) if pull.state == "open" else None
        found = as_pull(pull, stands or pull.head.sha)
        return replace(found, closed_by=self._closer(found.number)) if found.state is PullState.CLOSED else found

    def _closer(self, number: int) -> str | None:
        """The account that closed a pull request: that is told of it as an issue alone."""
        closer = self._repository.get_issue(number).closed_by
        return closer.login if closer else None

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
