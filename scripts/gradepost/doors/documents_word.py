"""Documents to take away as Word documents: the same bytes for the same document, wherever and whenever it is made."""

import hashlib
import io
import os
import zipfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gradepost.doors.documents import FOLDER, Block, Document
from gradepost.doors.files import write_durably

if TYPE_CHECKING:
    from docx.document import Document as Word

# The earliest day that a packed file can have.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MADE = datetime(2021, 5, 1, tzinfo=UTC)
_LAYOUT = b"1"


def word_documents(documents: tuple[Document, ...], kept: Path | None = None) -> dict[str, bytes]:
    """Each document by its path on the site. In `kept`, a folder, what was made once is kept for the next time."""
    return {f"{FOLDER}/{one.id}.docx": _kept_or_made(one, kept) for one in documents}


def word_document(document: Document) -> bytes:
    """One document's bytes (Office Open XML)."""
    # Half of a small build would go by in importing it.
    import docx

    word = docx.Document()
    word.core_properties.title = document.title
    word.core_properties.author = "Gradepost"
    word.core_properties.created = word.core_properties.modified = _MADE
    word.add_heading(document.title, 0)
    word.add_paragraph(document.lead)
    for number, block in enumerate(document.blocks, 1):
        word.add_heading(f"{number}. {block.heading}", 1)
        _add(word, block)
    word.add_paragraph(f"Assumed: {document.assumed} Give candidate numbers, and no learner’s name.")
    written = io.BytesIO()
    word.save(written)
    return _with_one_date(written.getvalue())


def _add(word: "Word", block: Block) -> None:
    if block.text:
        word.add_paragraph(block.text)
    for check in block.checks:
        word.add_paragraph(f"☐ {check}")
    if not block.rows:
        return
    rows = (block.head, *block.rows) if block.head else block.rows
    table = word.add_table(rows=0, cols=len(rows[0]))
    table.style = "Table Grid"
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def _with_one_date(raw: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as was, zipfile.ZipFile(packed, "w") as made:
        for name in was.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            made.writestr(entry, was.read(name))
    return packed.getvalue()


def _kept_or_made(document: Document, kept: Path | None) -> bytes:
    if kept is None:
        return word_document(document)
    path = kept / f"{hashlib.sha256(_LAYOUT + repr(document).encode()).hexdigest()[:32]}.docx"
    if path.is_file():
        return path.read_bytes()
    made = word_document(document)
    with suppress(OSError):
        kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.access(kept, os.W_OK):
            write_durably(path, made)
    return made
