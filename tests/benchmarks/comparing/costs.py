"""What work costs: CPU seconds of this process, of a whole process with its children, and memory over all of them."""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_APART = 0.1
_KILOBYTES_TO_MEGABYTES = 1 / 1024


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of a command. `cpu` counts the children that it waited for, user and system time together."""

    wall: float
    cpu: float
    code: int
    out: bytes
    err: bytes

    def insist(self, *codes: int) -> "Ran":
        """Raise where it ended otherwise: a failing command is quick, and says nothing about speed."""
        if self.code not in codes:
            raise RuntimeError(f"exit code {self.code}: {self.err.decode(errors='replace').strip()[-400:]}")
        return self


def cpu_of(act: Callable[[], object]) -> float:
    """The CPU seconds of this process while it acts."""
    start = time.process_time()
    act()
    return time.process_time() - start


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Ran:
    """Run a command to its end."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err, env={**os.environ, **(environment or {})})
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        return Ran(wall, usage.ru_utime + usage.ru_stime, process.returncode, out.read(), err.read())


def peak_memory(command: Sequence[str], environment: Mapping[str, str] | None = None) -> float:
    """The most megabytes (PSS: shared pages once) that a command and its children held together, looked at ten times
    a second. Looking takes time, so this run is timed by nobody."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet, env={**os.environ, **(environment or {})})
    most = 0
    while process.poll() is None:
        most = max(most, sum(map(_held, _family(process.pid))))
        time.sleep(_APART)
    return most * _KILOBYTES_TO_MEGABYTES


def _family(pid: int) -> list[int]:
    children = []
    try:
        for file in Path(f"/proc/{pid}/task").glob("*/children"):
            children += [int(child) for child in file.read_text().split()]
    except OSError:  # it has just ended
        return []
    return [pid, *(one for child in children for one in _family(child))]


def _held(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def interleaved(sides: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The median of each side; rounds take turns, in changing order, so that a busy machine slows all alike."""
    costs: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds):
        for name in list(sides) if number % 2 else list(reversed(sides)):
            costs[name].append(sides[name]())
    return {name: statistics.median(found) for name, found in costs.items()}


def load() -> str:
    """How busy the machine is: the load of the last minute, and its cores."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
