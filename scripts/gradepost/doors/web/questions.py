"""Questions from centres, at `/reviews/questions`: a reviewer puts one and its answer into words, and approves them.

The approved words are signed and stand on main, below `answers/`. The question itself is decided on like any other
submission, in its pull request; `gradepost faq publish` carries the two to the site.
"""

import json
import re
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gradepost.document.filing import Dossier, dossier_of_branch
from gradepost.doors.state import State, key_of
from gradepost.doors.web import answers
from gradepost.doors.web.answer_fields import facts_of, pair_of, wrong_in
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.doors.web.reviews import NOT_THEIRS, is_theirs_to_see
from gradepost.doors.web.small_forms import Fields, posted_fields
from gradepost.doors.web.who import actor_of
from gradepost.inbox import Stored
from gradepost.ledger.sources import CommitSource
from gradepost.page.questioning import NOT_A_GROUP, Asked, Pair, question_page, questions_page
from gradepost.people import Actor, may
from gradepost.publish.answer_texts import one_line
from gradepost.publish.answers import FORM, Answer, answer_path, answers_in, question_path, signed_answer
from gradepost.publish.onto_main import keep_on_main
from gradepost.receipt.signing import instant_text

_CHANGED = "The question has changed since you opened the page. Read it again before you approve."
_WORDS_IN_ADDRESS = 6


def listing(request: Request) -> Response:
    """Every question of the centres that are the reviewer's to see."""
    gateway, actor = gateway_of(request), actor_of(request)
    if not _is_open_to(gateway, actor):
        return answers.to_sign_in(request)
    given = _answers(gateway.state)
    asked = [_asked(gateway.state, stored, given) for stored in _theirs(gateway, actor)]
    asked.sort(key=lambda one: one.received_at, reverse=True)
    return answers.page(request, "Questions from centres", questions_page(gateway.state.book, asked))


def one(request: Request) -> Response:
    """One question, with the form for its answer."""
    gateway, actor = gateway_of(request), actor_of(request)
    if not _is_open_to(gateway, actor):
        return answers.to_sign_in(request)
    stored = _asked_for(request, gateway)
    if stored is None:
        return answers.problem(request, 404)
    if not _is_theirs(gateway, actor, stored):
        return answers.problem(request, 403, NOT_THEIRS)
    given = _answers(gateway.state)
    before = given.get(answer_path(stored.path) or "")
    asked = _asked(gateway.state, stored, given)
    content = question_page(
        gateway.state.book, asked, _kept(before) or _proposed(asked), is_kept=asked.answered and before is not None
    )
    return answers.page(request, _title(asked), content)


async def approve(request: Request) -> Response:
    """Approve a question and its answer in these words."""
    return await posted_fields(request, _approve)


def _approve(request: Request, fields: Fields) -> Response:
    gateway, actor = gateway_of(request), actor_of(request)
    if actor is None or not _is_open_to(gateway, actor):
        return answers.problem(request, 401 if actor is None else 403)
    stored = _asked_for(request, gateway)
    if stored is None:
        return answers.problem(request, 404)
    if not _is_theirs(gateway, actor, stored):
        return answers.problem(request, 403, NOT_THEIRS)
    state, pair = gateway.state, pair_of(fields)
    given = _answers(state)
    asked = _asked(state, stored, given)
    status, wrong = 422, wrong_in(pair, state, stored, given)
    if dict(fields).get("sha256") != stored.sha256:
        status, wrong = 409, {"question": _CHANGED}
    if wrong:
        content = question_page(state.book, asked, pair, wrong=wrong)
        return answers.page(request, f"Error: {_title(asked)}", content, status)
    _keep(state, stored, actor.ref, pair)
    return RedirectResponse(asked.address, 303)


def _keep(state: State, stored: Stored, reviewer: str, pair: Pair) -> None:
    """Sign the words and put them on main. Raises `ForgeError`."""
    at, path = state.now(), answer_path(stored.path) or ""
    facts = {
        **facts_of(pair),
        "asked_at": instant_text(stored.received_at),
        "approved_by": reviewer,
        "approved_at": instant_text(at),
        "of": {"path": stored.path, "sha256": stored.sha256},
    }
    raw = signed_answer(facts, key_of(state.folder), state.book)
    keep_on_main(state.forge, {path: raw}, f"Answer {path}\n", at)
    state.inbox.audit(at, "question-answered", reviewer, "reviewer", stored.centre, stored.receipt_id)


def _is_open_to(gateway: Gateway, actor: Actor | None) -> bool:
    book = gateway.state.book
    return actor is not None and FORM in book.forms and may(actor, "review", book)


def _is_theirs(gateway: Gateway, actor: Actor | None, stored: Stored) -> bool:
    dossier = dossier_of_branch(stored.branch)
    return actor is not None and dossier is not None and is_theirs_to_see(gateway, actor, dossier)


def _theirs(gateway: Gateway, actor: Actor | None) -> Iterator[Stored]:
    inbox, series = gateway.state.inbox, gateway.state.book.series.id
    for branch in inbox.branches():
        dossier = dossier_of_branch(branch)
        if actor is None or dossier is None or not dossier.is_of_the_centre or dossier.series != series:
            continue
        if is_theirs_to_see(gateway, actor, dossier):
            yield from (stored for stored in inbox.of_centre(dossier.centre, series) if stored.form == FORM)


def _asked_for(request: Request, gateway: Gateway) -> Stored | None:
    centre, number, series = request.path_params["centre"], request.path_params["number"], gateway.state.book.series.id
    path = question_path(series, centre, number)
    return next((stored for stored in gateway.state.inbox.of_centre(centre, series) if stored.path == path), None)


def _answers(state: State) -> dict[str, Answer]:
    return {answer.path: answer for answer in answers_in(CommitSource(state.forge, state.ledger.head()), state.book)}


def _asked(state: State, stored: Stored, given: dict[str, Answer]) -> Asked:
    document = json.loads(stored.document)
    pull = state.forge.pull_of(Dossier(stored.series, stored.centre).branch)
    answer = given.get(answer_path(stored.path) or "")
    data = answer.data if answer else None
    return Asked(
        centre=stored.centre,
        number=document["number"],
        topic=document["topic"],
        qualification=document.get("qualification"),
        question=document["question"],
        received_at=stored.received_at,
        sha256=stored.sha256,
        answered=data is not None and data["of"]["sha256"] == stored.sha256,
        pull=pull.number if pull else None,
        is_merged=state.forge.read(state.ledger.head(), stored.path) == stored.document,
    )


def _kept(answer: Answer | None) -> Pair | None:
    if answer is None or answer.data is None:
        return None
    data = answer.data
    return Pair(
        question=data["question"],
        short=data["short"],
        answer=data["answer"],
        group=data["group"],
        id=data["id"],
        rules=", ".join(data["rules"]),
        audience=tuple(data["audience"]),
    )


def _proposed(asked: Asked) -> Pair:
    """What the form opens with: the question as it was asked, and an address made of its words."""
    words = re.findall(r"[a-z]+", asked.question.lower())[:_WORDS_IN_ADDRESS]
    group = "" if asked.topic == NOT_A_GROUP else asked.topic
    return Pair(question=one_line(asked.question), group=group, id="-".join(words)[:40].strip("-"))


def _title(asked: Asked) -> str:
    return f"Question {asked.number} of centre {asked.centre}"
