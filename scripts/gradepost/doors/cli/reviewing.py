"""`review`: what a pull request changes, judged."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradepost.book import Book
from gradepost.doors.cli import options
from gradepost.doors.cli.whole import pinned_book
from gradepost.doors.reports import FORMATS
from gradepost.ledger import LedgerReader, Source
from gradepost.ledger.sources import CommitSource
from gradepost.model.findings import Report
from gradepost.model.trouble import ConfigurationError, ForgeError
from gradepost.review import Brought, branch_of
from gradepost.review import review as review_change
from gradepost.settings import from_environment

if TYPE_CHECKING:
    from gradepost.forge.local import LocalForge

_EXTENSIONS = re.compile(r"extensions/([0-9]{4}-[a-z]{1,20})/([0-9]{5})\.json", re.ASCII)


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
    report = judged(base, head, branch, ledger, series).report
    sys.stdout.write(FORMATS[report_format](report))
    return 1 if report.blocks or report.not_judged else 0


@dataclass(frozen=True, slots=True)
class Judged:
    """A pull request and its verdict: both commits, the dossier's branch (None: it is no dossier's), the files that it
    was judged by."""

    forge: "LocalForge"
    base: str
    head: str
    branch: str | None
    source: Source
    book: Book
    report: Report


def judged(base: str, head: str, branch: str | None, ledger: Path | None, series: str | None) -> Judged:
    """Judge a pull request of a ledger's repository. Raises `ConfigurationError` where a commit is not there, or the
    ledger pins another book."""
    from gradepost.forge.local import LocalForge

    settings = from_environment()
    forge = LocalForge(ledger or Path())
    try:
        base_id, head_id = forge.revision(base), forge.revision(head)
    except ForgeError as error:
        raise ConfigurationError(str(error)) from error
    changed = forge.changed(base_id, head_id)
    # A name that is given decides alone: a branch may be called like another commit.
    names = (branch,) if branch else (settings.head_branch, head if head != head_id else None)
    named = branch_of(names, changed)
    source: Source = _files(forge, ledger or Path(), head_id)
    if named or {"link", "malformed"} & set(changed.values()):
        source = Brought(source, _files(forge, ledger or Path(), base_id))
    book = pinned_book(source, settings, series)
    if not named:  # what a dossier's branch brings besides is R004's to tell
        _insist_on_extensions(_files(forge, ledger or Path(), head_id), changed, book)
    report = review_change(source, changed, named, book, datetime.now(UTC))
    return Judged(forge, base_id, head_id, named, source, book, report)


def _insist_on_extensions(head: Source, changed: Mapping[str, str], book: Book) -> None:
    """Raise `ConfigurationError` where an extensions file that is changed could not be read once it is merged."""
    reader = LedgerReader(head, book)
    for path in changed:
        if (found := _EXTENSIONS.fullmatch(path)) and found[1] == book.series.id:
            reader.register(found[2], found[1])


def _files(forge: "LocalForge", repository: Path, commit: str) -> Source:
    from gradepost.forge.repository import LocalRepository, translated

    with translated():
        tree = LocalRepository(repository).commit(commit).tree
        top = frozenset((entry.raw_name or b"").decode("utf-8", "backslashreplace") for entry in tree)
    return CommitSource(forge, commit, top)
