"""What a sent file is, by its bytes: each kind that is taken, and each that lies, runs, hides or grows."""

import io
import zipfile

import pytest
from hostile_files import PDF, TYPES, docx, jpeg, package, png, xlsx

from gradepost.form import sent_files
from gradepost.form.sent_files import NotTaken, kind_of

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512
PPTX = package({"[Content_Types].xml": TYPES, "ppt/presentation.xml": b"<p/>"})
WHOLE = {"pdf": PDF, "docx": docx(), "xlsx": xlsx(), "pptx": PPTX, "png": png(), "jpg": jpeg()}
TEMPLATE = (
    b'<Relationships><Relationship Type="x/attachedTemplate" Target="http://x/" TargetMode="External"/></Relationships>'
)
DDE = b'<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
FIELD = b'<w:instrText xml:space="preserve"> DDEAUTO c:\\windows\\system32\\cmd.exe "/k calc" </w:instrText>'
# The field stands across the border between two chunks that are read.
FAR = b"<w:t>" + b"x" * ((1 << 20) - 40)


def locked():
    raw = bytearray(docx())
    at = raw.index(b"PK\x01\x02")
    while at >= 0:
        raw[at + 8] |= 1
        at = raw.find(b"PK\x01\x02", at + 1)
    return bytes(raw)


