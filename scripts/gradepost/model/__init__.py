"""Frozen records and identifiers that every floor above speaks of. No behaviour beyond looking things up."""
