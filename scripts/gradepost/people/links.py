"""Signing in by a link: asked for in one browser, sent by letter, good for ten minutes and once.

A link is bound to the browser that asked for it. Opened in any other it takes the code that the first one shows, so
that whoever reads a mailbox, person or scanner, gets no further by the letter alone.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gradepost.inbox import Credential, Inbox
from gradepost.inbox.access import Ask
from gradepost.people.credentials import MakeSecret, good, hash_of

LINK_MINUTES = 10
CODE_TRIES = 5
_CODES = 10**6
_BETWEEN_DIGITS = re.compile(r"[\s-]+")


class Use(StrEnum):
    """What comes of an attempt to use a link."""

    GOOD = "good"
    WRONG_CODE = "wrong-code"
    CODE_SPENT = "code-spent"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that may still be used: for whom (centre, "" for none, and ref of each), and where to go afterwards.

    `browser` and `code` are hashes; `is_own_browser`: it was opened where it was asked for, so no code is needed.
    """

    hash: str
    people: Sequence[tuple[str, str]]
    next_url: str
    browser: str
    code: str
    is_own_browser: bool


def ask(inbox: Inbox, email: str, next_url: str, at: datetime, secret_of: MakeSecret) -> str:
    """Note the wish for a link, whoever's address it is; returns the secret that binds the link to the browser."""
    secret = secret_of()
    browser = hash_of(secret)
    ends = at + timedelta(minutes=LINK_MINUTES)
    inbox.keep_ask(Ask(browser, email, _code_hash(browser, code_of(secret)), next_url, at, ends))
    return secret


def code_of(browser_secret: str) -> str:
    """The six digits that a browser shows. They follow from its secret, so that the page can be loaded again."""
    digest = hashlib.sha256(b"code:" + browser_secret.encode("utf-8", "surrogatepass")).digest()
    return f"{int.from_bytes(digest) % _CODES:06d}"


def make_link(inbox: Inbox, wish: Ask, people: Sequence[tuple[str, str]], at: datetime, secret_of: MakeSecret) -> str:
    """The link that answers a wish, for everybody who has the address; returns its secret."""
    secret = secret_of()
    facts = {
        "browser": wish.browser,
        "code": wish.code,
        "next": wish.next_url,
        "people": [list(person) for person in people],
    }
    inbox.keep_credential(Credential(hash_of(secret), "sign-in", None, "", "", facts, at, wish.expires_at))
    return secret


def open_sign_in(inbox: Inbox, secret: str, browser_secret: str | None, at: datetime) -> Opened | None:
    """What a link opens; None where it is unknown, used or has run out. Looking changes nothing."""
    found = good(inbox, secret, "sign-in", at)
    if found is None:
        return None
    facts = found.facts
    own = browser_secret is not None and hmac.compare_digest(hash_of(browser_secret), facts["browser"])
    people = [(centre, ref) for centre, ref in facts["people"]]
    return Opened(found.hash, people, facts["next"], facts["browser"], facts["code"], own)


def use_sign_in(inbox: Inbox, opened: Opened, code: str, at: datetime) -> Use:
    """Use a link up, once, whoever else tries at the same time."""
    if not opened.is_own_browser:
        if not inbox.spend_try(opened.hash, CODE_TRIES):
            return Use.CODE_SPENT
        typed = _BETWEEN_DIGITS.sub("", code)
        if not hmac.compare_digest(_code_hash(opened.browser, typed), opened.code):
            return Use.WRONG_CODE if inbox.tries(opened.hash) < CODE_TRIES else Use.CODE_SPENT
    return Use.GOOD if inbox.use_credential(opened.hash, at) else Use.GONE


def _code_hash(browser: str, code: str) -> str:
    return hash_of(f"{browser}:{code}")