def lying_size(content):
    """A package that says of its largest part that it is small."""
    raw = bytearray(package({"[Content_Types].xml": TYPES, "word/document.xml": content}))
    entry = raw.rindex(b"PK\x01\x02")
    raw[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    return bytes(raw)


def twice():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        for name in ("[Content_Types].xml", "word/document.xml", "word/document.xml"):
            archive.writestr(name, TYPES)
    return made.getvalue()


HARMFUL = {
    "nothing": (b"", "", sent_files.EMPTY),
    "a Windows program": (b"MZ\x90\0" + b"\0" * 99, "a.exe", sent_files.PROGRAM),
    "a Linux program called a PDF": (b"\x7fELF" + b"\0" * 99, "a.pdf", sent_files.PROGRAM),
    "a script called a picture": (b"#!/bin/sh\n", "a.png", sent_files.PROGRAM),
    "an archive": (package({"a.txt": b"a"}), "a.zip", sent_files.ARCHIVE),
    "a Java archive": (package({"META-INF/MANIFEST.MF": b"a"}), "a.docx", sent_files.ARCHIVE),
    "a gzip": (b"\x1f\x8b\x08", "a.gz", sent_files.ARCHIVE),
    "an old Word document": (OLE, "a.doc", sent_files.LOCKED),
    "a document with a password": (OLE, "a.docx", sent_files.LOCKED),
    "an encrypted part": (locked(), "a.docx", sent_files.LOCKED),
    "a macro": (docx(**{"word/vbaProject.bin": b"x"}), "a.docx", sent_files.MACROS),
    "a macro in capitals": (xlsx(**{"xl/VBAPROJECT.BIN": b"x"}), "a.xlsx", sent_files.MACROS),
    "a macro by its type": (docx(**{"[Content_Types].xml": b"x.macroEnabled.main+xml"}), "a.docx", sent_files.MACROS),
    "an embedded object": (docx(**{"word/embeddings/oleObject1.bin": b"x"}), "a.docx", sent_files.MACROS),
    "an embedded program": (docx(**{"word/embeddings/a.exe": b"x"}), "a.docx", sent_files.MACROS),
    "ActiveX": (docx(**{"word/activeX/activeX1.xml": b"x"}), "a.docx", sent_files.MACROS),
    "a template from elsewhere": (docx(**{"word/_rels/settings.xml.rels": TEMPLATE}), "a.docx", sent_files.MACROS),
    "a sheet that starts a program": (xlsx(**{"xl/externalLinks/externalLink1.xml": DDE}), "a.xlsx", sent_files.MACROS),
    "a text that starts a program": (docx(**{"word/document.xml": FIELD}), "a.docx", sent_files.MACROS),
    "a text that starts one far below": (docx(**{"word/document.xml": FAR + FIELD}), "a.docx", sent_files.MACROS),
    "many parts": (docx(**{f"p{n}": b"" for n in range(2001)}), "a.docx", sent_files.GROWS),
    "a part that grows": (docx(**{"word/media/a.bmp": b"\0" * (65 << 20)}), "a.docx", sent_files.GROWS),
    "a part that lies about its size": (lying_size(b"\0" * 4096), "a.docx", sent_files.DAMAGED),
    "a part that stands twice": (twice(), "a.docx", sent_files.DAMAGED),
    "a part that leads elsewhere": (docx(**{"word/../../x": b"x"}), "a.docx", sent_files.DAMAGED),
    "a package that breaks off": (docx()[:-30], "a.docx", sent_files.DAMAGED),
    "a PDF that breaks off": (PDF[:-6], "a.pdf", sent_files.DAMAGED),
    "a PDF that runs a script": (PDF.replace(b"/Catalog", b"/Catalog/JavaScript"), "a.pdf", sent_files.ACTIVE_PDF),
    "a PDF that starts a program": (PDF.replace(b"/Catalog", b"/S/Launch "), "a.pdf", sent_files.ACTIVE_PDF),
    "a PDF that carries a file": (PDF.replace(b"/Catalog", b"/EmbeddedFile"), "a.pdf", sent_files.ACTIVE_PDF),
    "a PDF with a coded script": (PDF.replace(b"/Catalog", b"/J#61vaScript"), "a.pdf", sent_files.ACTIVE_PDF),
    "a PDF and an archive at once": (PDF + docx(), "a.pdf", sent_files.TWO_KINDS),
    "a picture and an archive at once": (png() + docx(), "a.png", sent_files.TWO_KINDS),
    "a picture and a page at once": (png() + b"<script></script>", "a.png", sent_files.TWO_KINDS),
    "a picture that breaks off": (png()[:-8], "a.png", sent_files.DAMAGED),
    "a photograph that breaks off": (jpeg()[:-2], "a.jpg", sent_files.DAMAGED),
    "a page": (b"<!doctype html><script>alert(1)</script>", "a.html", sent_files.OTHER),
    "a drawing that can hold scripts": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", sent_files.OTHER),
    "plain text called a PDF": (b"hello", "a.pdf", sent_files.OTHER),
    "a page before a PDF": (b"<script></script>" + PDF, "a.pdf", sent_files.OTHER),
    "a JPEG's beginning and nothing else": (b"\xff\xd8\xff\xe0", "a.jpg", sent_files.OTHER),
}


@pytest.mark.parametrize("kind", WHOLE)
def test_a_whole_file_is_what_its_bytes_say(kind):
    assert kind_of(WHOLE[kind], f"My work.{kind.upper()}") == kind
    assert kind_of(WHOLE[kind]) == kind


@pytest.mark.parametrize("what", HARMFUL)
def test_what_could_harm_is_not_taken_and_told_why(what):
    raw, name, words = HARMFUL[what]

    with pytest.raises(NotTaken) as refusal:
        kind_of(raw, name)

    assert str(refusal.value) == words


@pytest.mark.parametrize(("kind", "name"), [("pdf", "a.jpg"), ("png", "a.jpg"), ("docx", "a.docm"), ("pdf", "a.exe")])
def test_a_name_that_says_another_kind_is_told(kind, name):
    with pytest.raises(NotTaken) as refusal:
        kind_of(WHOLE[kind], name)

    assert str(refusal.value).startswith(f"Its name ends in .{name[2:]} and its content is ")


def test_a_text_about_such_links_and_a_photograph_with_more_behind_it_are_taken():
    assert kind_of(docx(**{"word/document.xml": b"<w:t>DDE and DDEAUTO were used.</w:t>"})) == "docx"
    assert kind_of(jpeg() + b"made by a telephone") == "jpg"


def test_jpeg_is_another_name_of_jpg():
    assert kind_of(jpeg(), "scan.jpeg") == "jpg"
