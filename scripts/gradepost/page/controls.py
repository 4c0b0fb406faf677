"""The controls of a form as its template draws them: one per field, or one per field and row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from gradepost.document.pointers import pointer_of
from gradepost.form.choices import NOT_LISTED, Options, labels_of
from gradepost.form.conditions import asked
from gradepost.form.layout import Field, Group, Steps, id_of, name_of, value_at
from gradepost.form.shape import Shape
from gradepost.model.series import Series

# Where the blank row stands: past all that a document can hold, and found again by form.js, which puts numbers there.
BLANK_ROW = 1_000_000
# A field, and how its id, its name and its pointer end.
_Column = tuple[Field, str, str, str]


@dataclass(frozen=True, slots=True)
class Control:
    """One control: its field, its place, and the text it shows. `stray` labels a value that its list lacks.

    In a table a list is typed into, so there the text is the label of the entry.
    """

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
    """A group with its controls: those of a table's rows, or those under its legend. `fields` are those asked for,
    `blank` a row as one that is added begins."""

    group: Group
    id: str
    fields: tuple[Field, ...]
    controls: tuple[Control, ...]
    rows: tuple[Row, ...] = ()
    blank: Row | None = None

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


class Maker:
    """Makes parts of one form from the values of one document."""

    def __init__(self, series: Series, values: Mapping[str, Any], lists: Mapping[str, tuple[Options, ...]]) -> None:
        self._series, self._values, self._zone = series, values, series.zone
        self._labels = {name: labels_of(groups) for name, groups in lists.items()}

    def part(self, number: int, group: Group, rows: int) -> Part:
        """A group with its controls; at least so many rows, and never fewer than the document has."""
        fields = asked(self._series, group, self._values)
        if group.rows is None:
            controls = tuple(self._control(f, value_at(self._values, f.steps), *_named(f.steps)) for f in fields)
            return Part(group, f"g-{number}", fields, controls)
        found = value_at(self._values, group.rows)
        given = found if isinstance(found, list) else []
        columns = [(field, *_named(field.steps)) for field in fields]
        count = max(rows or group.blank_rows, len(given))
        rows_of_it = tuple(self._row(group.rows, columns, given, index) for index in range(count))
        return Part(group, f"g-{number}", fields, (), rows_of_it, self._row(group.rows, columns, (), BLANK_ROW))

    def _row(self, rows: Steps, columns: Sequence[_Column], given: Sequence[Any], index: int) -> Row:
        """A thousand rows are named on a page: what those of a row begin with is put together once."""
        id_, name, pointer = _named((*rows, index))
        entry = given[index] if index < len(given) else None
        return Row(
            index + 1,
            tuple(
                self._control(
                    field,
                    value_at(entry, field.steps),
                    id_ + of_field.removeprefix("f"),
                    f"{name}.{its_name}",
                    pointer + its_pointer,
                    in_table=True,
                )
                for field, of_field, its_name, its_pointer in columns
            ),
        )

    def _control(
        self, field: Field, value: Any, id_: str, name: str, pointer: str, *, in_table: bool = False
    ) -> Control:
        if value is None:
            value = field.default
        text = _text(value)
        chosen = frozenset(map(_text, value)) if isinstance(value, list) else frozenset()
        stray, kind = None, "text"
        if field.widget == "select" and field.choices and text:
            label = self._labels[field.choices].get(text)
            stray = None if label is not None else NOT_LISTED.format(text)
            text = label if label is not None and in_table else text
        elif field.widget == "date" and _is_date(text):
            kind = "date"
        elif field.widget == "instant":
            kind, text = _wall_time(text, self._zone)
        return Control(field, id_, name, pointer, text, chosen, kind, stray)


def _named(steps: Steps) -> tuple[str, str, str]:
    return id_of(steps), name_of(steps), pointer_of(steps)


def unasked(values: Mapping[str, Any], shape: Shape, parts: tuple[Part, ...]) -> list[tuple[str, str]]:
    """What the document has and the form does not ask for, as names and texts: carried along, so nothing is lost."""
    shown = {control.pointer for part in parts for control in part.every_control()}
    single = {name: inner for name, inner in shape.properties.items() if inner.constant is None and name != "series"}
    return [
        (name_of(steps), _text(value))
        for name, inner in single.items()
        for steps, value in _leaves(values.get(name), inner, (name,))
        if pointer_of(steps) not in shown
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
