"""Where a value stands in its file: from an RFC 6901 pointer to a line, in any layout."""

import json
import re
from collections.abc import Iterator

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)


def line_of(raw: bytes, pointer: str) -> int:
    """The line (from 1) on which the value at `pointer` begins, or its nearest ancestor where it is missing."""
    lines = lines_of(raw)
    while pointer not in lines:
        if not pointer:
            return 1
        pointer = pointer.rpartition("/")[0]
    return lines[pointer]


def lines_of(raw: bytes) -> dict[str, int]:
    """The line of every value of a strict JSON text, by pointer."""
    return dict(_walk(raw))


def _walk(raw: bytes) -> Iterator[tuple[str, int]]:
    stack: list[list[str | int]] = []  # ["{" or "[", member or index]
    expecting_name = False
    line, seen = 1, 0
    for match in _TOKEN.finditer(raw):
        line += raw.count(b"\n", seen, match.start())
        seen = match.start()
        token = match[0]
        if token in (b"]", b"}"):
            stack.pop()
            expecting_name = False
        elif token == b",":
            if stack and stack[-1][0] == "[":
                stack[-1][1] = int(stack[-1][1]) + 1
            else:
                expecting_name = True
        elif token == b":":
            expecting_name = False
        elif expecting_name:
            stack[-1][1] = _name(token)
        else:
            yield "".join(f"/{step}" for _, step in stack), line
            if token == b"{":
                stack.append(["{", ""])
                expecting_name = True
            elif token == b"[":
                stack.append(["[", 0])


def _name(token: bytes) -> str:
    # Unescaped, as in the value: two spellings of a name are one name, and one place.
    name: str = json.loads(token) if b"\\" in token else token[1:-1].decode("utf-8")
    return name.replace("~", "~0").replace("/", "~1")
