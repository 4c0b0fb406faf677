"""`book` and `book check`: what the awarding organisation's own files say, and whether they are right."""

import json
import sys

import click
from rich.console import Console
from rich.table import Table

from gradepost.book import Book, load
from gradepost.book.book import series_in
from gradepost.doors.cli import options
from gradepost.rules.wording import moment
from gradepost.settings import from_environment


@click.group(invoke_without_command=True)
@options.series
@click.option("--format", "book_format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def book(context: click.Context, series: str | None, book_format: str) -> int:
    """Show the book of a series: deadlines, qualifications, rules, and its digest."""
    if context.invoked_subcommand:
        return 0
    settings = from_environment()
    found = load(settings.root, series, site_url=settings.site_url)
    if book_format == "json":
        sys.stdout.write(json.dumps(found.as_json(), ensure_ascii=False, indent=2) + "\n")
    else:
        _print(found)
    return 0


@book.command("check")
def check_book() -> int:
    """Check schemas, forms and every series; mistakes name file, line and key, and end with exit code 2."""
    settings = from_environment()
    for name in series_in(settings.root) or [""]:
        found = load(settings.root, name or None, site_url=settings.site_url)
        click.echo(
            f"{found.series.id}: {len(found.forms)} forms, {len(found.series.qualifications)} qualifications, "
            f"{found.digest}"
        )
    return 0


def _print(found: Book) -> None:
    console = Console()
    series = found.series
    console.print(f"[bold]{series.title}[/] ({series.id}), {series.awarding_organisation}\n{found.digest}\n")
    deadlines = Table("Deadline for", *series.kinds.values())
    for row, kinds in series.deadlines.items():
        cells = [
            moment(at, series.zone) if (at := kinds.get(kind)) else "no fixed date" if kind in kinds else "none"
            for kind in series.kinds
        ]
        deadlines.add_row(row, *cells)
    console.print(deadlines)
    table = Table("Qualification", "Component", "Kind", "Takes a TAG")
    for code, qualification in series.qualifications.items():
        for component in qualification.components.values():
            table.add_row(
                code, f"{component.code} {component.title}", component.kind, "yes" if component.takes_tag else "no"
            )
    console.print(table)
