"""Reading a request's body whole, bounded in size, and telling what it is."""

from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from gradepost.document.strict import MAX_BYTES

_MAX_FIELDS = 100_000
_MAX_DIGITS = 15


class TooLarge(Exception):
    """The body is larger than may be received."""


class Unreadable(Exception):
    """The body is not what its type says, or did not come whole."""


async def read_body(request: Request) -> bytes:
    """The whole body. Raises `TooLarge` as soon as it is known to be, and `Unreadable` where it breaks off."""
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and (len(declared) > _MAX_DIGITS or int(declared) > MAX_BYTES):
        raise TooLarge
    chunks, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > MAX_BYTES:
                raise TooLarge
            chunks.append(chunk)
    except ClientDisconnect as error:
        raise Unreadable from error
    return b"".join(chunks)


def media_type(request: Request) -> str:
    """The body's type: `json`, `form`, or "" for any other and for a compressed one."""
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        return ""
    name = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return {"application/json": "json", "application/x-www-form-urlencoded": "form"}.get(name, "")


def fields_of(body: bytes) -> list[tuple[str, str]]:
    """The fields of an HTML form post, in order. Raises `Unreadable`."""
    try:
        text = body.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise Unreadable from error
