"""Where pictures that people sign with, and files that centres send on request, are kept: in the state folder, outside
Git, by centre and by SHA-256."""

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

from gradepost.doors.files import write_durably

SIGNATURES, EVIDENCE = "signatures", "evidence"
_CENTRE = re.compile(r"[0-9]{5}")
_HASH = re.compile(r"[0-9a-f]{64}")


def keep(folder: Path, centre: str, raw: bytes, *, under: str = SIGNATURES) -> str:
    """Keep a picture, or another file. Gives the hash that a document names it by; the same bytes are kept once."""
    name = hashlib.sha256(raw).hexdigest()
    path = _path(folder, centre, name, under)
    if path is None:
        raise ValueError(centre)
    if path.exists():
        os.utime(path)
    else:
        write_durably(path, raw, 0o600)
    return name


def kept(folder: Path, centre: str, name: object, *, under: str = SIGNATURES) -> bytes | None:
    """A centre's picture, or other file, of that hash; None where there is none, whatever the name."""
    path = _path(folder, centre, name, under)
    try:
        return path.read_bytes() if path else None
    except FileNotFoundError:
        return None


def centres_of(folder: Path, *, under: str = SIGNATURES) -> list[str]:
    """Every centre that has pictures, or other files, here."""
    at = folder / under
    return sorted(path.name for path in at.iterdir() if _CENTRE.fullmatch(path.name)) if at.is_dir() else []


def forget_unused(
    folder: Path, centre: str, documents: Iterable[bytes], before: float, *, under: str = SIGNATURES
) -> int:
    """Take away a centre's pictures, or other files, that none of the documents names and nobody has chosen since
    `before` (seconds since 1970). Gives how many. The caller sees to it that no document comes in meanwhile."""
    at = folder / under / centre
    old = {path.name: path for path in at.iterdir() if _HASH.fullmatch(path.name) and path.stat().st_mtime < before}
    if not old:
        return 0
    for document in documents:
        for name in re.findall(rb"[0-9a-f]{64}", document):
            old.pop(name.decode(), None)
    for path in old.values():
        path.unlink()
    return len(old)


def _path(folder: Path, centre: str, name: object, under: str) -> Path | None:
    if not isinstance(name, str) or not _HASH.fullmatch(name) or not _CENTRE.fullmatch(centre):
        return None
    return folder / under / centre / name
