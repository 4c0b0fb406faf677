"""What a store keeps for the people who sign in: what was asked for, when they were last seen, second factors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody's wish for a sign-in link, until it is answered. `browser` is the hash of the secret of the browser
    that asked; `code` the hash of the code that it shows; `next_url` where to go afterwards."""

    browser: str
    email: str
    code: str
    next_url: str
    at: datetime
    expires_at: datetime
    number: int = 0


@dataclass(frozen=True, slots=True)
class Factor:
    """A person's second factor: its key, sealed, and the last step of time whose code was taken."""

    sealed: str
    last_step: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Quota:
    """How often something may be done: `most` times within a time, counted by `key`."""

    key: str
    most: int
    within: timedelta


class Access(Protocol):
    """The part of the store behind sign-in. A person is a centre's number ("" for the awarding organisation's) and a
    ref."""

    def keep_ask(self, ask: Ask) -> None:
        """Keep a wish for a link."""

    def asks(self) -> Sequence[Ask]:
        """What waits to be answered, oldest first, a limited number."""

    def forget_ask(self, number: int) -> None:
        """Take a wish away: it was answered."""

    def holders(self, email: str) -> Sequence[tuple[str, str]]:
        """Centre and ref of whoever may have an address, as far as the register was followed."""

    def attempt(self, quotas: Sequence[Quota], at: datetime) -> datetime | None:
        """Count one attempt by each quota and return None; or, where one is used up, count none and return when it
        may be done again."""

    def forget_attempts(self, key: str) -> None:
        """Count from nothing again, by a key and by the same key at any network."""

    def seen(self, secret_hash: str) -> datetime | None:
        """When a session was last used, or None where that was not noted yet."""

    def note_seen(self, secret_hash: str, at: datetime) -> None:
        """Note that a session was used; of one that has ended nothing is noted."""

    def forget_credentials_of(self, kinds: Sequence[str], centre: str, ref: str) -> int:
        """Take away every credential of some kinds that a person has; how many there were."""

    def forget_expired(self, kinds: Sequence[str], at: datetime) -> None:
        """Take away the credentials of some kinds that have run out, wishes that nobody answered in time, and attempts
        that count no more."""

    def factor(self, centre: str, ref: str) -> Factor | None:
        """A person's second factor."""

    def keep_factor(self, centre: str, ref: str, factor: Factor, recovery: Sequence[str]) -> bool:
        """Keep a second factor with the hashes of its recovery codes; False where the person has one already."""

    def use_step(self, centre: str, ref: str, step: int) -> bool:
        """Note that a step's code was taken; False where it, or a later one, was taken before."""

    def use_recovery(self, centre: str, ref: str, code_hash: str, at: datetime) -> bool:
        """Use up a recovery code; False where there is no such code, or it was used before."""

    def recovery_left(self, centre: str, ref: str) -> int:
        """How many recovery codes a person has left."""

    def forget_factor(self, centre: str, ref: str) -> bool:
        """Take a second factor and its recovery codes away; False where there was none."""
