"""What is asked of a durable store. Raises `StoreError` when it cannot; then nothing was stored."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from gradepost.inbox.access import Access


@dataclass(frozen=True, slots=True)
class Entry:
    """A submission about to be stored. `branch` names its dossier; `body_sha256` is that of the bytes as they came;
    `by`, `role` and `channel` are for the audit trail."""

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
    by: str = ""
    role: str = ""
    channel: str = ""


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
    """A letter to one address, queued until it is sent or given up. `html` is None where it follows from the text,
    `until` where it is worth sending for as long as letters are tried at all; `trouble` is why it was not taken."""

    number: int
    to: str
    subject: str
    body: str
    queued_at: datetime
    sent_at: datetime | None
    html: str | None = None
    until: datetime | None = None
    tries: int = 0
    next_try: datetime | None = None
    gave_up_at: datetime | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the audit trail: ids only. `about` is what it was done to; `digest` is over it and all before it."""

    number: int
    at: datetime
    what: str
    actor: str
    role: str
    centre: str | None
    about: str
    facts: Mapping[str, str]
    digest: str


@dataclass(frozen=True, slots=True)
class KnownAddress:
    """The address of a person that is in force, and the one that the register has instead and from when it counts."""

    email: str
    next_email: str | None = None
    next_from: datetime | None = None


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


class Inbox(Access, Protocol):
    """The store behind the gateway and the publisher."""

    def desk(self, centre: str) -> AbstractContextManager[Desk]:
        """The centre's desk, one holder at a time."""

    def submission(self, receipt_id: str) -> Stored | None:
        """The submission with that receipt."""

    def of_centre(self, centre: str, series: str) -> Sequence[Stored]:
        """The latest acknowledged document at each path of a centre's series."""

    def of_branch(self, branch: str) -> Sequence[Stored]:
        """Every submission of a dossier, in order of storing."""

    def standing_of_branch(self, branch: str) -> Sequence[Stored]:
        """The latest acknowledged document at each path of a dossier, in order of storing; none that was rejected."""

    def outline_of_series(self, series: str) -> Sequence[Stored]:
        """What stands in a series without contents: `document` and `receipt` are empty, but for declarations."""

    def standing_of_series(self, series: str, form: str, name: str = "") -> Sequence[Stored]:
        """The latest acknowledged document of a form at each of its paths in a series; `name`: those alone whose path
        ends so. In order of storing."""

    def branches(self) -> Sequence[str]:
        """Every dossier that has a submission."""

    def unfiled(self, at: datetime) -> Sequence[Stored]:
        """What waits to be filed and is due, in order of storing; of each dossier only if its first is due."""

    def filed(self, seq: int, pull: int, at: datetime) -> None:
        """Take a submission out of the outbox."""

    def take_back(self, branch: str, seqs: Collection[int]) -> None:
        """Let submissions of a dossier count no longer as what stands: they were rejected. They stay stored. What stood
        at their paths before, and was not rejected itself, stands again."""

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

    def queue_message(
        self, to: str, subject: str, body: str, at: datetime, html: str | None = None, until: datetime | None = None
    ) -> None:
        """Queue a letter. One to nobody (`to` is empty) costs the same, and is dropped when its turn comes. After
        `until` it is not worth sending: a link that has run out helps nobody."""

    def queue_message_once(
        self, key: str, to: str, subject: str, body: str, at: datetime, *, until: datetime | None = None
    ) -> bool:
        """Queue a letter unless one was queued under that key before; whether it was queued now."""

    def messages(self, *, unsent: bool = False) -> Sequence[Message]:
        """Letters, oldest first; `unsent`: those that are neither sent nor given up."""

    def due_messages(self, at: datetime) -> Sequence[Message]:
        """Letters that are to be tried now, oldest first, a limited number of them."""

    def message_sent(self, number: int, at: datetime, *, keep_text: bool = False) -> None:
        """Mark a letter sent. Its text is forgotten unless it is to be kept."""

    def postpone_message(self, number: int, until: datetime, trouble: str) -> None:
        """Count a try, and try again at an instant; `trouble` names what happened, never content."""

    def give_up_message(self, number: int, at: datetime, trouble: str) -> None:
        """Try a letter no more, and forget its text."""

    def mail(self) -> Mapping[str, Any]:
        """How the post stands: `{"waiting", "oldest", "given_up", "sent"}` (oldest: an instant or None)."""

    def addresses(self, centre: str) -> Mapping[str, KnownAddress]:
        """The known addresses of a centre's people by ref."""

    def keep_addresses(self, centre: str, known: Mapping[str, KnownAddress]) -> None:
        """Keep what is known of some of a centre's people."""

    def followed(self) -> str | None:
        """The commit up to which the register was followed, or None."""

    def follow_from(self, head: str) -> None:
        """Note that the register was followed up to a commit."""

    def spend_try(self, secret_hash: str, most: int) -> bool:
        """Spend one of the tries that a credential's code has; False where none is left."""

    def give_try_back(self, secret_hash: str) -> None:
        """Give a try back that was no wrong one."""

    def tries(self, secret_hash: str) -> int:
        """How many tries were spent."""

    def audit(
        self,
        at: datetime,
        what: str,
        actor_ref: str = "",
        role: str = "",
        centre: str | None = None,
        about: str = "",
        facts: Mapping[str, str] | None = None,
    ) -> None:
        """Add a row to the audit trail. `what` is one of `HAPPENINGS`; all else are ids: what does not look like one
        is withheld."""

    def audit_trail(self, *, centre: str | None = None, since: datetime | None = None) -> Iterator[Event]:
        """The audit trail, oldest first: a centre's, or since an instant, or all of it."""
