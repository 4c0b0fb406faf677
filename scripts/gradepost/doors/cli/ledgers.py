"""`init`, `publish`, `status`: the ledger and the state behind a gateway."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from gradepost.doors.cli import options
from gradepost.settings import from_environment

if TYPE_CHECKING:
    from gradepost.doors.state import State


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--site",
    metavar="OWNER/NAME",
    help="The public site repository on GitHub. Default: where this one was cloned from.",
)
@click.option("--operators", metavar="OWNER/TEAM", help="Who approves changes of the register and of the settings.")
@click.option("--reviewers", metavar="OWNER/TEAM", help="Who approves submissions.")
@options.series
def init(folder: Path, site: str | None, operators: str | None, reviewers: str | None, series: str | None) -> int:
    """Make a ledger: a Git repository with its register, its settings and its workflows.

    A key for receipts is made beside it, in FOLDER.keys; keep the private half where the gateway runs.
    """
    from gradepost.doors.ledger_files import Places, make_ledger, site_of

    settings = from_environment()
    named = {"site": site or site_of(settings.root), "operators": operators, "reviewers": reviewers}
    places = Places(**{what: name.removeprefix("@") for what, name in named.items() if name})
    made = make_ledger(folder, settings, series, places)
    click.echo(f"Made a ledger in {folder} for {made.series}, pinned to {made.book}.")
    click.echo(f"Key for receipts: {made.key_folder}/receipt.pem (private), receipt.pub.pem (public).")
    if made.unknown:
        click.echo(f"Put in what is meant, below .github/: {', '.join(made.unknown)}.")
    click.echo("Next: add centres under centres/, commit, push it to a private repository, protect main.")
    click.echo("On GitHub, `bash .github/protect OWNER/NAME APP_ID` protects it.")
    click.echo(
        f"To serve it here: git clone --bare {folder} var/ledger.git; cp -r {made.key_folder} var/keys; gradepost serve"
    )
    return 0


@click.command()
@click.option("--once", is_flag=True, help="File what is due and stop, instead of going on.")
@options.state
def publish(once: bool, state: Path) -> int:
    """Drain the outbox: file what was received, have it judged, merge what is approved."""
    from gradepost.doors.outlook import outlook_of, told
    from gradepost.doors.state import open_state
    from gradepost.publish.proposing import Proposals

    opened = open_state(state, from_environment())
    proposals = Proposals(opened.inbox, opened.forge, opened.book.series.id, opened.now)
    while True:
        opened.register.follow()
        filed = opened.publisher.file_due()
        proposals.open_due()
        judged = opened.publisher.judge_due()
        merged = opened.merger.merge_due()
        opened.merger.record_due()
        if filed or judged or merged or once:
            waiting = opened.inbox.waiting()["waiting"]
            click.echo(f"{filed} filed, {judged} judged, {len(merged)} merged; {waiting} waiting.")
            click.echo(told(outlook_of(opened), opened), nl=waiting > 0 and opened.governor is not None)
        if once:
            return 0
        time.sleep(1)


def standing_rows(opened: "State", centre: str | None = None) -> Iterator[tuple[str, ...]]:
    """Where each dossier stands: centre, qualification, kind, state, documents, pull request, rules that block it."""
    from gradepost.document.filing import dossier_of_branch
    from gradepost.publish import standing_of

    for branch in opened.inbox.branches():
        dossier = dossier_of_branch(branch)
        if dossier is None or centre not in (None, dossier.centre):
            continue
        standing = standing_of(dossier, opened.inbox, opened.forge)
        if standing is None:
            continue
        rules = sorted({f.rule for f in standing.findings if f.severity == "error"})
        names = ", ".join(d.name for d in standing.documents)
        pull = f"#{standing.pull}" if standing.pull else ""
        state = f"{standing.state}, the earlier version stands" if standing.earlier_stands else standing.state
        yield dossier.centre, dossier.qualification, dossier.kind, state, names, pull, " ".join(rules)


def outstanding_rows(opened: "State", centre: str | None = None) -> list[tuple[str, ...]]:
    """What is outstanding: centre, qualification, kind, and how much of it is scheduled, graded, declared."""
    from gradepost.publish import outstanding as lacking

    centres = [c for c in opened.ledger.centres_as_registered() if centre in (None, c.number)]
    return [
        (
            row.centre,
            row.qualification,
            row.kind,
            f"{row.scheduled} of {row.components}",
            f"{row.graded} of {row.components}",
            "yes" if row.declared else "no",
        )
        for row in lacking.outstanding(opened.book.series, opened.inbox, centres)
        if not row.is_whole
    ]


@click.command()
@click.option("--centre", help="One centre only.")
@click.option("--outstanding", is_flag=True, help="Show as well what centres have not scheduled, graded or declared.")
@options.state
def status(centre: str | None, outstanding: bool, state: Path) -> int:
    """Show where every dossier stands."""
    from gradepost.doors.state import local_text, open_state

    opened = open_state(state, from_environment())
    table = Table("Centre", "Qualification", "Kind", "State", "Documents", "Pull request", "Errors")
    for row in standing_rows(opened, centre):
        table.add_row(*row)
    console = Console()
    console.print(table)
    if outstanding:
        table = Table("Centre", "Qualification", "Kind", "Scheduled", "Graded", "Declared", title="Outstanding")
        for row in outstanding_rows(opened, centre):
            table.add_row(*row)
        console.print(table)
    waiting = opened.inbox.waiting()
    oldest = f", the oldest since {local_text(waiting['oldest'], opened.book)}" if waiting["oldest"] else ""
    console.print(f"{waiting['waiting']} submissions wait to be filed{oldest}.")
    console.print(f"Problems reported with pages: {len(opened.inbox.problems())}, at /reviews/problems.")
    return 0
