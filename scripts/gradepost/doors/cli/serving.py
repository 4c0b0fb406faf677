"""`serve` and `build`: the site, the gateway, the publisher and the local forge in one process."""

from pathlib import Path

import click
from rich.console import Console

from gradepost.doors.cli import options
from gradepost.settings import from_environment


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
def build(output: Path) -> int:
    """Build the site as `mkdocs build --strict` does."""
    from gradepost.doors.building import build_site

    settings = from_environment()
    with Console(stderr=True).status("Building the site …"):
        build_site(settings, settings.site_url, output)
    click.echo(f"Built the site in {output}.")
    return 0
