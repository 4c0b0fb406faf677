"""A document's rows as a workbook to fill in, or with what is to be changed marked in it. Nothing in it calculates."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.dimensions import ColumnDimension

from gradepost.book import Book
from gradepost.form.layout import value_at
from gradepost.model.findings import Finding
from gradepost.spreadsheet.columns import NAME, Table, asked_of, table_of
from gradepost.spreadsheet.guidance import Subject, add_guidance, list_labels
from gradepost.spreadsheet.looks import Looks, legal_title
from gradepost.spreadsheet.marking import Marks

WHAT_TO_CHANGE = "What to change"
_NAME_HEADER = "Name"
_LISTS = "Lists"
_YES_NO = ("Yes", "No")
_LAST_COLUMN = 16_384
_ROWS_WITH_LISTS = 5_001
_WIDTHS = {"digits": 18, "yes": 16, "number": 10, "date": 14, "text": 50, "textarea": 50}


def workbook(
    book: Book,
    form_name: str,
    values: Mapping[str, Any],
    *,
    centre: str,
    names: Mapping[str, str] | None = None,
    findings: Iterable[Finding] = (),
    named: bool = True,
) -> bytes:
    """The .xlsx file of the rows of a document, which may be partial, with drop-downs and a sheet of guidance.

    Every identifier is text, and so is whatever was typed: nothing in the file is a formula. `findings` of the
    document are marked and commented in its cells; those outside its rows stand on the guidance sheet. Not `named`,
    it has no column for names: where they stood before and were not kept, an empty one would look like a loss.
    """
    table = table_of(book, form_name)
    rows = value_at(values, table.group.rows or ())
    marks = Marks(table, findings)
    made = Workbook(write_only=True)
    sheet = made.create_sheet(legal_title(table.group.title))
    writer = _Rows(book, table, values, (names or {}) if named else None, marks)
    writer.write(sheet, rows if isinstance(rows, list) else [])
    subject = Subject(book, form_name, values, centre)
    add_guidance(made.create_sheet("Guidance"), subject, table, writer.targets, marks.elsewhere, named=named)
    _write_lists(made.create_sheet(_LISTS), writer.lists)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


class _Rows:
    """Writes the sheet of rows: headers, widths, drop-downs, one row for each of the document's."""

    def __init__(
        self, book: Book, table: Table, values: Mapping[str, Any], names: Mapping[str, str] | None, marks: Marks
    ) -> None:
        self.targets = asked_of(book, table, values)
        self.lists = {t.path: list_labels(book.series, t.field, values) for t in self.targets if t.field.choices}
        self._marks, self._names = marks, names or {}
        self._yes_no = [target.path for target in self.targets if target.shape.type == "boolean"]
        self._paths: Sequence[str] = [target.path for target in self.targets]
        if table.name_headers and names is not None:
            self._paths = [self._paths[0], NAME, *self._paths[1:]]
        self._labels = {target.path: target.field.label for target in self.targets} | {NAME: _NAME_HEADER}

    def write(self, sheet: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        """The whole sheet."""
        self._set_up(sheet, len(rows))
        looks = Looks(sheet)
        headers = [self._labels[path] for path in self._paths]
        looks.add([looks.header(text) for text in (*headers, *([WHAT_TO_CHANGE] if self._marks.rows else []))])
        for index, row in enumerate(rows):
            cells = [self._cell(looks, path, index, row) for path in self._paths]
            if self._marks.rows:
                cells.append(looks.text(self._marks.of_row(index)))
            looks.add(cells)

    def _cell(self, looks: Looks, path: str, index: int, row: Mapping[str, Any]) -> Any:
        if path == NAME:
            return looks.text(self._names.get(str(row.get("candidate_number", "")), ""))
        value = self._shown(path, value_at(row, tuple(_steps(path))))
        if not (said := self._marks.of_cell(index, path)):
            return looks.value(value)
        cell = looks.marked(value)
        cell.comment = Comment(said, "Gradepost", height=120, width=320)
        return cell

    def _shown(self, path: str, value: Any) -> Any:
        if isinstance(value, bool):
            return _YES_NO[not value]
        return self.lists.get(path, {}).get(value, value) if isinstance(value, str) else value

    def _set_up(self, sheet: Any, rows: int) -> None:
        targets = {target.path: target for target in self.targets}
        for number, path in enumerate(self._paths, start=1):
            target = targets.get(path)
            width = _WIDTHS.get(target.field.widget, 26) if target else 26
            Looks.column(sheet, get_column_letter(number), max(width, len(self._labels[path]) + 3))
        after = len(self._paths) + 1
        Looks.column(sheet, get_column_letter(after), 60 if self._marks.rows else 12)
        self._unlock_rest(sheet, after + 1)
        self._add_lists(sheet)
        sheet.freeze_panes = "A2"
        sheet.print_title_rows = "1:1"
        Looks.fit_to_page(sheet)
        if self._marks.rows:
            sheet.auto_filter.ref = f"A1:{get_column_letter(after)}{rows + 1}"
        sheet.protection.sheet = True
        for allowed in ("formatCells", "formatColumns", "formatRows", "insertRows", "deleteRows", "sort", "autoFilter"):
            setattr(sheet.protection, allowed, False)

    def _unlock_rest(self, sheet: Any, first: int) -> None:
        """Only headers are protected: whoever wants a column of their own may have it."""
        letter = get_column_letter(first)
        sheet.column_dimensions[letter] = ColumnDimension(sheet, index=letter, min=first, max=_LAST_COLUMN)
        Looks.column(sheet, letter, 12)

    def _add_lists(self, sheet: Any) -> None:
        for number, path in enumerate(self.lists):
            column = get_column_letter(number + 1)
            self._add_list(sheet, path, f"{_LISTS}!${column}$1:${column}${max(len(self.lists[path]), 1)}")
        for path in self._yes_no:
            self._add_list(sheet, path, f'"{",".join(_YES_NO)}"')

    def _add_list(self, sheet: Any, path: str, entries: str) -> None:
        choice = DataValidation(type="list", formula1=entries, allow_blank=True, showErrorMessage=True)
        choice.errorTitle, choice.error = self._labels[path], "Choose an entry of the list."
        column = get_column_letter(self._paths.index(path) + 1)
        choice.add(f"{column}2:{column}{_ROWS_WITH_LISTS}")
        sheet.data_validations.append(choice)


def _write_lists(sheet: Any, lists: Mapping[str, Mapping[str, str]]) -> None:
    """The entries of the drop-downs: in cells, because entries may hold commas."""
    sheet.sheet_state = "hidden"
    looks = Looks(sheet)
    columns = [list(labels.values()) for labels in lists.values()]
    for index in range(max(map(len, columns), default=0)):
        sheet.append([looks.text(column[index] if index < len(column) else "") for column in columns])


def _steps(path: str) -> Iterable[str | int]:
    return (int(step) if step.isdigit() else step for step in path.split("/"))
