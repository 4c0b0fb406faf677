"""`sample`: draw which dossiers are looked at, and whom in them, and keep the choice on main."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradepost.doors.cli import options
from gradepost.settings import from_environment

if TYPE_CHECKING:
    from gradepost.doors.state import State
    from gradepost.publish.sampling import Chosen


@click.command()
@click.option("--series", help="Series to draw from. Default: the ledger's, and it has no other.")
@click.option("--seed", required=True, help="Names the sample: the same seed draws the same. Small letters and digits.")
@click.option("--dry-run", is_flag=True, help="Show what would be drawn, and keep nothing.")
@options.state
def sample(series: str | None, seed: str, dry_run: bool, state: Path) -> int:
    """Draw a sample for external quality assurance: every dossier with a signal, and some of the others at random.

    Sizes and signals come from the series (`sampling`). The choice is kept on main, under reviews/, and shown on the
    bench. A seed that was used before shows what it drew; where submissions have changed since, it ends with 1.
    """
    from gradepost.doors.samples import draw, keep
    from gradepost.doors.state import open_state
    from gradepost.publish.sampling import is_seed

    settings = from_environment()
    opened = open_state(state, settings)
    if series not in (None, opened.book.series.id):
        raise click.UsageError(f"This ledger is of {opened.book.series.id}. Give the --state of {series}.")
    if not is_seed(seed):
        raise click.UsageError("A seed is up to 40 small letters, digits and hyphens.")
    drawn = draw(opened, settings.root, seed)
    if not dry_run and not keep(opened, seed, drawn):
        click.echo(
            f"The seed {seed} was used before, and submissions have changed since. Draw with another seed.", err=True
        )
        return 1
    _say(opened, drawn.chosen, drawn.considered)
    return 0


def _say(state: "State", chosen: Sequence["Chosen"], considered: int) -> None:
    from rich.console import Console
    from rich.table import Table

    from gradepost.publish.sampling import SIGNALS

    table = Table("Centre", "Qualification", "Kind", "Why", "Learners")
    for one in chosen:
        why = " ".join(SIGNALS[reason] for reason in one.reasons)
        learners = "; ".join(f"{component}: {', '.join(numbers)}" for component, numbers in one.learners.items())
        table.add_row(one.dossier.centre, one.dossier.qualification, one.dossier.kind, why, learners)
    console = Console()
    console.print(table)
    console.print(f"{len(chosen)} of {considered} dossiers with grades in {state.book.series.id}.")
