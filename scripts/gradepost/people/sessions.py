"""Sessions: one for each time somebody signs in, over after half an hour of rest, after eight hours, or at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gradepost.inbox import Credential, Inbox
from gradepost.model.register import Person
from gradepost.people.credentials import SESSION_HOURS, MakeSecret, ends_at, good, hash_of

# A try at signing in that waits for its second factor is over with its link's time.
STEP_MINUTES = 10
_NOTED_EVERY = timedelta(minutes=1)
KINDS = ("session", "step")


@dataclass(frozen=True, slots=True)
class Remaining:
    """How long a session lasts: `seconds` until it ends if nobody acts, `at_most` until it ends whoever acts."""

    seconds: int
    at_most: int


def make_session(
    inbox: Inbox, person: Person, centre: str | None, at: datetime, secret_of: MakeSecret, method: str = "demo"
) -> str:
    """A new session for a person; returns its secret, for the cookie. `method` is how they proved who they are."""
    return _made(inbox, "session", person, centre, at, timedelta(hours=SESSION_HOURS), secret_of, {"method": method})


def make_step(
    inbox: Inbox, person: Person, centre: str | None, at: datetime, secret_of: MakeSecret, next_url: str
) -> str:
    """Somebody who has followed their link and has yet to give a second factor; returns the secret of that step."""
    return _made(inbox, "step", person, centre, at, timedelta(minutes=STEP_MINUTES), secret_of, {"next": next_url})


def _made(  # noqa: PLR0913, PLR0917 - all of it is one row
    inbox: Inbox,
    kind: str,
    person: Person,
    centre: str | None,
    at: datetime,
    lasts: timedelta,
    secret_of: MakeSecret,
    facts: dict[str, str],
) -> str:
    secret = secret_of()
    inbox.keep_credential(Credential(hash_of(secret), kind, centre, person.ref, person.role, facts, at, at + lasts))
    return secret


def note_use(inbox: Inbox, secret: str, at: datetime) -> None:
    """Note that a session is in use. Written once a minute at most, so that a page costs no write."""
    hashed = hash_of(secret)
    last = inbox.seen(hashed)
    if last is None or at - last >= _NOTED_EVERY:
        inbox.note_seen(hashed, at)


def remaining(inbox: Inbox, secret: str, at: datetime) -> Remaining | None:
    """How long a session lasts; None where it is over. Looking is no use of it."""
    found = good(inbox, secret, "session", at)
    ends = ends_at(inbox, found) if found else None
    if found is None or ends is None or found.expires_at is None:
        return None
    return Remaining(int((ends - at).total_seconds()), int((found.expires_at - at).total_seconds()))


def end(inbox: Inbox, secret: str) -> None:
    """End a session, or a step on the way to one."""
    inbox.forget_credential(hash_of(secret))


def living(inbox: Inbox, centre: str | None, ref: str, at: datetime) -> int:
    """How many sessions of a person are not over."""
    own = [found for found in inbox.credentials("session", centre) if (found.centre, found.ref) == (centre, ref)]
    ends = [ends_at(inbox, found) for found in own]
    return sum(1 for instant in ends if instant is not None and at < instant)


def end_all(inbox: Inbox, centre: str | None, ref: str) -> int:
    """End every session of a person, at once; how many there were."""
    return inbox.forget_credentials_of(KINDS, centre or "", ref)
