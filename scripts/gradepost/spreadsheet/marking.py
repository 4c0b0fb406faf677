"""Findings by the cell that they are about, and those that no cell of the sheet is about."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from gradepost.model.findings import Finding
from gradepost.spreadsheet.columns import Table

# In our workbooks the first row of the document stands below the row of headers.
_BELOW_THE_HEADERS = range(2, 1_000_000)
_OF_THE_DOCUMENT = re.compile(r"\bstands in row ([0-9]{1,7})\b")


def in_sheet(message: str, rows: Sequence[int]) -> str:
    """A rule's message with the row of the document that it names as a row of the sheet; `rows` are the sheet's."""

    def there(found: re.Match[str]) -> str:
        index = int(found[1]) - 1
        return f"stands in row {rows[index]}" if 0 <= index < len(rows) else found[0]

    return _OF_THE_DOCUMENT.sub(there, message)


class Marks:
    """What is said of each cell, of each row, and of nothing in the rows."""

    def __init__(self, table: Table, findings: Iterable[Finding]) -> None:
        self._cells: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
        self.rows: defaultdict[int, list[str]] = defaultdict(list)
        self.elsewhere: list[str] = []
        for finding in findings:
            self._add(table, finding)

    def of_cell(self, row: int, path: str) -> str:
        """What is said of a cell, "" where nothing is."""
        return "\n".join(self._cells.get((row, path), ()))

    def of_row(self, row: int) -> str:
        """What is said of a row, each cell by its header."""
        return "\n".join(self.rows.get(row, ()))

    def _add(self, table: Table, finding: Finding) -> None:
        said = " ".join(filter(None, (in_sheet(finding.message, _BELOW_THE_HEADERS), finding.fix)))
        _, _, place = f"{finding.pointer}/".partition(f"/{table.property}/")
        index, _, path = place.rstrip("/").partition("/")
        if not finding.pointer.startswith(f"/{table.property}/") or not index.isdecimal():
            self.elsewhere.append(said)
            return
        near = (t for t in table.targets if path and (t.path == path or f"{t.path}/".startswith(f"{path}/")))
        target = next(near, None)
        about = target or table.targets[0]
        if said not in self._cells[int(index), about.path]:
            self._cells[int(index), about.path].append(said)
            self.rows[int(index)].append(f"{target.field.label}: {said}" if target else said)
