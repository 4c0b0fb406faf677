"""What a form costs in the browser, roughly. Two minutes: run by hand, on a quiet machine."""

import json
import subprocess
import sys

import pytest
from demonstration import ROOT


@pytest.mark.campaign
def test_a_form_costs_about_what_is_said(chromium):
    command = [sys.executable, "tests/benchmarks/forms/run.py", "--quick", "--json"]

    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)

    assert ran.returncode == 0, ran.stderr
    figures = {title: {f["name"]: f for f in found} for title, found in json.loads(ran.stdout).items()}
    assert figures["Bytes"]["form.js"]["holds"]
    few, many, pasted = (figures[title] for title in ("30 learners", "300 learners", "300 × 6 cells pasted"))
    assert many["key CPU, ours / bare"]["value"] < 2  # one table of selects beside ours: 1 / 0.3
    assert many["DOM nodes a row"]["value"] < 60  # with selects in each row it was 211
    assert many["heap"]["value"] < 6
    assert few["heap"]["value"] < 6
    assert pasted["into 30 rows: until counted and checked"]["value"] < 500
    assert pasted["into 300 rows: until the last row is usable"]["value"] < 1000
