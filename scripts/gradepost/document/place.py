"""Where a value stands in its file: from an RFC 6901 pointer to line and column, by arithmetic in canonical form."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from json import JSONDecoder

from gradepost.document.canonical import ONE_PER_LINE

_ROW = re.compile(rf"/{ONE_PER_LINE}/(0|[1-9][0-9]{{0,6}})(?=/|$)")
_ROW_INDENT = 4
_BEFORE_ROWS = f'  "{ONE_PER_LINE}": ['.encode()
_AFTER_ROWS = (b"  ],", b"  ]")  # the second where nothing follows, else it may end a later list
_BETWEEN = re.compile(r"[ \t\r\n,:]*")
_value_at = JSONDecoder().raw_decode


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a value begins in the file as submitted: line and column, both from 1, the column in characters."""

    line: int
    column: int


def has_a_line_for_each(raw: bytes, rows: int) -> bool:
    """Whether each row stands on a line of its own as in canonical form, so that a row's line is arithmetic.

    A text made to look so by breaking one row and joining two others would be pointed into a line or two away.
    """
    start = raw.find(b"\n" + _BEFORE_ROWS + b"\n")
    if start < 0:
        return False
    lines = raw[start + len(_BEFORE_ROWS) + 2 :].split(b"\n", rows)
    return len(lines) == rows + 1 and lines[-1].startswith(b"  ]") and all(map(_begins_a_row, lines[:-1]))


def _begins_a_row(line: bytes) -> bool:
    return line.startswith(b"    {")


class Places:
    """The places of one strict JSON text. `canonical`: each row stands on a line of its own, as in canonical bytes."""

    def __init__(self, raw: bytes, canonical: bool) -> None:
        self._raw = raw
        self._canonical = canonical
        self._known: dict[int, dict[str, int]] = {}

    def of(self, pointer: str) -> Place:
        """Where the value at the pointer begins, or its nearest ancestor where it is missing."""
        row = _ROW.match(pointer) if self._canonical else None
        if row and int(row[1]) < len(self._rows):
            return self._in_row(self._rows[int(row[1])], pointer[row.end() :])
        offset = _descend(pointer, _past_space(self._text, 0), self._child)
        line = bisect_right(self._starts, offset)
        return Place(line, offset - self._starts[line - 1] + 1)

    def _in_row(self, line: int, pointer: str) -> Place:
        text = self._lines[line].decode("utf-8")

        def child(at: int, step: str) -> int | None:
            return next((offset for name, offset in _children(text, at) if name == step), None)

        return Place(line + 1, _descend(pointer, _ROW_INDENT, child) + 1)

    @cached_property
    def _lines(self) -> list[bytes]:
        return self._raw.split(b"\n")

    @cached_property
    def _rows(self) -> range:
        """The indexes of the lines that hold a row each."""
        # No string holds a raw line break, and only the document's own properties stand two spaces in.
        if _BEFORE_ROWS not in self._lines:
            return range(0)
        first = self._lines.index(_BEFORE_ROWS) + 1
        rest = self._lines[first:]
        return range(first, first + rest.index(next(end for end in _AFTER_ROWS if end in rest)))

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
            step, at = name.replace("~", "~0").replace("/", "~1"), _past_space(text, at)
        yield step, at
        # Python's own scanner passes over the value: ten times faster than looking at each of its tokens.
        at = _past_space(text, _value_at(text, at)[1])
        number += 1


def _past_space(text: str, at: int) -> int:
    # The text is known to be JSON, so a comma or a colon stands where one is due.
    return _BETWEEN.match(text, at).end()  # type: ignore[union-attr]
