"""The reviewer's bench at `/reviews/CENTRE/QUALIFICATION/KIND`, and what is outstanding of whom."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gradepost.document.filing import Dossier
from gradepost.doors.state import State
from gradepost.doors.web import answers
from gradepost.doors.web.gateway import gateway_of
from gradepost.doors.web.reviews import NOT_THEIRS, is_theirs_to_see
from gradepost.doors.web.who import actor_of
from gradepost.forge.base import MAIN, Verdict
from gradepost.inbox import Stored
from gradepost.ledger import LedgerReader
from gradepost.ledger.sources import CommitSource
from gradepost.model.records import Centre
from gradepost.model.standing import Standing
from gradepost.model.standing import State as Place
from gradepost.page.bench import Outstanding, Version, bench_page, outstanding_page
from gradepost.people import may
from gradepost.publish import standing_of


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
    content = bench_page(
        state.book,
        dossier,
        standing=standing,
        versions=[Version(_name(s), json.loads(s.document), s.received_at) for s in received],
        receipts=_receipts(state, dossier, standing),
        waits_since=_since(state, standing, received),
    )
    return answers.page(request, f"Bench: {dossier.title}", content)


def _name(stored: Stored) -> str:
    return stored.path.rpartition("/")[2]


def _receipts(state: State, dossier: Dossier, standing: Standing) -> list[tuple[Mapping[str, Any], bool]]:
    pull = state.forge.pull(standing.pull) if standing.pull else None
    revision = state.forge.head(MAIN) if pull is None or pull.merged_as else pull.head
    if revision is None:
        return []
    reader = LedgerReader(CommitSource(state.forge, revision), state.book)
    return [(r.data, r.fault is None) for r in reader.receipts(dossier) if r.data is not None]


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
    rows = [row for centre in state.ledger.reader().centres() for row in _of_centre(state, centre)]
    return answers.page(request, "What is outstanding", outstanding_page(state.book, rows))


def _of_centre(state: State, centre: Centre) -> Iterator[Outstanding]:
    series, number = state.book.series, centre.number
    current = state.inbox.of_centre(number, series.id)
    by_branch: dict[str, list[Stored]] = {}
    for stored in current:
        by_branch.setdefault(stored.branch, []).append(stored)
    for code in (known for known in centre.qualifications if known in series.qualifications):
        components = [c for c in series.qualifications[code].components.values() if c.takes_tag]
        for kind in dict.fromkeys(component.kind for component in components):
            own = by_branch.get(Dossier(series.id, number, code, kind).branch, [])
            tags = {_name(s): s.sha256 for s in own if s.form == "tags"}
            yield Outstanding(
                centre=number,
                qualification=code,
                kind=kind,
                components=sum(component.kind == kind for component in components),
                scheduled=sum(s.form == "schedule" for s in own),
                graded=len(tags),
                declared=bool(tags) and any(_covers(s) == tags for s in own if s.form == "declaration"),
            )


def _covers(stored: Stored) -> dict[str, str]:
    return {cover["document"]: cover["sha256"] for cover in json.loads(stored.document)["covers"]}
