"""An .xlsx workbook: its parts bounded first, then read by calamine, then what calamine leaves blank put back."""

import posixpath
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from gradepost.spreadsheet.cells import Oddities, oddities, refuse_far_cells
from gradepost.spreadsheet.packages import DAMAGED, packed, parts_of
from gradepost.spreadsheet.sheets import MOST_CHARACTERS, NotReadable, Sheet, even, too_large

_MOST_SHEETS = 50
_MOST_OF_AN_INDEX = 256 * 1024
_MIDNIGHT = time()
# Beyond this a number no longer holds each of its digits.
_EXACT = 10**15


def read_excel(raw: bytes) -> tuple[Sheet, ...]:
    """The sheets of a workbook in its own order, those without cells left out. Raises `NotReadable`."""
    parts = parts_of(raw)
    for content in parts.values():
        refuse_far_cells(content)
    found = {title: oddities(parts[name]) for title, name in _places(parts)}
    try:
        with CalamineWorkbook.from_filelike(packed(parts)) as book:
            return tuple(_sheets(book, found))
    except (CalamineError, ValueError, OSError) as error:
        raise NotReadable(DAMAGED) from error
    except BaseException as error:
        # A fault inside the reader comes as a panic, which is no Exception.
        if type(error).__name__ == "PanicException":
            raise NotReadable(DAMAGED) from error
        raise


def _places(parts: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """The title of each sheet and the part that it stands in."""
    targets = {
        relation.get("Id"): posixpath.normpath(posixpath.join("/xl", relation.get("Target", ""))).lstrip("/")
        for relation in _tree(parts.get("xl/_rels/workbook.xml.rels"))
    }
    for element in _tree(parts.get("xl/workbook.xml")).iter():
        if element.tag.rpartition("}")[2] == "sheet":
            relation = next((value for key, value in element.items() if key.rpartition("}")[2] == "id"), None)
            name = targets.get(relation, "")
            if name in parts:
                yield element.get("name", ""), name


def _tree(content: bytes | None) -> ElementTree.Element:
    if content is None or len(content) > _MOST_OF_AN_INDEX:
        raise NotReadable(DAMAGED)
    try:
        return ElementTree.fromstring(content)  # noqa: S314 - parts that declare entities were refused
    except ElementTree.ParseError as error:
        raise NotReadable(DAMAGED) from error


def _sheets(book: CalamineWorkbook, found: Mapping[str, Oddities]) -> Iterator[Sheet]:
    cells = 0
    listed = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    for about in listed[:_MOST_SHEETS]:
        if about.name not in found:
            raise NotReadable(DAMAGED)
        sheet = book.get_sheet_by_name(about.name)
        rows = even(_texts(sheet, found[about.name]))
        cells += len(rows) * len(rows[0]) if rows else 0
        too_large(0, 0, cells)
        if rows:
            hidden = about.visible != SheetVisibleEnum.Visible
            yield Sheet(about.name, hidden, rows, found[about.name].notes)


def _texts(sheet: CalamineSheet, odd: Oddities) -> list[list[str]]:
    rows = [[_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    for (row, column), text in odd.texts.items():
        while len(rows) <= row:
            rows.append([])
        rows[row] += [""] * (column + 1 - len(rows[row]))
        rows[row][column] = rows[row][column] or text
    return rows


def _text(value: Any) -> str:
    """What a person reads in the cell: whole numbers without a point, dates as ISO 8601."""
    if isinstance(value, str):
        return value.strip()[:MOST_CHARACTERS]
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
    if isinstance(value, datetime):
        return (value.date() if value.time() == _MIDNIGHT else value).isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)
