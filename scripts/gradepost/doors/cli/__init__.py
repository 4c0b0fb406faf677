"""The `gradepost` command. Exit codes: 0 clean, 1 errors found, 2 our own mistake, 3 the world failed."""

import sys
from importlib import import_module

import click

from gradepost import __version__
from gradepost.model.trouble import ConfigurationError, WorldError

# Each command with the module that it lives in: what one needs, another need not wait for.
COMMANDS = {
    "serve": "serving",
    "build": "serving",
    "check": "checking",
    "review": "reviewing",
    "report": "reporting",
    "canonical": "checking",
    "submit": "submitting",
    "init": "ledgers",
    "publish": "ledgers",
    "status": "ledgers",
    "results": "results",
    "certificates": "certificates",
    "sample": "sampling",
    "exchange": "exchange",
    "token": "tokens",
    "roles": "roles",
    "access": "access",
    "faq": "faq",
    "receipt": "receipts",
    "audit": "audit",
    "book": "books",
    "explain": "rulebook",
    "rules": "rulebook",
    "deadlines": "rulebook",
    "pages": "pages",
}


class _Commands(click.Group):
    """The commands, each imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"gradepost.doors.cli.{COMMANDS[cmd_name]}"), cmd_name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gradepost")
def gradepost() -> None:
    """Guidance, forms, signed receipts and reviewed pull requests for teacher assessed grades.

    Run it from the site repository's root, where schemas/, forms/ and docs/ are.
    Exit codes: 0 clean (warnings allowed), 1 errors found, 2 a mistake in settings or usage, 3 something outside
    failed (disk, network, forge).
    """


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
