"""Merge what was judged clean and approved, after judging the merged tree; then keep the review on main."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from gradepost.forge.base import MAIN, CheckState, Forge, Pull, PullState
from gradepost.model.trouble import Moved, WorldError
from gradepost.publish.deciding import decided
from gradepost.publish.filing import RunReview, state_of
from gradepost.publish.records import Records
from gradepost.publish.rejecting import Rejecter

_log = logging.getLogger("gradepost.merger")


class MergeWorker:
    """One worker merges, one pull request after the other; one that cannot be merged holds no other."""

    def __init__(
        self,
        forge: Forge,
        run_review: RunReview,
        now: Callable[[], datetime],
        needs_approval: Mapping[str, bool],
        *,
        rejecter: Rejecter,
        reviewers: int = 1,
    ) -> None:
        """`reviewers` is how many have to approve; `rejecter` is over the same forge."""
        self._forge = forge
        self._run_review = run_review
        self._now = now
        self._needs_approval = needs_approval
        self._reviewers = reviewers
        self._rejecter = rejecter
        self._records = Records(forge, now)
        # What was judged and found wanting as merged, head and main: judged again when either moves.
        self._wanting: set[tuple[str, str]] = set()
        # Pull requests whose record could not be kept when that was last tried.
        self.unrecorded: list[int] = []

    def merge_due(self) -> list[int]:
        """Merge every pull request that is judged clean and approved, and close every rejected one; the numbers of
        those that were merged."""
        merged = []
        for pull in reversed(self._forge.pulls(PullState.OPEN)):
            try:
                if self._rejecter.is_rejected(pull):
                    self._rejecter.reject(pull, self._records)
                elif self._may_merge(pull) and self._merge(pull):
                    merged.append(pull.number)
            except WorldError as error:
                _log.warning("pull request %d could not be merged: %s", pull.number, type(error).__name__)
        return merged

    def record_due(self) -> None:
        """Keep the review of every pull request that was merged or rejected on main, where it is not kept yet. One that
        cannot be kept holds no other."""
        self.unrecorded = []
        for pull in (*self._forge.pulls(PullState.MERGED), *self._forge.pulls(PullState.CLOSED)):
            try:
                self._record(pull)
            except WorldError as error:
                self.unrecorded.append(pull.number)
                _log.warning("pull request %d could not be recorded: %s", pull.number, type(error).__name__)

    def _record(self, pull: Pull) -> None:
        if self._records.is_kept(pull):
            return
        if pull.state is PullState.MERGED:
            self._records.keep(pull)
        elif self._rejecter.is_rejected(pull):
            self._rejecter.reject(pull, self._records)

    def _may_merge(self, pull: Pull) -> bool:
        check = self._forge.check(pull.head)
        if check is None or check.state is not CheckState.SUCCESS:
            return False
        verdict = decided(self._forge, pull)
        if verdict.verdict is not None:
            return verdict.is_approved(self._reviewers)
        return not self._approval_is_needed(pull)

    def _approval_is_needed(self, pull: Pull) -> bool:
        main = self._forge.head(MAIN)
        changed = self._forge.changed(main, pull.head) if main else {}
        names = [path.rpartition("/")[2] for path in changed if "/receipts/" not in path]
        # A document's form is the last word of its file name: UV21578.tags.json, declaration.json.
        forms = {name.removesuffix(".json").rpartition(".")[2] for name in names}
        return any(self._needs_approval.get(form, True) for form in forms) or not forms

    def _merge(self, pull: Pull) -> bool:
        base = self._forge.head(MAIN) or ""
        if (pull.head, base) in self._wanting:
            return False
        message = f"Merge pull request #{pull.number}: {pull.title}\n"
        try:
            candidate = self._forge.merge_candidate(pull.number, message, self._now())
            code, printed = self._run_review(base, candidate, pull.branch)
            if state_of(code, printed) is not CheckState.SUCCESS:
                self._wanting.add((pull.head, base))
                _log.warning("pull request %d is not clean as merged", pull.number)
                return False
            self._forge.merge(pull.number, pull.head, candidate, self._now())
        except Moved:
            return False
        merged = self._forge.pull(pull.number)
        if merged is not None:
            self._record(merged)
        return True
