"""The public site's sources as one tree, path by path, before any generator runs: what is written and what is made.

The other tree is `secure_pages.SecureTree`, which is made from a ledger. Neither knows of the other, and the generator
is given one of them whole.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from urllib.parse import urljoin

from gradepost.book import Book
from gradepost.doors import page_changes, site_pages
from gradepost.doors.documents import read_documents
from gradepost.doors.documents_word import word_documents
from gradepost.doors.page_notes import Note, owners_of, read_notes
from gradepost.doors.site_addresses import redirects
from gradepost.doors.site_due import MARK, due_block
from gradepost.doors.site_links import broken_links
from gradepost.model.trouble import ConfigurationError

# Data that pages are made from.
_DATA = ".yml"
_TITLE = re.compile(r"\A---\n(?:.*\n)*?title: (.+)\n")
_HEADING = re.compile(r"^# (.+?)(?: *\{.*\})? *$", re.MULTILINE)


def assemble(book: Book, root: Path, today: date, gateway: str = "") -> dict[str, bytes]:
    """Every file of the public site by its path: Markdown, calendars, schemas, images. The arguments are those of
    `site_pages.pages`. Raises `ConfigurationError` with every mistake, each with file and line."""
    docs = root / "docs"
    written = _written(docs)
    made = {path: text.encode() for path, text in site_pages.pages(book, root, today, gateway).items()}
    made |= site_pages.feeds(book, root) | _schemas(book)
    made |= word_documents(read_documents(docs, book), root / ".cache" / "documents")
    notes = read_notes(docs)
    tree = {**written, **made}
    if notes:
        titles = {path: title_of(raw.decode()) for path, raw in tree.items() if path.endswith(".md")}
        tree[page_changes.PAGE] = page_changes.changes_page(notes, titles).encode()
        tree[page_changes.FEED] = page_changes.changes_feed(notes, titles, book.site_url)
    tree |= redirects(docs, tree, book.series.id, book.site_url)
    if mistakes := broken_links(tree, written.keys() - made.keys(), docs.name):
        raise ConfigurationError("\n".join(mistakes))
    block = due_block(book).encode()
    tree |= {path: raw.replace(MARK.encode(), block) for path, raw in tree.items() if MARK.encode() in raw}
    return tree | _with_facts(tree, docs, notes)


def title_of(text: str) -> str:
    """A page's title: what its front matter calls it, or else its first heading."""
    found = _TITLE.search(text) or _HEADING.search(text)
    return found[1].strip("\"'") if found else ""


def _with_facts(tree: Mapping[str, bytes], docs: Path, notes: tuple[Note, ...]) -> dict[str, bytes]:
    last = {note.page: note for note in notes if note.note}
    owned = owners_of(docs, notes, [path for path in tree if path.endswith(".md")])
    return {
        path: page_changes.with_facts(tree[path].decode(), facts, last.get(path)).encode()
        for path, facts in owned.items()
    }


def _written(docs: Path) -> dict[str, bytes]:
    return {
        path.relative_to(docs).as_posix(): path.read_bytes()
        for path in sorted(docs.rglob("*"))
        if path.is_file() and path.suffix != _DATA and not path.name.startswith(".")
    }


def _schemas(book: Book) -> dict[str, bytes]:
    """Every schema by its path on the site. Its `$id` is its address there, so that an editor finds it again."""
    published = {}
    for name, schema in book.schemas.items():
        path = f"schemas/{name}.schema.json"
        address = {"$id": urljoin(book.site_url, path)} if book.site_url else {}
        published[path] = (json.dumps({**schema.schema, **address}, ensure_ascii=False, indent=2) + "\n").encode()
    return published
