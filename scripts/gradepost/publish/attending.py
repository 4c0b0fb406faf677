"""Pull requests where reviewers work, looked at one by one as they move: how each stands is seen, kept and shown."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gradepost.document.filing import Dossier, dossier_of_branch
from gradepost.forge.base import CheckState, Forge, Pull, PullState, Verdict
from gradepost.forge.board import Board
from gradepost.forge.budget import Wait
from gradepost.inbox.pulls_seen import SeenPull
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.model.trouble import WorldError
from gradepost.publish.annotating import annotate
from gradepost.publish.attended import AttendedForge, SeenForge
from gradepost.publish.deciding import decided
from gradepost.publish.projection import Projection, latest, projected
from gradepost.publish.reviewers import Reviewers
from gradepost.publish.standing import findings_in, standing_of
from gradepost.publish.waking import follow_main

_log = logging.getLogger("gradepost.attendant")

# So many in a round: what arrives meanwhile is filed before the rest.
_MOST = 20
# Nobody else looks at a pull request for so long; where trouble came up, it is looked at again then.
_ALONE = timedelta(minutes=2)
# The forge counts in seconds, by a clock that is not ours.
_SETTLES = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where reviewers work: the forge, its board, the clock that it lives by, and how often it is asked unasked."""

    forge: Forge
    board: Board
    clock: Callable[[], datetime]
    poll: timedelta


@dataclass(frozen=True, slots=True)
class Words:
    """What the comment needs beside facts: the rules' titles by id, and the site's address, which ends in a slash."""

    titles: Mapping[str, str]
    site_url: str


