"""A form file's layout as records: groups of fields, and where in the document each stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gradepost.model.series import Form

Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a form asks for. `steps` lead to it, from the document or from its row.

    `choices` names the list of the series that it is chosen from; `options` are a list of the form's own, labels by
    id, and `choices` then is its name among the form's lists. `when` names the condition under which it is asked.
    """

    steps: Steps
    label: str
    widget: str
    hint: str | None
    example: str | None
    choices: str | None
    options: Mapping[str, str]
    width: int | None
    autocomplete: str | None
    optional: bool
    default: str | bool | None
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one legend. `rows` leads to a list whose items are asked for one to a table row."""

    title: str
    text: str | None
    rows: Steps | None
    row_name: str
    blank_rows: int
    fields: tuple[Field, ...]


def groups_of(form: Form) -> tuple[Group, ...]:
    """The form's groups in order."""
    return tuple(_group(raw) for raw in form.layout["groups"])


def every_field(form: Form) -> Iterator[tuple[Steps, Field]]:
    """Each field with its steps from the document; "*" stands for any index."""
    for group in groups_of(form):
        for field in group.fields:
            steps = (*group.rows, "*", *field.steps) if group.rows else field.steps
            yield tuple("*" if isinstance(step, int) else step for step in steps), field


def value_at(value: Any, steps: Steps) -> Any:
    """What stands there, or None."""
    for step in steps:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def name_of(steps: Steps) -> str:
    """The control's name in a post: `learners.0.uln`."""
    return ".".join(map(str, steps))


def id_of(steps: Steps) -> str:
    """The control's id in the page: `f-learners-0-uln`."""
    return "f-" + "-".join(map(str, steps))


def _group(raw: dict[str, Any]) -> Group:
    return Group(
        title=raw["title"],
        text=raw.get("text"),
        rows=_steps(raw["rows"]) if "rows" in raw else None,
        row_name=raw.get("row_name", "Row"),
        blank_rows=raw.get("blank_rows", 1),
        fields=tuple(_field(field) for field in raw["fields"]),
    )


def _field(raw: dict[str, Any]) -> Field:
    return Field(
        steps=_steps(raw["property"]),
        label=raw["label"],
        widget=raw.get("widget", "text"),
        hint=raw.get("hint"),
        example=raw.get("example"),
        choices=raw["property"] if "options" in raw else raw.get("choices"),
        options=raw.get("options", {}),
        width=raw.get("width"),
        autocomplete=raw.get("autocomplete"),
        optional=raw.get("optional", False),
        default=raw.get("default"),
        when=raw.get("when"),
    )


def _steps(place: str) -> Steps:
    return tuple(int(step) if step.isdigit() else step for step in place.split("/"))
