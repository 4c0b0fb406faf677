"""A spreadsheet file of any kind that can be read safely, by what is in it and not by its name."""

from gradepost.spreadsheet.delimited import read_delimited
from gradepost.spreadsheet.excel import read_excel
from gradepost.spreadsheet.sheets import NotReadable, Sheet
from gradepost.spreadsheet.web_tables import is_web_page, read_web_page

__all__ = ["NotReadable", "Sheet", "read"]

MOST_BYTES = 10 * 1024 * 1024

_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_KINDS = "Upload the .xlsx workbook, or a CSV file."


def read(raw: bytes, name: str) -> tuple[Sheet, ...]:
    """The sheets of a file, those that are hidden too. Raises `NotReadable`.

    `name` is the file's name; its ending decides nothing, because exports are often called what they are not.
    """
    if not raw.strip(b"\x00\t\r\n "):
        raise NotReadable("This file is empty. Save it once more and upload it again.")
    if len(raw) > MOST_BYTES:
        raise NotReadable("This file is larger than 10 MB. Keep the learners of one component and save it.")
    if raw.startswith(_ZIP):
        return read_excel(raw)
    if raw.startswith(_OLE):
        raise NotReadable(_old_or_encrypted(raw))
    if _PDF in raw[:1024]:
        raise NotReadable(f"This is a PDF file, whatever its name ends in. {_KINDS}")
    if raw.startswith(_PICTURES[:-1]):
        raise NotReadable(f"This is a picture, and numbers cannot be read from it. {_KINDS}")
    if is_web_page(raw):
        return (read_web_page(raw),)
    return (read_delimited(raw),)


def _old_or_encrypted(raw: bytes) -> str:
    if _ENCRYPTED in raw:
        return "This workbook is protected by a password. Save a copy without the password and upload that."
    return "This is a file of an older kind (.xls). Open it, save it as .xlsx and upload that."
