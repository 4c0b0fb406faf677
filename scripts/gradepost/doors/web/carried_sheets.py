"""A sheet as the page of columns carries it to the next answer, and what a file says of its component."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gradepost.doors.apart import plain, sheet_of
from gradepost.doors.web.bodies import Unreadable
from gradepost.model.series import Series
from gradepost.spreadsheet.sheets import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, Sheet

SHEET = "_sheet"
_WORD = re.compile(r"[A-Z0-9]{4,}")
_LOOKED_AT = 40


@dataclass(frozen=True, slots=True)
class Carried:
    """A sheet, and what was said of the file that it came from."""

    sheet: Sheet
    notes: tuple[str, ...]


def as_text(carried: Carried) -> str:
    """As a hidden field holds it."""
    return json.dumps([plain(carried.sheet), carried.notes], ensure_ascii=False, separators=(",", ":"))


def from_text(said: str) -> Carried:
    """Back from there. Raises `Unreadable` where it is not what `as_text` made."""
    try:
        sheet, notes = json.loads(said)
        title, hidden, rows, own_notes = sheet
    except (ValueError, TypeError, RecursionError) as error:
        raise Unreadable from error
    whole = (
        isinstance(title, str)
        and isinstance(hidden, bool)
        and _are_texts(own_notes)
        and _are_texts(notes)
        and isinstance(rows, list)
        and all(map(_are_texts, rows))
    )
    if not whole or not _is_even(rows):
        raise Unreadable
    return Carried(sheet_of(sheet), tuple(notes))


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_even(rows: list[list[str]]) -> bool:
    width = len(rows[0]) if rows else 0
    fits = len(rows) <= MOST_ROWS and width <= MOST_COLUMNS and len(rows) * width <= MOST_CELLS
    return fits and all(len(row) == width for row in rows)


def component_named(series: Series, name: str, sheets: Iterable[Sheet]) -> tuple[str, str] | None:
    """The qualification and component whose code stands, alone of its kind, in the file's name or near its top."""
    pairs = ((q, c) for q in series.qualifications.values() for c in q.components.values() if c.takes_tag)
    known = {c.code: (q.code, c.code) for q, c in pairs}
    cells = (cell for sheet in sheets for row in sheet.rows[:_LOOKED_AT] for cell in row)
    for texts in ([name.upper()], cells):
        found = {word for said in texts for word in _WORD.findall(said) if word in known}
        if found:
            return known[found.pop()] if len(found) == 1 else None
    return None
