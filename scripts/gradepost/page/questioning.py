"""The reviewer's pages of questions: which wait, and one of them to be put into words that every centre may read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from markupsafe import Markup

from gradepost.book import Book
from gradepost.form import words
from gradepost.form.layout import Field, groups_of
from gradepost.page.rendering import rendered

NOT_A_GROUP = "other"
AUDIENCES: Mapping[str, str] = {
    "exams-officer": "Exams officers",
    "teacher": "Teachers",
    "head-of-centre": "Heads of Centre",
    "reviewer": "Reviewers",
}
MOST: Mapping[str, int] = {"question": 300, "short": 300, "answer": 5000, "id": 60}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was received, with how it stands. `answered`: this very question has an approved answer."""

    centre: str
    number: str
    topic: str
    qualification: str | None
    question: str
    received_at: datetime
    sha256: str
    answered: bool
    pull: int | None
    is_merged: bool

    @property
    def address(self) -> str:
        """The address of the page on which it is answered."""
        return f"/reviews/questions/{self.centre}/{self.number}"


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and its answer as they stand in the reviewer's form."""

    question: str = ""
    short: str = ""
    answer: str = ""
    group: str = ""
    id: str = ""
    rules: str = ""
    audience: Sequence[str] = field(default_factory=tuple)


def topics(book: Book) -> Mapping[str, str]:
    """What a question can be about, by id, as its form asks: the groups of the site's questions, and `other`."""
    fields: list[Field] = [one for group in groups_of(book.forms["question"]) for one in group.fields]
    options = next((one.options for one in fields if one.steps == ("topic",)), None)
    return options or {}


def groups(book: Book) -> Mapping[str, str]:
    """The groups that an answer can stand in."""
    return {name: label for name, label in topics(book).items() if name != NOT_A_GROUP}


def questions_page(book: Book, asked: Sequence[Asked]) -> Markup:
    """Every question, those that wait for an answer first."""
    lines = [_line(book, one) for one in asked]
    return rendered(
        "questions",
        waiting=[line for line in lines if not line["facts"].answered],
        answered=[line for line in lines if line["facts"].answered],
    )


def question_page(
    book: Book, asked: Asked, pair: Pair, *, wrong: Mapping[str, str] | None = None, is_kept: bool = False
) -> Markup:
    """One question and the form for its answer. `wrong` is what to put right, by field; `is_kept`: what the form
    holds was approved and stands in the record."""
    return rendered(
        "question_answer",
        **_line(book, asked),
        lines=asked.question.split("\n"),
        pair=pair,
        groups=groups(book),
        audiences=AUDIENCES,
        most=MOST,
        wrong=wrong or {},
        is_kept=is_kept,
    )


def _line(book: Book, asked: Asked) -> dict[str, Any]:
    return {
        "facts": asked,
        "topic": topics(book).get(asked.topic, asked.topic),
        "received": words.minute(asked.received_at, book.series.zone),
    }
