"""`check`, `review`, `canonical`: the judge from the command line, and so from CI."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from gradepost.book import Book, load
from gradepost.check import check as judge
from gradepost.check import read
from gradepost.document.filing import Dossier, dossier_of_path
from gradepost.doors.cli import options
from gradepost.doors.reports import FORMATS
from gradepost.ledger import LedgerReader, Source
from gradepost.ledger.sources import CommitSource, DirectorySource
from gradepost.model.records import Case, Document, Report, Stage
from gradepost.model.trouble import ConfigurationError, ForgeError
from gradepost.review import branch_of, combined
from gradepost.review import review as review_change
from gradepost.settings import Settings, from_environment


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@options.ledger
@options.series
@click.option("--at", type=options.Instant(), help="Instant taken as received where there is no receipt. Default: now.")
@options.report_format
def check(
    paths: tuple[Path, ...], ledger: Path | None, series: str | None, at: datetime | None, report_format: str
) -> int:
    """Judge files, or a whole ledger where PATH is a folder.

    Files given together that share a dossier are judged as one dossier. With --ledger, files are judged as the
    gateway would judge them, beside what that ledger holds.
    """
    settings = from_environment()
    at = at or datetime.now(UTC)
    folders = [path for path in paths if path.is_dir()]
    if folders and len(paths) > 1:
        raise click.UsageError("Give one folder, or files.")
    if folders:
        with Console(stderr=True).status("Judging the whole ledger …"):
            report = _check_ledger(folders[0], settings, series, at)
    elif ledger:
        report = _check_beside(list(paths), ledger, settings, series, at)
    else:
        report = _check_loose(list(paths), load(settings.root, series, site_url=settings.site_url), at)
    sys.stdout.write(FORMATS[report_format](report))
    return 1 if report.errors else 0


def _check_ledger(folder: Path, settings: Settings, series: str | None, at: datetime) -> Report:
    source = _ledger_source(folder)
    book = _book_of(source, settings, series)
    reader = LedgerReader(source, book)
    cases = reader.cases(reader.dossiers(), Stage.LEDGER, at)
    strays = [
        Case((reader.document(path),), book.series, at, Stage.LEDGER, receipts=()) for path in reader.stray_paths()
    ]
    return combined([judge(case, book) for case in (*cases, *strays)], book)


def _check_loose(paths: list[Path], book: Book, at: datetime) -> Report:
    documents = [read(path.read_bytes(), _name(path), book) for path in paths]
    groups = _by_dossier(documents)
    cases = [
        Case(
            group,
            book.series,
            at,
            Stage.LOOSE,
            neighbours=[d for d in documents if d not in group and _centre(d) == _centre(group[0])],
        )
        for group in groups
    ]
    return combined([judge(case, book) for case in cases], book)


def _check_beside(paths: list[Path], ledger: Path, settings: Settings, series: str | None, at: datetime) -> Report:
    source = _ledger_source(ledger)
    book = _book_of(source, settings, series)
    reader = LedgerReader(source, book)
    reports = []
    given = [read(path.read_bytes(), _name(path), book) for path in paths]
    replaced = {document.filed_at for document in given}
    for group in _by_dossier(given):
        centre = _centre(group[0])
        standing = [
            document
            for dossier in reader.dossiers()
            if dossier.centre == centre and dossier.series == book.series.id
            for document in reader.documents(dossier, reader.receipts(dossier))
            if document.path not in replaced
        ]
        own = _dossier_of(group[0])
        case = Case(
            [*group, *(d for d in standing if own and dossier_of_path(d.path) == own)],
            book.series,
            at,
            Stage.GATEWAY,
            neighbours=[
                *(d for d in given if d not in group and _centre(d) == centre),
                *(d for d in standing if not own or dossier_of_path(d.path) != own),
            ],
            register=reader.register(centre, book.series.id) if centre else None,
        )
        report = judge(case, book)
        mine = {d.path for d in group}
        reports.append(
            Report(
                report.book,
                len(group),
                tuple(f for f in report.findings if f.path in mine),
                tuple(n for n in report.not_judged if n.path in mine),
            )
        )
    return combined(reports, book)


def _name(path: Path) -> str:
    """What reports call a file: its path from where the command runs, where it lies below."""
    here, there = Path.cwd(), path.absolute()
    return (there.relative_to(here) if there.is_relative_to(here) else path).as_posix()


def _centre(document: Document) -> str:
    return str(document.data.get("centre", ""))


def _dossier_of(document: Document) -> Dossier | None:
    return dossier_of_path(document.filed_at) if document.filed_at else None


def _by_dossier(documents: list[Document]) -> list[list[Document]]:
    groups: dict[object, list[Document]] = {}
    for document in documents:
        groups.setdefault(_dossier_of(document) or document.path, []).append(document)
    return list(groups.values())


@click.command()
@click.option("--base", required=True, help="Where the pull request would be merged: a branch or a commit.")
@click.option("--head", required=True, help="What it would merge: a branch or a commit.")
@click.option("--branch", help="The pull request's branch, where --head is a commit.")
@options.ledger
@options.series
@options.report_format
def review(
    base: str, head: str, branch: str | None, ledger: Path | None, series: str | None, report_format: str
) -> int:
    """Judge what a pull request changes, each dossier as it stands at --head.

    Exit code 1 where there are errors, and where a rule that should have run did not.
    """
    from gradepost.forge.local import LocalForge

    settings = from_environment()
    forge = LocalForge(ledger or Path())
    try:
        base_id, head_id = forge.revision(base), forge.revision(head)
    except ForgeError as error:
        raise ConfigurationError(str(error)) from error
    source = CommitSource(forge, head_id)
    book = _pinned_book(source, settings, series)
    changed = forge.changed(base_id, head_id)
    # A name that is given decides alone: a branch may be called like another commit.
    names = (branch,) if branch else (settings.head_branch, head if head != head_id else None)
    named = branch_of(names, changed)
    report = review_change(source, changed, named, book, datetime.now(UTC))
    sys.stdout.write(FORMATS[report_format](report))
    return 1 if report.errors or report.not_judged else 0


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.series
def canonical(file: Path, series: str | None) -> int:
    """Print a document in canonical form, as the ledger holds it."""
    settings = from_environment()
    book = load(settings.root, series, site_url=settings.site_url)
    document = read(file.read_bytes(), file.as_posix(), book)
    if document.canonical is None:
        case = Case((document,), book.series, datetime.now(UTC), Stage.LOOSE)
        sys.stderr.write(FORMATS["text"](judge(case, book)))
        return 1
    sys.stdout.buffer.write(document.canonical)
    return 0


def _ledger_source(folder: Path) -> Source:
    """A folder's files as they are; of a bare repository those of main."""
    if (folder / "ledger.toml").exists() or not (folder / "HEAD").exists():
        return DirectorySource(folder)
    from gradepost.forge.local import LocalForge

    forge = LocalForge(folder)
    return CommitSource(forge, forge.revision("main"))


def _pinned_book(source: Source, settings: Settings, series: str | None) -> Book:
    """The book at hand. Raises `ConfigurationError` where the ledger pins another: its verdict would not hold."""
    book = _book_of(source, settings, series)
    LedgerReader(source, book).settings.insist_on_book(book.digest)
    return book


def _book_of(source: Source, settings: Settings, series: str | None) -> Book:
    """The book of a series, or of the one that the ledger has in force."""
    if series is None:
        from gradepost.ledger.settings import PATH, read_settings

        raw = source.read(PATH)
        if raw is None:
            raise ConfigurationError(f"There is no {PATH}: this is not a ledger.")
        series = read_settings(raw).series
    return load(settings.root, series, site_url=settings.site_url)
