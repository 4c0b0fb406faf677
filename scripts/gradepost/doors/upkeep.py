"""What is tidied up once a day: pictures that were chosen for a signature and never submitted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gradepost.document.filing import dossier_of_branch
from gradepost.doors.pictures import centres_of, forget_unused
from gradepost.doors.state import State

_DAY = 24 * 60 * 60


@dataclass(slots=True)
class DailyUpkeep:
    """Tidies when a day has passed since it last did, and at the first call. `wall` gives the seconds since 1970 as
    the disk stamps its files, so it is not a demo's clock."""

    state: State
    wall: Callable[[], float]
    last: float | None = None

    def run_due(self) -> int:
        """Tidy where it is time. Gives how many pictures went."""
        now = self.wall()
        if self.last is not None and now - self.last < _DAY:
            return 0
        self.last = now
        before = now - self.state.settings.unused_for.total_seconds()
        gone = 0
        for centre in centres_of(self.state.folder):
            # With the centre's desk in hand, no document that names a picture comes in between.
            with self.state.inbox.desk(centre):
                gone += forget_unused(self.state.folder, centre, self._documents(centre), before)
        return gone

    def _documents(self, centre: str) -> Iterator[bytes]:
        inbox = self.state.inbox
        for branch in inbox.branches():
            dossier = dossier_of_branch(branch)
            if dossier is not None and dossier.centre == centre:
                yield from (stored.document for stored in inbox.of_branch(branch))
