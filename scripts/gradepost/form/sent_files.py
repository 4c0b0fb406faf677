"""What a file that somebody sends is, by its bytes and not by its name; and why it is not taken.

Nothing is run, drawn or kept here. Parts of Office files are inflated within bounds and thrown away, so that a file
which grows without end is found before a reviewer opens it. Active content is refused where it can be seen: macros,
embedded programs, templates from elsewhere, links that start programs (DDE), JavaScript of a PDF that is not itself
compressed.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping

from gradepost.form.pictures import is_jpeg, is_png

MOST_PARTS = 2000
MOST_INFLATED = 64 * 1024 * 1024
_CHUNK = 1 << 20
_MOST_TOLD = 4 << 20

EMPTY = "The file is empty."
PROGRAM = "This is a program. Programs are not taken."
ARCHIVE = "This is an archive. Send the documents in it one by one."
DAMAGED = "The file is damaged, or not what it looks like. Open it, save it once more and send that."
MACROS = "This document holds macros or another program. Save it without them (.docx, .xlsx, .pptx) and send that."
LOCKED = "This document is protected by a password or of an old kind (.doc, .xls). Save it as .docx, .xlsx or PDF."
GROWS = "Opened, this document would be far larger than it is now. Save it anew, with less in it, and send that."
TWO_KINDS = "This file is two kinds of file at once. Open it, save it once more and send that."
ACTIVE_PDF = "This PDF holds a program or another file. Print it to a new PDF and send that."
OTHER = "This kind of file is not taken. Save it as one of the kinds that are, and send that."

_PROGRAMS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!")
_ARCHIVES = (b"Rar!\x1a", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"MSCF")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PNG_BEGINS, _JPEG_END = b"\x89PNG\r\n\x1a\n", b"\xff\xd9"
_ZIP, _ZIP_END, _ZIP_TAIL = b"PK\x03\x04", b"PK\x05\x06", 65_557
_MAIN_PARTS: Mapping[str, str] = {
    "word/document.xml": "docx",
    "xl/workbook.xml": "xlsx",
    "ppt/presentation.xml": "pptx",
}
_ACTIVE_PARTS = re.compile(
    r"vbaproject\.bin$|vbadata\.xml$|/activex/|oleobject[^/]*\.bin$"
    r"|\.(?:exe|dll|com|scr|bat|cmd|ps1|vbs|js|jar|msi|lnk|hta|zip|rar|7z)$"
)
_FOREIGN_TEMPLATE = re.compile(
    rb"""<[^>]*(?:attachedTemplate[^>]*TargetMode=["']External|TargetMode=["']External[^>]*attachedTemplate)"""
)
# Links that start a program on the reader's machine: of a sheet, and as a field of a text.
_STARTS_PROGRAMS = re.compile(rb"""ddeLink|(?:instrText[^<>]{0,80}>|instr=["'])[^<"']{0,200}?\bDDE(?:AUTO)?\b""")
_MAY_START = re.compile(r"^(?:word/|xl/externalLinks/).*\.xml$", re.IGNORECASE)
_OVERLAP = 400
# In a PDF any letter of a name may be written by its code: /J#61vaScript is /JavaScript.
_CODED = re.compile(rb"#([0-9A-Fa-f]{2})")
_ACTIVE_NAMES = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile)(?![A-Za-z0-9])")
_ENDS = re.compile(r"\.([A-Za-z0-9]{1,8})$")
_SAME = {"jpeg": "jpg", "jpe": "jpg"}


class NotTaken(Exception):
    """The file is not taken; the message says why, in words for whoever sent it."""


def kind_of(raw: bytes, name: str = "") -> str:
    """The kind of a file: `pdf`, `docx`, `xlsx`, `pptx`, `jpg`, `png`. `name` is what it was called; a name that
    ends like another kind is told. Raises `NotTaken`."""
    kind = _by_bytes(raw)
    found = _ENDS.search(name)
    ending = found[1].lower() if found else kind
    if _SAME.get(ending, ending) != kind:
        raise NotTaken(f"Its name ends in .{ending} and its content is {_spoken(kind)}. Save it anew and send that.")
    return kind


