"""From a mapped sheet to a document's rows: what each cell means, what was left out, and where each row came from."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from gradepost.book import Book
from gradepost.form.layout import Steps
from gradepost.form.meanings import meaning
from gradepost.model.names import fold
from gradepost.spreadsheet.columns import NAME, Target, table_of
from gradepost.spreadsheet.mapping import Column, Mapping_
from gradepost.spreadsheet.outcomes import Outcomes
from gradepost.spreadsheet.sheets import Sheet, letters

_TOTALS = re.compile(
    r"((grand|sub)[ -]?)?totals?( .*)?|sum|count|average|mean|number of (learners|candidates|students)", re.IGNORECASE
)
_LOST_LETTER = re.compile(r"\w[?\ufffd]|[?\ufffd]\w")
_LOST_LETTERS = (
    "Letters of some names were lost when the file was saved: a question mark stands in their place. Save it as CSV"
    " UTF-8 or as .xlsx to see them."
)
# The numbers that names are found under are written with as many digits.
_DIGITS = 4

_Columns = Sequence[tuple[Column, Target]]


@dataclass(frozen=True, slots=True)
class Taken:
    """A document whose rows come from a sheet. `rows` are the sheet's rows, from 1, of the document's rows; `names`
    are by candidate number, as it stands and with the zeros that it may have lost, and belong beside it only."""

    values: Mapping[str, Any]
    names: Mapping[str, str]
    rows: tuple[int, ...]
    notes: tuple[str, ...]
    title: str
    property: str
    columns: Mapping[str, tuple[int, str]]


def take(book: Book, form_name: str, sheet: Sheet, mapping: Mapping_, values: Mapping[str, Any]) -> Taken:
    """The document with its rows replaced by the sheet's. What a cell does not surely mean stays as it stands there."""
    table = table_of(book, form_name)
    columns = [(column, target) for column in mapping.columns if (target := table.target(column.target or ""))]
    sorter = _Sorter(sheet, mapping, columns)
    reader = _Reader(book, form_name, values, columns)
    outcomes = Outcomes(book.series, table)
    found: list[dict[str, Any]] = []
    rows: list[int] = []
    names: dict[str, str] = {}
    for index, cells in sorter.rows():
        row = reader.row(cells)
        outcomes.complete(row)
        found.append(row)
        rows.append(index + 1)
        for number, name in _name(row, cells, mapping):
            names[number] = _both(names.get(number), name)
    lost = [_LOST_LETTERS] if any(map(_LOST_LETTER.search, names.values())) else []
    places = {target.path: (column.index, target.field.label) for column, target in columns}
    notes = (*sheet.notes, *sorter.notes(), *outcomes.notes(), *lost)
    return Taken({**values, table.property: found}, names, tuple(rows), notes, sheet.title, table.property, places)


def place(taken: Taken, pointer: str) -> str:
    """Where in the sheet a pointer's value came from: `sheet Learners, row 14, column C (ULN)`; "" where nowhere."""
    index, _, path = pointer.removeprefix(f"/{taken.property}/").partition("/")
    if not pointer.startswith(f"/{taken.property}/") or not index.isdecimal() or int(index) >= len(taken.rows):
        return ""
    words = [f"sheet {taken.title}"] if taken.title else []
    words.append(f"row {taken.rows[int(index)]}")
    near = next((target for target in taken.columns if f"{target}/".startswith(f"{path}/")), None)
    if path and near:
        column, label = taken.columns[near]
        words.append(f"column {letters(column)} ({label})")
    return ", ".join(words)


class _Sorter:
    """Tells rows of learners from blank rows, totals, and headers that a report repeats on each page."""

    def __init__(self, sheet: Sheet, mapping: Mapping_, columns: _Columns) -> None:
        self._sheet, self._mapping = sheet, mapping
        self._columns = [column.index for column, _ in columns]
        self._headers = [fold(column.header) for column in mapping.columns]
        self._left_out: Counter[str] = Counter()

    def rows(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Each row of a learner with its index in the sheet."""
        first = self._mapping.first_row
        for index, row in enumerate(self._sheet.rows[first:], start=first):
            if why := self._why_not(row):
                self._left_out[why] += any(row)
            else:
                yield index, row

    def notes(self) -> Iterator[str]:
        """How many rows were left out, and why."""
        for why, count in self._left_out.items():
            if count:
                yield f"1 row {why} was left out." if count == 1 else f"{count:,} rows {why} were left out."

    def _why_not(self, row: Sequence[str]) -> str:
        if not any(row[index] for index in self._columns):
            return "with nothing in the chosen columns"
        if self._mapping.header_row >= 0 and [fold(cell) for cell in row] == self._headers:
            return "repeating the headers"
        first = next(filter(None, row))
        return "of totals" if _TOTALS.fullmatch(first.strip(" :")) and not self._is_a_learner(row) else ""

    def _is_a_learner(self, row: Sequence[str]) -> bool:
        """Whether most of the chosen columns are filled, as no row of totals has it."""
        return sum(bool(row[index]) for index in self._columns) * 2 > len(self._columns)


class _Reader:
    """Reads cells as their fields' values; each text of a field is looked up once."""

    def __init__(self, book: Book, form_name: str, values: Mapping[str, Any], columns: _Columns) -> None:
        self._book, self._form, self._values, self._columns = book, form_name, values, columns
        self._known: dict[tuple[str, str], Any] = {}

    def row(self, cells: Sequence[str]) -> dict[str, Any]:
        """One row of the document, without what the sheet leaves empty."""
        found: dict[str, Any] = {}
        for column, target in self._columns:
            if text := cells[column.index]:
                _put(found, target.field.steps, self._value(target, text))
        return found

    def _value(self, target: Target, text: str) -> Any:
        key = target.path, text
        if key not in self._known:
            said = meaning(self._book, self._form, target.field, text, self._values)
            self._known[key] = _typed(said, target.shape.type)
        return self._known[key]


def _typed(text: str, kind: str | None) -> str | int | bool:
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if kind == "integer" and re.fullmatch(r"-?[0-9]{1,15}", text, re.ASCII):
        return int(text)
    return text


def _put(into: Any, steps: Steps, value: Any) -> None:
    """Sets what stands at the end of the steps; a list on the way has its first entry only, as a row of a sheet has."""
    for step, following in pairwise(steps):
        made: Any = [{}] if isinstance(following, int) else {}
        into = into[step] if isinstance(step, int) else into.setdefault(step, made)
    into[steps[-1]] = value


def _name(row: Mapping[str, Any], cells: Sequence[str], mapping: Mapping_) -> Iterator[tuple[str, str]]:
    name = " ".join(filter(None, (cells[column.index] for column in mapping.of(NAME))))
    number = str(row.get("candidate_number", ""))
    if name and number:
        yield from ((one, name) for one in {number, number.zfill(_DIGITS)})


def _both(before: str | None, name: str) -> str:
    """Two learners under one number are both named: one name alone would hide that it stands there twice."""
    return name if before in (None, name) else f"{before} / {name}"