class Attendant:
    """Looks at pull requests that are due: those that were filed, those somebody says have changed, and every `poll`
    those that the forge says have. Filing goes first: while something waits to be filed, none is looked at."""

    def __init__(
        self,
        inbox: SqliteInbox,
        place: Place,
        reviewers: Reviewers,
        words: Words,
        now: Callable[[], datetime],
    ) -> None:
        """`now` is what submissions live by."""
        self._inbox = inbox
        self._forge = place.forge
        self._board = place.board
        self._clock = place.clock
        self._poll = place.poll
        self._reviewers = reviewers
        self._words = words
        self._now = now
        self._polls_at: datetime | None = None
        self._claimed: dict[int, datetime] = {}
        # Those of this round that could not be judged.
        self.unjudged: Sequence[int] = ()
        # And those whose record could not be kept.
        self.unrecorded: Sequence[int] = ()
        self.workers = AttendedForge(place.forge, inbox)
        self.seen = SeenForge(place.forge, inbox)

    def filed(self, pull: Pull) -> None:
        """Something was filed to it: it is due."""
        self._inbox.keep_pull(pull)
        self._inbox.wake_pull(pull.number, self._clock())

    def look(self) -> int:
        """Begin a round: see how the pull requests stand that are due; how many that are."""
        self._claimed = {}
        self.workers.looked_at = ()
        if self._inbox.unfiled(self._now()):
            return 0
        try:
            self._ask()
            for number in self._inbox.due_pulls(self._clock(), _MOST):
                self._look_at(number)
        except Wait as wait:
            self._put_off(wait.until)
        self.workers.looked_at = tuple(self._claimed)
        return len(self._claimed)

    def show(self) -> int:
        """End the round: put on each what it waits for; the number of those that were not as they are shown."""
        changed = 0
        for number in list(self._claimed):
            try:
                changed += self._show(number)
                annotate(self._inbox, self._board, number, self._words.titles, self._words.site_url)
                self._inbox.release_pull(number, self._claimed.pop(number), self._again(number))
            except Wait as wait:
                self._put_off(wait.until)
                break
            except WorldError as error:
                _log.warning("pull request %d could not be shown: %s", number, type(error).__name__)
        self._claimed = {}
        self.workers.looked_at = ()
        return changed

    def _ask(self) -> None:
        at = self._clock()
        if self._polls_at is not None and at < self._polls_at:
            return
        touched = self._board.touched(self._inbox.is_noted, anew=not self._inbox.all_settled())
        self._inbox.note_pulls(touched, at, settled=at - _SETTLES)
        follow_main(self._inbox, self._forge, at)
        self._polls_at = at + self._poll

    def _look_at(self, number: int) -> None:
        at = self._clock()
        until = at + _ALONE
        if not self._inbox.claim_pull(number, at, until):
            return
        self._claimed[number] = until
        try:
            pull = self.seen.pull(number)
            dossier = dossier_of_branch(pull.branch) if pull else None
            if pull is None or dossier is None:
                self._inbox.forget_pull(number)
                self._claimed.pop(number)
                return
            reviews = self._forge.reviews(number)
            self._inbox.keep_reviews(number, self._reviewers.counted(dossier, reviews, pull))
            self._open_again(pull)
        except Wait:
            raise
        except WorldError as error:
            self._claimed.pop(number)
            _log.warning("pull request %d could not be looked at: %s", number, type(error).__name__)

    def _open_again(self, pull: Pull) -> None:
        """What somebody closed without a verdict that counts is not decided. Whatever else pushed to its branch than
        the gateway stays closed (R004)."""
        if pull.state is not PullState.CLOSED or decided(self.seen, pull).verdict is Verdict.REJECTED:
            return
        seen = self._inbox.seen_pull(pull.number)
        if seen is None or not self._inbox.of_branch(pull.branch) or not self._is_last(seen) or _breaks(seen, "R004"):
            return
        if self._forge.head(pull.branch) != pull.head:
            _log.warning("pull request %d was closed undecided, and its branch is elsewhere", pull.number)
            return
        opened = self._forge.open_pull(pull.branch, pull.title, "", self._now())
        _log.warning("pull request %d was closed undecided: %d is open again", pull.number, opened.number)
        self._inbox.keep_pull(opened)
        if opened.number != pull.number:
            self.filed(opened)

    def _show(self, number: int) -> bool:
        seen = self._inbox.seen_pull(number)
        dossier = dossier_of_branch(seen.pull.branch) if seen else None
        if seen is None or dossier is None or not self._is_last(seen):
            return False
        if seen.pull.state is PullState.CLOSED and decided(self.seen, seen.pull).verdict is not Verdict.REJECTED:
            return False
        if seen.check is None and seen.pull.state is PullState.OPEN:
            return False
        projection = self._projection(dossier)
        if projection is None or projection.mark == seen.shown:
            return False
        self._board.show(number, projection.labels, projection.comment)
        self._inbox.keep_shown(number, projection.mark)
        return True

    def _is_last(self, seen: SeenPull) -> bool:
        last = self._inbox.last_seen_of(seen.pull.branch)
        return last is not None and last.pull.number == seen.pull.number

    def _projection(self, dossier: Dossier) -> Projection | None:
        standing = standing_of(dossier, self._inbox, self.seen)
        if standing is None:
            return None
        received = self._inbox.standing_of_branch(dossier.branch) or self._inbox.of_branch(dossier.branch)
        documents = latest((stored.path, stored.document) for stored in received)
        return projected(dossier, standing, documents, self._words.titles, self._words.site_url)

    def _again(self, number: int) -> datetime | None:
        """When it is looked at again unasked: one that is approved and not merged yet, or could not be judged, soon;
        and one whose record is not on main."""
        seen = self._inbox.seen_pull(number)
        if seen is None or seen.pull.state is not PullState.OPEN:
            return self._clock() + self._poll if number in self.unrecorded else None
        check = seen.check
        is_approved = decided(self.seen, seen.pull).verdict is Verdict.APPROVED
        waits = check is None or number in self.unjudged or (check.state is CheckState.SUCCESS and is_approved)
        return self._clock() + self._poll if waits else None

    def _put_off(self, until: datetime) -> None:
        for number, claimed in self._claimed.items():
            self._inbox.release_pull(number, claimed, until)
        self._claimed = {}


def _breaks(seen: SeenPull, rule: str) -> bool:
    return any(finding.rule == rule for finding in findings_in(seen.check))
