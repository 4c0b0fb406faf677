"""The platform's signature over something said, as `KEY:BASE64`: Ed25519 by the key that signs receipts."""

import base64
from collections.abc import Iterable
from datetime import datetime

from gradepost.model.receipts import Key
from gradepost.receipt.signing import SigningKey, signature_holds


def seal(said: bytes, key: SigningKey) -> str:
    """The signature over these bytes."""
    return f"{key.id}:{base64.b64encode(key.private.sign(said)).decode('ascii')}"


def seal_holds(said: bytes, signature: str, at: datetime, keys: Iterable[Key]) -> bool:
    """Whether it was made over these bytes, by a key that was valid at that time."""
    name, _, text = signature.partition(":")
    key = next((k for k in keys if k.id == name), None)
    if key is None or at < key.not_before or (key.not_after is not None and at > key.not_after):
        return False
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        return False
    return signature_holds(key.public, raw, said)
