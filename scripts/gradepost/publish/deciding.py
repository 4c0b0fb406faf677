"""What reviewers have decided of a pull request as it stands now."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from gradepost.forge.base import Forge, Pull, Review, Verdict
from gradepost.model.receipts import Key
from gradepost.receipt import SigningKey
from gradepost.receipt.deciding import Decision, signature_is_right, signature_of


@dataclass(frozen=True, slots=True)
class Decided:
    """The last verdict on a head, or None; its reason and whose it is; and who has approved since the last that was no
    approval."""

    verdict: Verdict | None = None
    reason: str = ""
    by: str = ""
    approved_by: tuple[str, ...] = ()

    def is_approved(self, reviewers: int) -> bool:
        """Whether so many different reviewers have approved."""
        return len(self.approved_by) >= reviewers


def decided(forge: Forge, pull: Pull) -> Decided:
    """What was decided of the pull request's present head. A verdict on an earlier head counts no more."""
    approved: dict[str, None] = {}
    last: Review | None = None
    for review in forge.reviews(pull.number):
        if review.head == pull.head:
            last = review
            approved = {**approved, review.by: None} if review.verdict is Verdict.APPROVED else {}
    return Decided(last.verdict, last.reason, last.by, tuple(approved)) if last else Decided()


def signed(review: Review, key: SigningKey) -> Review:
    """The review with the platform's signature."""
    return replace(review, signature=signature_of(_decision(review), key))


def is_signed(review: Review, keys: Iterable[Key]) -> bool:
    """Whether the platform signed that very decision."""
    return signature_is_right(_decision(review), review.signature, keys)


def _decision(review: Review) -> Decision:
    return Decision(review.number, review.head, review.by, str(review.verdict), review.reason, review.at)
