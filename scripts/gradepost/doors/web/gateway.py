"""What every handler of the gateway needs, in one place that never changes while it serves."""

import threading
import time
from dataclasses import dataclass, field

from starlette.requests import Request

from gradepost.doors.clock import DemoClock
from gradepost.doors.state import State
from gradepost.doors.web.centre_builds import CentreArea
from gradepost.doors.web.site_files import SiteFiles
from gradepost.inbox import Inbox
from gradepost.model.trouble import StoreError
from gradepost.people.throttle import Pace
from gradepost.settings import Settings

_SECONDS_BETWEEN_TRIES = 1.0


@dataclass(frozen=True)
class Gateway:
    """State, site and settings; `wake` is set when there is something to file or to merge."""

    state: State
    site: SiteFiles
    settings: Settings
    clock: DemoClock | None = None
    centre_area: CentreArea | None = None
    wake: threading.Event = field(default_factory=threading.Event)
    # Idempotency keys that are being answered, each with a mark of the request that took it.
    answering: dict[tuple[str, str, str], object] = field(default_factory=dict)
    readiness: "Readiness" = field(init=False)
    pace: Pace = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "readiness", Readiness(self.state.inbox))
        # The demo's people are whoever tries it.
        object.__setattr__(self, "pace", Pace(0 if self.demo else self.settings.limits.sent_in_a_minute))

    @property
    def demo(self) -> bool:
        """Whether this is the demo."""
        return self.clock is not None

    @property
    def is_https(self) -> bool:
        """Whether people reach it by https, so that cookies must be secure."""
        return self.settings.site_url.startswith("https://")


class Readiness:
    """Whether a submission could be stored: tried for real, but once a second at most, whoever asks."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._lock = threading.Lock()
        self._ready, self._asked_at = False, -_SECONDS_BETWEEN_TRIES

    def holds(self) -> bool:
        """Whether it could."""
        with self._lock:
            if time.monotonic() - self._asked_at >= _SECONDS_BETWEEN_TRIES:
                self._ready, self._asked_at = self._try(), time.monotonic()
            return self._ready

    def _try(self) -> bool:
        try:
            self._inbox.try_storing()
        except StoreError:
            return False
        return True


def gateway_of(request: Request) -> Gateway:
    """The gateway that serves this request."""
    found: Gateway = request.app.state.gateway
    return found
