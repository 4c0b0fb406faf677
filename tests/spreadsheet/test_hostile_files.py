"""Files that nobody means well with: refused or read with clear words, in little time and memory."""

import contextlib
import io
import re
import resource
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from gradepost.spreadsheet import packages
from gradepost.spreadsheet.reading import NotReadable, read
from spreadsheet import hostile
from spreadsheet.hostile import with_part, with_sheet, xlsx

TESTS = Path(__file__).resolve().parents[1]
NEVER = re.compile(r"\b(please|invalid|errors?|sorry|illegal|bad|oops)\b", re.IGNORECASE)

NEAR = '<row r="1"><c r="A1"><v>1</v></c></row>'
FAR = NEAR + '<row r="{row}"><c r="{cell}"><v>1</v></c></row>'


def cells(rows, columns, cell='<c r="{column}{row}"><v>1</v></c>'):
    """The XML of so many rows and columns."""
    letters = [chr(ord("A") + index) for index in range(columns)]
    lines = ("".join(cell.format(column=column, row=row) for column in letters) for row in range(1, rows + 1))
    return "".join(f'<row r="{row}">{line}</row>' for row, line in enumerate(lines, start=1))


def counting(texts):
    """A workbook that announces so many texts: its reader would end the process."""
    sst = f'<sst {hostile.NAMESPACE} a=">" count="1" uniqueCount="{texts}"/>'
    return with_part(xlsx(["a"]), "xl/sharedStrings.xml", sst.encode())


def sixteen(encoding):
    """A workbook whose sheet is written in 16 bits: its reader would see nothing in it, and say nothing."""
    xml = f'<?xml version="1.0"?><worksheet {hostile.NAMESPACE}><sheetData>{NEAR}</sheetData></worksheet>'
    return with_part(xlsx(["a"]), "xl/worksheets/sheet1.xml", xml.encode(encoding))


# What each file is: a way to make it, and what the refusal says.
REFUSED = {
    "nothing at all": (lambda: b"", "empty"),
    "nothing but blanks": (lambda: b" \r\n\t\x00", "empty"),
    "a PDF that is named .csv": (lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "PDF"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "picture"),
    "NUL bytes": (lambda: b"a,b\r\n1,\x00\x002\r\n", "no text"),
    "noise": (lambda: bytes(range(256)) * 20, "no text"),
    "half of a 16-bit letter": (lambda: b"\xff\xfea\x00b", "no text"),
    "bytes that no encoding has": (lambda: b"a,b\r\nx\x81y,1\r\n", "no text"),
    "a quotation mark that never closes": (lambda: b'a,b\r\n"' + b"x" * 200_000, "never closed"),
    "a cell that no spreadsheet can hold": (lambda: b"a,b\r\n" + b"x" * 40_000 + b",1\r\n", "longer than"),
    "a million rows of CSV": (lambda: b"1\n" * 1_000_000, "beyond row"),
    "a million blank rows of CSV": (lambda: b"a\n" + b",\n" * 1_000_000 + b"b\n", "beyond row"),
    "more than 4 MB of CSV": (lambda: b"1,2,3,4\n" * 600_000, "4 MB"),
    "more than 10 MB": (lambda: b"1" * (10 * 1024 * 1024 + 1), "10 MB"),
    "a thousand columns": (lambda: b",".join(b"x" for _ in range(1000)) + b"\n", "columns"),
    "four million commas": (lambda: b"," * 4_000_000 + b"x", "columns"),
    "too many cells": (lambda: (b",".join([b"1"] * 190) + b"\n") * 1500, "cells"),
    "a workbook with a password": (hostile.encrypted, "password"),
    "an old workbook": (hostile.old_kind, ".xls"),
    "a workbook with macros": (hostile.macros, "macros"),
    "a workbook with macros by its type alone": (hostile.macro_type_alone, "macros"),
    "a binary workbook": (lambda: with_part(xlsx(["a"]), "xl/workbook.bin", b"x"), ".xlsb"),
    "an OpenDocument": (lambda: with_part(with_part(xlsx(["a"]), "content.xml", b""), "mimetype", b""), ".ods"),
    "an archive": (lambda: hostile.with_part(b"PK\x05\x06" + b"\x00" * 18, "a.txt", b"x"), "archive"),
    "half a workbook": (lambda: xlsx(["a"])[:1500], "damaged"),
    "50 MB inflating from 50 KB": (lambda: hostile.inflating(50), "far more"),
    "50 MB that the archive calls small": (lambda: hostile.lying(50), "damaged|far more"),
    "one part many times over": (lambda: hostile.overlapping(64), "damaged|far more"),
    "entities": (hostile.entities, "damaged"),
    "a lying count of texts": (lambda: counting("4294967295"), "damaged"),
    "a lying count with a sign": (lambda: counting("+4294967295"), "damaged"),
    "a lying count written as an entity": (lambda: counting("&#52;294967295"), "damaged"),
    "a sheet of 16 bits": (lambda: sixteen("utf-16"), "damaged"),
    "a sheet of 16 bits without a mark": (lambda: sixteen("utf-16-le"), "damaged"),
    "no markup at all": (lambda: with_part(xlsx(["a"]), "xl/workbook.xml", b"zyzzyva"), "damaged"),
    "a cell at the far corner": (lambda: with_sheet(FAR.format(row=1_048_576, cell="XFD1048576")), "beyond row"),
    "a cell far down": (lambda: with_sheet(FAR.format(row=1_000_000, cell="A1000000")), "beyond row"),
    "a cell far right": (lambda: with_sheet(FAR.format(row=2, cell="XFD2")), "columns"),
    "a far cell in a near row": (lambda: with_sheet(FAR.format(row=2, cell="A1048576")), "beyond row"),
    "a far cell in a lying dimension": (
        lambda: with_sheet(FAR.format(row=9, cell="ZZZZZZ999999999")),
        "beyond row|damaged|columns",
    ),
    "a far cell written as an entity": (lambda: with_sheet(FAR.format(row=2, cell="&#88;FD1048576")), "damaged"),
    "a million cells": (lambda: with_sheet(cells(40_000, 25, "<c><v>1</v></c>")), "beyond row|cells|far more"),
    "a million cells without places": (
        lambda: with_sheet("<row>" + "<c><v>1</v></c>" * 700_000 + "</row>"),
        "cells|columns",
    ),
    "a web page without a table": (lambda: b"<html><body><p>zyzzyva</p></body></html>", "without a table"),
    "a web page of many rows": (lambda: b"<table>" + b"<tr><td>1" * 12_000, "beyond row"),
}

