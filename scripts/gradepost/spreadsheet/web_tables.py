"""A web page with a table in it, as information systems export it under the name of a workbook.

Read by its table tags alone: the standard library's parser takes hours for a file that is made to be slow.
"""

import html
import re

from gradepost.spreadsheet.delimited import text_of
from gradepost.spreadsheet.sheets import MOST_CHARACTERS, MOST_COLUMNS, NotReadable, Sheet, even, too_large

_MOST_BYTES = 2 * 1024 * 1024
_BEGINNINGS = (b"<!doctype", b"<html", b"<table", b"<head", b"<body", b"<meta", b"<style", b"<div", b"<?xml", b"<!--")
# Each alternative stops at the next angle bracket, so that no text is looked through twice.
_TABLE_TAG = re.compile(r"<(/?)(table|tr|td|th|br)\b([^<>]*)>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_SPAN = re.compile(r"""\bcolspan\s*=\s*["']?([0-9]{1,4})""", re.IGNORECASE)


def is_web_page(raw: bytes) -> bool:
    """Whether it begins like HTML, whatever it is called."""
    start = raw[:2048].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return start.startswith(_BEGINNINGS)


def read_web_page(raw: bytes) -> Sheet:
    """The rows of all its tables as one sheet. Raises `NotReadable`."""
    if len(raw) > _MOST_BYTES:
        raise NotReadable("This file is a web page of more than 2 MB. Open it, save it as .xlsx and upload that.")
    text, notes = text_of(raw)
    rows = even(_rows(_without_comments(text)))
    if not rows:
        raise NotReadable("This file is a web page without a table. Upload the .xlsx workbook, or a CSV file.")
    return Sheet(
        "", False, rows, (*notes, "This file is a web page that is named like a workbook; its table was read.")
    )


def _without_comments(text: str) -> str:
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        kept.append(text[at:start])
        at = end + 3
    return "".join([*kept, text[at:]])


def _rows(text: str) -> list[list[str]]:
    rows: list[list[str]] = []
    cell: list[str] = []
    place, cells, at = -1, 0, 0
    for tag in (*_TABLE_TAG.finditer(text), None):
        if place >= 0:
            cell.append(text[at : tag.start() if tag else None])
        if tag is None or tag[2].lower() != "br":
            if place >= 0:
                rows[-1][place] = _said(cell)
            place, cell = -1, []
        if tag is None:
            break
        at, name = tag.end(), "" if tag[1] else tag[2].lower()
        if name == "tr":
            rows.append([])
        elif name in ("td", "th") and rows:
            place, span = len(rows[-1]), _span(tag[3])
            rows[-1] += [""] * span
            cells += span
        too_large(len(rows), len(rows[-1]) if rows else 0, cells)
    return rows


def _said(cell: list[str]) -> str:
    return " ".join(html.unescape(_ANY_TAG.sub(" ", " ".join(cell))[: 2 * MOST_CHARACTERS]).split())[:MOST_CHARACTERS]


def _span(attributes: str) -> int:
    found = _SPAN.search(attributes)
    return max(1, min(int(found[1]), MOST_COLUMNS)) if found else 1
