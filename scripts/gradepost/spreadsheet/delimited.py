"""CSV and its kin: which encoding, which delimiter, and the rows as they stand."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from gradepost.spreadsheet.sheets import MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, NotReadable, Sheet, even, too_large

_MOST_BYTES = 4 * 1024 * 1024
_DELIMITERS = ",;\t|"
_LOOKED_AT = 30
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
# What some services put before a cell that begins like a formula, so that no program runs it.
_GUARDED = re.compile(r"'[=+\-@\t\r＝＋－＠]")
_BEGINS_LIKE_A_FORMULA = ("=", "+", "@", "＝", "＋", "＠")

_SAVE_AS = "Save it as CSV UTF-8 or as .xlsx and upload that."
NO_TEXT = f"This file holds bytes that are no text. {_SAVE_AS}"
TOO_LONG = (
    "A cell of this file is longer than a spreadsheet can hold, or a quotation mark was never closed. Open the file and"
    " save it once more."
)
MIXED = "Some letters were stored in another way than the rest. Look at names with accents before you go on."
WINDOWS = "Letters were read as Windows-1252. Look at names with accents before you go on."
FORMULAS = "{} beginning with = + or @ were kept as text; nothing in a file is ever calculated."


def read_delimited(raw: bytes) -> Sheet:
    """The one sheet of a text file. Its title is empty: the file is the sheet. Raises `NotReadable`."""
    if len(raw) > _MOST_BYTES:
        raise NotReadable("This file is larger than 4 MB. Keep the learners of one component and save it.")
    text, notes = text_of(raw)
    text, delimiter = _told(text)
    rows = _rows(text, delimiter or _delimiter(text))
    formulas = sum(cell.startswith(_BEGINS_LIKE_A_FORMULA) for row in rows for cell in row)
    if formulas:
        notes = (*notes, FORMULAS.format("1 cell" if formulas == 1 else f"{formulas:,} cells"))
    return Sheet("", False, even([[_unguarded(cell) for cell in row] for row in rows]), notes)


def text_of(raw: bytes) -> tuple[str, tuple[str, ...]]:
    """What the bytes say, and what of that is doubtful. Raises `NotReadable` where they are no text."""
    text, notes = _decoded(raw)
    if _NO_TEXT.search(text):
        raise NotReadable(NO_TEXT)
    return text, notes


def _decoded(raw: bytes) -> tuple[str, tuple[str, ...]]:
    """The text, by byte order mark, then UTF-8, then Windows-1252: statistics are wrong on files as short as these."""
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return _strictly(raw[len(bom) :], encoding), ()
    if sixteen := _sixteen_bits(raw):
        return _strictly(raw, sixteen), ()
    try:
        return raw.decode("utf-8"), ()
    except UnicodeDecodeError:
        return _windows(raw)


def _strictly(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotReadable(NO_TEXT) from error


def _sixteen_bits(raw: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of an English text is zero."""
    start = raw[:2000]
    if len(start) < 4 or start.count(0) * 5 < len(start) * 2:
        return None
    return "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"


def _windows(raw: bytes) -> tuple[str, tuple[str, ...]]:
    lines, ways = [], set()
    for line in raw.splitlines(keepends=True):
        for encoding in ("utf-8", "cp1252"):
            try:
                lines.append(line.decode(encoding))
            except UnicodeDecodeError:
                continue
            if not line.isascii():
                ways.add(encoding)
            break
        else:
            raise NotReadable(NO_TEXT)
    return "".join(lines), (MIXED if len(ways) > 1 else WINDOWS,)


def _told(text: str) -> tuple[str, str | None]:
    """The text without a first line `sep=;`, and the delimiter that it tells."""
    found = re.match(r'"?sep=([,;\t|])"?(?:\r\n|\r|\n)', text)
    return (text[found.end() :], found[1]) if found else (text, None)


def _delimiter(text: str) -> str:
    """The delimiter by which the first lines fall into the most columns, and most evenly."""

    def fit(delimiter: str) -> tuple[float, int]:
        try:
            widths = [len(row) for row in islice(_reader(text, delimiter), _LOOKED_AT) if row]
        except csv.Error:
            return (0, 0)
        width, times = Counter(widths).most_common(1)[0] if widths else (0, 0)
        return (times * (width > 1) / max(len(widths), 1), width)

    return max(_DELIMITERS, key=fit)


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in _reader(text, delimiter):
            too_large(len(rows) + 1 if any(row) else 0, len(row) if any(row[MOST_COLUMNS:]) else 0, 0)
            if any(len(cell) > MOST_CHARACTERS for cell in row):
                raise NotReadable(TOO_LONG)
            rows.append([cell.strip() for cell in row[:MOST_COLUMNS]])
            if len(rows) > 2 * MOST_ROWS:
                too_large(len(rows), 0, 0)
    except csv.Error as error:
        raise NotReadable(TOO_LONG) from error
    return rows


def _unguarded(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell
