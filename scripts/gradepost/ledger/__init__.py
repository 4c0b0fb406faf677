"""A ledger read into cases: from a directory or from a Git commit, the same way."""

from gradepost.ledger.reading import LedgerReader, Source, centre_of, filing_of
from gradepost.ledger.settings import LedgerSettings, read_settings

__all__ = ["LedgerReader", "LedgerSettings", "Source", "centre_of", "filing_of", "read_settings"]
