"""Extensions as reviewed changes: a proposal becomes a pull request of its own that changes the centre's extensions.

Another reviewer approves it; once merged it stands in `extensions/<series>/<centre>.json` and moves the deadline.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gradepost.forge.base import MAIN, Forge, Pull
from gradepost.inbox import Stored
from gradepost.model.register import Extension
from gradepost.model.trouble import ForgeError, Moved

EXTENSION_FORM = "extension"
_BRANCH = re.compile(r"extension/([0-9]{4}-[a-z]{1,20})/([0-9]{5})/([a-z][0-9a-z]{7})", re.ASCII)
_TRIES = 5


def branch_of(series: str, centre: str, reference: str) -> str:
    """The branch of one proposal."""
    return f"extension/{series}/{centre}/{reference}"


def centre_of_branch(branch: str) -> str | None:
    """The centre that a proposal's branch names, or None where it is none."""
    found = _BRANCH.fullmatch(branch)
    return found[2] if found else None


def reviews_folder(branch: str) -> str | None:
    """The folder on main for the review records of a proposal's branch, or None."""
    found = _BRANCH.fullmatch(branch)
    return f"reviews/{found[1]}/{found[2][:2]}/{found[2]}/extensions" if found else None


def propose(forge: Forge, proposal: Stored, at: datetime) -> Pull:
    """The pull request of a proposal, opened where it is not yet. Raises `ForgeError`."""
    data, receipt = json.loads(proposal.document), json.loads(proposal.receipt)
    branch = branch_of(data["series"], data["centre"], data["reference"])
    if known := forge.last_pull_of(branch):
        return known
    path = f"extensions/{data['series']}/{data['centre']}.json"
    title = f"{data['centre']} extension {data['reference']} ({data['series']})"
    for _ in range(_TRIES):
        try:
            if forge.head(branch) is None:
                main = forge.head(MAIN)
                raw = _with(_standing(forge, path, main), data, receipt["submitted_by"]["ref"])
                message = f"Propose {title}\n"
                forge.commit(branch, {path: raw}, message, proposal.received_at, expected=None, parent=main)
            return forge.open_pull(branch, title, "A later deadline. Another reviewer approves it, or returns it.", at)
        except Moved:
            continue
    raise ForgeError("The branch keeps moving.")


def is_overtaken(forge: Forge, pull: Pull) -> bool:
    """Whether main has got other extensions of the centre since this one was proposed, so that it cannot be merged."""
    found = _BRANCH.fullmatch(pull.branch)
    if found is None:
        return False
    path = f"extensions/{found[1]}/{found[2]}.json"
    raw = forge.read(pull.head, path)
    return raw is None or json.loads(raw)["extensions"][:-1] != _standing(forge, path, forge.head(MAIN))


def extension_of(data: Mapping[str, Any]) -> Extension:
    """What a proposal grants once it stands on main."""
    return Extension(
        row=data["deadline"],
        until=datetime.fromisoformat(data["until"]).astimezone(UTC),
        kind=data["kind"],
        qualification=data["qualification"],
        component=data.get("component"),
        learners=frozenset(learner["candidate_number"] for learner in data.get("learners", ())),
    )


def _standing(forge: Forge, path: str, main: str | None) -> list[dict[str, Any]]:
    raw = forge.read(main, path) if main else None
    found: list[dict[str, Any]] = json.loads(raw)["extensions"] if raw else []
    return found


def _with(standing: list[dict[str, Any]], data: Mapping[str, Any], by: str) -> bytes:
    what = {"deadline": data["deadline"], "kind": data["kind"], "qualification": data["qualification"]}
    if "component" in data:
        what["component"] = data["component"]
    if learners := [learner["candidate_number"] for learner in data.get("learners", ())]:
        what["learners"] = learners
    granted = {"what": what, "until": data["until"], "why": data["why"], "by": by}
    value = {"series": data["series"], "centre": data["centre"], "extensions": [*standing, granted]}
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
