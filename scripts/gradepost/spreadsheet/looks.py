"""How cells of our workbooks look, and that every text in them is text, whatever it begins with."""

import re
from collections.abc import Sequence
from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill, Protection
from openpyxl.utils import get_column_letter

from gradepost.spreadsheet.sheets import MOST_CHARACTERS

TEXT_FORMAT = "@"
_UNLOCKED = Protection(locked=False)
_LINE_HEIGHT, _HIGHEST, _NARROWEST = 15, 400, 12
_TEXT, _MARKED, _HEADER = "Text", "To change", "Header"
_NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\']")
# What spreadsheet programs would read as an escaped character.
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def _styles() -> tuple[NamedStyle, ...]:
    """The named styles of a workbook; each workbook needs its own."""
    return (
        _style(_TEXT),
        _style(_MARKED, colour="FFFFD7D2"),
        _style(_HEADER, font=Font(bold=True), colour="FFD9E2EC", locked=True),
    )


def _style(name: str, *, font: Font | None = None, colour: str | None = None, locked: bool = False) -> NamedStyle:
    fill = PatternFill("solid", fgColor=colour) if colour else PatternFill()
    aligned, protection = Alignment(vertical="top", wrap_text=True), Protection(locked=locked)
    return NamedStyle(name, font or Font(), fill, alignment=aligned, number_format=TEXT_FORMAT, protection=protection)


class Looks:
    """Makes the cells of one sheet. Styles are named ones of its workbook, made once and shared."""

    def __init__(self, sheet: Any) -> None:
        self._sheet, self._rows = sheet, 0
        if _TEXT not in sheet.parent.named_styles:
            for style in _styles():
                sheet.parent.add_named_style(style)

    @staticmethod
    def column(sheet: Any, letter: str, width: int) -> None:
        """A column of texts that may be written in, down to the last row."""
        dimension = sheet.column_dimensions[letter]
        dimension.width = width
        dimension.number_format = TEXT_FORMAT
        dimension.protection = _UNLOCKED

    @staticmethod
    def fit_to_page(sheet: Any) -> None:
        """On paper all columns stand on one page."""
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True

    def add(self, cells: Sequence[Any]) -> None:
        """Appends a row, as high as its longest text needs: programs do not see to that when they open a file."""
        self._rows += 1
        lines = max((self._lines(index, cell) for index, cell in enumerate(cells)), default=1)
        if lines > 1:
            self._sheet.row_dimensions[self._rows].height = min(lines * _LINE_HEIGHT, _HIGHEST)
        self._sheet.append(cells)

    def _lines(self, index: int, cell: Any) -> int:
        text = getattr(cell, "value", None)
        if not isinstance(text, str) or (len(text) < _NARROWEST and "\n" not in text):
            return 1
        width = self._sheet.column_dimensions[get_column_letter(index + 1)].width
        return sum(1 + int(len(line) / width) for line in text.split("\n"))

    def header(self, text: str) -> Any:
        """A protected header."""
        return self._made(text, _HEADER)

    def text(self, text: str) -> Any:
        """A cell to write in, or None where there is nothing: its column has the format."""
        return self._made(text, _TEXT) if text else None

    def value(self, value: Any) -> Any:
        """A value of the document; numbers stay numbers."""
        if isinstance(value, int):
            return value
        return self.text(value if isinstance(value, str) else "")

    def marked(self, value: Any) -> Any:
        """A value that is to be changed, empty ones too."""
        return self._made(str(value) if isinstance(value, str | int) else "", _MARKED)

    def _made(self, text: str, style: str) -> Any:
        cell = WriteOnlyCell(self._sheet, _ESCAPE.sub("_x005F_", _legal(text)))
        # Whatever it begins with: openpyxl takes `=` for a formula and `#N/A` for a fault.
        cell.data_type = "s"
        cell.style = style
        return cell


def legal_title(text: str) -> str:
    """A sheet's title without what none may have."""
    return _NOT_IN_A_TITLE.sub(" ", text)[:31]


def _legal(text: str) -> str:
    plain = text.encode("utf-8", "replace").decode("utf-8")
    return ILLEGAL_CHARACTERS_RE.sub("\ufffd", plain)[:MOST_CHARACTERS]
