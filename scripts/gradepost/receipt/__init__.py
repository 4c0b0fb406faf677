"""Receipts: signed, numbered, chained; the 201 body, the file in the ledger and what is verified are the same bytes."""

from gradepost.receipt.signing import SigningKey, public_key_of
from gradepost.receipt.verifying import RECEIPT_SCHEMA, fault_of, read_receipt

__all__ = ["RECEIPT_SCHEMA", "SigningKey", "fault_of", "public_key_of", "read_receipt"]
