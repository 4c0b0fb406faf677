"""`serve` and `build`: the site, the gateway, the publisher and the local forge in one process."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from gradepost.doors.cli import options
from gradepost.settings import from_environment

if TYPE_CHECKING:
    from gradepost.doors.secure_pages import SecureTree


@click.command()
@click.option("--demo", is_flag=True, help="Invented centres and people, and a clock that starts on 18 May 2021.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=8000, show_default=True, help="Port to listen at.")
@options.state
def serve(demo: bool, host: str, port: int, state: Path) -> int:
    """Serve the site, the gateway, the publisher and the local forge."""
    from gradepost.doors.serving import run

    return run(from_environment(), state, host=host, port=port, demo=demo)


@click.command()
@click.option("--output", type=click.Path(path_type=Path), default=Path("site"), show_default=True)
@options.ledger
def build(output: Path, ledger: Path | None) -> int:
    """Build the public site as `mkdocs build --strict` does, then look for leaks.

    With --ledger nothing is built from the ledger: the public site is searched for anything of its centre-pages/, and
    is not published where something is found. Without it only their canaries are known.
    """
    from gradepost.doors.building import build_site

    settings = from_environment()
    with Console(stderr=True).status("Building the site …"):
        build_site(settings, settings.site_url, output, _secure(ledger))
    click.echo(f"Built the site in {output}.")
    return 0


def _secure(ledger: Path | None) -> "SecureTree | None":
    if ledger is None:
        return None
    from gradepost.doors.cli.whole import source_of
    from gradepost.doors.secure_pages import read_tree

    return read_tree(source_of(ledger))
