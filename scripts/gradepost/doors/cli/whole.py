"""Judging beside a ledger, or all of one: as files, or at a revision straight from Git's objects."""

import sys
import time
from datetime import datetime
from pathlib import Path

from gradepost.book import Book
from gradepost.check import check as judge
from gradepost.check import combined, read
from gradepost.document.filing import dossier_of_path
from gradepost.doors.cli.checking import by_dossier, centre_of, dossier_of, name_of
from gradepost.doors.kept_book import load
from gradepost.doors.season import Objects, Season, Verdicts, judge_season
from gradepost.ledger import LedgerReader, Source
from gradepost.ledger.settings import PATH, read_settings
from gradepost.ledger.sources import CommitSource, DirectorySource
from gradepost.model.case import Case, Stage
from gradepost.model.findings import Report
from gradepost.model.trouble import ConfigurationError
from gradepost.review import judge_all
from gradepost.settings import Settings


def check_folder(folder: Path, settings: Settings, series: str | None, at: datetime) -> Report:
    """The report on the ledger whose files lie in a folder."""
    source = DirectorySource(folder)
    return judge_all(source, book_of(source, settings, series), Stage.LEDGER, at)


def check_beside(paths: list[Path], ledger: Path, settings: Settings, series: str | None, at: datetime) -> Report:
    """The report on files as the gateway would judge them, beside what a ledger holds."""
    source = source_of(ledger)
    book = book_of(source, settings, series)
    reader = LedgerReader(source, book)
    reports = []
    given = [read(path.read_bytes(), name_of(path), book) for path in paths]
    replaced = {document.filed_at for document in given}
    for group in by_dossier(given):
        centre = centre_of(group[0])
        standing = [
            document
            for dossier in reader.dossiers()
            if dossier.centre == centre and dossier.series == book.series.id
            for document in reader.documents(dossier, reader.receipts(dossier))
            if document.path not in replaced
        ]
        own = dossier_of(group[0])
        case = Case(
            [*group, *(d for d in standing if own and dossier_of_path(d.path) == own)],
            book.series,
            at,
            Stage.GATEWAY,
            neighbours=[
                *(d for d in given if d not in group and centre_of(d) == centre),
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
                report.crashed,
            )
        )
    return combined(reports, book)


def check_revision(
    repository: Path, revision: str, settings: Settings, series: str | None, at: datetime, cache: Path | None
) -> Report:
    """The report on everything at a revision of a repository, read from Git's objects."""
    start = time.perf_counter()
    objects = Objects(repository, revision)
    raw = objects.settings
    book = load(settings, series or (read_settings(raw).series if raw else None))
    season = Season(objects, book, at, Verdicts(cache))
    if sys.stderr.isatty():
        report, known = _with_a_bar(season)
    else:
        report, known = judge_season(season)
    seconds = time.perf_counter() - start
    sys.stderr.write(f"{report.judged:,} documents in {seconds:.1f} s; {known:,} centres were known before.\n")
    return report


def _with_a_bar(season: Season) -> tuple[Report, int]:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Judging", total=None)
        return judge_season(season, lambda done, whole: bar.update(task, completed=done, total=whole))


def source_of(folder: Path) -> Source:
    """A folder's files as they are; of a bare repository those of main."""
    if not is_bare(folder):
        return DirectorySource(folder)
    from gradepost.forge.local import LocalForge

    forge = LocalForge(folder)
    return CommitSource(forge, forge.revision("main"))


def is_bare(folder: Path) -> bool:
    """Whether a folder is a repository without files of its own."""
    return (folder / "HEAD").exists() and not (folder / "ledger.toml").exists()


def pinned_book(source: Source, settings: Settings, series: str | None) -> Book:
    """The book at hand. Raises `ConfigurationError` where the ledger pins another: its verdict would not hold."""
    book = book_of(source, settings, series)
    LedgerReader(source, book).settings.insist_on_book(book.digest)
    return book


def book_of(source: Source, settings: Settings, series: str | None) -> Book:
    """The book of a series, or of the one that the ledger has in force."""
    if series is None:
        raw = source.read(PATH)
        if raw is None:
            raise ConfigurationError(f"There is no {PATH}: this is not a ledger.")
        series = read_settings(raw).series
    return load(settings, series)
