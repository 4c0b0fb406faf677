"""`access`: a way back in for somebody who is locked out, and a way out for sessions that are not theirs."""

from pathlib import Path

import click

from gradepost.doors.cli import options
from gradepost.settings import from_environment


@click.command()
@click.option("--centre", default="", help="The centre's number; leave it out for a reviewer.")
@click.option("--ref", required=True, help="The person's ref in the register.")
@click.option("--reset-second-factor", is_flag=True, help="Take the second factor away, and print what the next takes.")
@click.option("--sign-out", is_flag=True, help="End every session of theirs, at once.")
@click.option("--let-in", is_flag=True, help="Forget how often links and codes were tried for them.")
@options.state
def access(centre: str, ref: str, reset_second_factor: bool, sign_out: bool, let_in: bool, state: Path) -> int:
    """Help somebody back in, or out.

    Make sure first who asks: ring the number that you have of the centre, never one from a letter. After a reset the
    last line is a code. Give it by telephone: without it nobody sets up the next second factor, whoever reads the
    mailbox.
    """
    from gradepost.doors.clock import system_now
    from gradepost.doors.state import open_state
    from gradepost.people.second_factor import RESET_DAYS, Holder, reset
    from gradepost.people.sessions import end_all
    from gradepost.people.throttle import Limits, address_key, second_factor_quota

    if not (reset_second_factor or sign_out or let_in):
        raise click.UsageError("Say what to do: --reset-second-factor, --sign-out or --let-in.")
    opened = open_state(state, from_environment())
    found = opened.ledger.register(centre).centre if centre else None
    person = next((p for p in opened.settings.reviewers if p.ref == ref), None) if not centre else None
    person = found.person(ref) if found else person
    if person is None:
        raise click.UsageError("There is nobody of that ref in the register.")
    inbox, now = opened.inbox, system_now()
    if let_in:
        inbox.forget_attempts(address_key(person.email))
        inbox.forget_attempts(second_factor_quota(Limits(), centre, ref).key)
        click.echo("Links and codes are counted from nothing again.")
    if sign_out:
        ended = end_all(inbox, centre, ref)
        inbox.audit(now, "signed-out-everywhere", "operator", "operator", centre or None, ref, {"sessions": str(ended)})
        click.echo(f"Ended {ended} sessions.")
    if reset_second_factor:
        code = reset(inbox, Holder(centre, ref), person.role, now)
        inbox.audit(now, "second-factor-reset", "operator", "operator", centre or None, ref)
        click.echo(
            f"The second factor of {ref} is gone, and so are their sessions. For {RESET_DAYS} days the next takes:"
        )
        click.echo(code)
    return 0
