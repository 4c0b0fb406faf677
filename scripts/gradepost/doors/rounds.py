"""A thread that goes round after round until it is stopped. Trouble ends one act of a round, never the thread."""

import threading
from collections.abc import Callable, Sequence

from gradepost.doors.logs import log_of, trace_of
from gradepost.model.trouble import WorldError

_SECONDS_BETWEEN = 1.0
ENDING_SECONDS = 5

_log = log_of("worker")


class Rounds(threading.Thread):
    """Does its acts in turn, once a second or as soon as it is woken."""

    def __init__(self, name: str, acts: Sequence[Callable[[], object]], wake: threading.Event | None = None) -> None:
        super().__init__(name=name, daemon=True)
        self._acts = acts
        self._wake = wake or threading.Event()
        self._stopping = threading.Event()

    def stop(self) -> None:
        """End after the present act."""
        self._stopping.set()
        self._wake.set()
        self.join(timeout=ENDING_SECONDS)

    def run(self) -> None:
        """Round after round."""
        while not self._stopping.is_set():
            for act in self._acts:
                tried(act)
            self._wake.wait(_SECONDS_BETWEEN)
            self._wake.clear()


def tried(act: Callable[[], object]) -> None:
    """Do it; what goes wrong is logged."""
    try:
        act()
    except (WorldError, OSError) as trouble:
        _log.warning("round-failed", error=type(trouble).__name__)
    except Exception as bug:
        # The worker must outlive a bug: what waits is kept, and the next round looks again.
        _log.error("round-failed", error=type(bug).__name__, trace=trace_of(bug))
