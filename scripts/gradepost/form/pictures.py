"""Pictures that people sign with: what a file is by its first bytes, and how large it would be to draw.

Only headers are read. Nothing is decoded, so no picture can be larger in memory than it is as a file.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

MAX_BYTES = 200 * 1024
MAX_SIDE = 4000

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
# A JPEG's frames begin with these markers; four of the range mean something else.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_FILLER, _SCAN = 0xFF, 0xDA


class NotAPicture(Exception):
    """The file cannot be taken; `key` names the words that say why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG or JPEG: its media type and its size in pixels."""

    media_type: str
    width: int
    height: int


def picture_of(raw: bytes) -> Picture:
    """What the file is. Raises `NotAPicture` where it is too large, of another type, or has too many pixels."""
    if len(raw) > MAX_BYTES:
        raise NotAPicture("picture.too_large")
    found = _read(raw)
    if found is None or not (found.width and found.height):
        raise NotAPicture("picture.other_type")
    if max(found.width, found.height) > MAX_SIDE:
        raise NotAPicture("picture.too_wide")
    return found


def is_png(raw: bytes) -> bool:
    """Whether a file is a PNG picture of any size."""
    return raw.startswith(_PNG) and raw[8:16] == b"\x00\x00\x00\rIHDR" and len(raw) > 24


def is_jpeg(raw: bytes) -> bool:
    """Whether a file is a JPEG picture of any size: it begins like one, and has a frame."""
    return raw.startswith(_JPEG) and next(_frames(raw), None) is not None


def _read(raw: bytes) -> Picture | None:
    if is_png(raw):
        return Picture("image/png", *struct.unpack(">II", raw[16:24]))
    if raw.startswith(_JPEG):
        return next((Picture("image/jpeg", width, height) for height, width in _frames(raw)), None)
    return None


def _frames(raw: bytes) -> Iterator[tuple[int, int]]:
    """Height and width of each frame before the first scan."""
    at = 2
    while at + 9 <= len(raw) and raw[at] == _FILLER and raw[at + 1] != _SCAN:
        marker = raw[at + 1]
        if marker == _FILLER:
            at += 1
            continue
        if marker in _FRAMES:
            yield struct.unpack(">HH", raw[at + 5 : at + 9])
        length = int.from_bytes(raw[at + 2 : at + 4], "big")
        at += 2 + max(length, 2)
