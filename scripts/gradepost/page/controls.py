"""The controls of a form as its template draws them: one per field, or one per field and row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from gradepost.form.choices import Options, label_of
from gradepost.form.layout import Field, Group, Steps, id_of, name_of, pointer_of, value_at
from gradepost.form.shape import Shape


@dataclass(frozen=True, slots=True)
class Control:
    """One control: its field, its place, and the value it shows. `stray` labels a value that its list lacks."""

    field: Field
    id: str
    name: str
    pointer: str
    value: str
    chosen: frozenset[str] = frozenset()
    kind: str = "text"
    stray: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; `number` counts from 1, as people and findings do."""

    number: int
    controls: tuple[Control, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A group with its controls: those of a table's rows, or those under its legend."""

    group: Group
    id: str
    controls: tuple[Control, ...]
    rows: tuple[Row, ...] = ()

    @property
    def name(self) -> str:
        """The list that its rows stand in, as names of controls begin."""
        return name_of(self.group.rows or ())

    @property
    def pointer(self) -> str | None:
        """Where the list of its rows stands; None where there are no rows."""
        return pointer_of(self.group.rows) if self.group.rows else None

    def every_control(self) -> Iterator[Control]:
        """Its controls in the order of the page."""
        yield from self.controls
        for row in self.rows:
            yield from row.controls


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes parts of one form from the values of one document."""

    values: Mapping[str, Any]
    lists: Mapping[str, tuple[Options, ...]]
    zone: ZoneInfo

    def part(self, number: int, group: Group, rows: int) -> Part:
        """A group with its controls; at least so many rows, and never fewer than the document has."""
        if group.rows is None:
            controls = tuple(self._control(field, field.steps) for field in group.fields)
            return Part(group, f"g-{number}", controls)
        given = value_at(self.values, group.rows)
        count = max(rows, group.blank_rows, len(given) if isinstance(given, list) else 0)
        return Part(group, f"g-{number}", (), tuple(self._row(group, group.rows, index) for index in range(count)))

    def _row(self, group: Group, rows: Steps, index: int) -> Row:
        return Row(index + 1, tuple(self._control(field, (*rows, index, *field.steps)) for field in group.fields))

    def _control(self, field: Field, steps: Steps) -> Control:
        value = value_at(self.values, steps)
        if value is None:
            value = field.default
        text = _text(value)
        chosen = frozenset(map(_text, value)) if isinstance(value, list) else frozenset()
        stray = None
        if field.widget == "select" and field.choices and text:
            options = self.lists[field.choices]
            known = any(option.value == text for group in options for option in group.options)
            stray = None if known else label_of(options, text)
        kind = "text"
        if field.widget == "date" and _is_date(text):
            kind = "date"
        elif field.widget == "instant":
            kind, text = _wall_time(text, self.zone)
        return Control(field, id_of(steps), name_of(steps), pointer_of(steps), text, chosen, kind, stray)


def unasked(values: Mapping[str, Any], shape: Shape, parts: tuple[Part, ...]) -> list[tuple[str, str]]:
    """What the document has and the form does not ask for, as names and texts: carried along, so nothing is lost."""
    asked = {control.pointer for part in parts for control in part.every_control()}
    single = {name: inner for name, inner in shape.properties.items() if inner.constant is None and name != "series"}
    return [
        (name_of(steps), _text(value))
        for name, inner in single.items()
        for steps, value in _leaves(values.get(name), inner, (name,))
        if pointer_of(steps) not in asked
    ]


def _leaves(value: Any, shape: Shape, at: Steps) -> Iterator[tuple[Steps, Any]]:
    if isinstance(value, dict):
        for name, inner in shape.properties.items():
            if name in value:
                yield from _leaves(value[name], inner, (*at, name))
    elif isinstance(value, list) and shape.is_list:
        yield from ((at, item) for item in value)
    elif isinstance(value, list) and shape.items:
        for index, item in enumerate(value):
            yield from _leaves(item, shape.items, (*at, index))
    elif value is not None and shape.takes_scalar:
        yield at, value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def _is_date(text: str) -> bool:
    try:
        return not text or date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _wall_time(text: str, zone: ZoneInfo) -> tuple[str, str]:
    """How an instant is asked for: as the zone's wall time, or as it was typed where it is not an instant."""
    try:
        at = datetime.fromisoformat(text) if text else None
        if at is None or at.tzinfo is None:
            return ("text", text) if text else ("datetime-local", "")
        local = at.astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return "text", text
    return "datetime-local", local.isoformat(timespec="seconds" if local.second else "minutes")
