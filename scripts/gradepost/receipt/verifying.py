"""Reading a receipt back: strictly, so that no bit of the file can change unseen."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from gradepost.book.schemas import Schema
from gradepost.document.strict import NotStrict, parse
from gradepost.model.receipts import Key, ReceiptFile
from gradepost.receipt.signing import signature_holds

RECEIPT_SCHEMA = "receipt"


def read_receipt(path: str, raw: bytes, schema: Schema, keys: Iterable[Key]) -> ReceiptFile:
    """The receipt that these bytes are, with what is wrong with its signature (`fault`), if anything is."""
    try:
        value = parse(raw)
    except NotStrict:
        return ReceiptFile(path, raw, None, "It is not a receipt.")
    if not schema.is_valid(value) or schema.layout.bytes_of(value) != raw:
        return ReceiptFile(path, raw, None, "It is not a receipt in canonical form.")
    return ReceiptFile(path, raw, value, fault_of(value, schema, keys))


def fault_of(
    receipt: Mapping[str, Any], schema: Schema, keys: Iterable[Key], *, signed_at: str = "received_at"
) -> str | None:
    """What is wrong with a receipt's signature, or None where it holds. Whatever else is signed as a receipt is has
    its time under another name, `signed_at`."""
    key = next((k for k in keys if k.id == receipt["key"]), None)
    if key is None:
        return "It is signed by a key that is not in the ledger."
    at = datetime.fromisoformat(receipt[signed_at])
    if at < key.not_before or (key.not_after is not None and at > key.not_after):
        return "It is signed by a key that was not valid at that time."
    signature = _signature_bytes(receipt["signature"])
    message = schema.layout.bytes_of({k: v for k, v in receipt.items() if k != "signature"})
    if signature is None or not signature_holds(key.public, signature, message):
        return "Its signature does not hold."
    return None


def _signature_bytes(text: str) -> bytes | None:
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
    # Base64 leaves four bits of the last digit unused: only one spelling of a signature is a signature.
    return raw if base64.b64encode(raw).decode("ascii") == text else None
