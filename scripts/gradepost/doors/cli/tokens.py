"""`token`: tokens for centres' own software, made, listed, taken back."""

from datetime import timedelta
from pathlib import Path

import click

from gradepost.doors.cli import options
from gradepost.people.roles import TABLE
from gradepost.people.tokens import TOKEN_DAYS
from gradepost.settings import from_environment

_ROLES = ("exams-officer", "teacher")
_ACTIONS = tuple(sorted(action for action in TABLE["software"].may if ":" not in action))
_MOST_DAYS = 3 * 365


@click.command()
@click.option("--centre", help="The centre whose software it is for; with --list, the one to show.")
@click.option("--role", type=click.Choice(_ROLES), help="The role it acts in.")
@click.option("--form", "forms", multiple=True, help="A form that it is for; repeat it for more. Default: every form.")
@click.option(
    "--action", "actions", multiple=True, type=click.Choice(_ACTIONS), help="What it may do; repeat it. Default: all."
)
@click.option(
    "--days", type=click.IntRange(1, _MOST_DAYS), default=TOKEN_DAYS, show_default=True, help="How long it is good."
)
@click.option("--list", "listed", is_flag=True, help="Show the tokens that there are, without their secrets.")
@click.option("--revoke", metavar="REF", help="Take a token back, by its ref; it opens nothing from then on.")
@options.state
def token(  # noqa: PLR0913, PLR0917 - one parameter to an option
    centre: str | None,
    role: str | None,
    forms: tuple[str, ...],
    actions: tuple[str, ...],
    days: int,
    listed: bool,
    revoke: str | None,
    state: Path,
) -> int:
    """Make a token for a centre's own software. The last line is the token; it is not kept and not shown again."""
    if listed:
        return _list(state, centre)
    if revoke is not None:
        return _revoke(state, revoke)
    if centre is None or role is None:
        raise click.UsageError("Give --centre and --role, or --list, or --revoke.")
    return _make(state, centre, role, forms, actions, days)


def _make(state: Path, centre: str, role: str, forms: tuple[str, ...], actions: tuple[str, ...], days: int) -> int:
    from gradepost.doors.clock import system_now
    from gradepost.doors.state import new_secret, open_state
    from gradepost.people.tokens import make_token, ref_of

    opened = open_state(state, from_environment())
    if opened.ledger.register(centre).centre is None:
        raise click.UsageError(f"There is no centre {centre} in the register.")
    if unknown := sorted(set(forms) - opened.book.forms.keys()):
        raise click.UsageError(f"The series has no form {unknown[0]}; it has {', '.join(opened.book.forms)}.")
    # Tokens live on the system's clock, as sessions do: a demo's clock that is moved on ends none.
    now = system_now()
    secret = make_token(
        opened.inbox,
        centre,
        role,
        now,
        new_secret,
        forms=forms,
        actions=actions,
        expires_at=now + timedelta(days=days),
    )
    ref = ref_of(secret)
    opened.inbox.audit(opened.now(), "token-made", centre=centre, role=role, about=ref)
    click.echo(f"A token for centre {centre} as {role}, {ref}, good for {days} days.")
    click.echo("Send it as `Authorization: Bearer <token>`. To take it back: gradepost token --revoke " + ref)
    click.echo(secret)
    return 0


def _list(state: Path, centre: str | None) -> int:
    from rich.console import Console
    from rich.table import Table

    from gradepost.doors.clock import system_now
    from gradepost.doors.state import open_state
    from gradepost.people.tokens import tokens

    opened, now = open_state(state, from_environment()), system_now()
    table = Table("Ref", "Centre", "Role", "Forms", "Actions", "Good until")
    for found in tokens(opened.inbox, centre):
        until = f"{found.expires_at:%Y-%m-%d}" if found.expires_at else "it is revoked"
        limits = (" ".join(found.forms) or "all", " ".join(found.actions) or "all")
        table.add_row(found.ref, found.centre, found.role, *limits, until if found.is_good(now) else f"{until} (over)")
    Console().print(table)
    return 0


def _revoke(state: Path, ref: str) -> int:
    from gradepost.doors.state import open_state
    from gradepost.people.tokens import revoke

    opened = open_state(state, from_environment())
    found = revoke(opened.inbox, ref)
    if found is None:
        raise click.UsageError("There is no such token. `gradepost token --list` shows those that there are.")
    opened.inbox.audit(opened.now(), "token-revoked", centre=found.centre, role=found.role, about=found.ref)
    click.echo(f"{found.ref} of centre {found.centre} opens nothing any more.")
    return 0
