"""`check` and `canonical`: the judge from the command line, and so from CI. What needs a ledger waits in `whole`."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradepost.check import check as judge
from gradepost.check import combined, read
from gradepost.document.filing import Dossier, dossier_of_path
from gradepost.doors.cli import options
from gradepost.doors.kept_book import load
from gradepost.doors.reports import FORMATS
from gradepost.model.case import Case, Stage
from gradepost.model.documents import Document
from gradepost.model.findings import Report
from gradepost.model.trouble import ConfigurationError
from gradepost.settings import Settings, from_environment

if TYPE_CHECKING:
    from gradepost.doors.reports.terminal import Sources


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@options.ledger
@options.series
@click.option("--at", type=options.Instant(), help="Instant taken as received where there is no receipt. Default: now.")
@click.option("--revision", help="Judge this branch or commit of the repository at PATH, not the files there.")
@click.option("--no-cache", is_flag=True, help="Judge again what has not changed since it was last judged.")
@options.report_format
def check(
    paths: tuple[Path, ...],
    ledger: Path | None,
    series: str | None,
    at: datetime | None,
    revision: str | None,
    no_cache: bool,
    report_format: str,
) -> int:
    """Judge files, or a whole ledger where PATH is a folder.

    Files given together that share a dossier are judged as one dossier. With --ledger, files are judged as the
    gateway would judge them, beside what that ledger holds. Of a bare repository, main is judged; one without a
    ledger.toml is judged as files without a ledger.
    """
    settings = from_environment()
    at = at or datetime.now(UTC)
    folders = [path for path in paths if path.is_dir()]
    if folders and len(paths) > 1:
        raise click.UsageError("Give one folder, or files.")
    if revision and not folders:
        raise click.UsageError("--revision goes with a folder.")
    if folders or ledger:
        from gradepost.doors.cli import whole

        if ledger and not folders:
            report = whole.check_beside(list(paths), ledger, settings, series, at)
        elif revision or whole.is_bare(folders[0]):
            cache = None if no_cache else settings.cache
            report = whole.check_revision(folders[0], revision or "main", settings, series, at, cache)
        else:
            report = whole.check_folder(folders[0], settings, series, at)
    else:
        report = _check_loose(list(paths), settings, series, at)
    _write(report, report_format, None if folders or settings.in_ci else _source_of(paths))
    return 1 if report.blocks else 0


def _write(report: Report, report_format: str, sources: "Sources | None") -> None:
    if report_format == "text" and sys.stdout.isatty():
        from rich.console import Console

        from gradepost.doors.reports.terminal import print_text

        print_text(report, sources, Console())
    else:
        sys.stdout.write(FORMATS[report_format](report))


def _source_of(paths: Sequence[Path]) -> "Sources":
    files = {name_of(path): path for path in paths}
    return lambda name: files[name].read_bytes() if name in files else None


def _check_loose(paths: list[Path], settings: Settings, series: str | None, at: datetime) -> Report:
    book = load(settings, series)
    if odd := next((path for path in paths if not path.is_file()), None):
        raise ConfigurationError(f"{name_of(odd)} is not a plain file.")
    documents = [read(path.read_bytes(), name_of(path), book) for path in paths]
    groups = by_dossier(documents)
    of_centre: dict[str, list[list[Document]]] = {}
    for group in groups:
        of_centre.setdefault(centre_of(group[0]), []).append(group)
    cases = [
        Case(
            group,
            book.series,
            at,
            Stage.LOOSE,
            neighbours=[d for other in of_centre[centre_of(group[0])] if other is not group for d in other],
        )
        for group in groups
    ]
    return combined([judge(case, book) for case in cases], book)


def name_of(path: Path) -> str:
    """What reports call a file: its path from where the command runs, where it lies below."""
    here, there = Path.cwd(), path.absolute()
    return (there.relative_to(here) if there.is_relative_to(here) else path).as_posix()


def centre_of(document: Document) -> str:
    """The centre that a document names, or ""."""
    return str(document.data.get("centre", ""))


def dossier_of(document: Document) -> Dossier | None:
    """The dossier that its contents name, or None."""
    return dossier_of_path(document.filed_at) if document.filed_at else None


def by_dossier(documents: list[Document]) -> list[list[Document]]:
    """The documents that share a dossier together; each that names none by itself."""
    groups: dict[object, list[Document]] = {}
    for document in documents:
        groups.setdefault(dossier_of(document) or document.path, []).append(document)
    return list(groups.values())


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.series
def canonical(file: Path, series: str | None) -> int:
    """Print a document in canonical form, as the ledger holds it."""
    settings = from_environment()
    book = load(settings, series)
    document = read(file.read_bytes(), file.as_posix(), book)
    if document.canonical is None:
        case = Case((document,), book.series, datetime.now(UTC), Stage.LOOSE)
        sys.stderr.write(FORMATS["text"](judge(case, book)))
        return 1
    sys.stdout.buffer.write(document.canonical)
    return 0
