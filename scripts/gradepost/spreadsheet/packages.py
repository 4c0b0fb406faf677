"""The parts of an .xlsx file, inflated within bounds. Whatever reads them later reads these bytes and no others."""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping

from gradepost.spreadsheet.sheets import NotReadable

MOST_PARTS = 2000
MOST_INFLATED = 12 * 1024 * 1024

DAMAGED = "This workbook is damaged. Open it, save it once more as .xlsx and upload that."
TOO_LARGE = (
    "This workbook holds far more than the learners of one component. Copy their rows into a new one and save it."
)
MACROS = "This workbook holds macros. Save it as .xlsx, which has none, and upload that."
BINARY = "This workbook is of the binary kind (.xlsb). Save it as .xlsx and upload that."
OPEN_DOCUMENT = "This file is of the OpenDocument kind (.ods). Save it as .xlsx and upload that."
NO_WORKBOOK = "This file is an archive and no workbook. Upload the .xlsx workbook, or a CSV file."

# What cells, their formats and the sheets' names are read from. Pictures, comments and links are never inflated.
_READ = (
    "_rels/.rels",
    "xl/_rels/",
    "xl/workbook.xml",
    "xl/styles.xml",
    "xl/sharedstrings.xml",
    "xl/worksheets/",
    "[content_types].xml",
)
# Readers make room for as many things as a count announces before they have seen one of them.
_ODD_COUNT = re.compile(rb"""[cC]ount\s*=\s*["'](?!\s*[0-9]{1,6}\s*["'])""")
_DECLARES = (b"<!DOCTYPE", b"<!ENTITY", b"<!doctype", b"<!entity")


def parts_of(raw: bytes) -> dict[str, bytes]:
    """The parts that cells are read from, by name. Raises `NotReadable`."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = archive.infolist()
            _refuse_other_kinds({member.filename.lower() for member in members})
            wanted = [member for member in members if _is_read(member.filename)]
            if len(members) > MOST_PARTS or sum(member.file_size for member in wanted) > MOST_INFLATED:
                raise NotReadable(TOO_LARGE)
            return inflated(archive, wanted)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise NotReadable(DAMAGED) from error


def packed(parts: dict[str, bytes]) -> io.BytesIO:
    """The parts as a package again, uncompressed; `parts` is emptied on the way to save memory."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_STORED) as archive:
        while parts:
            archive.writestr(*parts.popitem())
    package.seek(0)
    return package


def _refuse_other_kinds(names: set[str]) -> None:
    if any(name.endswith("vbaproject.bin") for name in names):
        raise NotReadable(MACROS)
    if "xl/workbook.bin" in names:
        raise NotReadable(BINARY)
    if "content.xml" in names and "mimetype" in names:
        raise NotReadable(OPEN_DOCUMENT)
    if "xl/workbook.xml" not in names:
        raise NotReadable(NO_WORKBOOK)


def _is_read(name: str) -> bool:
    lower = name.lower()
    return lower.startswith(_READ) and lower.endswith((".xml", ".rels")) and "xl/worksheets/_rels" not in lower


def inflated(archive: zipfile.ZipFile, wanted: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    """Each part, never more bytes than allowed, whatever the archive says of their sizes."""
    found: dict[str, bytes] = {}
    left = MOST_INFLATED
    for member in wanted:
        with archive.open(member) as part:
            content = part.read(left + 1)
        left -= len(content)
        if left < 0:
            raise NotReadable(TOO_LARGE)
        _refuse_odd_xml(content)
        if member.filename in found:
            raise NotReadable(DAMAGED)
        found[member.filename] = content
    _refuse_macros(found)
    return found


def _refuse_odd_xml(content: bytes) -> None:
    """Declarations and 16-bit encodings have no place in a workbook's parts; both hide things from whoever looks."""
    if _ODD_COUNT.search(content):
        raise NotReadable(DAMAGED)
    if b"\x00" in content[:200] or any(declared in content for declared in _DECLARES):
        raise NotReadable(DAMAGED)


def _refuse_macros(parts: Mapping[str, bytes]) -> None:
    types = next((content for name, content in parts.items() if name.lower() == "[content_types].xml"), b"")
    if b"macroEnabled" in types:
        raise NotReadable(MACROS)
