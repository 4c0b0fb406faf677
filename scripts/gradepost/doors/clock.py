"""The clocks: the system's, and the demo's, which starts in May 2021, ticks, and moves forward only."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gradepost.doors.files import write_durably

Now = Callable[[], datetime]

# Another command takes the demo's clock to be running for this long after its last beat.
_BEAT_HOLDS = timedelta(seconds=5)


def system_now() -> datetime:
    """The system's time, UTC."""
    return datetime.now(UTC)


class DemoClock:
    """A clock kept in a file of the state folder: `{"demo", "real"}`, the demo's instant at a real one."""

    def __init__(self, path: Path, real: Now = system_now) -> None:
        self._path = path
        self._real = real
        self._lock = threading.Lock()
        self._demo, self._at = self._stored()

    def _stored(self) -> tuple[datetime, datetime]:
        value = json.loads(self._path.read_text(encoding="utf-8"))
        return datetime.fromisoformat(value["demo"]), datetime.fromisoformat(value["real"])

    @classmethod
    def start(cls, path: Path, at_least: datetime, real: Now = system_now) -> "DemoClock":
        """Start, or go on: at the later of the stored instant and `at_least`. A clock that stood did not tick."""
        demo = at_least
        if path.exists():
            value = json.loads(path.read_text(encoding="utf-8"))
            demo = max(demo, datetime.fromisoformat(value["demo"]))
        _store(path, demo, real())
        return cls(path, real)

    def now(self) -> datetime:
        """The demo's instant, UTC."""
        with self._lock:
            return self._demo + (self._real() - self._at)

    def beat(self) -> None:
        """Store the present instant, so that a restart goes on from it and other commands see it."""
        # Under the lock: an instant taken before a move and stored after it would set the clock back.
        with self._lock:
            real = self._real()
            _store(self._path, self._demo + (real - self._at), real)

    def move_to(self, instant: datetime) -> bool:
        """Move forward to an instant; False, and nothing moves, where it lies behind."""
        with self._lock:
            real = self._real()
            if instant <= self._demo + (real - self._at):
                return False
            self._demo, self._at = instant.astimezone(UTC), real
            _store(self._path, self._demo, real)
            return True


def demo_now_of(path: Path, real: Now = system_now) -> Now:
    """The demo's time as another process sees it: running while the server beats, standing otherwise."""

    def now() -> datetime:
        value = json.loads(path.read_text(encoding="utf-8"))
        elapsed = real() - datetime.fromisoformat(value["real"])
        return datetime.fromisoformat(value["demo"]) + max(timedelta(0), min(elapsed, _BEAT_HOLDS))

    return now


def _store(path: Path, demo: datetime, real: datetime) -> None:
    value = {"demo": demo.astimezone(UTC).isoformat(), "real": real.isoformat()}
    write_durably(path, json.dumps(value).encode())
