"""Where pictures that people sign with are kept: in the state folder, outside Git, by centre and by SHA-256."""

import hashlib
import re
from pathlib import Path

from gradepost.doors.files import write_durably

_CENTRE = re.compile(r"[0-9]{5}")
_HASH = re.compile(r"[0-9a-f]{64}")


def keep(folder: Path, centre: str, raw: bytes) -> str:
    """Keep a picture. Gives the hash that a document names it by; the same bytes are kept once."""
    name = hashlib.sha256(raw).hexdigest()
    path = _path(folder, centre, name)
    if path is None:
        raise ValueError(centre)
    if not path.exists():
        write_durably(path, raw, 0o600)
    return name


def kept(folder: Path, centre: str, name: object) -> bytes | None:
    """A centre's picture of that hash; None where there is none, whatever the name."""
    path = _path(folder, centre, name)
    try:
        return path.read_bytes() if path else None
    except FileNotFoundError:
        return None


def _path(folder: Path, centre: str, name: object) -> Path | None:
    if not isinstance(name, str) or not _HASH.fullmatch(name) or not _CENTRE.fullmatch(centre):
        return None
    return folder / "signatures" / centre / name
