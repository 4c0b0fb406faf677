"""A book read before and found to be right is not read again while its files and the code are the same."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from gradepost.book.book import Book
from gradepost.book.facts import book_of
from gradepost.doors.code import code_digest
from gradepost.settings import Settings


def load(settings: Settings, series: str | None = None) -> Book:
    """The book of one series, as `gradepost.book.load` reads it. What is kept may be lost at any time."""
    file = settings.cache / "books" / f"{_key(settings.root, series)}.json" if settings.cache else None
    facts = _kept(file)
    if facts is None:
        from gradepost.book.loading import facts_of

        facts = facts_of(settings.root, series)
        _keep(file, facts)
    return book_of(facts, settings.site_url)


def _key(root: Path, series: str | None) -> str:
    """Everything that the book hangs on, as one digest: more than its own, for a name may be wrong or missing."""
    digest = hashlib.sha256(f"{code_digest()} {series}\n".encode())
    own = f"forms/{series}/*" if series else "forms/*/*"
    for path in sorted((root / "mkdocs.yml", *root.glob("schemas/*"), *root.glob(own))):
        with suppress(OSError):
            digest.update(f"{path.relative_to(root)} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _kept(file: Path | None) -> Any:
    with suppress(OSError, ValueError):
        return orjson.loads(file.read_bytes()) if file else None
    return None


def _keep(file: Path | None, facts: Any) -> None:
    if file is None:
        return
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = file.with_name(f"{file.name}.{os.getpid()}")
        fresh.write_bytes(orjson.dumps(facts))
        fresh.replace(file)
