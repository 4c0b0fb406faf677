"""A reviewer's decision, signed by the platform as receipts are: who decided what of which state, when, and why."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from gradepost.model.receipts import Key
from gradepost.receipt.sealing import seal, seal_holds
from gradepost.receipt.signing import SigningKey, instant_text


class Decision(NamedTuple):
    """What is signed. `head` is the commit that was looked at, `by` the reviewer's ref."""

    pull: int
    head: str
    by: str
    verdict: str
    reason: str
    at: datetime


def signature_of(decision: Decision, key: SigningKey) -> str:
    """The signature as `KEY:BASE64`: Ed25519 over the decision as one line of JSON, its names in order."""
    return seal(_said(decision), key)


def signature_is_right(decision: Decision, signature: str, keys: Iterable[Key]) -> bool:
    """Whether it was made over that very decision, by a key that was valid at that time."""
    return seal_holds(_said(decision), signature, decision.at, keys)


def _said(decision: Decision) -> bytes:
    # No receipt begins like this, so that neither can stand for the other.
    said = {"decision": decision.verdict, **decision._asdict(), "at": instant_text(decision.at)}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
