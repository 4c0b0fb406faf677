"""What a sample is drawn from: every dossier that has grades, with its signals."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import orjson

from gradepost.document.filing import Dossier, dossier_of_branch
from gradepost.forge.base import MAIN, Forge
from gradepost.inbox import Inbox, Stored
from gradepost.model.series import Series
from gradepost.publish.profiles import earlier_profile, has_shifted, profile_of
from gradepost.publish.sampling import FIRST, LATE, SHIFT, SINGLE_SOURCE, Weighed


def weighed(series: Series, inbox: Inbox, forge: Forge, earlier: Sequence[str]) -> list[Weighed]:
    """Every dossier of a series that has grades. `earlier` are the series before it, the newest first; without any on
    main, nobody is new and nothing has shifted."""
    main = forge.head(MAIN) or ""
    known = {name for name in earlier if main and forge.list(main, f"submissions/{name}")}
    graded = sorted(inbox.standing_of_series(series.id, "tags"), key=lambda stored: stored.branch)
    found = []
    for branch, documents in groupby(graded, key=lambda stored: stored.branch):
        dossier = dossier_of_branch(branch)
        if dossier is not None:
            weighing = _Weighing(series, forge, main, [name for name in earlier if name in known])
            found.append(weighing.of(dossier, list(documents), inbox))
    return found


class _Weighing:
    def __init__(self, series: Series, forge: Forge, main: str, earlier: Sequence[str]) -> None:
        self._series, self._forge, self._main, self._earlier = series, forge, main, earlier

    def of(self, dossier: Dossier, stored: Sequence[Stored], inbox: Inbox) -> Weighed:
        data = {one["component"]: one for one in (orjson.loads(s.document) for s in stored)}
        signals = (
            *([SHIFT] if any(self._has_shifted(dossier, one) for one in data.values()) else ()),
            *([SINGLE_SOURCE] if any(map(_has_one_source, data.values())) else ()),
            *([LATE] if any(self._is_late(dossier, s, inbox) for s in stored) else ()),
            *([FIRST] if self._earlier and not self._was_there(dossier) else ()),
        )
        learners = {code: [learner["candidate_number"] for learner in one["learners"]] for code, one in data.items()}
        return Weighed(dossier, signals, learners, tuple(s.sha256 for s in stored))

    def _has_shifted(self, dossier: Dossier, data: Mapping[str, Any]) -> bool:
        component = self._series.component(dossier.qualification, data["component"])
        before = earlier_profile(self._forge, self._main, dossier, data["component"], self._earlier)
        if component is None or before is None:
            return False
        return has_shifted(profile_of(data), before[1], component.grades, self._series.sampling.shift)

    def _is_late(self, dossier: Dossier, stored: Stored, inbox: Inbox) -> bool:
        """Whether it replaced another close to the deadline, or after it; without a fixed date nothing is late."""
        deadline = self._series.deadline("tags", dossier.kind)
        if deadline is None or stored.received_at < late_from(deadline, self._series.sampling.late_hours):
            return False
        return any(s.path == stored.path and s.seq < stored.seq for s in inbox.of_branch(dossier.branch))

    def _was_there(self, dossier: Dossier) -> bool:
        before = (Dossier(name, dossier.centre, dossier.qualification, dossier.kind) for name in self._earlier)
        return any(self._forge.list(self._main, one.folder.rpartition("/")[0]) for one in before)


def late_from(deadline: datetime, hours: int) -> datetime:
    """From when on an amendment is late."""
    return deadline - timedelta(hours=hours)


def _has_one_source(data: Mapping[str, Any]) -> bool:
    sources = set(_sources(data))
    return len(sources) == 1


def _sources(data: Mapping[str, Any]) -> Iterator[str]:
    for learner in data["learners"]:
        if "grade" in learner or "mark" in learner:
            yield from (piece["source"] for piece in learner.get("evidence", data.get("evidence", ())))
