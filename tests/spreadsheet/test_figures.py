"""That the benchmark of spreadsheets measures what it says, and that its aims are met by a wide margin."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import spreadsheets

ROOT = Path(__file__).resolve().parents[2]


def test_what_is_measured_is_without_fault(book):
    values = spreadsheets.document(20)

    report = spreadsheets.judged(spreadsheets.as_csv(values), book, values)

    assert len(values["learners"]) == 20
    assert not report.errors


@pytest.mark.slow
def test_a_thousand_rows_are_read_and_written_in_time():
    command = [sys.executable, "tests/benchmarks/spreadsheets.py", "--json", "--rounds", "1"]

    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)

    figures = {figure["name"]: figure for figure in json.loads(ran.stdout)}
    assert figures["an .xlsx read and judged"]["value"] < 400
    assert figures["the workbook written"]["value"] < 500
