"""The review records on main: of each pull request that was decided, by whom, what, when and why."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from gradepost.document.filing import dossier_of_branch
from gradepost.forge.base import MAIN, Forge, Pull, Review
from gradepost.publish.extending import reviews_folder
from gradepost.publish.onto_main import keep_on_main
from gradepost.receipt.signing import instant_text


class Records:
    """Keeps a record once, by a commit of the platform's own to main."""

    def __init__(self, forge: Forge, now: Callable[[], datetime]) -> None:
        self._forge = forge
        self._now = now
        self._kept: set[int] = set()

    def is_kept(self, pull: Pull) -> bool:
        """Whether the record stands on main, or is not to be kept at all."""
        if pull.number not in self._kept:
            path, main = _path(pull), self._forge.head(MAIN)
            if path is None or (main is not None and self._forge.read(main, path) is not None):
                self._kept.add(pull.number)
        return pull.number in self._kept

    def leave(self, pull: Pull) -> None:
        """Nothing is to be kept of it."""
        self._kept.add(pull.number)

    def keep(self, pull: Pull, beside: Mapping[str, bytes] | None = None) -> None:
        """Write the record, and what goes with it, in one commit. Raises `ForgeError` where main keeps moving."""
        path = _path(pull)
        if path is None:
            return
        files = {**(beside or {}), path: review_record(pull, self._forge.reviews(pull.number))}
        message = f"Keep the review of pull request #{pull.number}\n"
        keep_on_main(self._forge, files, message, pull.closed_at or self._now())
        self._kept.add(pull.number)


def _path(pull: Pull) -> str | None:
    dossier = dossier_of_branch(pull.branch)
    folder = dossier.reviews if dossier else reviews_folder(pull.branch)
    return f"{folder}/{pull.number:012d}.json" if folder else None


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
