"""A document as people read it: the labels of its form, the words of its lists, nothing to fill in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gradepost.book import Book
from gradepost.form import words
from gradepost.form.choices import label_of, list_of
from gradepost.form.layout import Field, Group, groups_of, value_at
from gradepost.model.series import Series
from gradepost.page.texts import text


@dataclass(frozen=True, slots=True)
class Said:
    """A value under its label: the lines of a text, or the entries of a list."""

    label: str
    lines: Sequence[str]
    is_list: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A group of a document: label and lines of each value, or a table of rows. Nothing that is not there.

    `keys` are the candidate numbers of the rows, where rows have one.
    """

    title: str
    values: Sequence["Said"]
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    keys: Sequence[str] = ()


def readout(book: Book, data: Mapping[str, Any]) -> list[Section]:
    """The groups of a document that hold anything, by the layout of its own form."""
    sections = (_section(book.series, group, data) for group in groups_of(book.forms[data["form"]]))
    return [section for section in sections if section.values or section.rows]


def noun(book: Book, form: str) -> str:
    """What a form's document is called: as its form file says, else the title of its schema."""
    return str(book.forms[form].layout.get("noun", book.schema_of(form).schema["title"]))


def component_label(series: Series, qualification: str, component: str | None) -> str:
    """`UV21578 Understanding the hair and beauty sector`; the bare code where the book has none such."""
    found = series.component(qualification, component)
    return f"{found.code} {found.title}" if found else (component or "")


def qualification_label(series: Series, code: str) -> str:
    """`AM20530 Level 2 Certificate …`; the bare code where the book has none such."""
    found = series.qualifications.get(code)
    return f"{code} {found.title}" if found else code


def kind_label(series: Series, kind: str) -> str:
    """`External examination`."""
    return series.kinds.get(kind, words.spoken(kind))


def _section(series: Series, group: Group, data: Mapping[str, Any]) -> Section:
    if group.rows is None:
        found = ((field, value_at(data, field.steps)) for field in group.fields)
        values = [Said(f.label, said(series, f, value, data), isinstance(value, list)) for f, value in found]
        return Section(group.title, [value for value in values if value.lines])
    items = value_at(data, group.rows)
    items = items if isinstance(items, list) else []
    used = [field for field in group.fields if any(value_at(item, field.steps) is not None for item in items)]
    rows = [[" ".join(said(series, f, value_at(item, f.steps), data)) for f in used] for item in items]
    return Section(group.title, (), [field.label for field in used], rows, _keys(items))


def _keys(items: Sequence[Any]) -> Sequence[str]:
    numbers = [value_at(item, ("candidate_number",)) for item in items]
    return [str(number or "") for number in numbers] if any(numbers) else ()


def said(series: Series, field: Field, value: Any, data: Mapping[str, Any]) -> list[str]:
    """A field's value in words, line by line; no line where there is none. `data` is the document it stands in."""
    if value is None:
        return []
    if isinstance(value, bool):
        return ["Yes" if value else "No"]
    if isinstance(value, list):
        return [line for item in value for line in said(series, field, item, data)]
    if field.choices:
        return [label_of(list_of(series, field, data), str(value))]
    if field.widget == "instant":
        return [words.minute(datetime.fromisoformat(value), series.zone)]
    plain = {"date": words.date_of, "image": _picture}.get(field.widget, str)
    return plain(value).split("\n")


def _picture(hash_: str) -> str:
    return text("picture.said", hash=hash_)
