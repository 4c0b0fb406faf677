"""What a sheet's XML says that its values do not: formulas, faults, merged cells, hidden rows, and how far it goes."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gradepost.spreadsheet.sheets import MOST_CELLS, MOST_CHARACTERS, letters, too_large

_PLACE = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]{0,7})([0-9]{1,15})\s*["']""")
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*[^/>])>(.*?)</(?:\w+:)?c\s*>", re.DOTALL)
_FORMULA = re.compile(rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>(.*?)</(?:\w+:)?f\s*>)", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>(.*?)</(?:\w+:)?v\s*>", re.DOTALL)
_KIND = re.compile(rb"""\st\s*=\s*["'](\w+)["']""")
# Whether any cell can be a formula or a fault; a sheet without either is not looked at cell by cell.
_MARKED = re.compile(rb"""<(?:\w+:)?f[\s/>]|\st\s*=\s*["']e["']""")
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*ref\s*=\s*["']([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})["']""")
_HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\s[^>]*\bhidden\s*=\s*["'](?:1|true)["']""")
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Oddities:
    """What is said of a sheet beside its values. `texts` stand in for values that its reader leaves blank."""

    texts: Mapping[tuple[int, int], str]
    notes: tuple[str, ...]


def oddities(xml: bytes) -> Oddities:
    """What a sheet holds beside values."""
    texts: dict[tuple[int, int], str] = {}
    calculated, open_ = 0, list[str]()
    for cell in _CELL.finditer(xml) if _MARKED.search(xml) else ():
        place = _PLACE.search(b" " + cell[1])
        formula, kind = _FORMULA.search(cell[2]), _first(_KIND, b" " + cell[1])
        if place is None or not (formula or kind == b"e"):
            continue
        at, value = _index(place), _first(_VALUE, cell[2])
        if kind == b"e":
            texts[at] = _text(value or b"#")
        elif formula and not value and kind != b"str":
            texts[at] = f"={_text(formula[1] or b'')}"
            open_.append(f"{letters(at[1])}{at[0] + 1}")
            continue
        calculated += formula is not None
    return Oddities(texts, tuple(_notes(xml, calculated, open_)))


def refuse_far_cells(xml: bytes) -> None:
    """Raises `NotReadable` where a cell stands further out than learners do: readers make room for all in between."""
    furthest, widest, cells = 0, b"", 0
    for place in _PLACE.finditer(xml):
        row, column = int(place[2]), place[1]
        if column:
            cells += 1
            if (len(column), column) > (len(widest), widest):
                widest = column
        furthest = max(furthest, row)
    columns = _column(widest) + 1
    too_large(furthest, columns, max(furthest * columns, cells))
    if xml.count(b"<c") > MOST_CELLS * 2:
        too_large(0, 0, MOST_CELLS + 1)


def _notes(xml: bytes, calculated: int, open_: list[str]) -> Iterator[str]:
    if calculated:
        cells = _cells(calculated, "holds a formula", "hold formulas")
        yield f"{cells}. What each showed when it was saved is taken."
    if open_:
        cells = _cells(len(open_), "holds a formula that was never calculated", "hold formulas never calculated")
        yield f"{cells} ({_listed(open_)}). Open the file and save it, or type what they should show."
    if merged := [found.decode() for found in _MERGED.findall(xml)]:
        yield f"Cells are merged ({_listed(merged)}). What they show is taken for the first row only."
    if hidden := len(_HIDDEN_ROW.findall(xml)):
        yield f"{hidden:,} hidden or filtered {'row is' if hidden == 1 else 'rows are'} read like the others."


def _listed(places: list[str]) -> str:
    return ", ".join(places[:_MOST_NAMED]) + (" and more" if len(places) > _MOST_NAMED else "")


def _first(pattern: re.Pattern[bytes], within: bytes) -> bytes | None:
    found = pattern.search(within)
    return found[1] if found else None


def _cells(count: int, one: str, several: str) -> str:
    return f"1 cell {one}" if count == 1 else f"{count:,} cells {several}"


def _index(place: re.Match[bytes]) -> tuple[int, int]:
    return int(place[2]) - 1, _column(place[1])


def _column(name: bytes) -> int:
    index = 0
    for letter in name.upper():
        index = index * 26 + letter - 64
    return index - 1


def _text(raw: bytes) -> str:
    return html.unescape(raw.decode("utf-8", "replace")).strip()[:MOST_CHARACTERS]
