"""Git's tree objects as they may be pushed: which entries no Git tool would have written. Nothing is read but bytes."""

from collections.abc import Iterable, Iterator

_MODES = {b"100644", b"100755", b"120000", b"160000", b"40000"}
_FOLDER = b"40000"
_ID_BYTES = 20


def malformed(raw: bytes) -> frozenset[bytes]:
    """The malformed entries of a tree object, each as its bytes: of an impossible name or mode, twice there, or out of
    order. Programs differ in what they make of them, so that what is judged might not be what is merged."""
    found, names, last = set(), set(), b""
    for entry, mode, name in _entries(raw):
        place = name + b"/" if mode == _FOLDER else name
        if mode not in _MODES or not is_possible(name) or name in names or place < last:
            found.add(entry)
        names.add(name)
        last = max(last, place)
    return frozenset(found)


def names_of(entries: Iterable[bytes]) -> frozenset[bytes]:
    """The names of entries that are given as their bytes."""
    return frozenset(entry[: -_ID_BYTES - 1].partition(b" ")[2] for entry in entries)


def is_possible(name: bytes) -> bool:
    """Whether a file or a folder can be called so: in one folder, and not in Git's own."""
    return name.lower() not in (b"", b".", b"..", b".git") and b"/" not in name


def in_a_path(name: str) -> str:
    """A name as it stands in a path, where a slash of its own would be taken for a folder's."""
    return name.replace("/", "\\x2f") or "\\x00"


def _entries(raw: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    start = 0
    while start < len(raw):
        end = raw.index(b"\0", start) + 1 + _ID_BYTES
        mode, _, name = raw[start : end - _ID_BYTES - 1].partition(b" ")
        yield raw[start:end], mode, name
        start = end
