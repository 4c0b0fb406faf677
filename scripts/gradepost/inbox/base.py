"""What is asked of a durable store. Raises `StoreError` when it cannot; then nothing was stored."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Entry:
    """A submission about to be stored. `branch` names its dossier; `body_sha256` is that of the bytes as they came."""

    form: str
    series: str
    centre: str
    branch: str
    path: str
    receipt_id: str
    document: bytes
    sha256: str
    body_sha256: str
    received_at: datetime
    key: str | None


@dataclass(frozen=True, slots=True)
class Stored:
    """A submission as stored. `filed_at` and `pull` are None until the publisher has filed it."""

    seq: int
    form: str
    series: str
    centre: str
    branch: str
    path: str
    receipt_id: str
    document: bytes
    receipt: bytes
    sha256: str
    body_sha256: str
    received_at: datetime
    filed_at: datetime | None
    pull: int | None


@dataclass(frozen=True, slots=True)
class Answered:
    """What an idempotency key was answered with."""

    body_sha256: str
    receipt: bytes


@dataclass(frozen=True, slots=True)
class Credential:
    """A session, a token or a link, known by the hash of its secret. `facts` are ids and settings, no secrets."""

    hash: str
    kind: str
    centre: str | None
    ref: str
    role: str
    facts: Mapping[str, Any]
    made_at: datetime
    expires_at: datetime | None
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A letter to one address, plain text, queued until it is sent."""

    number: int
    to: str
    subject: str
    body: str
    queued_at: datetime
    sent_at: datetime | None


class Desk(Protocol):
    """One centre's submissions while nobody else of that centre is served."""

    def current(self) -> Sequence[Stored]:
        """The latest acknowledged document at each path of the centre, filed or not, in order of storing."""

    def last(self, branch: str) -> Stored | None:
        """The last submission of a dossier, whose receipt is the end of its chain."""

    def answered(self, form: str, key: str) -> Answered | None:
        """What this key was answered with before."""

    def store(self, entry: Entry, receipt_of: Callable[[int], bytes]) -> Stored:
        """In one durable transaction give it the next number, make its receipt, and keep document, receipt,
        idempotency key and outbox row. On return it cannot be lost."""


class Inbox(Protocol):
    """The store behind the gateway and the publisher."""

    def desk(self, centre: str) -> AbstractContextManager[Desk]:
        """The centre's desk, one holder at a time."""

    def submission(self, receipt_id: str) -> Stored | None:
        """The submission with that receipt."""

    def of_centre(self, centre: str, series: str) -> Sequence[Stored]:
        """The latest acknowledged document at each path of a centre's series."""

    def of_branch(self, branch: str) -> Sequence[Stored]:
        """Every submission of a dossier, in order of storing."""

    def branches(self) -> Sequence[str]:
        """Every dossier that has a submission."""

    def unfiled(self, at: datetime) -> Sequence[Stored]:
        """What waits to be filed and is due, in order of storing; of each dossier only if its first is due."""

    def filed(self, seq: int, pull: int, at: datetime) -> None:
        """Take a submission out of the outbox."""

    def postpone(self, branch: str, until: datetime, reason: str) -> None:
        """Hold a dossier's outbox until an instant; `reason` names the trouble, never content."""

    def try_storing(self) -> None:
        """Store a mark as durably as a submission. Raises `StoreError` where that fails."""

    def waiting(self) -> Mapping[str, Any]:
        """How much waits to be filed: `{"waiting", "oldest"}` (oldest: an instant or None)."""

    def last_instant(self) -> datetime | None:
        """The latest `received_at` that is stored."""

    def keep_credential(self, credential: Credential) -> None:
        """Keep a credential."""

    def credential(self, secret_hash: str) -> Credential | None:
        """The credential with that hash, used or expired ones included."""

    def credentials(self, kind: str, centre: str | None = None) -> Sequence[Credential]:
        """Every credential of a kind, of one centre or of all, oldest first."""

    def use_credential(self, secret_hash: str, at: datetime) -> bool:
        """Mark a credential used, once; False where it was used before."""

    def forget_credential(self, secret_hash: str) -> None:
        """Take a credential away."""

    def queue_message(self, to: str, subject: str, body: str, at: datetime) -> None:
        """Queue a letter."""

    def messages(self, *, unsent: bool = False) -> Sequence[Message]:
        """Letters, oldest first."""

    def message_sent(self, number: int, at: datetime) -> None:
        """Mark a letter sent."""
