"""Which deadline applies: the series' own for that kind of component, or a later one that was granted."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from gradepost.model.records import Extension
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
    )
    return max((fixed, *granted))
