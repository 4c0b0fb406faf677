"""Whose verdict on a dossier counts: a reviewer's of `ledger.toml` who is neither of the centre nor submitted."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace

from gradepost.document.filing import Dossier
from gradepost.forge.base import Pull, PullState, Review, Verdict
from gradepost.inbox import Inbox
from gradepost.ledger import LedgerSettings
from gradepost.model.register import Centre
from gradepost.people.roles import may_review


class Reviewers:
    """The reviewers of a ledger, by ref and by the account that they have on the forge."""

    def __init__(self, settings: LedgerSettings, inbox: Inbox, centre_of: Callable[[str], Centre | None]) -> None:
        """`centre_of` is the register: a centre by its number."""
        self._settings = settings
        self._inbox = inbox
        self._centre_of = centre_of

    def may(self, ref: str, dossier: Dossier) -> bool:
        """Whether a reviewer may see and decide a dossier."""
        reviewer = next((person for person in self._settings.reviewers if person.ref == ref), None)
        if reviewer is None:
            return False
        received = self._inbox.of_branch(dossier.branch)
        submitters = frozenset(json.loads(stored.receipt)["submitted_by"]["ref"] for stored in received)
        conflicts = self._settings.conflicts.get(ref, frozenset())
        return may_review(reviewer, self._centre_of(dossier.centre), submitters, conflicts)

    def counted(self, dossier: Dossier, reviews: Iterable[Review], pull: Pull) -> list[Review]:
        """The reviews of accounts that count, `by` as the reviewer's ref: of each reviewer the last one to a head, and
        those that return it at the end. So what one has returned, another does not approve over their head.

        A forge of its own has no button to reject: who asks for changes with a reason and closes the pull request
        themselves rejects it, and that is the last word.
        """
        last: dict[tuple[str, str], Review] = {}
        for review in reviews:
            ref = self._settings.accounts.get(review.by.casefold())
            if ref is not None and self.may(ref, dossier):
                last.pop((ref, review.head), None)
                last[ref, review.head] = replace(review, by=ref)
        closer = self._settings.accounts.get((pull.closed_by or "").casefold())
        said = last.get((closer, pull.head)) if closer and pull.state is PullState.CLOSED else None
        if said is not None and said.verdict is Verdict.CHANGES_REQUESTED and said.reason.strip():
            last[said.by, said.head] = replace(said, verdict=Verdict.REJECTED)
        return sorted(last.values(), key=lambda review: _ORDER.index(review.verdict))


_ORDER = (Verdict.APPROVED, Verdict.CHANGES_REQUESTED, Verdict.REJECTED)
