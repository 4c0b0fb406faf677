"""What every pull request on GitHub is as well: an issue, with labels, comments and who closed it. The emulator knows
only issues that were opened as such, so its front asks here."""

import json
import re
from itertools import count
from typing import Any

_ISSUE = re.compile(r"(/repos/[^/]+/[^/]+/issues)/([0-9]+)(/comments|/labels)?(?:\?.*)?")
_PULL = re.compile(r"(/repos/[^/]+/[^/]+)/pulls/([0-9]+)(?:\?.*)?")
_COMMENT = re.compile(r"(/repos/[^/]+/[^/]+/issues)/comments/([0-9]+)")


class Issues:
    """All of them, of all repositories, until the emulator is stopped."""

    def __init__(self, url: str, app: dict[str, Any]) -> None:
        self._url, self._app = url, app
        self._ids = count(1)
        self.labels: dict[tuple[str, int], list[str]] = {}
        self.comments: dict[tuple[str, int], list[dict[str, Any]]] = {}
        self.closers: dict[tuple[str, int], str] = {}

    def answer(self, method: str, path: str, login: str, body: bytes) -> tuple[int, Any] | None:
        """Status and value; None of what is not about these."""
        given = json.loads(body) if body else {}
        if (about := _PULL.fullmatch(path)) and method == "PATCH" and given.get("state") == "closed":
            self.closers[f"{about[1]}/issues", int(about[2])] = login
        if about := _COMMENT.fullmatch(path):
            return self._about_comment(method, about[1], int(about[2]), given)
        if about := _ISSUE.fullmatch(path):
            return self._about_issue(method, (about[1], int(about[2])), about[3], login, given)
        return None

    def _about_issue(self, method: str, issue: tuple[str, int], part: str | None, login: str, given: Any) -> Any:
        labels, comments = self.labels.setdefault(issue, []), self.comments.setdefault(issue, [])
        if part == "/labels" and method == "PUT":
            labels[:] = given["labels"] if isinstance(given, dict) else given
            return 200, [{"name": name} for name in labels]
        if part == "/comments" and method == "POST":
            number = next(self._ids)
            is_app = login.endswith("[bot]")
            user = {"login": login, "type": "Bot" if is_app else "User", "url": f"{self._url}/users/{login}"}
            url = f"{self._url}{issue[0]}/comments/{number}"
            comment = {"id": number, "url": url, "body": given["body"], "user": user}
            comments.append(comment | {"performed_via_github_app": self._app if is_app else None})
            return 201, comments[-1]
        if part == "/comments" and method == "GET":
            return 200, comments
        url = f"{self._url}{issue[0]}/{issue[1]}"
        closer = {"login": self.closers[issue], "type": "User"} if issue in self.closers else None
        said = {"number": issue[1], "url": url, "labels": [{"name": name} for name in labels], "closed_by": closer}
        return 200, said

    def _about_comment(self, method: str, within: str, number: int, given: Any) -> tuple[int, Any]:
        for (folder, _), comments in self.comments.items():
            for comment in [c for c in comments if folder == within and c["id"] == number]:
                if method == "DELETE":
                    comments.remove(comment)
                    return 204, None
                if method == "PATCH":
                    comment["body"] = given["body"]
                return 200, comment
        return 404, {"message": "Not Found"}
