"""The threat model keeps its word: every test that it names is there, and every table row names one."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "threat-model.md").read_text()
NAMED = re.compile(r"`([a-z_/]+\.py)::(test_\w+)`")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and "Must not be able to" not in line]


def test_every_test_that_it_names_is_there():
    missing = [
        f"{file}::{name}"
        for file, name in NAMED.findall(PAGE)
        if not (TESTS / file).exists() or not re.search(rf"^def {name}\(", (TESTS / file).read_text(), re.MULTILINE)
    ]

    assert missing == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:42])
def test_every_row_says_what_stops_it_and_which_test_proves_that(row):
    must_not, control, proof = row.strip("| ").split(" | ")

    assert must_not and control
    assert NAMED.search(proof)


def test_each_kind_of_attacker_has_a_table():
    assert PAGE.count("| Must not be able to |") == len(re.findall(r"^## ", PAGE, re.MULTILINE)) - 1
