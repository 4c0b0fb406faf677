"""`certificates`: who has completed a qualification, centre by centre. Claims are made elsewhere, as before."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from gradepost.book import Book
from gradepost.doors.cli import options
from gradepost.doors.cli.results import when_released
from gradepost.doors.completions import claims_by_centre
from gradepost.doors.result_files import CLAIM_HEADERS, claim_row, claims_csv
from gradepost.model.completions import Claim
from gradepost.model.trouble import ConfigurationError
from gradepost.publish.results import released
from gradepost.settings import from_environment


@click.command()
@options.state
@click.option("--centre", help="One centre only.")
@click.option(
    "--format",
    "report_format",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="How to print them.",
)
def certificates(state: Path, centre: str | None, report_format: str) -> int:
    """List who has completed a qualification, those who need no teacher assessed grade included.

    Certificates are claimed as before, and not here. The list joins the record with the rows of your own system that
    `gradepost exchange import --layout completions --to STATE` has read. Before results are released, learners with
    grades to come are named as such, and nothing more.
    """
    from gradepost.doors.state import open_state

    opened = open_state(state, from_environment())
    if centre is not None and opened.ledger.register(centre).centre is None:
        raise ConfigurationError("The register has no such centre. Look at centres/ in the ledger.")
    book, now = opened.book, opened.now()
    found = claims_by_centre(state, opened.ledger.reader(), book, now, centre)
    if released(book.series, now):
        about, facts = f"results-{book.series.id}", {"as": f"certificates-{report_format}"}
        for number in found:
            opened.inbox.audit(now, "results-given", role="operator", centre=number, about=about, facts=facts)
    else:
        click.echo(when_released(book), err=True)
    _write(book, found, report_format)
    return 0


def _write(book: Book, found: Mapping[str, Sequence[Claim]], report_format: str) -> None:
    if report_format == "text":
        _print(book, found)
    elif report_format == "csv":
        tables = (claims_csv(book.series, n, claims, headers=n == min(found)) for n, claims in found.items())
        sys.stdout.write("".join(tables))
    else:
        centres = [{"centre": n, "learners": [claim.as_json() for claim in claims]} for n, claims in found.items()]
        sys.stdout.write(json.dumps({"series": book.series.id, "centres": centres}, indent=2) + "\n")


def _print(book: Book, found: Mapping[str, Sequence[Claim]]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not found:
        console.print("Nothing has been merged, and nothing was read of your own system.")
    for centre, claims in found.items():
        shown = Table(*CLAIM_HEADERS[1:], title=f"Centre {centre}", title_justify="left")
        for claim in claims:
            shown.add_row(*claim_row(book.series, centre, claim)[1:])
        console.print(shown)
