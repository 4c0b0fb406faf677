"""What every handler of the gateway needs, in one place that never changes while it serves."""

import threading
from dataclasses import dataclass, field

from starlette.requests import Request

from gradepost.doors.clock import DemoClock
from gradepost.doors.state import State
from gradepost.doors.web.site_files import SiteFiles
from gradepost.settings import Settings


@dataclass(frozen=True)
class Gateway:
    """State, site and settings; `wake` is set when there is something to file or to merge."""

    state: State
    site: SiteFiles
    settings: Settings
    clock: DemoClock | None = None
    wake: threading.Event = field(default_factory=threading.Event)
    answering: set[tuple[str, str, str]] = field(default_factory=set)

    @property
    def demo(self) -> bool:
        """Whether this is the demo."""
        return self.clock is not None

    @property
    def is_https(self) -> bool:
        """Whether people reach it by https, so that cookies must be secure."""
        return self.settings.site_url.startswith("https://")


def gateway_of(request: Request) -> Gateway:
    """The gateway that serves this request."""
    found: Gateway = request.app.state.gateway
    return found
