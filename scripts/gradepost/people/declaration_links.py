"""Links to declare, and to object to a declaration: for one person and one dossier, known by their hash, for a time."""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gradepost.document.filing import Dossier
from gradepost.inbox import Credential, Inbox
from gradepost.model.register import Person
from gradepost.people.credentials import LINK_DAYS

CODE_TRIES = 5
_NOT_OURS = "This link is not one of ours, or it was cut short."
_CLOSED = "This link was closed: a wrong code was typed too often. Nothing was signed."
_BETWEEN_DIGITS = re.compile(r"[\s-]+")

MakeSecret = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Asked:
    """How a declaration was asked for: by whom, why of a delegate ("" of the Head), with which code ("" without)."""

    by: str = ""
    reason: str = ""
    code: str = ""


def declaration_link(
    inbox: Inbox, dossier: Dossier, head: Person, at: datetime, secret_of: MakeSecret, asked: Asked | None = None
) -> str:
    """A new single-use link for one Head of Centre, or delegate, and one dossier; returns its secret."""
    secret, asked = secret_of(), asked or Asked()
    facts = _facts(dossier) | {"asked_by": asked.by, "reason": asked.reason}
    if asked.code:
        facts["code"] = _hardened(asked.code, _hash(secret))
    _keep(inbox, secret, "link", dossier, head, facts, at, at + timedelta(days=LINK_DAYS))
    return secret


def open_link(inbox: Inbox, secret: str, at: datetime) -> tuple[Credential, Dossier] | str:
    """The link and its dossier, or in one sentence why it cannot be used. Looking changes nothing."""
    found = inbox.credential(_hash(secret))
    if found is None or found.kind != "link" or found.centre is None:
        return _NOT_OURS
    if found.used_at is not None:
        return "This link has been used: the declaration was made."
    if found.expires_at is not None and at >= found.expires_at:
        return f"This link has run out. A link is good for {LINK_DAYS} days."
    if asks_for_code(found) and inbox.tries(found.hash) >= CODE_TRIES:
        return _CLOSED
    return found, _dossier(found)


def asks_for_code(link: Credential) -> bool:
    """Whether signing by this link takes a code as well."""
    return "code" in link.facts


def code_fits(inbox: Inbox, link: Credential, typed: str) -> bool:
    """Whether the code is the link's. A wrong one costs one of its tries; with none left, no code fits."""
    if not inbox.spend_try(link.hash, CODE_TRIES):
        return False
    fits = hmac.compare_digest(_hardened(typed, link.hash), str(link.facts["code"]))
    if fits:
        inbox.give_try_back(link.hash)
    return fits


def objection_link(
    inbox: Inbox,
    dossier: Dossier,
    contact: Person,
    receipt_id: str,
    at: datetime,
    until: datetime,
    secret_of: MakeSecret,
) -> str:
    """A new link by which a second contact may object to the declaration with that receipt; returns its secret."""
    secret = secret_of()
    _keep(inbox, secret, "objection", dossier, contact, _facts(dossier) | {"receipt": receipt_id}, at, until)
    return secret


def open_objection(inbox: Inbox, secret: str, at: datetime) -> tuple[Credential, Dossier] | str:
    """The link to object and its dossier, or in one sentence why it cannot be used. Looking changes nothing."""
    found = inbox.credential(_hash(secret))
    if found is None or found.kind != "objection" or found.centre is None:
        return _NOT_OURS
    if found.used_at is not None:
        return "This link has been used: the objection was made."
    if found.expires_at is not None and at >= found.expires_at:
        return "The time to object is over."
    return found, _dossier(found)


def _keep(  # noqa: PLR0913, PLR0917 - all of it is one row
    inbox: Inbox,
    secret: str,
    kind: str,
    dossier: Dossier,
    person: Person,
    facts: Mapping[str, str],
    at: datetime,
    until: datetime,
) -> None:
    inbox.keep_credential(Credential(_hash(secret), kind, dossier.centre, person.ref, person.role, facts, at, until))


def _facts(dossier: Dossier) -> dict[str, str]:
    return {"series": dossier.series, "qualification": dossier.qualification, "kind": dossier.kind}


def _dossier(link: Credential) -> Dossier:
    facts = link.facts
    return Dossier(facts["series"], link.centre or "", facts["qualification"], facts["kind"])


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _hardened(code: str, salt: str) -> str:
    """A code as it is kept: it has few digits, so whoever reads the store must pay for each guess."""
    plain = _BETWEEN_DIGITS.sub("", code)[:100].encode("utf-8", "surrogatepass")
    return hashlib.scrypt(plain, salt=salt.encode(), n=2**13, r=8, p=1, dklen=32).hex()
