"""Merge what was judged clean and approved, after judging the merged tree; then keep the review on main."""

import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from gradepost.document.filing import dossier_of_branch, is_receipt
from gradepost.forge.base import MAIN, CheckState, Forge, Pull, PullState, Review, Verdict
from gradepost.model.trouble import ForgeError, Moved, WorldError
from gradepost.publish.deciding import Decided, decided
from gradepost.publish.extending import reviews_folder
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
        *,
        reviewers: int = 1,
        take_back: Callable[[str, Sequence[int]], None] = lambda branch, seqs: None,
    ) -> None:
        """`reviewers` is how many have to approve; `take_back` is told of a branch what was rejected, by number."""
        self._forge = forge
        self._run_review = run_review
        self._now = now
        self._needs_approval = needs_approval
        self._reviewers = reviewers
        self._take_back = take_back
        # Pull requests whose record is known to stand on main.
        self._kept: set[int] = set()
        # What was judged and found wanting as merged, head and main, whole or not: judged again when either moves.
        self._wanting: set[tuple[str, str, bool]] = set()

    def merge_due(self) -> list[int]:
        """Merge every pull request that is judged clean and approved, and every rejected one without its documents;
        their numbers."""
        merged = []
        for pull in reversed(self._forge.pulls(PullState.OPEN)):
            try:
                verdict = decided(self._forge, pull)
                if self._may_merge(pull, verdict) and self._merge(pull, self._left_out(pull, verdict)):
                    merged.append(pull.number)
            except WorldError as error:
                _log.warning("pull request %d could not be merged: %s", pull.number, type(error).__name__)
        return merged

    def record_due(self) -> None:
        """Keep the review of every merged pull request on main, where it is not kept yet."""
        for pull in self._forge.pulls(PullState.MERGED):
            if pull.number not in self._kept:
                self._keep_record(pull)

    def _may_merge(self, pull: Pull, verdict: Decided) -> bool:
        if verdict.verdict is Verdict.REJECTED:
            return True
        check = self._forge.check(pull.head)
        if check is None or check.state is not CheckState.SUCCESS:
            return False
        if verdict.verdict is not None:
            return verdict.is_approved(self._reviewers)
        return not self._approval_is_needed(pull)

    def _left_out(self, pull: Pull, verdict: Decided) -> list[str]:
        """The documents that a rejection takes away: those that the pull request brings. Receipts always stay."""
        main = self._forge.head(MAIN)
        if verdict.verdict is not Verdict.REJECTED or main is None:
            return []
        dossier = dossier_of_branch(pull.branch)
        changed = self._forge.changed(main, pull.head)
        return [path for path in changed if dossier and dossier.holds(path) and not is_receipt(path)]

    def _approval_is_needed(self, pull: Pull) -> bool:
        main = self._forge.head(MAIN)
        changed = self._forge.changed(main, pull.head) if main else {}
        names = [path.rpartition("/")[2] for path in changed if "/receipts/" not in path]
        # A document's form is the last word of its file name: UV21578.tags.json, declaration.json.
        forms = {name.removesuffix(".json").rpartition(".")[2] for name in names}
        return any(self._needs_approval.get(form, True) for form in forms) or not forms

    def _merge(self, pull: Pull, left_out: Sequence[str]) -> bool:
        base = self._forge.head(MAIN) or ""
        if (pull.head, base, bool(left_out)) in self._wanting:
            return False
        message = f"Merge pull request #{pull.number}: {pull.title}\n"
        try:
            candidate = self._forge.merge_candidate(pull.number, message, self._now(), without=left_out)
            code, printed = self._run_review(base, candidate, pull.branch)
            if state_of(code, printed) is not CheckState.SUCCESS:
                self._wanting.add((pull.head, base, bool(left_out)))
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
        folder = dossier.reviews if dossier else reviews_folder(pull.branch)
        main = self._forge.head(MAIN)
        if folder is None or main is None:
            return
        path = f"{folder}/{pull.number:012d}.json"
        if self._forge.read(main, path) is not None:
            self._kept.add(pull.number)
            return
        if decided(self._forge, pull).verdict is Verdict.REJECTED:
            # Before the record, so that a crash in between has it done again.
            self._take_back(pull.branch, self._brought(pull))
        record = review_record(pull, self._forge.reviews(pull.number))
        message = f"Keep the review of pull request #{pull.number}\n"
        for _ in range(5):
            try:
                self._forge.commit(MAIN, {path: record}, message, pull.closed_at or self._now(), expected=main)
                return
            except Moved:
                main = self._forge.head(MAIN)
        raise ForgeError("Main keeps moving.")

    def _brought(self, pull: Pull) -> list[int]:
        """The numbers of the receipts that a merged pull request brought."""
        base = self._forge.parent(pull.merged_as) if pull.merged_as else None
        changed = self._forge.changed(base, pull.head) if base else ()
        return [int(path.rpartition("/")[2].partition("-")[0]) for path in changed if is_receipt(path)]


def review_record(pull: Pull, reviews: Iterable[Review]) -> bytes:
    """The record of a pull request's decisions as main keeps it: by whom, what, when, why, signed; no names."""
    kept = [
        {"by": r.by, "verdict": str(r.verdict), "head": r.head, "at": instant_text(r.at)}
        | ({"reason": r.reason} if r.reason else {})
        | ({"signature": r.signature} if r.signature else {})
        for r in reviews
    ]
    value = {"pull": pull.number, "head": pull.head, "merged_as": pull.merged_as, "reviews": kept}
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
