"""What a spreadsheet file is once it is read: sheets of texts. And what it is told when it cannot be read."""

from dataclasses import dataclass

# Twice the learners that a document may hold, with room for titles and totals.
MOST_ROWS = 11_000
MOST_COLUMNS = 200
MOST_CELLS = 250_000
# What a spreadsheet program itself can hold in one cell.
MOST_CHARACTERS = 32_767


class NotReadable(Exception):
    """A file that cannot be taken; `words` say why and what to do, and repeat nothing of it."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its cells as the texts that a person reads in them, from A1 on, every row equally wide.

    `notes` say what was read otherwise than somebody might expect: formulas, merged cells, hidden rows, encodings.
    """

    title: str
    hidden: bool
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def letters(index: int) -> str:
    """A column's letters from its index: 0 is A, 26 is AA."""
    found = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def even(rows: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    """Rows made equally wide, without empty rows and columns at the end. Raises where they are too many."""
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((_used(row) for row in rows), default=0)
    too_large(len(rows), width, len(rows) * width)
    return tuple((*row[:width], *[""] * (width - len(row))) for row in rows)


def too_large(rows: int, columns: int, cells: int) -> None:
    """Raises where a sheet has more than anybody has learners for."""
    if rows > MOST_ROWS:
        raise NotReadable(
            f"A sheet of this file goes down beyond row {MOST_ROWS:,}. Delete the rows below the learners and save it."
        )
    if columns > MOST_COLUMNS:
        raise NotReadable(
            f"A sheet of this file has more than {MOST_COLUMNS} columns. Delete the columns that are not needed and"
            " save it."
        )
    if cells > MOST_CELLS:
        raise NotReadable(
            f"This file has more than {MOST_CELLS:,} cells. Keep the learners of one component and save it."
        )


def _used(row: list[str]) -> int:
    return next((index + 1 for index in range(len(row) - 1, -1, -1) if row[index]), 0)