READ = {
    "=cmd|": lambda: b"a,b\r\n=cmd|' /C calc'!A0,@SUM(1+1)\r\n",
    "cells of 10,000 characters": lambda: b"a,b\r\n" + (b"x" * 10_000 + b",1\r\n") * 50,
    "tags that never end": lambda: b"<table><tr><td>a</td></tr>" + b"<" * 500_000,
    "comments that never end": lambda: b"<table><tr><td>a</td></tr>" + b"<!--" * 300_000,
    "quotes in every cell": lambda: b'"""",""""\r\n' * 5000,
    "a lying dimension": lambda: with_part(
        xlsx(["x"]),
        "xl/worksheets/sheet1.xml",
        (
            f'<worksheet {hostile.NAMESPACE}><dimension ref="A1:XFD1048576"/><sheetData>{NEAR}</sheetData></worksheet>'
        ).encode(),
    ),
    "250,000 cells": lambda: with_sheet(cells(10_000, 24)),
    "a cell that says it is far and is not": lambda: with_sheet('<row r="1"><c r="A1" t="inlineStr"><is><t> r="XFD99"'),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_in_plain_words(what):
    make, says = REFUSED[what]

    with pytest.raises(NotReadable) as refused:
        read(make(), "upload.csv")

    words = refused.value.words
    assert re.search(says, words)
    assert words.endswith(".")
    assert not NEVER.search(words)
    assert "zyzzyva" not in words


def test_inflating_stops_at_the_cap_even_where_nobody_added_up():
    with zipfile.ZipFile(io.BytesIO(hostile.inflating(50))) as archive, pytest.raises(NotReadable, match="far more"):
        packages.inflated(archive, [archive.getinfo("xl/sharedStrings.xml")])


def test_what_adds_up_to_too_much_is_not_inflated_at_all(monkeypatch):
    monkeypatch.setattr(packages, "inflated", None)

    with pytest.raises(NotReadable, match="far more"):
        read(hostile.inflating(50), "upload.xlsx")


@pytest.mark.parametrize("what", [*REFUSED, *READ])
def test_it_takes_less_than_a_second(what):
    make = READ.get(what) or REFUSED[what][0]
    raw = make()

    started = time.process_time()
    with contextlib.suppress(NotReadable):
        read(raw, "upload.csv")

    assert time.process_time() - started < 1


MEASURE = """
import resource, sys
sys.path.insert(0, {tests!r})
from spreadsheet.test_hostile_files import READ, REFUSED, most
from gradepost.spreadsheet.reading import NotReadable, read
raw = (READ.get({what!r}) or REFUSED[{what!r}][0])()
read(b"a,b", "warm.csv")
before = most()
try:
    read(raw, "upload.csv")
except NotReadable:
    pass
print((most() - before) // 1024)
"""


def most() -> int:
    """The most memory that this process ever had, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.mark.slow
@pytest.mark.parametrize("what", [*REFUSED, *READ])
def test_it_takes_at_most_64_mebibytes(what):
    program = MEASURE.format(tests=str(TESTS), what=what)

    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert int(ran.stdout) <= 64
