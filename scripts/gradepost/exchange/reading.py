"""Another system's file read back as documents: one for each component, all or none."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gradepost.book import Book
from gradepost.document.filing import path_of
from gradepost.exchange import completions
from gradepost.exchange.cells import rows_of
from gradepost.exchange.layouts import Column, Layout
from gradepost.exchange.values import NotRead, value_of

MOST_ROWS = 250_000
_SUBJECT = ("centre", "qualification", "component")


@dataclass(frozen=True, slots=True)
class Fault:
    """What keeps a file from being read: its row (the header is row 1; 0 for all of it), its column and words."""

    row: int
    header: str
    words: str

    def __str__(self) -> str:
        place = [f"row {self.row}"] if self.row else []
        place += [f"column {self.header}"] if self.header else []
        return f"{', '.join(place)}: {self.words}" if place else self.words


@dataclass(slots=True)
class _Gathered:
    """One document as its rows come in, and the row that each learner stands in."""

    data: dict[str, Any]
    learners: list[dict[str, Any]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


def imported(raw: bytes, layout: Layout, book: Book, given: Mapping[str, str]) -> tuple[dict[str, bytes], list[Fault]]:
    """Canonical documents by the path that each is filed at, or every fault and none of them.

    `given` are properties that no column of the file tells. Faults repeat nothing of what the file says.
    """
    try:
        rows = rows_of(raw.decode(layout.encoding), layout.delimiter)
    except UnicodeError:
        return {}, [Fault(0, "", f"the file is not in {layout.encoding}. Save it so, or change the layout.")]
    except csv.Error:
        return {}, [Fault(0, "", "a quotation mark was never closed, or a cell is too long. Save the file once more.")]
    if not 1 < len(rows) <= MOST_ROWS:
        return {}, [Fault(0, "", f"the file needs a header and 1 to {MOST_ROWS:,} rows.")]
    places, faults = _places(rows[0], layout, given)
    documents: dict[tuple[Any, ...], _Gathered] = {}
    if not faults:
        for number, row in enumerate(rows[1:], start=2):
            faults += _take(documents, number, row, (len(rows[0]), places), given)
    found: dict[str, bytes] = {}
    for gathered in documents.values() if not faults else ():
        faults += _finish(found, gathered, layout, book)
    return ({}, faults) if faults else (found, [])


def _places(
    headers: Sequence[str], layout: Layout, given: Mapping[str, str]
) -> tuple[list[tuple[int, Column]], list[Fault]]:
    places, faults = [], []
    for column in layout.columns:
        if column.steps and "/".join(column.steps) not in given:
            if headers.count(column.header) == 1:
                places.append((headers.index(column.header), column))
            else:
                faults.append(Fault(1, column.header, "the header must stand there once."))
    return places, faults


def _take(
    documents: dict[tuple[Any, ...], _Gathered],
    number: int,
    row: Sequence[str],
    known: tuple[int, list[tuple[int, Column]]],
    given: Mapping[str, str],
) -> Iterator[Fault]:
    """Take one row in; what is wrong with it."""
    width, places = known
    if len(row) != width:
        yield Fault(number, "", "it has not as many cells as the header.")
        return
    data, learner = dict[str, Any](given), dict[str, Any]()
    for index, column in places:
        if row[index]:
            try:
                (learner if column.of_learner else data)[column.steps[-1]] = value_of(row[index], column)
            except NotRead as error:
                yield Fault(number, column.header, str(error))
    gathered = documents.setdefault(tuple(data.get(name) for name in _SUBJECT), _Gathered(data))
    for _, column in places:
        name = column.steps[-1]
        if not column.of_learner and gathered.data.get(name) != data.get(name):
            yield Fault(number, column.header, "another row of the same component says something else.")
    gathered.learners.append(learner)
    gathered.rows.append(number)


def _finish(found: dict[str, bytes], gathered: _Gathered, layout: Layout, book: Book) -> Iterator[Fault]:
    data = {"form": layout.form, "series": book.series.id, **gathered.data, "learners": gathered.learners}
    schema = layout.apart or book.schema_of(layout.form)
    wrong = [(problem.pointer, problem.message) for problem in schema.violations(data)]
    if layout.apart and not wrong:
        faults = completions.row_faults(gathered.learners)
        wrong = [(f"/learners/{index}/{name}", words) for index, name, words in faults]
    for pointer, words in wrong:
        yield _fault(pointer, words, gathered, layout)
    if not wrong and (path := _path(data, layout, book)) is not None:
        found[path] = schema.layout.bytes_of(data)
    elif not wrong:
        what = "qualification" if layout.apart else "component of that qualification"
        yield Fault(gathered.rows[0], "", f"{book.series.id} has no such {what}.")


def _path(data: Mapping[str, Any], layout: Layout, book: Book) -> str | None:
    if layout.apart:
        return completions.path_of(data) if data["qualification"] in book.series.qualifications else None
    component = book.series.component(data["qualification"], data["component"])
    return path_of(book.forms[layout.form].path, data, component.kind) if component else None


def _fault(pointer: str, words: str, gathered: _Gathered, layout: Layout) -> Fault:
    steps = pointer.split("/")[1:]
    is_row = len(steps) > 1 and steps[0] == "learners"
    name = (steps[2:] if is_row else steps)[:1]
    headers = [c.header for c in layout.columns if c.steps[-1:] == tuple(name) and c.of_learner == is_row]
    return Fault(gathered.rows[int(steps[1])] if is_row else gathered.rows[0], (headers or name or [""])[0], words)
