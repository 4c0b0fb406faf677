"""`results`: what came of each learner, centre by centre, from the instant of release on."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from gradepost.book import Book
from gradepost.doors.cli import options
from gradepost.doors.result_files import HEADERS, YES_OR_NO, result_row, results_csv
from gradepost.model.trouble import ConfigurationError
from gradepost.publish.results import OUTSTANDING, Result, counts, released, results_of
from gradepost.settings import from_environment


@click.command()
@options.state
@click.option("--series", help="Series whose results are shown. Default: the ledger's.")
@click.option("--centre", help="One centre only.")
@click.option(
    "--format",
    "report_format",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="How to print them.",
)
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="With --format csv: a folder that gets one file for each centre.",
)
def results(state: Path, series: str | None, centre: str | None, report_format: str, folder: Path | None) -> int:
    """Show the results of a series, from the grades that were merged.

    Before the release that the series names (`embargo_until`) nothing is shown, and it ends with 1. Learners who were
    scheduled and have no outcome are outstanding; those who do not certificate may resit in the next academic year.
    """
    from gradepost.doors.state import open_state

    if folder is not None and report_format != "csv":
        raise click.UsageError("--to goes with --format csv.")
    opened = open_state(state, from_environment())
    book = _book(opened.book, series)
    if not released(book.series, opened.now()):
        click.echo(when_released(book), err=True)
        return 1
    if centre is not None and opened.ledger.register(centre).centre is None:
        raise ConfigurationError("The register has no such centre. Look at centres/ in the ledger.")
    found = results_of(_reader(opened.forge, book), book.series.id, centre)
    about, facts = f"results-{book.series.id}", {"as": "files" if folder else report_format}
    for number in found:
        opened.inbox.audit(opened.now(), "results-given", role="operator", centre=number, about=about, facts=facts)
    _write(book, found, report_format, folder)
    return 0


def _book(own: Book, series: str | None) -> Book:
    from gradepost.book import load

    settings = from_environment()
    return own if series in (None, own.series.id) else load(settings.root, series, site_url=settings.site_url)


def _reader(forge: Any, book: Book) -> Any:
    from gradepost.forge.base import MAIN
    from gradepost.ledger import LedgerReader
    from gradepost.ledger.sources import CommitSource

    return LedgerReader(CommitSource(forge, forge.head(MAIN)), book)


def when_released(book: Book) -> str:
    """When the results of a series are released, for whoever asks before."""
    from gradepost.doors.state import local_text

    series = book.series
    if series.embargo_until is None:
        return f"The results of {series.id} have no date of release, so none are shown."
    return f"The results of {series.id} are released at {local_text(series.embargo_until, book)}, and not shown before."


def _write(book: Book, found: Mapping[str, Sequence[Result]], report_format: str, folder: Path | None) -> None:
    if report_format == "json":
        sys.stdout.write(json.dumps(_as_json(book, found), ensure_ascii=False, indent=2) + "\n")
    elif report_format == "text":
        _print(found)
    elif folder is None:
        sys.stdout.write(results_csv([result for results in found.values() for result in results]))
    else:
        _write_files(folder, found)


def _as_json(book: Book, found: Mapping[str, Sequence[Result]]) -> dict[str, Any]:
    at = book.series.embargo_until
    return {
        "series": book.series.id,
        "released_at": at.isoformat() if at else None,
        "centres": [
            {"centre": centre, "counts": counts(results), "results": [result.as_json() for result in results]}
            for centre, results in found.items()
        ],
    }


def _write_files(folder: Path, found: Mapping[str, Sequence[Result]]) -> None:
    from gradepost.doors.files import write_durably

    for centre, results in found.items():
        # The mark of byte order: spreadsheet programs take a file without it for another encoding.
        write_durably(folder / f"{centre}.csv", results_csv(results).encode("utf-8-sig"), 0o600)
    click.echo(f"{len(found)} written to {folder}, one for each centre." if found else "There are no results yet.")


def _print(found: Mapping[str, Sequence[Result]]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not found:
        console.print("Nothing has been merged yet.")
    for centre, results in found.items():
        shown = Table(*HEADERS[1:7], "Resit", title=f"Centre {centre}", title_justify="left")
        for result in results:
            shown.add_row(*result_row(result)[1:7], YES_OR_NO[result.eligible_for_resit])
        console.print(shown)
        console.print(_counted(counts(results)))


def _counted(numbers: Mapping[str, int]) -> str:
    outcomes = {name: count for name, count in numbers.items() if name != "eligible_for_resit"}
    said = [f"{count} {name}" for name, count in outcomes.items() if name != OUTSTANDING]
    waiting = outcomes.get(OUTSTANDING, 0)
    return f"{', '.join([*said, f'{waiting} {OUTSTANDING}'])}; {numbers['eligible_for_resit']} may resit.\n"
