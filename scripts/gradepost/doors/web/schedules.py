"""What a centre has acknowledged, as its forms need it: who is scheduled, and what a document would replace."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gradepost.doors.web.gateway import Gateway
from gradepost.inbox import Stored

_SUBJECT = ("centre", "qualification", "component", "kind")


def schedules_of(gateway: Gateway, centre: str | None) -> Mapping[str, Sequence[str]]:
    """The candidate numbers on each of the centre's schedules, by component."""
    found: dict[str, Sequence[str]] = {}
    for document in (json.loads(stored.document) for stored in _current(gateway, centre) if stored.form == "schedule"):
        found[document["component"]] = [learner["candidate_number"] for learner in document["learners"]]
    return found


def received_before(
    gateway: Gateway, centre: str | None, form: str, document: Mapping[str, Any]
) -> tuple[Stored, Mapping[str, Any]] | None:
    """The latest acknowledged document of that form about the same thing, as it was received; None for a first one."""
    about = [document.get(name) for name in _SUBJECT]
    for stored in _current(gateway, centre):
        if stored.form == form:
            earlier: Mapping[str, Any] = json.loads(stored.document)
            if [earlier.get(name) for name in _SUBJECT] == about:
                return stored, earlier
    return None


def _current(gateway: Gateway, centre: str | None) -> Sequence[Stored]:
    return gateway.state.inbox.of_centre(centre, gateway.state.book.series.id) if centre else ()
