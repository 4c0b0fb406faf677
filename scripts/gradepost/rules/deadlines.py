"""Which deadline applies: the series' own for that kind of component, or a later one that was granted."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from gradepost.model.register import Extension
from gradepost.model.series import Series


def deadline_for(
    series: Series, row: str | None, data: Mapping[str, Any], extensions: Iterable[Extension] = ()
) -> datetime | None:
    """The UTC instant up to which (inclusive) a document may arrive, extensions included; None = no fixed date."""
    component = series.component(data.get("qualification"), data.get("component"))
    if row is None or component is None:
        return None
    fixed = series.deadline(row, component.kind)
    if fixed is None:
        return None
    granted = (
        e.until
        for e in extensions
        if e.row == row
        and e.kind in (None, component.kind)
        and e.qualification in (None, data["qualification"])
        and e.component in (None, component.code)
        and (not e.learners or _is_about(e.learners, data))
    )
    return max((fixed, *granted))


def _is_about(learners: frozenset[str], data: Mapping[str, Any]) -> bool:
    """Whether a document is about some of these learners and nobody else. Of a number that cannot be read it is not
    known whose it is."""
    numbers = {learner.get("candidate_number") for learner in data.get("learners", ())}
    return bool(numbers) and numbers <= learners
