"""Layouts as data: `forms/<series>/exchange/*.yaml`, read and checked. They judge nothing, so they are no part of the
book's digest."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradepost.book import Book
from gradepost.book.mistakes import Mistake, instead
from gradepost.book.own_yaml import OwnFile, read
from gradepost.book.schemas import Schema, read_schema
from gradepost.exchange import completions
from gradepost.exchange.layout_mistakes import layout_mistakes
from gradepost.model.trouble import ConfigurationError

SCHEMA = "schemas/exchange/layout.schema.json"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header, and the property that stands in it (`steps`) or the same `value` in every row.

    `words` are what the other system calls the property's values, by value; without them values stand as they are.
    """

    header: str
    steps: tuple[str, ...]
    value: str
    way: str
    words: Mapping[str, str]

    @property
    def of_learner(self) -> bool:
        """Whether it differs from learner to learner."""
        return len(self.steps) == 2


@dataclass(frozen=True, slots=True)
class Layout:
    """A file's layout for documents of one form. `dates` writes a date in the letters DD, MM, YYYY.

    `whole`: it carries every property, so that what is written and read back is the same document. `apart` is the
    schema of what is no document of the series.
    """

    name: str
    title: str
    form: str
    directions: frozenset[str]
    whole: bool
    encoding: str
    delimiter: str
    dates: str
    assumed: bool
    columns: tuple[Column, ...]
    apart: Schema | None = None


def look_at_layouts(root: Path, book: Book) -> tuple[dict[str, Layout], list[Mistake]]:
    """The layouts of a series by name, those that are right, and every mistake in the others."""
    paths = sorted((root / "forms" / book.series.id / "exchange").glob("*.yaml"))
    schema, apart = (_schema(root / name) if paths else None for name in (SCHEMA, completions.SCHEMA))
    schemas = {name: book.schema_of(name).schema for name in book.forms}
    schemas |= {completions.FORM: apart.schema} if apart else {}
    found, mistakes = {}, []
    for path in paths:
        file, wrong = read(path, schema)
        wrong += [] if file is None else layout_mistakes(file, schemas)
        mistakes += wrong
        if file is not None and not wrong:
            found[path.stem] = _layout(path.stem, file, apart)
    return found, mistakes


def layout_named(root: Path, book: Book, name: str, direction: str) -> Layout:
    """One layout that goes that way. Raises `ConfigurationError` with every mistake in any of them."""
    found, mistakes = look_at_layouts(root, book)
    if mistakes:
        raise ConfigurationError("\n".join(map(str, mistakes)))
    if name not in found:
        raise ConfigurationError(f"There is no layout {name} for {book.series.id}.{instead(name, found)}")
    if direction not in found[name].directions:
        raise ConfigurationError(f"The layout {name} is not for {direction}. Its directions say what it is for.")
    return found[name]


def _schema(path: Path) -> Schema:
    if not path.exists():
        raise ConfigurationError(f"{path}: there is none. Take it from the last release.")
    return read_schema(path)


def _layout(name: str, file: OwnFile, apart: Schema | None) -> Layout:
    raw = file.value
    return Layout(
        name=name,
        title=raw["title"],
        form=raw["form"],
        directions=frozenset(raw["directions"]),
        whole=raw.get("whole", False),
        encoding=raw.get("encoding", "utf-8-sig"),
        delimiter=raw.get("delimiter", ","),
        dates=raw.get("dates", "YYYY-MM-DD"),
        assumed=raw["assumed"],
        columns=tuple(_column(column) for column in raw["columns"]),
        apart=apart if raw["form"] == completions.FORM else None,
    )


def _column(raw: Mapping[str, Any]) -> Column:
    steps = tuple(raw["property"].split("/")) if "property" in raw else ()
    return Column(raw["header"], steps, raw.get("value", ""), raw.get("as", "text"), raw.get("words", {}))
