"""Reading a request's body whole, bounded in size, and telling what it is."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from gradepost.document.strict import MAX_BYTES
from gradepost.page.sheets import PICTURE

MAX_FILE_BYTES = 10 * 1024 * 1024
# A file, and beside it the document that was typed so far.
_MAX_UPLOAD_BYTES = MAX_FILE_BYTES + 2 * MAX_BYTES
# A browser shows an answer only after it has sent everything: so much more is taken in, and thrown away.
_MAX_THROWN_AWAY_BYTES = 64 * 1024 * 1024
_MAX_FIELDS = 100_000
_MAX_DIGITS = 15
# One to read, and a picture for each who signs.
_MAX_FILES = 51
_FIELDS = "application/x-www-form-urlencoded"


class TooLarge(Exception):
    """The body is larger than may be received."""


class Unreadable(Exception):
    """The body is not what its type says, or did not come whole."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that came in a form: its name as the browser gave it, and its bytes."""

    name: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Parts:
    """What a form with files in it sends: its fields in order, the file where one was chosen, and pictures by the
    names of their fields."""

    fields: Sequence[tuple[str, str]]
    file: Uploaded | None
    pictures: Mapping[str, bytes] = field(default_factory=dict)


class _InMemory(MultiPartParser):
    # A spreadsheet may hold names: no part of it is ever put on a disk.
    spool_max_size = _MAX_UPLOAD_BYTES + 1


async def read_body(request: Request) -> bytes:
    """The whole body. Raises `TooLarge` as soon as it is known to be, and `Unreadable` where it breaks off."""
    return b"".join([chunk async for chunk in _bounded(request, MAX_BYTES)])


async def read_parts(request: Request) -> Parts:
    """The fields and the file of a form, sent either way. Raises `TooLarge` and `Unreadable`."""
    kind = _plain_type(request)
    try:
        chunks = _bounded(request, _MAX_UPLOAD_BYTES)
        if kind == _FIELDS:
            return Parts(fields_of(b"".join([chunk async for chunk in chunks])), None)
        if kind != "multipart/form-data":
            raise Unreadable
        parser = _InMemory(
            request.headers, chunks, max_files=_MAX_FILES, max_fields=_MAX_FIELDS, max_part_size=_MAX_UPLOAD_BYTES
        )
        return await _parts(parser)
    except TooLarge:
        await _throw_away(request)
        raise


async def read_files(request: Request, name: str, most_bytes: int) -> list[Uploaded]:
    """The files that a form sends under one name, in memory, so many bytes in all. Raises `TooLarge`, `Unreadable`."""
    if not has_parts(request):
        raise Unreadable
    try:
        parser = _InMemory(request.headers, _bounded(request, most_bytes), max_files=_MAX_FILES, max_fields=_MAX_FILES)
        parser.spool_max_size = most_bytes + 1
        found = (await parser.parse()).multi_items()
    except MultiPartException as error:
        raise Unreadable from error
    except TooLarge:
        await _throw_away(request)
        raise
    sent = [value for known, value in found if known == name and isinstance(value, UploadFile)]
    files = [Uploaded(value.filename or "", await value.read()) for value in sent]
    return [file for file in files if file.name or file.raw]


async def _parts(parser: MultiPartParser) -> Parts:
    try:
        found = (await parser.parse()).multi_items()
    except MultiPartException as error:
        raise Unreadable from error
    files = [(name, value) for name, value in found if isinstance(value, UploadFile)]
    others = [value for name, value in files if not name.startswith(PICTURE)]
    if len(others) > 1:
        raise Unreadable
    sent = next(iter(others), None)
    file = Uploaded(sent.filename or "", await sent.read()) if sent is not None else None
    if file is not None and len(file.raw) > MAX_FILE_BYTES:
        raise TooLarge
    fields = [(name, value) for name, value in found if isinstance(value, str)]
    pictures = {name.removeprefix(PICTURE): await value.read() for name, value in files if name.startswith(PICTURE)}
    chosen = {name: raw for name, raw in pictures.items() if raw}
    return Parts(fields, file if file is not None and (file.name or file.raw) else None, chosen)


async def _bounded(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and (len(declared) > _MAX_DIGITS or int(declared) > most):
        raise TooLarge
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > most:
                raise TooLarge
            yield chunk
    except ClientDisconnect as error:
        raise Unreadable from error


async def _throw_away(request: Request) -> None:
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > _MAX_THROWN_AWAY_BYTES:
                return
    except (ClientDisconnect, RuntimeError):
        return


def media_type(request: Request) -> str:
    """The body's type: `json`, `form`, or "" for any other and for a compressed one."""
    return {"application/json": "json", _FIELDS: "form"}.get(_plain_type(request), "")


def has_parts(request: Request) -> bool:
    """Whether the body says that it is a form with files in it."""
    return _plain_type(request) == "multipart/form-data" and "boundary=" in request.headers["content-type"]


def _plain_type(request: Request) -> str:
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        return ""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def fields_of(body: bytes) -> list[tuple[str, str]]:
    """The fields of an HTML form post, in order. Raises `Unreadable`."""
    try:
        text = body.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise Unreadable from error
