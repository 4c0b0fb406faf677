"""`exchange`: rows for other systems, and rows from them, in the layouts that the series keeps as data."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from gradepost.book import Book
from gradepost.book.schemas import Schema
from gradepost.doors.cli import options
from gradepost.doors.files import write_durably
from gradepost.exchange.layouts import layout_named, look_at_layouts
from gradepost.exchange.reading import imported
from gradepost.exchange.writing import exported
from gradepost.ledger import LedgerReader
from gradepost.model.trouble import ConfigurationError
from gradepost.settings import from_environment

_MOST_BYTES = 64 * 1024 * 1024
_layout = click.option("--layout", "name", required=True, help="A layout, named after its file without .yaml.")


@click.group()
def exchange() -> None:
    """Write rows for other systems, and read theirs, in layouts of forms/SERIES/exchange/."""


@exchange.command("layouts")
@options.series
def list_layouts(series: str | None) -> int:
    """List the layouts of a series: name, what for, and whether it is assumed."""
    from gradepost.doors.kept_book import load

    settings = from_environment()
    found, mistakes = look_at_layouts(settings.root, load(settings, series))
    for layout in found.values():
        ways = " and ".join(sorted(layout.directions))
        click.echo(f"{layout.name}: {layout.title} ({ways}{', assumed' if layout.assumed else ''})")
    if mistakes:
        raise ConfigurationError("\n".join(map(str, mistakes)))
    return 0


@exchange.command("export")
@_layout
@options.state
@click.option("--ledger", type=click.Path(path_type=Path, exists=True, file_okay=False), help="A ledger in a folder.")
@options.series
@click.option("--centre", help="One centre only.")
@click.option("--to", "file", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write.")
def write(name: str, state: Path, ledger: Path | None, series: str | None, centre: str | None, file: Path) -> int:
    """Write what stands merged in the ledger as rows of a layout, one for each learner.

    The file may hold grades: it is for your eyes only, and confidential until results are released.
    """
    reader, book = _ledger(state, ledger, series)
    layout = layout_named(from_environment().root, book, name, "export")
    documents = list(_documents(reader, book, centre))
    write_durably(file, exported(documents, layout, book.series.zone), 0o600)
    rows = sum(len(data["learners"]) for data in documents if data["form"] == layout.form)
    click.echo(f"{rows} {'row' if rows == 1 else 'rows'} written to {file}.")
    return 0


def _ledger(state: Path, ledger: Path | None, series: str | None) -> tuple[LedgerReader, Book]:
    from gradepost.book import load
    from gradepost.ledger.sources import DirectorySource

    settings = from_environment()
    if ledger is not None:
        book = load(settings.root, series, site_url=settings.site_url)
        return LedgerReader(DirectorySource(ledger), book), book
    from gradepost.doors.state import open_state

    opened = open_state(state, settings)
    if series in (None, opened.book.series.id):
        return opened.ledger.reader(), opened.book
    raise ConfigurationError(f"The ledger is about {opened.book.series.id}. Leave --series out.")


def _documents(reader: LedgerReader, book: Book, centre: str | None) -> Iterator[Mapping[str, Any]]:
    for dossier in reader.dossiers():
        if dossier.series == book.series.id and centre in (None, dossier.centre):
            for document in reader.documents(dossier, reader.receipts(dossier)):
                if document.canonical is None:
                    raise ConfigurationError(f"{document.path} cannot be read. Run `gradepost check` on the ledger.")
                if "learners" in document.data:
                    yield document.data


@exchange.command("import")
@_layout
@options.series
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="What no column says, for every row.")
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), required=True, help="A folder.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
def read(name: str, series: str | None, given: tuple[str, ...], folder: Path, files: tuple[Path, ...]) -> int:
    """Read FILES of a layout as documents, one for each component, into a folder.

    Nothing is submitted: `gradepost check` judges what was read, and `gradepost submit` sends it. Where a file cannot
    be read, every place is named, nothing is written, and it ends with 1.
    """
    from gradepost.doors.kept_book import load

    settings = from_environment()
    book = load(settings, series)
    layout = layout_named(settings.root, book, name, "import")
    said = _given(given, layout.apart or book.schema_of(layout.form))
    documents: dict[str, bytes] = {}
    faults: list[str] = []
    for file in files:
        if file.stat().st_size > _MOST_BYTES:
            raise ConfigurationError(f"{file} is larger than 64 MB. Split it by centre.")
        found, wrong = imported(file.read_bytes(), layout, book, said)
        faults += [f"{file}, {fault}" for fault in wrong]
        faults += [
            f"{file}: another file has the same component of this centre." for path in found if path in documents
        ]
        documents |= found
    if faults:
        click.echo("\n".join(faults))
        return 1
    for path, content in documents.items():
        write_durably(folder / path, content, 0o600)
    click.echo(f"{len(documents)} {'document' if len(documents) == 1 else 'documents'} written to {folder}.")
    return 0


def _given(given: tuple[str, ...], schema: Schema) -> dict[str, str]:
    known = set(schema.schema["properties"]) - {"form", "series", "learners"}
    found = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or name not in known:
            raise click.UsageError(f"--set takes NAME=VALUE, with a name among {', '.join(sorted(known))}.")
        found[name] = value
    return found
