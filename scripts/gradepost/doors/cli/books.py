"""`book` and `book check`: what the awarding organisation's own files say, and whether they are right."""

import json
import sys

import click
from rich.console import Console
from rich.table import Table

from gradepost.book import Book, load, look, series_in
from gradepost.check import check_book as judge
from gradepost.doors.cli import options
from gradepost.doors.reports import FORMATS
from gradepost.exchange.layouts import look_at_layouts
from gradepost.model.findings import Report
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
@options.series
@options.report_format
@click.pass_context
def check_book(context: click.Context, series: str | None, report_format: str) -> int:
    """Check schemas, forms and the series (default: every one).

    Mistakes name file, line and key, all at once, and end with exit code 2. What the rules say of the series itself,
    such as a qualification number with another check character, is a warning.
    """
    settings = from_environment()
    series = series or (context.parent.params["series"] if context.parent else None)
    names: list[str | None] = [series] if series else [*series_in(settings.root)] or [None]
    seen = [look(settings.root, name, site_url=settings.site_url) for name in names]
    books = [found for found, _ in seen if found is not None]
    seen += [(None, look_at_layouts(settings.root, found)[1]) for found in books]
    if report_format == "text":
        for found in books:
            click.echo(_whole(found))
    # A mistake in a schema is one mistake, however many series there are.
    if mistakes := dict.fromkeys(str(mistake) for _, several in seen for mistake in several):
        click.echo("\n".join([*mistakes, _counted(len(mistakes))]), err=True)
        return 2
    report = _together([judge(found) for found in books])
    if report.findings or report_format != "text":
        sys.stdout.write(FORMATS[report_format](report))
    return 1 if report.errors else 0


def _whole(found: Book) -> str:
    forms, qualifications = len(found.forms), len(found.series.qualifications)
    return f"{found.series.id}: {forms} forms, {qualifications} qualifications, {found.digest}"


def _counted(mistakes: int) -> str:
    return "1 mistake in our own files." if mistakes == 1 else f"{mistakes} mistakes in our own files."


def _together(reports: list[Report]) -> Report:
    """One report on every series. It names every book that it is about."""
    findings = tuple(finding for report in reports for finding in report.findings)
    return Report(" ".join(report.book for report in reports), len(reports), findings)


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
