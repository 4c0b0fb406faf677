"""Whoever acts, and how a secret is known: by its hash, as one kind of credential, for as long as it is good."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gradepost.inbox import Credential, Inbox

SESSION_HOURS = 8
IDLE_MINUTES = 30
LINK_DAYS = 7

MakeSecret = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: a person of a centre, a reviewer (no centre), or a centre's software (`token`).

    `rights` are those that the register gives the person now. `forms` and `actions` limit a token; empty, they do not.
    """

    ref: str
    role: str
    centre: str | None
    kind: str
    rights: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()


def hash_of(secret: str) -> str:
    """What is kept of a secret. With 256 random bits behind it no slower hash is needed (OWASP ASVS 5.0, 6.5.2)."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def good(inbox: Inbox, secret: str, kind: str, at: datetime) -> Credential | None:
    """The credential of a kind that a secret opens, or None where it is unknown, used or has run out."""
    found = inbox.credential(hash_of(secret))
    if found is None or found.kind != kind or found.used_at is not None:
        return None
    ends = ends_at(inbox, found)
    return found if ends is None or at < ends else None


def ends_at(inbox: Inbox, found: Credential) -> datetime | None:
    """When a credential runs out: a session that nobody uses ends sooner than one in use."""
    if found.kind != "session" or found.expires_at is None:
        return found.expires_at
    last_used = inbox.seen(found.hash) or found.made_at
    return min(found.expires_at, last_used + timedelta(minutes=IDLE_MINUTES))


def actor_of_secret(inbox: Inbox, secret: str, kind: str, at: datetime) -> Actor | None:
    """Who holds a session or a token, or None where it is unknown or has expired."""
    found = good(inbox, secret, kind, at)
    if found is None:
        return None
    forms, actions = (tuple(found.facts.get(name, ())) for name in ("forms", "actions"))
    return Actor(found.ref, found.role, found.centre, found.kind, forms=forms, actions=actions)
