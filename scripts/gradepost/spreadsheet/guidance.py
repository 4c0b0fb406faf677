"""The second sheet of a workbook: what it is for, by when, and how each column is filled in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradepost.book import Book
from gradepost.form import words
from gradepost.form.choices import labels_of, list_of
from gradepost.form.layout import Field
from gradepost.model.series import Series
from gradepost.spreadsheet.columns import Table, Target
from gradepost.spreadsheet.looks import Looks
from gradepost.spreadsheet.sheets import Sheet

_MADE_FOR = {
    "Form": "form",
    "Series": "series",
    "Centre": "centre",
    "Qualification": "qualification",
    "Component": "component",
}
_TITLE = "Guidance"
_HOW = (
    "Fill in one row for each learner. Cells with a list take an entry of that list.",
    "Save the file and upload it on the form's page. Nothing is submitted before you have seen it there.",
    "Everything that is asked once for all learners is filled in on the form's page.",
)
_NAMES = "Names help you to check the numbers. They are shown beside them while you check, and are never kept."
_NO_NAMES = "Names are never kept, so none can stand in this file. A column of your own with the header Name is read."


@dataclass(frozen=True, slots=True)
class Subject:
    """What a workbook is made for."""

    book: Book
    form: str
    values: Mapping[str, Any]
    centre: str

    def lines(self) -> Iterator[tuple[str, str]]:
        """Each thing with its identifier, as `made_for` finds it again."""
        given = {**self.values, "form": self.form, "series": self.book.series.id, "centre": self.centre}
        return ((label, str(given[name])) for label, name in _MADE_FOR.items() if given.get(name))


def add_guidance(
    sheet: Any, subject: Subject, table: Table, targets: Sequence[Target], elsewhere: Sequence[str], *, named: bool
) -> None:
    """Writes the sheet; `elsewhere` is what is to be changed outside the rows, `named` whether names have a column."""
    looks = Looks(sheet)
    sheet.column_dimensions["A"].width = 34
    sheet.column_dimensions["B"].width = 100
    sheet.protection.sheet = True
    Looks.fit_to_page(sheet)
    for left, right in _lines(subject, table, targets, elsewhere, [_NAMES if named else _NO_NAMES]):
        heading = left and not right
        looks.add([looks.header(left) if heading else looks.text(left), looks.text(right)])


def made_for(sheets: Sequence[Sheet]) -> Mapping[str, str]:
    """The form, series, centre, qualification and component of a workbook of ours; {} of any other."""
    guidance = next((sheet for sheet in sheets if sheet.title == _TITLE), None)
    rows = [row for row in guidance.rows[: len(_MADE_FOR) + 1] if len(row) > 1] if guidance else []
    return {_MADE_FOR[row[0]]: row[1] for row in rows if row[0] in _MADE_FOR and row[1]}


def list_labels(series: Series, field: Field, values: Mapping[str, Any]) -> Mapping[str, str]:
    """The label of each entry of a field's list."""
    return labels_of(list_of(series, field, values))


def _lines(
    subject: Subject, table: Table, targets: Sequence[Target], elsewhere: Sequence[str], names: Sequence[str]
) -> Iterator[tuple[str, str]]:
    form = subject.book.forms[subject.form]
    yield form.title, ""
    yield from subject.lines()
    yield from _section("To be changed on the form's page", (("", text) for text in elsewhere))
    yield from _section("How it is done", (("", text) for text in (*_HOW, *(names if table.name_headers else []))))
    if form.deadline:
        yield from _section("Deadlines", words.deadlines(subject.book.series, form.deadline))
    yield from _section("Columns", (_column(subject, target) for target in targets))
    said = [form.layout.get("lead"), *form.layout.get("guidance", ()), table.group.text]
    yield from _section("Good to know", (("", text) for text in said if text))


def _section(title: str, lines: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    found = list(lines)
    if found:
        yield "", ""
        yield title, ""
        yield from found


def _column(subject: Subject, target: Target) -> tuple[str, str]:
    field = target.field
    said = [f"{field.hint.rstrip('.')}." if field.hint else ""]
    if field.choices:
        said.append(f"One of: {'; '.join(list_labels(subject.book.series, field, subject.values).values())}.")
    elif field.example:
        said.append(f"For example {field.example}.")
    if field.optional:
        said.append("May be left empty.")
    return field.label, " ".join(filter(None, said))
