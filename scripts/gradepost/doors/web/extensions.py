"""A reviewer decides on an extension that another has proposed: its pull request is approved, or returned."""

from collections.abc import Iterable, Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gradepost.document.filing import Dossier
from gradepost.doors.asked import one_asked
from gradepost.doors.state import State, key_of
from gradepost.doors.web import answers
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.doors.web.reviews import NOT_THEIRS, is_decided_here, is_theirs_to_see
from gradepost.doors.web.small_forms import posted
from gradepost.doors.web.who import actor_of
from gradepost.forge.base import Pull, PullState, Review, Verdict
from gradepost.model.trouble import ForgeError, Moved
from gradepost.page.requesting import Asked, Proposal
from gradepost.people import Actor, may
from gradepost.publish.deciding import decided, signed
from gradepost.publish.extending import branch_of, centre_of_branch, is_overtaken

_MAX_REASON, _MAX_NUMBER = 2000, 10**9
_OWN = "You proposed it, so another reviewer decides."
_APPROVED = "It is approved and will count in a moment."
_RETURNED = "It was not approved."
_ELSEWHERE = "It waits to be merged where the ledger is kept."
_WHY = f"Say in up to {_MAX_REASON:,} characters why you do not approve it."
_OVERTAKEN = "Another extension of this centre has come in between. Propose this one anew."
_CHANGED = "It has changed since you opened the page, or is no longer open. Look at it again."


def proposals_of(gateway: Gateway, actor: Actor, asked: Iterable[Asked]) -> dict[str, Proposal]:
    """The extensions that are not granted yet, by their references, as this reviewer may decide on them."""
    waiting = [one for one in asked if one.is_extension and not one.is_granted]
    pulls = {one.reference: _pull(gateway.state, one) for one in waiting}
    found = {}
    for one in waiting:
        if (pull := pulls[one.reference]) is not None and pull.state is PullState.OPEN:
            found[one.reference] = Proposal(pull.number, pull.head, _why_not(gateway.state, actor, one, pull))
    return found


async def decide(request: Request) -> Response:
    """Approve an extension, or do not."""
    return await posted(request, _decide)


def _decide(request: Request, fields: Mapping[str, str]) -> Response:
    gateway, actor = gateway_of(request), actor_of(request)
    if actor is None or not may(actor, "review", gateway.state.book):
        return answers.problem(request, 401 if actor is None else 403)
    number: int = request.path_params["number"]
    pull = gateway.state.forge.pull(number) if number <= _MAX_NUMBER else None
    one = _proposed(gateway.state, pull) if pull else None
    if pull is None or one is None:
        return answers.problem(request, 404)
    about = Dossier(gateway.state.book.series.id, one.data["centre"], one.data["qualification"], one.data["kind"])
    if one.by == actor.ref or not is_theirs_to_see(gateway, actor, about):
        return answers.problem(request, 403, _OWN if one.by == actor.ref else NOT_THEIRS)
    if not is_decided_here(gateway.state):
        return answers.problem(request, 409, _ELSEWHERE)
    wrong = _OVERTAKEN if is_overtaken(gateway.state.forge, pull) else _keep(gateway, actor, pull, fields)
    if wrong is not None:
        return answers.problem(request, 422 if wrong == _WHY else 409, wrong)
    gateway.wake.set()
    return RedirectResponse(f"/reviews/{about.centre}/{about.qualification}/{about.kind}/requests", 303)


def _keep(gateway: Gateway, actor: Actor, pull: Pull, fields: Mapping[str, str]) -> str | None:
    """Keep a signed decision; what is wrong with it, or None."""
    state, approves, reason = gateway.state, fields.get("verdict") == "approve", fields.get("reason", "").strip()
    if len(reason) > _MAX_REASON or not (approves or reason):
        return _WHY
    verdict = Verdict.APPROVED if approves else Verdict.CHANGES_REQUESTED
    review = Review(pull.number, fields.get("head", ""), actor.ref, verdict, reason, state.now())
    try:
        state.forge.add_review(signed(review, key_of(state.folder)))
    except (Moved, ForgeError):
        return _CHANGED
    facts = {"verdict": str(verdict), "head": pull.head}
    centre = centre_of_branch(pull.branch)
    state.inbox.audit(review.at, "reviewed", actor.ref, "reviewer", centre, f"pull-{pull.number}", facts)
    return None


def _proposed(state: State, pull: Pull) -> Asked | None:
    centre = centre_of_branch(pull.branch)
    return one_asked(state, centre, pull.branch.rpartition("/")[2]) if centre else None


def _pull(state: State, one: Asked) -> Pull | None:
    return state.forge.last_pull_of(branch_of(one.data["series"], one.data["centre"], one.reference))


def _why_not(state: State, actor: Actor, one: Asked, pull: Pull) -> str:
    if not is_decided_here(state):
        return _ELSEWHERE
    verdict = decided(state.forge, pull)
    if is_overtaken(state.forge, pull):
        return _OVERTAKEN
    if verdict.is_approved(state.book.series.reviewers):
        return _APPROVED
    if verdict.verdict is Verdict.CHANGES_REQUESTED:
        return f"{_RETURNED} {verdict.reason}"
    return _OWN if one.by == actor.ref else ""
