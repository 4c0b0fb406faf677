"""`report`: what a reviewer weighs of a pull request's dossier, as one file."""

from pathlib import Path

import click

from gradepost.document.filing import dossier_of_branch
from gradepost.doors.cli import options
from gradepost.doors.cli.reviewing import judged
from gradepost.settings import from_environment


@click.command()
@click.option("--base", required=True, help="Where the pull request would be merged: a branch or a commit.")
@click.option("--head", required=True, help="What it would merge: a branch or a commit.")
@click.option("--branch", help="The pull request's branch, where --head is a commit.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    required=True,
    help="The file to write, HTML. It holds grades: whoever may read the ledger may read it, and nobody else.",
)
@options.ledger
@options.series
def report(base: str, head: str, branch: str | None, out: Path, ledger: Path | None, series: str | None) -> int:
    """Write what the reviewer's bench shows of a pull request's dossier into one file, from the ledger alone.

    Nothing is written where the pull request is no dossier's. `review` gives the verdict; here the exit code only says
    whether the file could be made.
    """
    from gradepost.doors.dossier_report import made_of

    found = judged(base, head, branch, ledger, series)
    dossier = dossier_of_branch(found.branch) if found.branch else None
    if dossier is None or dossier.is_of_the_centre:
        click.echo("This pull request brings no dossier with grades, so there is no report.")
        return 0
    text = made_of(found, dossier, from_environment().root)
    out.touch(mode=0o600)
    out.write_text(text, "utf-8")
    click.echo(f"The report on {dossier.title} is written.")
    return 0
