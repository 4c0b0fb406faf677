"""How fast spreadsheets are read, judged and written, in this process.

    python tests/benchmarks/spreadsheets.py [--quick] [--json] [--rounds N]

Medians of CPU seconds over rounds that take turns, after one round that is not counted. "Read and judged" is all that
an upload asks for but its page: the file, which sheet and which columns, the document, its repairs, every rule.
--quick is one round of 50 rows.
"""

import argparse
import csv
import io
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import openpyxl
from comparing.costs import cpu_of, interleaved, load
from comparing.tables import Figure, show
from season import AT, ROOT, SERIES

from gradepost.book import Book
from gradepost.book import load as load_book
from gradepost.check import check, read
from gradepost.doors.demo.examples import learners
from gradepost.form.repairs import repairs
from gradepost.model.case import Case, Stage
from gradepost.model.findings import Finding, Report, Severity
from gradepost.spreadsheet import reading
from gradepost.spreadsheet.mapping import best_sheet, guess
from gradepost.spreadsheet.taking import take
from gradepost.spreadsheet.workbook import workbook

HEAD = {"form": "tags", "series": SERIES, "centre": "10234", "qualification": "AM20530", "component": "UV21578"}
REASON = "The mock was missed; two class tests of the spring term show the level of attainment."


def document(rows: int) -> dict[str, Any]:
    """TAGs of so many learners, each with evidence and a reason of their own."""
    filled = {"outcome": "graded", "grade": "merit", "evidence": [{"source": "class-test"}], "rationale": REASON}
    signed = [{"name": name, "role": "teacher", "signed_on": "2021-05-18"} for name in ("Ceri Vale", "Ottoline Marsh")]
    found = [{"candidate_number": number, "uln": uln, **filled} for number, uln in learners("10234", rows)]
    return {**HEAD, "evidence": [{"source": "mock-examination"}], "learners": found, "sign_off": signed}


def as_csv(values: Mapping[str, Any]) -> bytes:
    """The same learners as an information system exports them."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("Surname", "Forename", "Cand No", "ULN", "Grade", "Reason"))
    for row in values["learners"]:
        writer.writerow(("Vale", "Ceri", row["candidate_number"], row["uln"], "Merit", row["rationale"]))
    return out.getvalue().encode("cp1252")


def judged(raw: bytes, book: Book, around: Mapping[str, Any]) -> Report:
    """All that an upload asks for but its page."""
    sheet = best_sheet(book, "tags", reading.read(raw, "upload"))
    taken = take(book, "tags", sheet, guess(book, "tags", sheet), around)
    repairs(book, "tags", taken.values)
    made = read(json.dumps(taken.values).encode(), "UV21578.tags.json", book)
    return check(Case((made,), book.series, datetime.fromisoformat(AT), Stage.LOOSE), book)


def figures(book: Book, rows: int, rounds: int) -> list[Figure]:
    """What reading, judging and writing so many rows cost."""
    values = document(rows)
    plain = workbook(book, "tags", values, centre="10234")
    text = as_csv(values)
    wrong = [
        Finding("L001", Severity.ERROR, "", f"/learners/{row}/uln", None, "This is wrong.", "Mend it.", "")
        for row in range(0, rows, 3)
    ]
    assert not judged(plain, book, values).errors, "the round trip changed something"
    sides = {
        "xlsx": lambda: cpu_of(lambda: judged(plain, book, values)),
        "csv": lambda: cpu_of(lambda: judged(text, book, values)),
        "read": lambda: cpu_of(lambda: reading.read(plain, "upload")),
        "openpyxl": lambda: cpu_of(lambda: openpyxl.load_workbook(io.BytesIO(plain))),
        "written": lambda: cpu_of(lambda: workbook(book, "tags", values, centre="10234")),
        "marked": lambda: cpu_of(lambda: workbook(book, "tags", values, centre="10234", findings=wrong)),
    }
    interleaved(sides, 1)
    cost = {name: seconds * 1000 for name, seconds in interleaved(sides, rounds).items()}
    return [
        Figure("an .xlsx read and judged", cost["xlsx"], "CPU-ms", most=400),
        Figure("of which read", cost["read"], "CPU-ms"),
        Figure("the same file opened by openpyxl", cost["openpyxl"], "CPU-ms"),
        Figure("a CSV read and judged", cost["csv"], "CPU-ms"),
        Figure("the workbook written", cost["written"], "CPU-ms", most=500),
        Figure("with every third row marked", cost["marked"], "CPU-ms", most=500),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--rounds", type=int, default=9)
    given = parser.parse_args()
    rows, rounds = (50, 1) if given.quick else (1000, given.rounds)
    found = figures(load_book(ROOT, SERIES), rows, rounds)
    if given.json:
        print(json.dumps([figure.as_json() for figure in found]))
        return
    print(load())
    show(f"{rows:,} rows", found)


if __name__ == "__main__":
    main()
