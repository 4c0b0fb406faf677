"""Which column of a sheet is which field: guessed from headers, then from contents; shown before it is taken."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gradepost.book import Book
from gradepost.form.meanings import chosen
from gradepost.model.names import fold
from gradepost.spreadsheet.columns import NAME, Table, Target, table_of
from gradepost.spreadsheet.sheets import Sheet, letters

NO_HEADER = -1
_HEADER_WITHIN = 20
_LOOKED_AT = 200
_MOST_OF_A_COLUMN = 0.8


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its index: its header as it stands, and the path of the row that it fills, `name`, or None."""

    index: int
    header: str
    target: str | None


@dataclass(frozen=True, slots=True)
class Mapping_:  # noqa: N801 - `Mapping` is taken
    """The row of the headers (from 0; -1 where there is none) and what each column is. `notes` say what is doubtful."""

    header_row: int
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()

    def of(self, target: str) -> tuple[Column, ...]:
        """The columns that fill a path."""
        return tuple(column for column in self.columns if column.target == target)

    @property
    def first_row(self) -> int:
        """The index of the first row below the headers."""
        return self.header_row + 1


def guess(book: Book, form_name: str, sheet: Sheet) -> Mapping_:
    """What each column of a sheet seems to be."""
    table = table_of(book, form_name)
    known = table.known()
    header_row, headers = _headers(sheet, known)
    targets = [known.get(fold(header)) for header in headers]
    notes = tuple(_settle(sheet, header_row, headers, targets, table))
    _by_content(book, table, sheet, header_row, headers, targets)
    columns = tuple(Column(i, header, target) for i, (header, target) in enumerate(zip(headers, targets, strict=True)))
    return Mapping_(header_row, columns, notes)


def best_sheet(book: Book, form_name: str, sheets: Iterable[Sheet]) -> Sheet:
    """The sheet that holds the rows: of those in view, the first with the most headers that are known."""

    def fit(sheet: Sheet) -> tuple[bool, int]:
        return (not sheet.hidden, len({column.target for column in guess(book, form_name, sheet).columns} - {None}))

    return max(sheets, key=fit)


def with_targets(mapping: Mapping_, targets: Mapping[int, str | None]) -> Mapping_:
    """The mapping with the targets that a person has chosen, by the column's index; "" and None mean ignored."""
    columns = (replace(c, target=targets[c.index] or None) if c.index in targets else c for c in mapping.columns)
    return replace(mapping, columns=tuple(columns), notes=())


def _headers(sheet: Sheet, known: Mapping[str, str]) -> tuple[int, list[str]]:
    """The row of headers, and each header; where headers take two rows, both of its lines."""
    width = len(sheet.rows[0]) if sheet.rows else 0
    best, found, most = NO_HEADER, [""] * width, 0
    for index, row in enumerate(sheet.rows[:_HEADER_WITHIN]):
        above = _spread(sheet.rows[index - 1]) if index else [""] * width
        headers = [_header(cell, over, known) for cell, over in zip(row, above, strict=True)]
        fit = len({known[fold(header)] for header in headers if fold(header) in known})
        if fit > most:
            best, found, most = index, headers, fit
    return best, found


def _header(cell: str, above: str, known: Mapping[str, str]) -> str:
    for header in (cell, f"{above} {cell}".strip()):
        if fold(header) in known:
            return header
    return cell or (above if fold(above) in known else "")


def _spread(row: Sequence[str]) -> list[str]:
    """A row of headings over several columns, each heading over all of its columns."""
    found: list[str] = []
    for cell in row:
        found.append(cell or (found[-1] if found else ""))
    return found


def _settle(
    sheet: Sheet, header_row: int, headers: Sequence[str], targets: list[str | None], table: Table
) -> Iterator[str]:
    """Leaves one column to each field, the first that holds anything; says which others there were."""
    for target, times in Counter(targets).items():
        if target is None or target == NAME or times == 1:
            continue
        several = [index for index, found in enumerate(targets) if found == target]
        kept = next((i for i in several if any(_column(sheet, header_row, i))), several[0])
        for index in several:
            targets[index] = target if index == kept else None
        label = next(t.field.label for t in table.targets if t.path == target)
        named = ", ".join(letters(index) for index in several)
        yield f"Columns {named} could each be {label}. Column {letters(kept)} is chosen; look whether that is right."


def _by_content(
    book: Book, table: Table, sheet: Sheet, header_row: int, headers: Sequence[str], targets: list[str | None]
) -> None:
    """Gives fields that no header named to columns whose cells can be nothing else."""
    for target in table.targets:
        if target.path in targets:
            continue
        fits = [
            index
            for index, found in enumerate(targets)
            if found is None and _holds(book, target, _column(sheet, header_row, index))
        ]
        if len(fits) == 1:
            targets[fits[0]] = target.path


def _column(sheet: Sheet, header_row: int, index: int) -> list[str]:
    return [row[index] for row in sheet.rows[header_row + 1 : header_row + 1 + _LOOKED_AT] if row[index]]


def _holds(book: Book, target: Target, cells: Sequence[str]) -> bool:
    """Whether most of the cells can stand in a field that is chosen from a list, or has digits of a fixed length."""
    if not cells:
        return False
    if target.field.choices:
        names = chosen(book.series, target.field, {})
        return sum(fold(cell) in names for cell in cells) >= _MOST_OF_A_COLUMN * len(cells)
    if target.field.widget != "digits" or not target.field.width:
        return False
    fitting = sum(cell.isdigit() and len(cell) == target.field.width for cell in cells)
    return fitting >= _MOST_OF_A_COLUMN * len(cells) and len(set(cells)) > 1
