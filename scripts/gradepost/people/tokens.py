"""Tokens for a centre's own software: limited to forms and actions, good for a time, taken back at any moment."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gradepost.inbox import Credential, Inbox

TOKEN_DAYS = 365


@dataclass(frozen=True, slots=True)
class Token:
    """A token as operators see it: everything but its secret. Empty `forms` and `actions` are no limits."""

    ref: str
    centre: str
    role: str
    forms: tuple[str, ...]
    actions: tuple[str, ...]
    made_at: datetime
    expires_at: datetime | None

    def is_good(self, at: datetime) -> bool:
        """Whether it still opens anything."""
        return self.expires_at is None or at < self.expires_at


def make_token(  # noqa: PLR0913 - each is a fact of the token, and all but the first few are named
    inbox: Inbox,
    centre: str,
    role: str,
    at: datetime,
    secret_of: Callable[[], str],
    *,
    forms: Sequence[str] = (),
    actions: Sequence[str] = (),
    expires_at: datetime | None = None,
) -> str:
    """A new token; returns its secret, which is not kept. Without `expires_at` it is good until it is revoked."""
    secret = f"gp_{secret_of()}"
    hashed = hashlib.sha256(secret.encode()).hexdigest()
    facts = {"forms": sorted(forms), "actions": sorted(actions)}
    inbox.keep_credential(Credential(hashed, "token", centre, ref_of(secret), role, facts, at, expires_at))
    return secret


def ref_of(secret: str) -> str:
    """What a token is called in lists, receipts and the audit trail."""
    return f"token-{hashlib.sha256(secret.encode()).hexdigest()[:12]}"


def tokens(inbox: Inbox, centre: str | None = None) -> list[Token]:
    """Every token that was not revoked, oldest first."""
    return [_token(found) for found in inbox.credentials("token", centre)]


def _token(found: Credential) -> Token:
    forms, actions = (tuple(found.facts.get(name, ())) for name in ("forms", "actions"))
    return Token(found.ref, found.centre or "", found.role, forms, actions, found.made_at, found.expires_at)


def revoke(inbox: Inbox, ref: str) -> Token | None:
    """Take a token back, at once; what it was, or None where there is none of that ref."""
    for found in inbox.credentials("token"):
        if found.ref == ref:
            inbox.forget_credential(found.hash)
            return _token(found)
    return None
