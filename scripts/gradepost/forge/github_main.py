"""Where main stands, which is asked most of all: so that GitHub counts no request to which nothing has changed."""

from github import GithubException
from github.Repository import Repository

from gradepost.forge.base import MAIN
from gradepost.forge.github_objects import commit_id
from gradepost.model.trouble import ForgeError


class Main:
    """Main as one thread last saw it. GitHub answers 304, which costs nothing of its hourly limit, while it stands."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._etag = self._head = ""

    def head(self) -> str | None:
        """The commit that main stands at, or None where there is none. Raises as PyGithub does."""
        asked = {"If-None-Match": self._etag} if self._etag else {}
        url = f"{self._repository.url}/git/ref/heads/{MAIN}"
        try:
            headers, found = self._repository.requester.requestJsonAndCheck("GET", url, headers=asked)
        except GithubException as error:
            if error.status in (404, 409):  # 409: the repository is empty
                return None
            raise
        if found is not None:
            self._head, self._etag = commit_id(found.get("object", {}).get("sha")), headers.get("etag", "")
        elif not self._etag:
            raise ForgeError("GitHub does not say where main stands.")
        return self._head
