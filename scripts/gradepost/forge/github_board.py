"""GitHub's labels and comments, and which pull requests have moved there. Whatever it writes, it has looked at before:
a request whose reply was lost is found again and not made twice."""

from collections.abc import Callable, Sequence
from functools import cached_property

from github import GithubException, UnknownObjectException
from github.Issue import Issue
from github.IssueComment import IssueComment
from github.Repository import Repository

from gradepost.forge import github_check_runs
from gradepost.forge.base import MAIN
from gradepost.forge.board import PREFIX, Findings, Label, Touched
from gradepost.forge.github_connection import App, Connection, bot_of, translated
from gradepost.forge.github_pulls import is_of
from gradepost.forge.governor import Governor

# GitHub shows nothing of it. It is the first line of our comment, by which that is found again.
MARKER = "<!-- gradepost: this comment follows the dossier -->"

_UNCHANGED = 304


class GitHubBoard:
    """The board of one repository; any number of threads may use it."""

    def __init__(self, api: str, repository: str, account: str | App, governor: Governor | None = None) -> None:
        """As `GitHubForge`. Nothing is asked of GitHub yet."""
        self._name = repository
        self._api = api.rstrip("/")
        self._account = account
        self._connection = Connection(self._api, repository, account, governor)
        self._etag = ""
        self._there: set[str] = set()

    def touched(self, is_known: Callable[[Touched], bool], *, anew: bool = False) -> Sequence[Touched]:
        """As the protocol says. GitHub counts no request to which it answers that nothing has changed."""
        with translated():
            etag = self._changed(None if anew else self._etag)
            if etag is None:
                return []
            found = []
            for pull in self._repository.get_pulls(state="all", sort="updated", direction="desc", base=MAIN):
                seen = Touched(pull.number, pull.head.ref, pull.updated_at or pull.created_at)
                if is_known(seen):
                    break
                if is_of(pull, self._name):
                    found.append(seen)
            self._etag = etag
            return found

    def show(self, number: int, labels: Sequence[Label], comment: str) -> None:
        """As the protocol says; of several comments of ours the first stays."""
        with translated():
            issue = self._repository.get_issue(number)
            self._label(issue, labels)
            self._comment(issue, f"{MARKER}\n{comment}")

    @property
    def annotates(self) -> bool:
        """Check runs are made by Apps alone."""
        return isinstance(self._account, App)

    def annotate(self, findings: Findings) -> None:
        """As the protocol says, in a check run."""
        if isinstance(self._account, App):
            with translated():
                github_check_runs.keep(self._repository, self._account.id, findings)

    @property
    def _repository(self) -> Repository:
        return self._connection.repository

    def _changed(self, etag: str | None) -> str | None:
        """What marks the state of all pull requests, or None where it is still as `etag` says."""
        status, headers, _ = self._repository.requester.requestJson(
            "GET",
            f"{self._repository.url}/pulls",
            parameters={"state": "all", "sort": "updated", "direction": "desc", "base": MAIN, "per_page": 1},
            headers={"If-None-Match": etag} if etag else {},
        )
        return None if status == _UNCHANGED else headers.get("etag", "")

    def _label(self, issue: Issue, labels: Sequence[Label]) -> None:
        standing = [label.name for label in issue.labels]
        wanted = [name for name in standing if not name.startswith(PREFIX)] + [label.name for label in labels]
        if set(wanted) != set(standing):
            for label in labels:
                self._make(label)
            issue.set_labels(*wanted)

    def _make(self, label: Label) -> None:
        if label.name in self._there:
            return
        try:
            self._repository.get_label(label.name).complete()
        except UnknownObjectException:
            try:
                self._repository.create_label(label.name, label.colour, label.description)
            except GithubException as error:
                if error.status != 422:  # 422: made by another worker meanwhile
                    raise
        self._there.add(label.name)

    def _comment(self, issue: Issue, text: str) -> None:
        ours = [comment for comment in issue.get_comments() if self._is_ours(comment)]
        if not ours:
            issue.create_comment(text)
            return
        for doubled in ours[1:]:
            doubled.delete()
        if _plain(ours[0].body) != _plain(text):
            ours[0].edit(text)

    def _is_ours(self, comment: IssueComment) -> bool:
        """Whoever quotes our comment copies its mark as well; so it is also asked who wrote it."""
        if not (comment.body or "").startswith(MARKER):
            return False
        author = comment.user
        if author is None or not isinstance(self._account, App):
            return author is not None and author.login == self._login
        if author.type != "Bot":  # a person who writes by way of the App stays a person
            return False
        made_by = comment.performed_via_github_app
        return author.login == self._bot if made_by is None else made_by.id == self._account.id

    @cached_property
    def _bot(self) -> str:
        return bot_of(self._api, self._account) if isinstance(self._account, App) else ""

    @cached_property
    def _login(self) -> str:
        _, user = self._repository.requester.requestJsonAndCheck("GET", "/user")
        return str(user["login"])


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
