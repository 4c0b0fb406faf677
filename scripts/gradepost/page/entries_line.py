"""The line at a form's foot: how many learners are scheduled, graded, missing; always in view."""

from collections.abc import Mapping, Sequence
from typing import Any

from gradepost.form.entries import entries, learners_of
from gradepost.model.series import Series
from gradepost.page.controls import Part
from gradepost.page.texts import text


def entries_words(name: str, **facts: Any) -> str:
    """A phrase of the entries line."""
    return text(f"entries.{name}", **facts)


def entries_line(
    series: Series, parts: Sequence[Part], values: Mapping[str, Any], schedules: Mapping[str, Sequence[str]]
) -> str | None:
    """The line in words; None for a form that gives learners no outcome."""
    if not any(field.choices == "outcomes" for part in parts for field in part.fields):
        return None
    return entries_said(series, values, schedules)


def entries_said(series: Series, values: Mapping[str, Any], schedules: Mapping[str, Sequence[str]]) -> str:
    """The line in words, for the component that the document is about."""
    component = values.get("component")
    if not isinstance(component, str) or not component:
        return text("entries.unknown")
    found = entries(schedules.get(component), learners_of(values), series)
    said = found.said(entries_words)
    return said if found.scheduled is not None else f"{text('entries.unscheduled')} · {said}"


def entries_json(
    series: Series, values: Mapping[str, Any], schedules: Mapping[str, Sequence[str]]
) -> dict[str, str | Sequence[str]]:
    """The line and the candidate numbers that do not add up, for a form's script."""
    found = entries(schedules.get(str(values.get("component"))), learners_of(values), series)
    sentence = entries_said(series, values, schedules)
    return {"sentence": sentence, "missing": found.missing, "unexpected": found.unexpected}
