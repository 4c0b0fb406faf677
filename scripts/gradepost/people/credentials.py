"""Secrets with 256 random bits, stored as hashes: sessions, tokens for software, links to declare."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gradepost.document.filing import Dossier
from gradepost.inbox import Credential, Inbox
from gradepost.model.records import Person

SESSION_HOURS = 8
LINK_DAYS = 7

MakeSecret = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: a person of a centre, a reviewer (no centre), or a centre's software (`token`)."""

    ref: str
    role: str
    centre: str | None
    kind: str


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _keep(  # noqa: PLR0913 - all of it is one row
    inbox: Inbox,
    secret: str,
    *,
    kind: str,
    centre: str | None,
    ref: str,
    role: str,
    at: datetime,
    expires_at: datetime | None,
    facts: dict[str, str] | None = None,
) -> None:
    inbox.keep_credential(Credential(_hash(secret), kind, centre, ref, role, facts or {}, at, expires_at))


def make_session(inbox: Inbox, person: Person, centre: str | None, at: datetime, secret_of: MakeSecret) -> str:
    """A new session for a person; returns its secret, for the cookie."""
    secret = secret_of()
    expires = at + timedelta(hours=SESSION_HOURS)
    _keep(inbox, secret, kind="session", centre=centre, ref=person.ref, role=person.role, at=at, expires_at=expires)
    return secret


def make_token(inbox: Inbox, centre: str, role: str, at: datetime, secret_of: MakeSecret) -> str:
    """A new token for a centre's own software; returns its secret, which is not kept."""
    secret = f"gp_{secret_of()}"
    ref = f"token-{_hash(secret)[:12]}"
    _keep(inbox, secret, kind="token", centre=centre, ref=ref, role=role, at=at, expires_at=None)
    return secret


def declaration_link(inbox: Inbox, dossier: Dossier, head: Person, at: datetime, secret_of: MakeSecret) -> str:
    """A new single-use link for one Head of Centre and one dossier; returns its secret."""
    secret = secret_of()
    facts = {"series": dossier.series, "qualification": dossier.qualification, "kind": dossier.kind}
    expires = at + timedelta(days=LINK_DAYS)
    _keep(
        inbox,
        secret,
        kind="link",
        centre=dossier.centre,
        ref=head.ref,
        role=head.role,
        at=at,
        expires_at=expires,
        facts=facts,
    )
    return secret


def actor_of_secret(inbox: Inbox, secret: str, kind: str, at: datetime) -> Actor | None:
    """Who holds a session or a token, or None where it is unknown or has expired."""
    found = inbox.credential(_hash(secret))
    if found is None or found.kind != kind or (found.expires_at is not None and at >= found.expires_at):
        return None
    return Actor(found.ref, found.role, found.centre, found.kind)


def open_link(inbox: Inbox, secret: str, at: datetime) -> tuple[Credential, Dossier] | str:
    """The link and its dossier, or in one sentence why it cannot be used. Looking changes nothing."""
    found = inbox.credential(_hash(secret))
    if found is None or found.kind != "link" or found.centre is None:
        return "This link is not one of ours, or it was cut short."
    if found.used_at is not None:
        return "This link has been used: the declaration was made."
    if found.expires_at is not None and at >= found.expires_at:
        return f"This link has run out. A link is good for {LINK_DAYS} days."
    facts = found.facts
    return found, Dossier(facts["series"], found.centre, facts["qualification"], facts["kind"])


def end(inbox: Inbox, secret: str) -> None:
    """End a session."""
    inbox.forget_credential(_hash(secret))
