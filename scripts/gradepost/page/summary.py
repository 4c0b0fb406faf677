"""Findings as a form shows them: each beside its control, and all of them in one box, alike ones together."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from gradepost.check.grouping import Group, grouped, rows
from gradepost.model.findings import Finding
from gradepost.page.controls import Control, Part, Row
from gradepost.rules import RULES

_MOST_OF_ONE_RULE = 3
# How a schema's messages begin: they stand beside the field that they are about.
_NAMES_NOTHING = ("This must", "This date", "This does", "There must be", "There may be", "The same entry")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a summary: whom it concerns, what is wrong, where to go, how to put it right.

    `pointer` is where the first of it stands, `sheet` where that came from in the spreadsheet that was uploaded.
    """

    about: str | None
    message: str
    link: str | None
    rows: str | None
    fix: str
    rule: str
    help: str
    pointer: str = ""
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a finding lands: a control (in a row, or not), or a whole table, or nowhere in this form."""

    part: Part | None = None
    row: Row | None = None
    control: Control | None = None


class Places:
    """Finds the control that a finding's pointer names, or the nearest one."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self._parts = tuple(parts)

    @cached_property
    def _order(self) -> Mapping[str, int]:
        controls = (control for part in self._parts for control in part.every_control())
        return {control.id: number for number, control in enumerate(controls)}

    @cached_property
    def _tables(self) -> Mapping[str, Spot]:
        tables = (part for part in self._parts if part.pointer is not None)
        return {part.pointer or "": Spot(part, None, next(part.every_control(), None)) for part in tables}

    @cached_property
    def _spots(self) -> Mapping[str, Spot]:
        spots: dict[str, Spot] = {}
        for part in self._parts:
            for row, controls in ((None, part.controls), *((row, row.controls) for row in part.rows)):
                for control in controls:
                    pointer, spot = control.pointer, Spot(part, row, control)
                    while pointer and pointer not in spots:
                        spots[pointer] = spot
                        pointer = pointer.rpartition("/")[0]
        return spots

    def nth(self, id: str | None) -> int:
        """How many controls of the page stand before the one of that id; what has none stands after them all."""
        return self._order[id] if id else len(self._order)

    def spot(self, pointer: str) -> Spot:
        """The table or the control at the pointer, else the first within it, else the first around it."""
        if pointer in self._tables:
            return self._tables[pointer]
        while pointer and pointer not in self._spots:
            pointer = pointer.rpartition("/")[0]
        return self._tables.get(pointer) or self._spots.get(pointer, Spot())


def beside(findings: Iterable[Finding], places: Places, path: str | None) -> Mapping[str, Sequence[str]]:
    """The messages to show beside each control, by its id, and above each table, by its part's id."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for finding in findings:
        spot = places.spot(finding.pointer) if _is_here(finding, path) else Spot()
        if spot.part is not None and spot.part.pointer is not None and spot.row is None:
            target: str | None = spot.part.id
        else:
            target = spot.control.id if spot.control else None
        if target and finding.message not in found[target]:
            found[target].append(finding.message)
    return found


def entries(
    findings: Iterable[Finding], places: Places, path: str | None, sheet: Callable[[str], str | None] = lambda _: None
) -> list[Entry]:
    """The lines of a summary in the order of the page's fields, those of other documents last; what repeats down a
    table's column is one line, where the first of it stands.

    `sheet` says where in a spreadsheet what a pointer names came from.
    """

    def spot(finding: Finding) -> Spot:
        return places.spot(finding.pointer) if _is_here(finding, path) else Spot()

    def place(finding: Finding) -> tuple[str, str]:
        found = spot(finding)
        if found.row is not None and found.part is not None and found.control is not None:
            return found.part.id, found.control.field.label
        return finding.path, finding.pointer

    def order(finding: Finding) -> tuple[bool, int]:
        control = spot(finding).control
        return not _is_here(finding, path), places.nth(control.id if control else None)

    columns: defaultdict[tuple[str, tuple[str, str]], list[Group]] = defaultdict(list)
    for group in grouped(sorted(findings, key=order), place):
        columns[group.first.rule, place(group.first)].append(group)
    said = [entry for column in columns.values() for entry in _column(column, spot, path)]
    said.sort(key=lambda entry: places.nth(entry.link))
    return [replace(entry, sheet=sheet(entry.pointer)) for entry in said]


def _column(groups: Sequence[Group], spot: Callable[[Finding], Spot], path: str | None) -> list[Entry]:
    if len(groups) > _MOST_OF_ONE_RULE and spot(groups[0].first).row is not None:
        whole = Group(tuple(finding for group in groups for finding in group.findings))
        return [_entry(whole, spot, path, _title(whole.first))]
    return [_entry(group, spot, path, group.first.message) for group in groups]


def _entry(group: Group, spot: Callable[[Finding], Spot], path: str | None, message: str) -> Entry:
    finding, first = group.first, spot(group.first)
    numbers = sorted({found.row.number for found in map(spot, group.findings) if found.row})
    return Entry(
        about=_about(first, numbers, message) if _is_here(finding, path) else _name(finding.path),
        message=message,
        link=first.control.id if first.control else None,
        rows=rows(numbers).capitalize() if len(numbers) > 1 else None,
        fix=finding.fix,
        rule=finding.rule,
        help=finding.help,
        pointer=finding.pointer,
    )


def _about(spot: Spot, numbers: Sequence[int], message: str) -> str | None:
    """`Learner 4`, `37 learners`, `Evidence, 2 rows`; with the field's label where the message names nothing."""
    if spot.part is None or spot.control is None:
        return None
    unnamed = message.startswith(_NAMES_NOTHING)
    if spot.row is None:
        label = spot.part.group.title if spot.part.pointer else spot.control.field.label
        return label if unnamed else None
    name = spot.part.group.row_name
    things = spot.part.name.rpartition(".")[2].replace("_", " ")
    about = f"{len(numbers)} {things}" if things == f"{name.lower()}s" else f"{name}, {len(numbers)} rows"
    about = f"{name} {numbers[0]}" if len(numbers) == 1 else about
    return f"{about}, {spot.control.field.label}" if unnamed else about


def _title(finding: Finding) -> str:
    titles = (rule.title for rule in RULES if rule.id == finding.rule)
    return f"{next(titles, finding.message)}."


def _is_here(finding: Finding, path: str | None) -> bool:
    return path is None or finding.path in (path, "")


def _name(path: str) -> str:
    return path.rpartition("/")[2]
