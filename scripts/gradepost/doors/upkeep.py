"""What is tidied up once a day: pictures that were chosen for a signature and never submitted, and files that centres
sent on request once their time of keeping is over."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from gradepost.document.filing import dossier_of_branch
from gradepost.doors.pictures import EVIDENCE, centres_of, forget_unused
from gradepost.doors.state import State
from gradepost.inbox import Stored

_DAY = 24 * 60 * 60


@dataclass(slots=True)
class DailyUpkeep:
    """Tidies when a day has passed since it last did, and at the first call. `wall` gives the seconds since 1970 as
    the disk stamps its files, so it is not a demo's clock."""

    state: State
    wall: Callable[[], float]
    last: float | None = None

    def run_due(self) -> int:
        """Tidy where it is time. Gives how many files went."""
        now = self.wall()
        if self.last is not None and now - self.last < _DAY:
            return 0
        self.last = now
        before = now - self.state.settings.unused_for.total_seconds()
        return self._forget_pictures(before) + self._clear_evidence(before)

    def _forget_pictures(self, before: float) -> int:
        gone = 0
        for centre in centres_of(self.state.folder):
            # With the centre's desk in hand, no document that names a picture comes in between.
            with self.state.inbox.desk(centre):
                named = (stored.document for stored in self._received_from(centre))
                gone += forget_unused(self.state.folder, centre, named, before)
        return gone

    def _clear_evidence(self, before: float) -> int:
        """A file goes when every submission that names it is older than the time of keeping, or when none ever came."""
        gone, state = 0, self.state
        since = state.now() - state.settings.evidence_for
        for centre in centres_of(state.folder, under=EVIDENCE):
            with state.inbox.desk(centre):
                named = (stored.document for stored in self._received_from(centre) if _received_at(stored) > since)
                cleared = forget_unused(state.folder, centre, named, before, under=EVIDENCE)
            if cleared:
                state.inbox.audit(state.now(), "evidence-cleared", centre=centre, facts={"files": str(cleared)})
            gone += cleared
        return gone

    def _received_from(self, centre: str) -> Iterator[Stored]:
        inbox = self.state.inbox
        for branch in inbox.branches():
            dossier = dossier_of_branch(branch)
            if dossier is not None and dossier.centre == centre:
                yield from inbox.of_branch(branch)


def _received_at(stored: Stored) -> datetime:
    return datetime.fromisoformat(json.loads(stored.receipt)["received_at"])
