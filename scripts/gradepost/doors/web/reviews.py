"""The reviewer's pages: what waits, what changed, approve, return with a reason; or where else that is decided."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gradepost.document.filing import Dossier, dossier_of_branch, is_receipt
from gradepost.doors.state import State, key_of
from gradepost.doors.web import answers
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.doors.web.signing_pictures import pictures_by_name
from gradepost.doors.web.small_forms import posted
from gradepost.doors.web.who import actor_of, comes_from_us
from gradepost.forge.base import MAIN, CheckState, Pull, PullState, Review, Verdict
from gradepost.forge.local import LocalForge
from gradepost.ledger import LedgerReader
from gradepost.ledger.sources import CommitSource
from gradepost.model.standing import Difference
from gradepost.model.trouble import ForgeError, Moved
from gradepost.page import views
from gradepost.people import Actor, may
from gradepost.people.roles import may_review
from gradepost.publish import standing_of
from gradepost.publish.deciding import decided, is_signed, signed
from gradepost.publish.standing import findings_in
from gradepost.review import differences

_MAX_REASON = 2000
_MAX_NUMBER = 10**9
_VERDICTS = {"approve": Verdict.APPROVED, "return": Verdict.CHANGES_REQUESTED, "reject": Verdict.REJECTED}
_ELSEWHERE = "Decisions on this pull request are made on GitHub, and nothing was decided here. Decide there."
NOT_THEIRS = "You are of this centre, or submitted some of this yourself. Another reviewer decides it."


def listing(request: Request) -> Response:
    """Every pull request, the open ones first."""
    gateway = gateway_of(request)
    actor = actor_of(request)
    if actor is None or not may(actor, "review", gateway.state.book):
        return answers.to_sign_in(request)
    state = gateway.state
    items = []
    for pull in sorted(state.forge.pulls(), key=lambda p: (p.state is not PullState.OPEN, -p.number)):
        dossier = dossier_of_branch(pull.branch)
        if not _is_theirs_to_review(gateway, actor, pull):
            continue
        check = state.forge.check(pull.head)
        standing = standing_of(dossier, state.inbox, state.forge) if dossier else None
        items.append((_shown(pull), standing, str(check.state) if check else None))
    return answers.page(request, "Reviews", views.reviews_page(state.book, items=items))


def one(request: Request) -> Response:
    """One pull request."""
    gateway = gateway_of(request)
    actor = actor_of(request)
    if actor is None or not may(actor, "review", gateway.state.book):
        return answers.to_sign_in(request)
    pull = _asked_for(request, gateway)
    if pull is None:
        return answers.problem(request, 404)
    if not _is_theirs_to_review(gateway, actor, pull):
        return answers.problem(request, 403, NOT_THEIRS)
    return _page(request, gateway, pull)


def is_decided_here(state: State) -> bool:
    """Whether reviewers decide on the gateway's own pages, and not where the forge has its own."""
    return isinstance(state.forge, LocalForge)


def _is_theirs_to_review(gateway: Gateway, actor: Actor, pull: Pull) -> bool:
    dossier = dossier_of_branch(pull.branch)
    return dossier is not None and is_theirs_to_see(gateway, actor, dossier)


def is_theirs_to_see(gateway: Gateway, actor: Actor, dossier: Dossier) -> bool:
    """Whether the reviewer is neither of that centre nor among those who submitted."""
    state = gateway.state
    reviewer = next((person for person in state.settings.reviewers if person.ref == actor.ref), None)
    if reviewer is None:
        return False
    received = state.inbox.of_branch(dossier.branch)
    submitters = frozenset(json.loads(stored.receipt)["submitted_by"]["ref"] for stored in received)
    conflicts = state.settings.conflicts.get(actor.ref, frozenset())
    return may_review(reviewer, state.ledger.as_registered(dossier.centre).centre, submitters, conflicts)


