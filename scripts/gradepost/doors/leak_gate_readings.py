"""A file's bytes in every shape that its contents can be read in: unpacked, unfolded, unescaped."""

import base64
import binascii
import gzip
import html
import io
import json
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

_DEEPEST = 4
_LARGEST = 64 * 1024 * 1024
_DATA = re.compile(rb"data:[^,\"'\s)]{0,100};base64,([A-Za-z0-9+/=\s]+)")
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKUP = re.compile(r"\{[^}]*\}|[*_`#|>\\]")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
_NOT_WORDS = re.compile(r"[\W_]+")


def readings(name: str, raw: bytes) -> Iterator[bytes]:
    """The bytes as they are, and everything packed into them, in turn. Never more than a bounded amount."""
    for unpacked in _unpacked(name, raw, 0):
        yield unpacked
        yield from _unescaped(unpacked)


def _unpacked(name: str, raw: bytes, depth: int) -> Iterator[bytes]:
    yield raw
    if depth < _DEEPEST:
        for inner in _within(name, raw):
            yield from _unpacked("", inner, depth + 1)


def words_of(text: str) -> str:
    """A text's words alone, folded: no tags, markup, punctuation or white space can hide a sentence."""
    plain = html.unescape(_MARKUP.sub(" ", _LINK.sub(r"\1", _TAG.sub("", text))))
    return _NOT_WORDS.sub(" ", unicodedata.normalize("NFKC", plain).casefold()).strip()


def _within(name: str, raw: bytes) -> Iterator[bytes]:
    if raw[:2] == b"\x1f\x8b":
        yield _gunzipped(raw)
    elif raw[:4] == b"PK\x03\x04":
        yield from _members(raw)
    elif raw[:5] == b"%PDF-":
        yield from (_inflated(stream) for stream in _STREAM.findall(raw))
    elif raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        yield raw.decode("utf-16", "ignore").encode()
    yield from (_from_base64(found) for found in _DATA.findall(raw))
    if name.endswith((".json", ".map", ".webmanifest")):
        yield _strings(raw)
    if name.endswith(".ics"):
        yield re.sub(rb"\r?\n[ \t]", b"", raw).replace(b"\\", b"")


def _unescaped(raw: bytes) -> Iterator[bytes]:
    text = raw.decode("utf-8", "ignore")
    for other in (unquote(text), _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), text)):
        if other != text:
            yield other.encode("utf-8", "ignore")


def _gunzipped(raw: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(raw)) as opened:
            return opened.read(_LARGEST)
    except (OSError, EOFError, zlib.error):
        return b""


def _members(raw: bytes) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            for name in packed.namelist():
                with packed.open(name) as member:
                    yield member.read(_LARGEST)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, OSError):
        return


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream, _LARGEST)
    except zlib.error:
        return b""


def _from_base64(found: bytes) -> bytes:
    try:
        return base64.b64decode(found)
    except (binascii.Error, ValueError):
        return b""


def _strings(raw: bytes) -> bytes:
    try:
        return "\n".join(_each(json.loads(raw))).encode("utf-8", "ignore")
    except ValueError:
        return b""


def _each(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for item in value.items() for part in item for text in _each(part))
    elif isinstance(value, list):
        yield from (text for part in value for text in _each(part))
