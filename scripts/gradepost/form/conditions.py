"""Which fields a form asks for: some are only for components of one sort. A form file names the condition."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gradepost.form.layout import Field, Group, value_at
from gradepost.model.series import Component, Series

_Condition = Callable[[Series, Component], bool]
_CONDITIONS: Mapping[str, _Condition] = {
    "graded": lambda _, component: bool(component.grades),
    "marked": lambda _, component: component.maximum_mark is not None,
    "after-practicals": lambda series, component: component.kind in series.kinds_after_practicals,
}


def asked(series: Series, group: Group, values: Mapping[str, Any]) -> tuple[Field, ...]:
    """The fields of a group that are asked for, for the component that the document is about.

    While there is no component every field is asked for; and what a document holds is shown, asked for or not.
    """
    component = series.component(values.get("qualification"), values.get("component"))
    if component is None:
        return group.fields
    kept = (field for field in group.fields if _is_asked(series, component, field) or _is_held(group, field, values))
    return tuple(kept)


def _is_asked(series: Series, component: Component, field: Field) -> bool:
    return field.when is None or _CONDITIONS[field.when](series, component)


def _is_held(group: Group, field: Field, values: Mapping[str, Any]) -> bool:
    items: Any = [values] if group.rows is None else value_at(values, group.rows)
    return isinstance(items, list) and any(_holds(item, field) for item in items)


def _holds(item: Any, field: Field) -> bool:
    return value_at(item, field.steps) not in (None, False, field.default)


def fields_asked(series: Series, groups: Sequence[Group], values: Mapping[str, Any]) -> tuple[Field, ...]:
    """Every field that is asked for, in the order of the form."""
    return tuple(field for group in groups for field in asked(series, group, values))
