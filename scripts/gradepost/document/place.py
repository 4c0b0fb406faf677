"""Where a value stands in its file: from an RFC 6901 pointer to line and column, by arithmetic in canonical form."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from json import JSONDecoder

from gradepost.document.canonical import ONE_PER_LINE
from gradepost.document.pointers import escaped

_ROW = re.compile(rf"/{ONE_PER_LINE}/(0|[1-9][0-9]{{0,6}})(?=/|$)")
_ROW_INDENT = 4
_BEFORE_ROWS = f'\n  "{ONE_PER_LINE}": [\n'.encode()
_BETWEEN = re.compile(r"[ \t\r\n,:]*")
_value_at = JSONDecoder().raw_decode


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a value begins in the file as submitted: line and column, both from 1, the column in characters."""

    line: int
    column: int


class Places:
    """The places of one strict JSON text.

    `rows` is how many learners it has, where their places may be arithmetic: then each must stand on a line of its
    own, as in canonical bytes. A text made to look so by breaking one row and joining two is pointed into nearby.
    """

    def __init__(self, raw: bytes, rows: int = 0) -> None:
        self._raw = raw
        self._count = rows
        self._known: dict[int, dict[str, int]] = {}

    def of(self, pointer: str) -> Place:
        """Where the value at the pointer begins, or its nearest ancestor where it is missing."""
        row = _ROW.match(pointer) if self._count else None
        if row and int(row[1]) < len(self._rows):
            return self._in_row(int(row[1]), pointer[row.end() :])
        offset = _descend(pointer, _past_space(self._text, 0), self._child)
        line = bisect_right(self._starts, offset)
        return Place(line, offset - self._starts[line - 1] + 1)

    def _in_row(self, number: int, pointer: str) -> Place:
        text = self._rows[number].decode("utf-8")

        def child(at: int, step: str) -> int | None:
            return next((offset for name, offset in _children(text, at) if name == step), None)

        return Place(self._lines_above + number + 1, _descend(pointer, _ROW_INDENT, child) + 1)

    @cached_property
    def _rows(self) -> list[bytes]:
        """The line of each row; none where they do not stand on lines of their own."""
        # No string holds a raw line break, and only the document's own properties stand two spaces in.
        start = self._raw.find(_BEFORE_ROWS)
        if start < 0:
            return []
        first = start + len(_BEFORE_ROWS)
        *lines, rest = self._raw[first:].split(b"\n", self._count)
        indented = self._raw.count(b"\n    {", first - 1, len(self._raw) - len(rest))
        return lines if len(lines) == self._count == indented and rest.startswith(b"  ]") else []

    @cached_property
    def _lines_above(self) -> int:
        return self._raw.count(b"\n", 0, self._raw.find(_BEFORE_ROWS) + len(_BEFORE_ROWS))

    @cached_property
    def _text(self) -> str:
        return self._raw.decode("utf-8")

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(line) + 1 for line in self._text.split("\n"))]

    def _child(self, at: int, step: str) -> int | None:
        if at not in self._known:
            self._known[at] = dict(_children(self._text, at))
        return self._known[at].get(step)


def _descend(pointer: str, at: int, child: Callable[[int, str], int | None]) -> int:
    for step in pointer.split("/")[1:]:
        found = child(at, step)
        if found is None:
            break
        at = found
    return at


def _children(text: str, at: int) -> Iterator[tuple[str, int]]:
    """The step in a pointer and the offset of each value directly within the list or object at an offset."""
    if text[at] not in "[{":
        return
    named, number = text[at] == "{", 0
    at = _past_space(text, at + 1)
    while text[at] not in "]}":
        step = str(number)
        if named:
            name, at = _value_at(text, at)
            step, at = escaped(name), _past_space(text, at)
        yield step, at
        # Python's own scanner passes over the value: ten times faster than looking at each of its tokens.
        at = _past_space(text, _value_at(text, at)[1])
        number += 1


def _past_space(text: str, at: int) -> int:
    # The text is known to be JSON, so a comma or a colon stands where one is due.
    return _BETWEEN.match(text, at).end()  # type: ignore[union-attr]