def _asked_for(request: Request, gateway: Gateway) -> Pull | None:
    number: int = request.path_params["number"]
    return gateway.state.forge.pull(number) if number <= _MAX_NUMBER else None


def _page(
    request: Request,
    gateway: Gateway,
    pull: Pull,
    wrong: str | None = None,
    status: int = 200,
    *,
    reason: str = "",
    verdict: Verdict = Verdict.CHANGES_REQUESTED,
) -> Response:
    state = gateway.state
    check = state.forge.check(pull.head)
    dossier = dossier_of_branch(pull.branch)
    why_not = _why_not(pull, check.state if check else None)
    found = decided(state.forge, pull)
    reviewers = state.book.series.reviewers
    content = views.review_page(
        state.book,
        pull=_shown(pull),
        standing=standing_of(dossier, state.inbox, state.forge) if dossier else None,
        check=str(check.state) if check else None,
        findings=findings_in(check),
        differences=_differences(gateway, pull),
        documents=(documents := _documents(gateway, pull)),
        pictures=pictures_by_name(gateway, dossier.centre, documents) if dossier else {},
        receipts=_receipts(gateway, pull),
        reviews=reviews_of(state, pull.number),
        may_decide=pull.state is PullState.OPEN,
        may_reject=is_decided_here(state),
        elsewhere=None if is_decided_here(state) else pull.address,
        is_approved=found.is_approved(reviewers),
        approvals=(len(found.approved_by), reviewers),
        rejects=verdict is Verdict.REJECTED,
        why_not=why_not,
        wrong=wrong,
        reason=reason,
    )
    title = f"Pull request #{pull.number}"
    return answers.page(request, f"Error: {title}" if wrong else title, content, status)


def reviews_of(state: State, number: int | None) -> list[Mapping[str, Any]]:
    """The decisions on a pull request as pages show them, oldest first; none where there is no pull request."""
    pull = state.forge.pull(number) if number else None
    if pull is None:
        return []
    return [
        {
            "by": r.by,
            "verdict": str(r.verdict),
            "reason": r.reason,
            "at": r.at,
            "current": r.head == pull.head,
            "signed": is_signed(r, state.settings.keys),
        }
        for r in state.forge.reviews(pull.number)
    ]


def _why_not(pull: Pull, check: CheckState | None) -> str | None:
    if pull.state is PullState.MERGED:
        return "It is merged: it stands in the record."
    if pull.state is PullState.CLOSED:
        return "It is closed, and nothing of it entered the record."
    if check is None:
        return "It has not been judged yet. Wait a moment and load the page again."
    if check is CheckState.PENDING:
        return "The Head of Centre has not declared these grades yet, and quality assurance cannot start before that."
    if check is CheckState.FAILURE:
        return "The check found errors. The centre has to put them right first."
    return None


def _shown(pull: Pull) -> Mapping[str, Any]:
    return {
        "number": pull.number,
        "title": pull.title,
        "branch": pull.branch,
        "state": str(pull.state),
        "head": pull.head,
        "opened_at": pull.opened_at,
        "closed_at": pull.closed_at,
        "merged_as": pull.merged_as,
    }


def _paths(gateway: Gateway, pull: Pull) -> Mapping[str, str]:
    forge = gateway.state.forge
    base = forge.head(MAIN)
    if pull.merged_as is not None:
        base = forge.parent(pull.merged_as)
    return forge.changed(base, pull.head) if base else {}


def _differences(gateway: Gateway, pull: Pull) -> list[Difference]:
    forge = gateway.state.forge
    base = forge.parent(pull.merged_as) if pull.merged_as else forge.head(MAIN)
    found: list[Difference] = []
    for path in _paths(gateway, pull):
        if is_receipt(path) or not path.endswith(".json") or base is None:
            continue
        before, after = _value(forge.read(base, path)), _value(forge.read(pull.head, path))
        found += differences(path.rpartition("/")[2], before, after)
    return found