def _spoken(kind: str) -> str:
    return {"pdf": "a PDF", "jpg": "a JPEG picture", "png": "a PNG picture"}.get(kind, f"a .{kind} document")


def _by_bytes(raw: bytes) -> str:
    if not raw:
        raise NotTaken(EMPTY)
    if raw.startswith(_ZIP):
        return _office_kind(raw)
    for beginnings, words in ((_PROGRAMS, PROGRAM), (_ARCHIVES, ARCHIVE), ((_OLE,), LOCKED)):
        if raw.startswith(beginnings):
            raise NotTaken(words)
    kind = _plain_kind(raw)
    if _ZIP_END in raw[-_ZIP_TAIL:]:
        raise NotTaken(TWO_KINDS)
    return kind


def _plain_kind(raw: bytes) -> str:
    if raw.startswith((b"%PDF-1.", b"%PDF-2.")):
        if b"%%EOF" not in raw[-2048:]:
            raise NotTaken(DAMAGED)
        if _ACTIVE_NAMES.search(_CODED.sub(lambda code: bytes.fromhex(code[1].decode()), raw)):
            raise NotTaken(ACTIVE_PDF)
        return "pdf"
    if is_png(raw):
        _refuse_more_than_a_png(raw)
        return "png"
    if is_jpeg(raw):
        if _JPEG_END not in raw:
            raise NotTaken(DAMAGED)
        return "jpg"
    raise NotTaken(OTHER)


def _refuse_more_than_a_png(raw: bytes) -> None:
    """Walk over a PNG's chunks: its end is there, and nothing but blanks follows."""
    at = len(_PNG_BEGINS)
    while (kind := raw[at + 4 : at + 8]) != b"IEND":
        if len(kind) < 4:
            raise NotTaken(DAMAGED)
        at += 12 + int.from_bytes(raw[at : at + 4])
    if raw[at + 12 :].strip(b"\0\r\n "):
        raise NotTaken(TWO_KINDS)


def _office_kind(raw: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = archive.infolist()
            kind = _main_kind(members)
            _refuse_active({member.filename.lower() for member in members})
            _inflate_all(archive, members)
            return kind
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise NotTaken(DAMAGED) from error


def _main_kind(members: Iterable[zipfile.ZipInfo]) -> str:
    members = list(members)
    if any(member.flag_bits & 1 for member in members):
        raise NotTaken(LOCKED)
    if len(members) > MOST_PARTS or sum(member.file_size for member in members) > MOST_INFLATED:
        raise NotTaken(GROWS)
    names = [member.filename for member in members]
    kinds = [kind for part, kind in _MAIN_PARTS.items() if part in names]
    if len(kinds) != 1 or "[Content_Types].xml" not in names:
        raise NotTaken(ARCHIVE)
    if len({name.lower() for name in names}) != len(names) or any(".." in name.split("/") for name in names):
        raise NotTaken(DAMAGED)
    return kinds[0]


def _refuse_active(names: Iterable[str]) -> None:
    if any(_ACTIVE_PARTS.search(name) for name in names):
        raise NotTaken(MACROS)


def _inflate_all(archive: zipfile.ZipFile, members: Iterable[zipfile.ZipInfo]) -> None:
    """Inflate every part, whatever the archive says of sizes, and look into those that say what the document is."""
    left = MOST_INFLATED
    for member in members:
        told = member.filename.endswith((".rels", "[Content_Types].xml"))
        may_start = _MAY_START.match(member.filename)
        seen = last = b""
        with archive.open(member) as part:
            while chunk := part.read(_CHUNK):
                left -= len(chunk)
                seen += chunk if told else b""
                if left < 0 or len(seen) > _MOST_TOLD:
                    raise NotTaken(GROWS)
                if may_start and _STARTS_PROGRAMS.search(last + chunk):
                    raise NotTaken(MACROS)
                last = chunk[-_OVERLAP:]
        if b"macroEnabled" in seen or _FOREIGN_TEMPLATE.search(seen):
            raise NotTaken(MACROS)
