"""`audit`: who did what, when, by ids; and whether the trail is as it was written."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from gradepost.doors.cli import options
from gradepost.doors.cli.options import Instant
from gradepost.inbox import Event
from gradepost.inbox.audit import first_break
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.model.trouble import ConfigurationError


@click.command()
@click.option("--centre", help="Only what was done at this centre.")
@click.option(
    "--since", type=Instant(), help="Only what was done from this instant on, as in 2021-05-20T09:00:00+01:00."
)
@click.option("--format", "as_format", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option(
    "--verify", is_flag=True, help="Tell whether every row is as it was written. Exit code 1 where one is not."
)
@click.option(
    "--noted", metavar="NUMBER:DIGEST", help="With --verify: a digest that was noted earlier must still stand."
)
@options.state
def audit(
    centre: str | None, since: datetime | None, as_format: str, verify: bool, noted: str | None, state: Path
) -> int:
    """Show the audit trail: sign-ins, submissions, signatures, reviews, extensions, tokens. Ids only, oldest first.

    --verify ends with the last row's number and digest. Note it elsewhere: whoever can write the file can write the
    whole trail anew, and only a noted digest shows that.
    """
    inbox = _inbox(state)
    if verify or noted:
        return _verify(inbox, noted)
    write = _as_json if as_format == "json" else _as_text
    for event in inbox.audit_trail(centre=centre, since=since):
        click.echo(write(event))
    return 0


def _inbox(state: Path) -> SqliteInbox:
    path = state / "inbox.sqlite3"
    if not path.exists():
        raise ConfigurationError(f"{state}: no inbox here. Give the gateway's folder with --state.")
    return SqliteInbox(path)


def _verify(inbox: SqliteInbox, noted: str | None) -> int:
    last: Event | None = None
    stands = noted is None

    def walked() -> Iterator[Event]:
        nonlocal last, stands
        for event in inbox.audit_trail():
            last = event
            stands = stands or noted == f"{event.number}:{event.digest}"
            yield event

    if (number := first_break(walked())) is not None:
        click.echo(f"The trail is not as it was written: it breaks at number {number}.")
        return 1
    if not stands:
        click.echo("The trail holds together, but the noted digest is not in it: it was cut or written anew.")
        return 1
    if last is None:
        click.echo("The trail is empty.")
        return 0
    click.echo(f"All {last.number} rows are as they were written. The last:\n{last.number}:{last.digest}")
    return 0


def _as_text(event: Event) -> str:
    who = f"{event.actor or '-'} ({event.role or '-'})"
    facts = " ".join(f"{name}={value}" for name, value in event.facts.items())
    told = (f"{event.at:%Y-%m-%dT%H:%M:%SZ}", event.what, who, event.centre or "-", event.about or "-", facts)
    return "  ".join(told).rstrip()


def _as_json(event: Event) -> str:
    return json.dumps(
        {
            "number": event.number,
            "at": event.at.isoformat(),
            "what": event.what,
            "actor": event.actor,
            "role": event.role,
            "centre": event.centre,
            "about": event.about,
            "facts": dict(event.facts),
            "digest": event.digest,
        }
    )
