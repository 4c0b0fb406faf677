"""Options that several commands share."""

from pathlib import Path
from typing import Any

import click

from gradepost.doors.reports import FORMATS

state = click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var"),
    show_default=True,
    help="Folder with the ledger, the inbox, the keys and the clock.",
)
series = click.option("--series", help="Series to judge by. Default: the ledger's, else the one in mkdocs.yml.")
ledger = click.option(
    "--ledger",
    type=click.Path(path_type=Path, exists=True),
    help="A ledger: a folder, a clone, or a bare repository.",
)
report_format = click.option(
    "--format",
    "report_format",
    type=click.Choice(sorted(FORMATS)),
    default="text",
    show_default=True,
    help="How to print the report.",
)


class Instant(click.ParamType[Any]):
    """A date and time with its offset from UTC."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse `2021-05-20T09:00:00+01:00`; without an offset it is a usage error."""
        from datetime import datetime

        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            self.fail("Write it as 2021-05-20T09:00:00+01:00.", param, ctx)
        if found.tzinfo is None:
            self.fail("It needs its offset from UTC, as in 2021-05-20T09:00:00+01:00.", param, ctx)
        return found
