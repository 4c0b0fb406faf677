"""The outcome of judging as a commit status: the one thing about a commit that a token may set.

A check run, which could hold a report, needs a GitHub App. A status holds 140 characters: which rules broke, and how
often each. So of a report only that comes back; its places and words stay where it was printed.
"""

import json
import re
from collections import Counter

from github.Commit import Commit
from github.CommitStatus import CommitStatus

from gradepost.forge.base import Check, CheckState

CONTEXT = "gradepost/review"

_MAX_CHARACTERS = 140
_RULE_AND_COUNT = re.compile(r"\b([A-Z]\d{3}): (\d+)")
_SAID = "The report is with the check that judged this commit."


def keep(commit: Commit, check: Check) -> None:
    """Set the status of a commit, unless it says the same already."""
    said = _description(check.report)
    last = _last(commit)
    if last is None or (last.state, last.description) != (str(check.state), said):
        commit.create_status(str(check.state), description=said, context=CONTEXT)


def kept(commit: Commit) -> Check | None:
    """What the status of a commit says, or None where it has none."""
    last = _last(commit)
    if last is None:
        return None
    state = CheckState.FAILURE if last.state == "error" else CheckState(last.state)
    return Check(commit.sha, state, _report(last.description or ""), last.created_at)


def _last(commit: Commit) -> CommitStatus | None:
    return next((status for status in commit.get_statuses() if status.context == CONTEXT), None)


def _description(report: str) -> str:
    errors = [f["rule"] for f in json.loads(report).get("findings", []) if f["severity"] == "error"]
    said = "Nothing to put right"
    for number, (rule, times) in enumerate(sorted(Counter(errors).items())):
        longer = f"{said}, {rule}: {times}" if number else f"{rule}: {times}"
        if len(longer) > _MAX_CHARACTERS:
            break
        said = longer
    return said


def _report(description: str) -> str:
    rules = [(rule, int(times)) for rule, times in _RULE_AND_COUNT.findall(description)]
    findings = [_finding(rule) for rule, times in rules for _ in range(times)]
    return json.dumps({"errors": len(findings), "findings": findings})


def _finding(rule: str) -> dict[str, object]:
    place = {"path": "", "pointer": "", "line": None}
    return {"rule": rule, "severity": "error", **place, "message": _SAID, "fix": "", "help": ""}
