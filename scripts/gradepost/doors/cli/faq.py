"""`faq publish`: approved questions and answers, from a ledger to the site's sources."""

from pathlib import Path

import click

from gradepost.book import Book
from gradepost.doors.cli import options
from gradepost.ledger import Source
from gradepost.settings import from_environment


@click.group()
def faq() -> None:
    """Questions and answers that reviewers approved."""


@faq.command("publish")
@options.ledger
@options.state
@click.option(
    "--docs",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The site's sources. Default: docs/ of the site repository.",
)
@click.option(
    "--owner",
    default="quality-assurance",
    show_default=True,
    help="Who answers for the pages, by id of docs/contacts.yml.",
)
def publish(ledger: Path | None, state: Path, docs: Path | None, owner: str) -> int:
    """Write a page for each approved question and answer, and its place in docs/faq/groups.yml.

    Nothing but the approved texts is taken along: not who asked, nor from where. A page that was edited here stays as
    it is. It ends with 1 where an answer was held back, and says why.
    """
    from gradepost.doors.faq_publishing import carry

    settings = from_environment()
    source, book = _of_folder(ledger) if ledger else _of_state(state)
    said = carry(source, book, docs or settings.root / "docs", owner)
    for answer in said:
        click.echo(f"{answer.page}: {answer.said}", err=answer.is_held_back)
    held_back = sum(answer.is_held_back for answer in said)
    counted = f"{len(said) - held_back} in the site's sources, {held_back} held back."
    click.echo(counted if said else "Nobody has approved an answer yet.")
    return 1 if held_back else 0


def _of_folder(ledger: Path) -> tuple[Source, Book]:
    from gradepost.doors.cli.whole import book_of, source_of

    source = source_of(ledger)
    return source, book_of(source, from_environment(), None)


def _of_state(state: Path) -> tuple[Source, Book]:
    from gradepost.doors.state import open_state
    from gradepost.ledger.sources import CommitSource

    opened = open_state(state, from_environment())
    return CommitSource(opened.forge, opened.ledger.head()), opened.book
