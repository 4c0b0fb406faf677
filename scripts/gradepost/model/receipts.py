"""A receipt as it stands in the ledger, and the keys that may have signed it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Key:
    """A public key for receipts (raw Ed25519, 32 bytes) and the time in which it may have signed."""

    id: str
    public: bytes
    not_before: datetime
    not_after: datetime | None


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """A receipt as it stands in the ledger: its path, its bytes, and its value (None where it is not one).

    `fault` says why its signature does not hold, or is None where it does. `rejected`: a reviewer rejected what it
    stands for, so that an earlier one says what its document is.
    """

    path: str
    raw: bytes
    data: Mapping[str, Any] | None
    fault: str | None = None
    rejected: bool = False
