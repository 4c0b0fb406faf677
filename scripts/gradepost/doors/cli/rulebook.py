"""`explain`, `rules`, `deadlines`: what documents are judged by, for people and for other programs."""

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from gradepost.book import Book
from gradepost.doors import rule_examples, rule_pages
from gradepost.doors.cli import options
from gradepost.doors.kept_book import load
from gradepost.model.register import Extension
from gradepost.rules import RULES
from gradepost.rules.base import Rule
from gradepost.rules.wording import moment
from gradepost.settings import Settings, from_environment


@click.command()
@click.argument("rule_id", metavar="RULE")
@options.series
def explain(rule_id: str, series: str | None) -> int:
    """Print the page of a rule, say L001: what must hold, how to put it right, where it comes from."""
    settings = from_environment()
    rule = _rule(rule_id)
    book = load(settings, series)
    click.echo(f"{rule.id}  {rule.title}\n")
    for label, said in _facts(rule, book, settings):
        click.echo(f"{label + ':':<16}{said}")
    return 0


def _rule(rule_id: str) -> Rule:
    wanted = rule_id.upper()
    ids = [rule.id for rule in RULES]
    if wanted in ids:
        return RULES[ids.index(wanted)]
    near = get_close_matches(wanted, ids, n=4, cutoff=0.5) or [name for name in ids if name[0] == wanted[:1]]
    hint = f"Near it: {', '.join(near)}." if near else "`gradepost rules` lists them."
    raise click.UsageError(f"There is no such rule. {hint}")


def _facts(rule: Rule, book: Book, settings: Settings) -> Iterator[tuple[str, str]]:
    yield "In this series", f"{rule_pages.weight(rule, book)} ({book.series.id})"
    yield "Looks at", rule_pages.looks_at(rule, book)
    yield "How to fix", rule.fix
    if example := rule_examples.first(rule, settings.root, breaks=True):
        yield "For example", example.says
    if needed := rule_pages.needs(rule):
        yield "Needs", needed
    yield "Why", rule_pages.source(rule)
    yield "Page", book.help(rule.id)


@click.command()
@options.series
@click.option(
    "--format", "rules_format", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True
)
def rules(series: str | None, rules_format: str) -> int:
    """List the rules with what each weighs in a series. Markdown is the page of the site."""
    settings = from_environment()
    book = load(settings, series)
    if rules_format == "markdown":
        sys.stdout.write(rule_pages.rules_page(book))
    elif rules_format == "json":
        _write_json([_rule_as_json(rule, book) for rule in RULES])
    else:
        cells = [
            (rule.id, rule_pages.weight(rule, book), rule_pages.looks_at(rule, book), rule.title) for rule in RULES
        ]
        _print_table(("Rule", "Weight", "Looks at", "What must hold"), cells)
    return 0


def _rule_as_json(rule: Rule, book: Book) -> dict[str, Any]:
    return {
        "id": rule.id,
        "severity": str(book.severity(rule) or "off"),
        "forms": list(rule.forms),
        "title": rule.title,
        "fix": rule.fix,
        "source": rule.source,
        "help": book.help(rule.id),
    }


@click.command()
@options.series
@options.ledger
@click.option("--at", type=options.Instant(), help="Say of each deadline whether it has passed at this instant.")
@click.option("--format", "deadlines_format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def deadlines(series: str | None, ledger: Path | None, at: datetime | None, deadlines_format: str) -> int:
    """Print every deadline in the time of the series and in UTC; with --ledger, each centre's extensions too."""
    settings = from_environment()
    book = load(settings, series)
    fixed = [_deadline(book, row, kind, until, at) for row, kinds in book.series.deadlines.items()
             for kind, until in kinds.items()]  # fmt: skip
    granted = list(_extensions(book, ledger, at)) if ledger else []
    if deadlines_format == "json":
        facts: dict[str, Any] = {"series": book.series.id, "time_zone": book.series.zone.key, "deadlines": fixed}
        _write_json(facts | ({"extensions": granted} if ledger else {}))
        return 0
    head = (book.series.zone.key, "UTC", *(("State",) if at else ()))
    _print_table(("Deadline", "Kind", *head), [(d["deadline"], d["kind"], *_times(d)) for d in fixed])
    if ledger:
        click.echo()
        cells = [(e["centre"], e["deadline"], _scope(e), *_times(e)) for e in granted]
        _print_table(("Centre", "Extension of", "For", *head), cells) if cells else click.echo("No extensions.")
    return 0


def _deadline(book: Book, row: str, kind: str, until: datetime | None, at: datetime | None) -> dict[str, Any]:
    return {"deadline": row, "kind": kind, **_until(book, until, at)}


def _until(book: Book, until: datetime | None, at: datetime | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "until": until.isoformat(timespec="milliseconds").replace("+00:00", "Z") if until else None,
        "local": until.astimezone(book.series.zone).isoformat(timespec="milliseconds") if until else None,
        "said": moment(until, book.series.zone) if until else "no fixed date",
    }
    return found | ({"passed": until is not None and at > until} if at else {})


def _extensions(book: Book, ledger: Path, at: datetime | None) -> Iterator[dict[str, Any]]:
    from gradepost.doors.cli.whole import source_of
    from gradepost.ledger import LedgerReader

    reader = LedgerReader(source_of(ledger), book)
    for centre in reader.centres():
        for extension in reader.register(centre.number, book.series.id).extensions:
            yield {"centre": centre.number, **_granted(extension), **_until(book, extension.until, at)}


def _granted(extension: Extension) -> dict[str, Any]:
    """What it is for. Of learners only how many: who they are is the centre's."""
    return {
        "deadline": extension.row,
        "kind": extension.kind,
        "qualification": extension.qualification,
        "component": extension.component,
        "learners": len(extension.learners) or None,
    }


def _scope(extension: dict[str, Any]) -> str:
    named = [extension[name] for name in ("kind", "qualification", "component") if extension[name]]
    learners = [f"{extension['learners']} of the learners"] if extension["learners"] else []
    return ", ".join([*named, *learners]) or "everything"


def _times(entry: dict[str, Any]) -> tuple[str, ...]:
    state = ("passed" if entry["passed"] else "open",) if "passed" in entry else ()
    return entry["said"], entry["until"] or "", *state


def _write_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def _print_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """A table for a terminal; for a pipe, plain columns that nothing cuts off."""
    if not sys.stdout.isatty():
        widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
        for row in (head, *rows):
            click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        return
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    table = Table(*(Column(name, overflow="fold") for name in head))
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)
