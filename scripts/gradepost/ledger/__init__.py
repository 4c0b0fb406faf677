"""A ledger read into cases: from a directory or from a Git commit, the same way."""

from gradepost.ledger.reading import LedgerReader, Source, centre_of, filing_of
from gradepost.ledger.requests import ANSWER_FORM, REQUEST_FORM, with_requests
from gradepost.ledger.settings import LedgerSettings, read_settings

__all__ = [
    "ANSWER_FORM",
    "REQUEST_FORM",
    "LedgerReader",
    "LedgerSettings",
    "Source",
    "centre_of",
    "filing_of",
    "read_settings",
    "with_requests",
]
