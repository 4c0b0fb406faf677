"""The `gradepost` command. Exit codes: 0 clean, 1 errors found, 2 our own mistake, 3 the world failed."""

import sys

import click

from gradepost import __version__
from gradepost.doors.cli.books import book
from gradepost.doors.cli.judging import canonical, check, review
from gradepost.doors.cli.ledgers import init, publish, status, token
from gradepost.doors.cli.receipts import receipt
from gradepost.doors.cli.rulebook import deadlines, explain, rules
from gradepost.doors.cli.serving import build, serve
from gradepost.doors.cli.submitting import submit
from gradepost.model.trouble import ConfigurationError, WorldError

COMMANDS = (
    serve,
    build,
    check,
    review,
    canonical,
    submit,
    init,
    publish,
    status,
    token,
    receipt,
    book,
    explain,
    rules,
    deadlines,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gradepost")
def gradepost() -> None:
    """Guidance, forms, signed receipts and reviewed pull requests for teacher assessed grades.

    Run it from the site repository's root, where schemas/, forms/ and docs/ are.
    Exit codes: 0 clean (warnings allowed), 1 errors found, 2 a mistake in settings or usage, 3 something outside
    failed (disk, network, forge).
    """


for command in COMMANDS:
    gradepost.add_command(command)


def main() -> None:
    """Run the command and end with its exit code."""
    try:
        code = gradepost.main(standalone_mode=False, prog_name="gradepost")
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except ConfigurationError as error:
        click.echo(f"gradepost: {error}", err=True)
        sys.exit(2)
    except (WorldError, OSError) as error:
        click.echo(f"gradepost: {error}", err=True)
        sys.exit(3)
    sys.exit(code if isinstance(code, int) else 0)
