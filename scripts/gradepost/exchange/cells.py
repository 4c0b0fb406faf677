"""Single cells of a CSV file: no program calculates what is in them, and what was kept from that comes back."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

_RISKY = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def safe(text: str) -> str:
    """The text with an apostrophe before it where a program might take it for a formula, or for such an apostrophe."""
    return f"'{text}" if _RISKY.match(text) else text


def as_meant(cell: str) -> str:
    """What `safe` was given."""
    return cell[1:] if cell.startswith("'") and _RISKY.match(cell) else cell


def table(rows: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    """Rows as CSV, every cell safe, lines ended as RFC 4180 has it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue()


def rows_of(text: str, delimiter: str = ",") -> list[list[str]]:
    """The rows of a table as they were given to it, lines that are empty left out. Raises `csv.Error`."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    return [[as_meant(cell) for cell in row] for row in reader if row]
