"""Check runs as GitHub documents them. The emulator lets a token make them, takes any number of annotations at once,
puts those of an update in the place of the earlier ones, and names no App."""

import json
import re
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

_RUNS = re.compile(r"(/repos/[^/]+/[^/]+)/check-runs(?:/([0-9]+))?")
_OF_A_COMMIT = re.compile(r"(/repos/[^/]+/[^/]+)/commits/([0-9a-f]{40})/check-runs")
_MOST_AT_ONCE = 50
_NEEDED = {"path", "start_line", "end_line", "annotation_level", "message"}


class CheckRuns:
    """All of them, of all repositories, until the emulator is stopped: as they are shown, with their annotations."""

    def __init__(self, url: str, app: dict[str, Any]) -> None:
        self._url, self._app = url, app
        self._ids = count(1)
        self.runs: dict[int, dict[str, Any]] = {}
        self.annotations: dict[int, list[dict[str, Any]]] = {}

    def of(self, repository: str, head: str) -> list[dict[str, Any]]:
        """Those of a commit of a repository (`owner/name`), oldest first."""
        within = f"{self._url}/repos/{repository}/"
        return [run for run in self.runs.values() if run["head_sha"] == head and run["url"].startswith(within)]

    def answer(self, method: str, target: str, *, is_app: bool, body: bytes) -> tuple[int, Any] | None:
        """Status and value; None of what is not about these."""
        url = urlsplit(target)
        given = json.loads(body) if body else {}
        if about := _OF_A_COMMIT.fullmatch(url.path):
            name = parse_qs(url.query).get("check_name", [None])[0]
            found = [run for run in self.of(about[1].removeprefix("/repos/"), about[2]) if name in (None, run["name"])]
            return 200, {"total_count": len(found), "check_runs": found}
        if about := _RUNS.fullmatch(url.path):
            if not is_app:
                return 403, {"message": "You must authenticate via a GitHub App."}
            return self._kept(method, about[1], about[2], given)
        return None

    def _kept(self, method: str, within: str, number: str | None, given: dict[str, Any]) -> tuple[int, Any]:
        output = given.get("output", {})
        notes = output.pop("annotations", [])
        wrong = len(notes) > _MOST_AT_ONCE or any(note.keys() < _NEEDED for note in notes)
        if wrong or not (output.get("title") and output.get("summary")):
            return 422, {"message": "Invalid request."}
        if method == "POST":
            found = next(self._ids)
            place = f"{self._url}{within}/check-runs/{found}"
            self.runs[found] = {"id": found, "url": place, "app": self._app, "output": {}}
        else:
            found = int(number or 0)
        self.annotations.setdefault(found, []).extend(notes)
        shown = output | {"annotations_count": len(self.annotations[found])}
        self.runs[found] |= given | {"output": shown}
        return 201 if method == "POST" else 200, self.runs[found]
