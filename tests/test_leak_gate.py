"""The leak gate: whatever of the pages for centres stands in a public site is found, however it is packed."""

import base64
import gzip
import io
import json
import zipfile
import zlib

import pytest

from gradepost.doors.leak_gate import insist_on_no_leak, leaks_in
from gradepost.doors.secure_pages import read_tree
from gradepost.ledger.sources import FilesSource
from gradepost.model.trouble import ConfigurationError

SENTENCE = "The fourth chapter shows the café’s grades & how they were moderated."
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
TREE = read_tree(
    FilesSource(
        {
            "centre-pages/recordings.md": f"---\naccess: centre\n---\n\n# Recordings\n\n{SENTENCE} Next.\n".encode(),
            "centre-pages/room.png": PICTURE,
        }
    )
)
(PAGE,) = TREE.pages
CANARY = PAGE.canary


def packed(text):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as document:
        document.writestr("word/document.xml", f"<w:t>{text}</w:t>")
    return made.getvalue()


def folded(text):
    line = f"DESCRIPTION:{text}"
    return "\r\n ".join(line[at : at + 20] for at in range(0, len(line), 20)).encode()


LEAKS = {
    "a canary in a comment of a page": ("guidance/index.html", f"<p>Fine.</p><!-- {CANARY} -->".encode()),
    "a sentence within markup": (
        "a.html",
        "<p>The fourth chapter shows the <b>café</b>’s grades &amp; <i>how</i>\n they were moderated.</p>".encode(),
    ),
    "the search index": ("search/search_index.json", json.dumps({"docs": [{"text": SENTENCE}]}).encode()),
    "a picture under another name": ("assets/img1.png", PICTURE),
    "the sitemap": ("sitemap.xml", b"<loc>https://example.org/centre/recordings/</loc>"),
    "the packed sitemap": ("sitemap.xml.gz", gzip.compress(b"<loc>https://example.org/centre/recordings/</loc>")),
    "a feed": ("feed.xml", f"<summary>{SENTENCE.replace('&', '&amp;')}</summary>".encode()),
    "a calendar": ("deadlines.ics", folded(SENTENCE.replace(",", "\\,"))),
    "a packed page": ("page.html.gz", gzip.compress(SENTENCE.encode())),
    "a document": ("files/template.docx", packed(CANARY)),
    "a picture within a style sheet": (
        "assets/x.css",
        b"i{background:url(data:image/png;base64," + base64.b64encode(PICTURE) + b")}",
    ),
    "a script": ("app.js", f'var a = "{SENTENCE.encode("ascii", "backslashreplace").decode()}"'.encode()),
    "a PDF": ("guide.pdf", b"%PDF-1.7\nstream\n" + zlib.compress(SENTENCE.encode()) + b"\nendstream\n"),
    "the page's source": ("recordings.md", f"# Recordings\n\n*{SENTENCE}*".encode()),
    "another encoding": ("notes.txt", SENTENCE.encode("utf-16")),
    "a file in the place of the area": ("centre/index.html", b"<h1>For centres</h1>"),
    "a packed document in a packed file": ("all.zip.gz", gzip.compress(packed(SENTENCE))),
}


@pytest.fixture
def site(tmp_path):
    """A public site that says nothing it should not, and points to the area for centres."""
    for name, text in {
        "index.html": '<p>Public. <a href="/centre/recordings/">Recording (centre login required)</a></p>',
        "sitemap.xml": "<loc>https://example.org/guidance/</loc>",
        "search/search_index.json": '{"docs": [{"text": "The webinar was recorded."}]}',
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_clean_site_is_published(site):
    assert leaks_in(site, TREE) == []


@pytest.mark.parametrize(("name", "content"), LEAKS.values(), ids=LEAKS.keys())
def test_a_leak_is_found(site, name, content):
    path = site / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)

    found = leaks_in(site, TREE)

    assert {leak.file for leak in found} == {name}


def test_every_leak_is_named_and_none_is_repeated(site):
    for name, content in LEAKS.values():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_bytes(content)

    with pytest.raises(ConfigurationError) as refused:
        insist_on_no_leak(site, TREE)

    said = str(refused.value)
    assert all(name in said for name, _ in LEAKS.values())
    assert "moderated" not in said
    assert CANARY not in said


def test_without_a_ledger_a_canary_of_any_page_is_found(site):
    (site / "index.html").write_text("<p>gpc-0123456789abcdef01234567</p>")

    assert [leak.file for leak in leaks_in(site, None)] == ["index.html"]


def test_every_page_has_a_canary_of_its_own():
    tree = read_tree(FilesSource({f"centre-pages/{name}.md": b"# One" for name in ("a", "b", "c/index")}))

    built = tree.sources()

    assert len({page.canary for page in tree.pages}) == 3
    assert all(page.canary in built[page.path].decode() for page in tree.pages)


@pytest.mark.parametrize("content", [b"\x1f\x8bnot gzip", b"PK\x03\x04not a zip", b"%PDF-\nstream\nno\nendstream", b""])
def test_a_file_that_cannot_be_unpacked_hides_nothing_and_stops_nothing(site, content):
    (site / "odd.bin").write_bytes(content + CANARY.encode())

    assert [leak.file for leak in leaks_in(site, TREE)] == ["odd.bin"]
