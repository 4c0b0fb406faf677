"""`ledger.toml`: the series in force, the pinned book, the public keys, the reviewers, retention."""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gradepost.model.records import Key, Person
from gradepost.model.trouble import ConfigurationError
from gradepost.receipt import public_key_of

PATH = "ledger.toml"


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """What `ledger.toml` says. `book` is the digest that a gateway's book must have; "" pins none yet."""

    series: str
    site_commit: str
    book: str
    demo: bool
    keys: tuple[Key, ...]
    reviewers: tuple[Person, ...]

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
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{PATH}: not TOML ({error}).") from error
    except KeyError as error:
        raise ConfigurationError(f"{PATH}: {error.args[0]} is missing.") from error
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"{PATH}: {error}.") from error


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
