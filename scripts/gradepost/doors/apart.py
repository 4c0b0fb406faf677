"""Spreadsheets read in a process of their own, with bounds on memory and time: no file can take the gateway down.

Run as a program this module is that process: the file comes in on standard input, its sheets go out as JSON.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gradepost.spreadsheet.sheets import NotReadable, Sheet

MORE_MEMORY_BYTES = 64 * 1024 * 1024
MOST_CPU_SECONDS = 1.0
_MOST_SECONDS = 10
_MOST_ANSWER_BYTES = 8 * 1024 * 1024
_AT_ONCE = threading.BoundedSemaphore(2)
_TURN_SECONDS = 15

TOO_MUCH = "Reading this file takes more time or memory than a list of learners does. Save the learners alone as CSV."
BUSY = "Many files are being read at the moment. Wait a minute, then upload it again."


class Busy(Exception):
    """No turn came up in time."""


def read_apart(raw: bytes, name: str) -> tuple[Sheet, ...]:
    """The sheets of a file. Raises `NotReadable`, also where the file takes too much, and `Busy`."""
    if not _AT_ONCE.acquire(timeout=_TURN_SECONDS):
        raise Busy(BUSY)
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "gradepost.doors.apart"],
            input=name.encode("utf-8", "replace").replace(b"\n", b" ") + b"\n" + raw,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_MOST_SECONDS,
            check=False,
            env={"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUTF8": "1", "MALLOC_ARENA_MAX": "1"},
        )
    except subprocess.TimeoutExpired as error:
        raise NotReadable(TOO_MUCH) from error
    finally:
        _AT_ONCE.release()
    if done.returncode != 0:
        raise NotReadable(TOO_MUCH)
    return _sheets(json.loads(done.stdout))


def _sheets(answer: dict[str, Any]) -> tuple[Sheet, ...]:
    if "refused" in answer:
        raise NotReadable(answer["refused"])
    return tuple(sheet_of(sheet) for sheet in answer["sheets"])


def sheet_of(raw: Sequence[Any]) -> Sheet:
    """A sheet from what `plain` made of it."""
    title, hidden, rows, notes = raw
    return Sheet(title, hidden, tuple(tuple(row) for row in rows), tuple(notes))


def plain(sheet: Sheet) -> Sequence[Any]:
    """A sheet as JSON has it."""
    return [sheet.title, sheet.hidden, sheet.rows, sheet.notes]


def main() -> None:
    """Read one file within bounds. What goes beyond them ends the process."""
    from gradepost.spreadsheet.reading import read

    name, _, raw = sys.stdin.buffer.read().partition(b"\n")
    _bound()
    try:
        answer: dict[str, Any] = {"sheets": [plain(sheet) for sheet in read(raw, name.decode("utf-8", "replace"))]}
    except NotReadable as error:
        answer = {"refused": error.words}
    except MemoryError:
        answer = {"refused": TOO_MUCH}
    text = json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace")
    sys.stdout.buffer.write(text if len(text) <= _MOST_ANSWER_BYTES else json.dumps({"refused": TOO_MUCH}).encode())
    sys.stdout.buffer.flush()
    # Nothing is left to do, and taking a large sheet apart would cost as much again.
    os._exit(0)


def _bound() -> None:
    try:
        import resource
    except ImportError:  # Windows has none; the deadline still holds there.
        return
    signal.setitimer(signal.ITIMER_PROF, MOST_CPU_SECONDS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if held := _held_bytes():
        resource.setrlimit(resource.RLIMIT_AS, (held + MORE_MEMORY_BYTES,) * 2)


def _held_bytes() -> int:
    """The address space that this process has now; 0 where nobody says so."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
