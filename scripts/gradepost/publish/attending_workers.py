"""The publisher and the merge worker where reviewers work on the forge: between them, a round of the attendant."""

from collections.abc import Callable, Mapping
from datetime import datetime

from gradepost.forge.base import Forge, Pull
from gradepost.forge.governor import Governor
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.publish.attending import Attendant
from gradepost.publish.filing import Publisher, RunReview
from gradepost.publish.merging import MergeWorker
from gradepost.publish.rejecting import Rejecter


class AttendingPublisher(Publisher):
    """Files to the forge; of the pull requests there it has those judged that the attendant looks at."""

    def __init__(
        self,
        inbox: SqliteInbox,
        forge: Forge,
        run_review: RunReview,
        now: Callable[[], datetime],
        governor: Governor | None,
        attendant: Attendant,
    ) -> None:
        super().__init__(inbox, forge, None, now, governor)
        self._attendant = attendant
        self._judge = Publisher(inbox, attendant.workers, run_review, now)

    def judge_due(self) -> int:
        """Begin a round and have judged what was not yet; the number judged."""
        self._attendant.look()
        try:
            return self._judge.judge_due()
        finally:
            self._attendant.unjudged = self._judge.unjudged

    def _pull(self, branch: str) -> Pull:
        pull = super()._pull(branch)
        self._attendant.filed(pull)
        return pull


class AttendingMerger(MergeWorker):
    """Merges what the attendant looks at; in the end it is shown where each stands."""

    def __init__(
        self,
        run_review: RunReview,
        now: Callable[[], datetime],
        needs_approval: Mapping[str, bool],
        attendant: Attendant,
        *,
        rejecter: Rejecter,
        reviewers: int = 1,
    ) -> None:
        super().__init__(attendant.workers, run_review, now, needs_approval, rejecter=rejecter, reviewers=reviewers)
        self._attendant = attendant

    def record_due(self) -> None:
        """Keep the records, and end the round."""
        try:
            super().record_due()
        finally:
            self._attendant.unrecorded = self.unrecorded
            self._attendant.show()
