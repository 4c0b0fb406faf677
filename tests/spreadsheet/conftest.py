"""What tests of spreadsheets share."""

from pathlib import Path

import pytest

from gradepost.book import load


@pytest.fixture(scope="session")
def marked_book():
    """The book of a series that takes marks in place of grades."""
    return load(Path(__file__).resolve().parents[2], "2027-summer")
