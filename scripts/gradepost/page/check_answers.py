"""The answers to check before they are submitted: all of them as text, what they add up to, what changes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from gradepost.book import Book
from gradepost.form import words
from gradepost.form.fails import EVIDENCE, FIELD, TOO_LITTLE, failing, too_little_of
from gradepost.model.findings import Report
from gradepost.model.series import Series
from gradepost.page.changes import changes
from gradepost.page.entries_line import entries_said
from gradepost.page.form import IDEMPOTENCY_KEY
from gradepost.page.form_data import check_data
from gradepost.page.readout import readout
from gradepost.page.rendering import rendered
from gradepost.page.summary import Places, entries
from gradepost.page.texts import text
from gradepost.page.totals import totals

_LONG = 50


@dataclass(frozen=True, slots=True)
class Before:
    """What was received before about the same thing, and when."""

    at: datetime
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """A fail that is asked about: the name of its radio buttons, who it is about, what was answered so far."""

    name: str
    id: str
    title: str
    unanswered: str
    answer: str | None
    is_open: bool


def check_answers_page(  # noqa: PLR0913 - a page of many facts, and all are named
    book: Book,
    document: Mapping[str, Any],
    *,
    report: Report,
    path: str | None,
    idempotency_key: str | None,
    carried: Sequence[tuple[str, str]] = (),
    schedules: Mapping[str, Sequence[str]],
    before: Before | None = None,
    asked_again: Sequence[int] = (),
    answered: Mapping[str, str],
    may_submit: bool,
    centre: tuple[str, str] | None,
    pictures: Sequence[tuple[int, str | None]] = (),
) -> Markup:
    """A document that nothing is in the way of, to be read through and submitted.

    `report` may have findings of others of its dossier: they are told. `answered` are the fields that were posted;
    `asked_again` the rows of fails that lack an answer. Whoever may not submit reads it all the same.
    `pictures` are those that sign, by the numbers of their rows, as addresses; None where one is not kept here.
    """
    form, series = book.forms[document["form"]], book.series
    sections = readout(book, document)
    changed = changes(book, form, before.document, document) if before else []
    return rendered(
        "check_answers",
        form=form,
        sections=sections,
        pictures=pictures,
        warnings=entries((f for f in report.warnings if f.path == path), Places(()), path),
        elsewhere=entries((f for f in report.findings if f.path != path), Places(()), path),
        not_judged=report.not_judged,
        entries_line=entries_said(series, document, schedules) if _has_outcomes(form) else None,
        totals=totals(series, document),
        before=words.minute(before.at, series.zone) if before else None,
        changed=changed,
        questions=_questions(series, document, answered, asked_again) if may_submit else [],
        too_little=_outcome(series, document),
        options=(EVIDENCE, TOO_LITTLE),
        may_submit=may_submit,
        is_long=sum(len(section.rows) for section in sections) > _LONG,
        posted=_posted(document, idempotency_key, carried),
        centre=centre,
        data=check_data(form.name),
    )


def _has_outcomes(form: Any) -> bool:
    return any(f.get("choices") == "outcomes" for group in form.layout["groups"] for f in group["fields"])


def _posted(
    document: Mapping[str, Any], key: str | None, carried: Sequence[tuple[str, str]]
) -> Sequence[tuple[str, str]]:
    plain = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return [("_document", plain), *([(IDEMPOTENCY_KEY, key)] if key else []), *carried]


def _questions(
    series: Series, document: Mapping[str, Any], answered: Mapping[str, str], asked_again: Sequence[int]
) -> list[Question]:
    return [_question(row, learner, answered, row in asked_again) for row, learner in failing(series, document)]


def _question(row: int, learner: Mapping[str, Any], answered: Mapping[str, str], is_open: bool) -> Question:
    number, name = learner.get("candidate_number", row + 1), f"{FIELD}{row}"
    title = text("check.fail_of", number=number, grade=words.spoken(str(learner["grade"])))
    unanswered = text("check.fail_unanswered", number=number)
    return Question(name, f"f-fail-{row}", title, unanswered, answered.get(name), is_open)


def _outcome(series: Series, document: Mapping[str, Any]) -> str | None:
    if not failing(series, document):
        return None
    chosen = too_little_of(series)
    return next(choice.label for choice in series.outcomes if choice.id == chosen)
