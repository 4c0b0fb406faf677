"""`ledger.toml`: the series in force, the pinned book, the public keys, the reviewers, retention."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from gradepost.model.receipts import Key
from gradepost.model.register import Person
from gradepost.model.trouble import ConfigurationError
from gradepost.receipt import public_key_of

PATH = "ledger.toml"
_ADDRESS_DELAY_HOURS = 24
_MOST_HOURS = 24 * 30
_DRAFTS_DAYS = 30
_EVIDENCE_DAYS = 365
_MOST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """What `ledger.toml` says. `book` is the digest that a gateway's book must have; "" pins none yet.

    `address_delay` is how long a new address in the register waits before it counts; `conflicts` are, by reviewer,
    the centres whose dossiers they may not review; `unused_for` is how long a picture that no document names is kept,
    `evidence_for` how long a file that was sent on request, from the last submission that names it on.
    """

    series: str
    site_commit: str
    book: str
    demo: bool
    keys: tuple[Key, ...]
    reviewers: tuple[Person, ...]
    address_delay: timedelta = timedelta(hours=_ADDRESS_DELAY_HOURS)
    conflicts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)
    unused_for: timedelta = timedelta(days=_DRAFTS_DAYS)
    evidence_for: timedelta = timedelta(days=_EVIDENCE_DAYS)

    def insist_on_book(self, digest: str) -> None:
        """Raise `ConfigurationError` where the ledger pins another book than the one at hand."""
        if self.book and self.book != digest:
            raise ConfigurationError(
                f"The ledger pins the book {self.book}, and the book at hand is {digest}. "
                "Check out the site commit that the ledger names, or change ledger.toml by a reviewed pull request."
            )


def read_settings(raw: bytes) -> LedgerSettings:
    """The settings. Raises `ConfigurationError` naming what is wrong."""
    try:
        value = tomllib.loads(raw.decode("utf-8"))
        return LedgerSettings(
            series=str(value["series"]),
            site_commit=str(value.get("site_commit", "")),
            book=str(value.get("book", "")),
            demo=bool(value.get("demo", False)),
            keys=tuple(_key(k) for k in value.get("keys", ())),
            reviewers=tuple(_reviewer(r) for r in value.get("reviewers", ())),
            address_delay=_delay(value.get("register", {})),
            conflicts={
                str(r["ref"]): frozenset(map(str, r.get("not_centres", ()))) for r in value.get("reviewers", ())
            },
            accounts={str(r["github"]).casefold(): str(r["ref"]) for r in value.get("reviewers", ()) if "github" in r},
            unused_for=_kept_for(value.get("retention", {}), "drafts_days", _DRAFTS_DAYS),
            evidence_for=_kept_for(value.get("retention", {}), "evidence_days", _EVIDENCE_DAYS),
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{PATH}: not TOML ({error}).") from error
    except KeyError as error:
        raise ConfigurationError(f"{PATH}: {error.args[0]} is missing.") from error
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"{PATH}: {error}.") from error


def _delay(raw: dict[str, Any]) -> timedelta:
    hours = raw.get("address_delay_hours", _ADDRESS_DELAY_HOURS)
    if type(hours) is not int or not 0 <= hours <= _MOST_HOURS:
        raise ValueError(f"register.address_delay_hours is a whole number from 0 to {_MOST_HOURS}")
    return timedelta(hours=hours)


def _kept_for(raw: dict[str, Any], name: str, usual: int) -> timedelta:
    days = raw.get(name, usual)
    if type(days) is not int or not 1 <= days <= _MOST_DAYS:
        raise ValueError(f"retention.{name} is a whole number from 1 to {_MOST_DAYS}")
    return timedelta(days=days)


def _key(raw: dict[str, Any]) -> Key:
    return Key(
        id=str(raw["id"]),
        public=public_key_of(str(raw["public"]).encode()),
        not_before=_instant(raw["not_before"]),
        not_after=_instant(raw["not_after"]) if "not_after" in raw else None,
    )


def _instant(value: Any) -> datetime:
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if at.tzinfo is None:
        raise ValueError(f"the time {at} has no offset from UTC")
    return at


def _reviewer(raw: dict[str, Any]) -> Person:
    return Person(str(raw["ref"]), "reviewer", ("reviews",), str(raw["name"]), str(raw["email"]))
