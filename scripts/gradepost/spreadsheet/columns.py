"""The columns that a form's list of rows can be filled from, and by which headers each is known."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gradepost.book import Book
from gradepost.form.conditions import asked
from gradepost.form.layout import Field, Group, groups_of
from gradepost.form.shape import Shape, shape_of
from gradepost.model.names import fold

NAME = "name"


@dataclass(frozen=True, slots=True)
class Target:
    """A field of each row, by its path (`uln`, `evidence/0/source`), and the headers that mean it."""

    path: str
    field: Field
    headers: tuple[str, ...]
    shape: Shape


@dataclass(frozen=True, slots=True)
class Table:
    """The list of a form that a spreadsheet fills: its property, its fields, the headers of names."""

    property: str
    group: Group
    targets: tuple[Target, ...]
    name_headers: tuple[str, ...]

    def target(self, path: str) -> Target | None:
        """The field at a path of the row."""
        return next((target for target in self.targets if target.path == path), None)

    def known(self) -> Mapping[str, str]:
        """The path, or `name`, that each folded header means."""
        found: dict[str, str] = {}
        for target in self.targets:
            for header in (target.field.label, target.path.rpartition("/")[2], *target.headers):
                found.setdefault(fold(header), target.path)
        for header in self.name_headers:
            found.setdefault(fold(header), NAME)
        return found


def table_of(book: Book, form_name: str) -> Table:
    """The list that a spreadsheet fills: the one that may stand beside names, else the one with the most fields."""
    form = book.forms[form_name]
    raw = [group for group in form.layout["groups"] if "rows" in group]
    chosen = max(raw, key=lambda group: ("name_headers" in group, len(group["fields"])))
    group = next(g for g in groups_of(form) if g.rows and "/".join(map(str, g.rows)) == chosen["rows"])
    shape = shape_of(book.schema_of(form_name).schema).at((*(group.rows or ()), "*"))
    targets = tuple(_targets(chosen, group, shape))
    return Table(chosen["rows"], group, targets, tuple(chosen.get("name_headers", ())))


def asked_of(book: Book, table: Table, values: Mapping[str, Any]) -> tuple[Target, ...]:
    """The columns that are asked for, for the component that the document is about."""
    fields = asked(book.series, table.group, values)
    return tuple(target for target in table.targets if target.field in fields)


def _targets(raw: Mapping[str, Any], group: Group, shape: Shape) -> Iterator[Target]:
    for said, field in zip(raw["fields"], group.fields, strict=True):
        yield Target(said["property"], field, tuple(said.get("headers", ())), shape.at(field.steps))