def _value(raw: bytes | None) -> Mapping[str, Any] | None:
    try:
        value = json.loads(raw) if raw else None
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _documents(gateway: Gateway, pull: Pull) -> list[tuple[str, Mapping[str, Any]]]:
    dossier = dossier_of_branch(pull.branch)
    if dossier is None:
        return []
    forge = gateway.state.forge
    paths = [p for p in forge.list(pull.head, dossier.folder) if _is_document(dossier, p)]
    found = [(path.rpartition("/")[2], _value(forge.read(pull.head, path))) for path in paths]
    return [(name, value) for name, value in found if value is not None]


def _is_document(dossier: Dossier, path: str) -> bool:
    return dossier.holds(path) and not is_receipt(path) and path.endswith(".json")


def _receipts(gateway: Gateway, pull: Pull) -> list[tuple[Mapping[str, Any], bool]]:
    dossier = dossier_of_branch(pull.branch)
    if dossier is None:
        return []
    reader = LedgerReader(CommitSource(gateway.state.forge, pull.head), gateway.state.book)
    return [(r.data, r.fault is None) for r in reader.receipts(dossier) if r.data is not None]


async def decide(request: Request) -> Response:
    """Approve, return for correction, or reject."""
    return await posted(request, _decide)


def _decide(request: Request, fields: Mapping[str, str]) -> Response:
    gateway = gateway_of(request)
    if not comes_from_us(request):
        return answers.problem(request, 403)
    actor = actor_of(request)
    if actor is None or not may(actor, "review", gateway.state.book):
        return answers.problem(request, 401 if actor is None else 403)
    pull = _asked_for(request, gateway)
    verdict = _VERDICTS.get(request.path_params["verdict"])
    if pull is None or verdict is None:
        return answers.problem(request, 404)
    if not _is_theirs_to_review(gateway, actor, pull):
        return answers.problem(request, 403, NOT_THEIRS)
    if not is_decided_here(gateway.state):
        return _page(request, gateway, pull, _ELSEWHERE, 409)
    reason = fields.get("reason", "").strip()
    return _keep(
        request,
        gateway,
        pull,
        Review(pull.number, fields.get("head", ""), actor.ref, verdict, reason, gateway.state.now()),
    )


def _keep(request: Request, gateway: Gateway, pull: Pull, review: Review) -> Response:
    verdict, reason = review.verdict, review.reason
    if refusal := _refusal(gateway, pull, review):
        wrong, status = refusal
        return _page(request, gateway, pull, wrong, status, reason=reason, verdict=verdict)
    try:
        gateway.state.forge.add_review(signed(review, key_of(gateway.state.folder)))
    except Moved:
        return _page(
            request,
            gateway,
            pull,
            "It has changed since you opened the page. Look at it again.",
            409,
            reason=reason,
            verdict=verdict,
        )
    except ForgeError:
        return _page(request, gateway, pull, "It is no longer open.", 409)
    dossier = dossier_of_branch(pull.branch)
    facts = {"verdict": str(verdict), "head": pull.head}
    gateway.state.inbox.audit(
        review.at, "reviewed", review.by, "reviewer", dossier.centre if dossier else None, f"pull-{pull.number}", facts
    )
    gateway.wake.set()
    return RedirectResponse(f"/reviews/{pull.number}", 303)


def _refusal(gateway: Gateway, pull: Pull, review: Review) -> tuple[str, int] | None:
    """Why a decision is not taken, with its status; or None."""
    if review.verdict is Verdict.APPROVED:
        check = gateway.state.forge.check(pull.head)
        why_not = _why_not(pull, check.state if check else None)
        if why_not is None and review.by in decided(gateway.state.forge, pull).approved_by:
            why_not = "You have approved it already."
        return (why_not, 409) if why_not else None
    if not 0 < len(review.reason) <= _MAX_REASON:
        what = "why you reject it" if review.verdict is Verdict.REJECTED else "what is to be corrected"
        return f"Say in up to {_MAX_REASON:,} characters {what}.", 422
    return None
