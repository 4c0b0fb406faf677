"""The audit trail: who did what, when, by ids alone. Rows are only added, each with a digest over the one before."""

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from gradepost.inbox.base import Event
from gradepost.inbox.store import SqliteStore, text_of, translated

HAPPENINGS = frozenset(
    {
        "signed-in",
        "sign-in-refused",
        "signed-out",
        "signed-out-everywhere",
        "second-factor-set",
        "second-factor-refused",
        "second-factor-reset",
        "recovery-code-used",
        "submitted",
        "refused",
        "withdrawn",
        "declaration-asked",
        "declaration-refused",
        "declared",
        "objected",
        "reviewed",
        "sampled",
        "results-given",
        "question-answered",
        "merged",
        "register-changed",
        "address-changed",
        "extension-granted",
        "centre-told",
        "evidence-downloaded",
        "evidence-cleared",
        "token-made",
        "token-revoked",
        "letter-given-up",
    }
)

START = "0" * 64
WITHHELD = "withheld"
# No spaces and no @, so neither a name nor an address. What may be a secret of ours (43 letters and digits of
# base64url, with or without a token's prefix) is kept out as well.
_AN_ID = re.compile(r"[A-Za-z0-9._:/+,=#-]{0,300}")
_LIKE_A_SECRET = re.compile(r"(?<![A-Za-z0-9_-])(?:gp_)?[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")
_COLUMNS = "number, at, what, actor, role, centre, about, facts, digest FROM audit"


class SqliteAudit(SqliteStore):
    """The trail in the inbox's file."""

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
        """Add one row."""
        with self._transaction() as connection:
            append(connection, at, what, actor_ref, role, centre, about, facts or {})

    def audit_trail(self, *, centre: str | None = None, since: datetime | None = None) -> Iterator[Event]:
        """The trail, oldest first, read as it is walked."""
        sql = f"SELECT {_COLUMNS} WHERE (? IS NULL OR centre = ?) AND (? IS NULL OR at >= ?) ORDER BY number"
        with translated():
            for row in self._connection.execute(sql, (centre, centre, text_of(since), text_of(since))):
                yield _event(row)


def append(  # noqa: PLR0913, PLR0917 - all of it is one row
    connection: sqlite3.Connection,
    at: datetime,
    what: str,
    actor_ref: str,
    role: str,
    centre: str | None,
    about: str,
    facts: Mapping[str, str],
) -> None:
    """Add one row within a transaction of the caller's: it stands if, and only if, what it tells of does."""
    if what not in HAPPENINGS:
        raise ValueError(f"{what} is not among HAPPENINGS.")
    last = connection.execute("SELECT number, digest FROM audit ORDER BY number DESC LIMIT 1").fetchone()
    number, before = (last[0] + 1, last[1]) if last else (1, START)
    told = json.dumps({name: _id(str(value)) for name, value in facts.items()}, sort_keys=True)
    row = (
        number,
        text_of(at),
        what,
        _id(actor_ref),
        _id(role),
        None if centre is None else _id(centre),
        _id(about),
        told,
    )
    connection.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, _digest(before, row)))


def first_break(trail: Iterable[Event]) -> int | None:
    """The number at which a whole trail stops being what was written, or None. A trail that was cut at its end, or
    written anew from some row on, shows only against a digest that was noted elsewhere."""
    before, expected = START, 1
    for event in trail:
        row = (
            event.number,
            text_of(event.at),
            event.what,
            event.actor,
            event.role,
            event.centre,
            event.about,
            json.dumps(dict(event.facts), sort_keys=True),
        )
        if event.digest != _digest(before, row):
            return expected
        before, expected = event.digest, expected + 1
    return None


def _id(text: str) -> str:
    return text if _AN_ID.fullmatch(text) and not _LIKE_A_SECRET.search(text) else WITHHELD


def _digest(before: str, row: tuple[Any, ...]) -> str:
    return hashlib.sha256(json.dumps([before, *row]).encode()).hexdigest()


def _event(row: tuple[Any, ...]) -> Event:
    number, at, what, actor, role, centre, about, facts, digest = row
    return Event(number, datetime.fromisoformat(at), what, actor, role, centre, about, json.loads(facts), digest)
