"""Spreadsheet files that nobody means well with, or that something went wrong with: each as bytes."""

import io
import zipfile
import zlib

from openpyxl import Workbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def xlsx(*rows, **sheets) -> bytes:
    """A workbook as openpyxl writes it: one sheet of rows, or sheets by title."""
    book = Workbook()
    book.remove(book.active)
    for title, given in (sheets or {"Sheet1": rows}).items():
        sheet = book.create_sheet(title)
        for row in given:
            sheet.append(row)
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(raw: bytes, name: str, content: bytes, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The workbook with one part replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", compression) as new:
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return out.getvalue()


def with_sheet(data: str, **around: str) -> bytes:
    """A workbook whose one sheet has this XML as its rows."""
    after = around.get("after", "")
    xml = (
        f'<?xml version="1.0" encoding="UTF-8"?><worksheet {NAMESPACE}><sheetData>{data}</sheetData>{after}</worksheet>'
    )
    return with_part(xlsx(["x"]), "xl/worksheets/sheet1.xml", xml.encode())


def inflating(megabytes: int, name: str = "xl/sharedStrings.xml") -> bytes:
    """A workbook of some kilobytes with a part of so many megabytes."""
    return with_part(xlsx(["a"]), name, b"<sst>" + b" " * (megabytes << 20) + b"</sst>")


def lying(megabytes: int) -> bytes:
    """The same, but the archive says of the part that it is small."""
    raw = bytearray(inflating(megabytes))
    size = (megabytes << 20) + len(b"<sst></sst>")
    told = size.to_bytes(4, "little")
    assert raw.count(told) == 2
    return bytes(raw.replace(told, (1000).to_bytes(4, "little")))


def overlapping(copies: int) -> bytes:
    """An archive whose directory names one compressed part many times over."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = b" " * (1 << 20)
    body = packed.compress(content) + packed.flush()
    raw = io.BytesIO(xlsx(["a"]))
    with zipfile.ZipFile(raw, "a") as archive:
        archive.writestr("xl/worksheets/bomb0.xml", content, zipfile.ZIP_DEFLATED)
        first = archive.infolist()[-1]
        for number in range(1, copies):
            info = zipfile.ZipInfo(f"xl/worksheets/bomb{number}.xml")
            info.header_offset, info.compress_type = first.header_offset, first.compress_type
            info.CRC, info.compress_size, info.file_size = first.CRC, len(body), first.file_size
            archive.filelist.append(info)
            archive.NameToInfo[info.filename] = info
        archive._didModify = True
    return raw.getvalue()


def macros() -> bytes:
    return with_part(xlsx(["a"]), "xl/vbaProject.bin", b"macro")


def macro_type_alone() -> bytes:
    raw = xlsx(["a"])
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        types = archive.read("[Content_Types].xml")
    plain, macro = b"spreadsheetml.sheet.main+xml", b"sheet.macroEnabled.main+xml"
    assert plain in types
    return with_part(raw, "[Content_Types].xml", types.replace(b"openxmlformats-officedocument." + plain, macro))


def encrypted() -> bytes:
    return OLE + b"\x00" * 1024 + "EncryptedPackage".encode("utf-16-le") + b"\x01" * 2048


def old_kind() -> bytes:
    return OLE + b"\x00" * 1024 + "Workbook".encode("utf-16-le") + b"\x01" * 2048


def entities() -> bytes:
    """Entities in the part that names the sheets: expanded, a few lines of them fill all memory."""
    raw = xlsx(["a"])
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        xml = archive.read("xl/workbook.xml").decode()
    start, _, rest = xml.rpartition('name="Sheet1"')
    declared = '<!DOCTYPE workbook [<!ENTITY a "Sheet1">]>' + start.removeprefix('<?xml version="1.0"?>')
    return with_part(raw, "xl/workbook.xml", f'{declared}name="Sheet1"{rest}'.encode())
