"""The area for centres as a running gateway keeps it: the build of what main holds, exchanged as a whole."""

import threading
from pathlib import Path

from gradepost.doors.logs import log_of
from gradepost.doors.secure_pages import SecureTree, read_tree
from gradepost.doors.site_secure import clear_all_but, secure_build
from gradepost.doors.state import State
from gradepost.doors.web.site_files import SiteFiles
from gradepost.forge.base import MAIN
from gradepost.ledger.sources import CommitSource, FilesSource
from gradepost.model.trouble import ConfigurationError
from gradepost.settings import Settings

_log = log_of("site")


class CentreArea:
    """The build that is shown now, or None before the first."""

    def __init__(self, state: State, settings: Settings, public: Path) -> None:
        self._state, self._settings, self._public = state, settings, public
        self._builds = state.folder / "centre"
        self._lock = threading.Lock()
        self._head: str | None = None
        self.shown: SiteFiles | None = None

    def show(self) -> None:
        """Show what main holds now. Raises `ConfigurationError` where it cannot be built; what was shown stays."""
        with self._lock:
            head = self._state.forge.head(MAIN)
            if head is None or head == self._head:
                return
            self._head = head
            before = self.shown.folder if self.shown else self._builds
            built = secure_build(self._settings, tree_of(self._state), self._public, self._builds).resolve()
            if built != before:
                self.shown = SiteFiles(built)
                # The one before is kept: somebody may be reading it this moment.
                clear_all_but(self._builds, built, before)

    def follow(self) -> None:
        """The same, while serving: a mistake in a page is logged, and the gateway goes on with what it shows."""
        try:
            self.show()
        except ConfigurationError:
            _log.warning("centre-pages-not-built")


def tree_of(state: State) -> SecureTree:
    """The pages for centres as main has them. Raises `ConfigurationError` with every mistake in them."""
    head = state.forge.head(MAIN)
    return read_tree(CommitSource(state.forge, head) if head else FilesSource({}))
