"""The reviewer's bench at `/reviews/CENTRE/QUALIFICATION/KIND`, and what is outstanding of whom."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gradepost.document.filing import Dossier
from gradepost.doors.samples import earlier_series, samples_of
from gradepost.doors.state import State
from gradepost.doors.web import answers
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.doors.web.reviews import NOT_THEIRS, is_decided_here, is_theirs_to_see, reviews_of
from gradepost.doors.web.who import actor_of
from gradepost.forge.base import MAIN, Verdict
from gradepost.inbox import Stored
from gradepost.ledger import LedgerReader
from gradepost.ledger.sources import CommitSource
from gradepost.model.standing import Standing
from gradepost.model.standing import State as Place
from gradepost.page.bench import bench_page, outstanding_page
from gradepost.page.dossier_facts import Known, Version
from gradepost.people import may
from gradepost.publish import standing_of
from gradepost.publish.outstanding import outstanding as rows_of_series
from gradepost.publish.profiles import compared_with, earlier_profile, profile_of_others
from gradepost.publish.sampling import SIGNALS


def bench(request: Request) -> Response:
    """One dossier on the bench."""
    gateway = gateway_of(request)
    actor, state = actor_of(request), gateway.state
    if actor is None or not may(actor, "review", state.book):
        return answers.to_sign_in(request)
    asked = request.path_params
    dossier = Dossier(state.book.series.id, asked["centre"], asked["qualification"], asked["kind"])
    standing = standing_of(dossier, state.inbox, state.forge)
    if standing is None:
        return answers.problem(request, 404)
    if not is_theirs_to_see(gateway, actor, dossier):
        return answers.problem(request, 403, NOT_THEIRS)
    received = state.inbox.of_branch(dossier.branch)
    known = Known(
        standing=standing,
        versions=[Version(_name(s), json.loads(s.document), s.received_at) for s in received],
        receipts=_receipts(state, dossier, standing),
        waits_since=_since(state, standing, received),
        profiles=_profiles(gateway, dossier, received),
        samples=[
            (seed, [SIGNALS[reason] for reason in chosen.reasons], list(chosen.learners.items()))
            for seed, chosen in samples_of(state, dossier)
        ],
        decisions=reviews_of(state, standing.pull),
    )
    elsewhere = None if is_decided_here(state) else _address(state, dossier)
    content = bench_page(state.book, dossier, known, elsewhere)
    return answers.page(request, f"Bench: {dossier.title}", content)


def _address(state: State, dossier: Dossier) -> str | None:
    """Where its pull request is on the forge's own pages, as last seen."""
    pull = state.forge.last_pull_of(dossier.branch)
    return pull.address if pull else None


def _name(stored: Stored) -> str:
    return stored.path.rpartition("/")[2]


def _receipts(state: State, dossier: Dossier, standing: Standing) -> list[tuple[Mapping[str, Any], bool]]:
    pull = state.forge.pull(standing.pull) if standing.pull else None
    revision = state.forge.head(MAIN) if pull is None or pull.merged_as else pull.head
    if revision is None:
        return []
    reader = LedgerReader(CommitSource(state.forge, revision), state.book)
    return [(r.data, r.fault is None) for r in reader.receipts(dossier) if r.data is not None]


def _profiles(
    gateway: Gateway, dossier: Dossier, received: Sequence[Stored]
) -> dict[str, list[tuple[str, Mapping[str, int]]]]:
    """What the grades of each component are compared with: the centre's last series, and other centres' of this one."""
    state = gateway.state
    earlier = earlier_series(gateway.settings.root, dossier.series)
    return {
        component: compared_with(
            earlier_profile(state.forge, state.ledger.head(), dossier, component, earlier),
            profile_of_others(state.inbox, dossier, component),
        )
        for component in sorted({_name(s).partition(".")[0] for s in received if s.form == "tags"})
    }


def _since(state: State, standing: Standing, received: Sequence[Stored]) -> datetime:
    """When whoever is waited for began to be: at the last submission, at a return, when the Head was asked."""
    last = received[-1].received_at
    if standing.state is Place.RETURNED and standing.pull:
        returns = [r.at for r in state.forge.reviews(standing.pull) if r.verdict is Verdict.CHANGES_REQUESTED]
        return max([last, *returns])
    asked = standing.declaration_asked_at
    return max(last, asked) if asked and standing.state is Place.AWAITING_DECLARATION else last


def outstanding(request: Request) -> Response:
    """Who has not scheduled, submitted or declared. It shows no grades."""
    gateway = gateway_of(request)
    actor, state = actor_of(request), gateway.state
    if actor is None or not may(actor, "review", state.book):
        return answers.to_sign_in(request)
    rows = rows_of_series(state.book.series, state.inbox, state.ledger.centres_as_registered())
    return answers.page(request, "What is outstanding", outstanding_page(state.book, rows))
