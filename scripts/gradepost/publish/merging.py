"""Merge what was judged clean and approved, after judging the merged tree; then keep the review on main."""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from gradepost.document.filing import dossier_of_branch
from gradepost.forge.base import MAIN, CheckState, Forge, Pull, PullState, Review, Verdict
from gradepost.model.trouble import ForgeError, Moved, WorldError
from gradepost.publish.filing import RunReview, state_of
from gradepost.receipt.signing import instant_text

_log = logging.getLogger("gradepost.merger")


class MergeWorker:
    """One worker merges, one pull request after the other; one that cannot be merged holds no other."""

    def __init__(
        self,
        forge: Forge,
        run_review: RunReview,
        now: Callable[[], datetime],
        needs_approval: Mapping[str, bool],
    ) -> None:
        self._forge = forge
        self._run_review = run_review
        self._now = now
        self._needs_approval = needs_approval
        # What was judged and found wanting as merged, head and main: it is judged again when either moves.
        self._wanting: set[tuple[str, str]] = set()

    def merge_due(self) -> list[int]:
        """Merge every pull request that is judged clean and approved; their numbers."""
        merged = []
        for pull in reversed(self._forge.pulls(PullState.OPEN)):
            try:
                if self._may_merge(pull) and self._merge(pull):
                    merged.append(pull.number)
            except WorldError as error:
                _log.warning("pull request %d could not be merged: %s", pull.number, type(error).__name__)
        return merged

    def record_due(self) -> None:
        """Keep the review of every merged pull request on main, where it is not kept yet."""
        for pull in self._forge.pulls(PullState.MERGED):
            self._keep_record(pull)

    def _may_merge(self, pull: Pull) -> bool:
        check = self._forge.check(pull.head)
        if check is None or check.state is not CheckState.SUCCESS:
            return False
        verdict = verdict_on(self._forge, pull)
        if verdict is not None:
            return verdict.verdict is Verdict.APPROVED
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
            self._keep_record(merged)
        return True

    def _keep_record(self, pull: Pull) -> None:
        dossier = dossier_of_branch(pull.branch)
        main = self._forge.head(MAIN)
        if dossier is None or main is None:
            return
        path = f"{dossier.reviews}/{pull.number:012d}.json"
        if self._forge.read(main, path) is not None:
            return
        record = review_record(pull, self._forge.reviews(pull.number))
        message = f"Keep the review of pull request #{pull.number}\n"
        for _ in range(5):
            try:
                self._forge.commit(MAIN, {path: record}, message, pull.closed_at or self._now(), expected=main)
                return
            except Moved:
                main = self._forge.head(MAIN)
        raise ForgeError("Main keeps moving.")


class MergedElsewhere:
    """In place of the worker where reviewers merge themselves, and their forge keeps their reviews."""

    def merge_due(self) -> list[int]:
        """Nothing is merged from here."""
        return []

    def record_due(self) -> None:
        """No record is kept from here."""


def verdict_on(forge: Forge, pull: Pull) -> Review | None:
    """The last verdict on the pull request's present head, or None."""
    return next((r for r in reversed(forge.reviews(pull.number)) if r.head == pull.head), None)


def review_record(pull: Pull, reviews: Iterable[Review]) -> bytes:
    """The record of a pull request's reviews as main keeps it: ids, verdicts and times; no reasons, no names."""
    kept = [{"by": r.by, "verdict": str(r.verdict), "head": r.head, "at": instant_text(r.at)} for r in reviews]
    value = {"pull": pull.number, "head": pull.head, "merged_as": pull.merged_as, "reviews": kept}
    return (json.dumps(value, indent=2) + "\n").encode()
