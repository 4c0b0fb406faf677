"""GitHub's pull requests and reviews as the port's: translation alone, nothing is asked of GitHub here."""

from github.PullRequest import PullRequest
from github.PullRequestReview import PullRequestReview

from gradepost.forge.base import MAIN, Pull, PullState, Review, Verdict
from gradepost.forge.github_objects import commit_id

VERDICTS = {"APPROVED": Verdict.APPROVED, "CHANGES_REQUESTED": Verdict.CHANGES_REQUESTED}
EVENTS = {Verdict.APPROVED: "APPROVE", Verdict.CHANGES_REQUESTED: "REQUEST_CHANGES"}

# The account that GitHub shows in place of one that was deleted.
_DELETED = "ghost"


def is_of(pull: PullRequest, repository: str) -> bool:
    """Whether it is from a repository's own branch into its main: one from a fork may carry a dossier's name."""
    source = pull.head.repo
    return pull.base.ref == MAIN and source is not None and source.full_name.lower() == repository.lower()


def as_pull(pull: PullRequest, head: str) -> Pull:
    """A pull request, standing at `head`. What a list of them lacks is not looked at, for PyGithub would fetch it."""
    state = PullState.MERGED if pull.merged_at else PullState(pull.state)
    return Pull(
        number=pull.number,
        branch=pull.head.ref,
        title=pull.title,
        head=commit_id(head),
        state=state,
        opened_at=pull.created_at,
        closed_at=pull.closed_at,
        merged_as=pull.merge_commit_sha if state is PullState.MERGED else None,
        address=pull.html_url,
    )


def as_review(number: int, review: PullRequestReview) -> Review:
    """A verdict on the commit that the reviewer saw."""
    return Review(
        number=number,
        head=review.commit_id,
        by=review.user.login if review.user else _DELETED,
        verdict=VERDICTS[review.state],
        reason=review.body or "",
        at=review.submitted_at,
    )
