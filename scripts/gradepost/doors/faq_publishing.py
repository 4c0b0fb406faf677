"""Approved questions and answers carried from a ledger to the site's sources: a page each, and its place in a group.

Nothing else of the ledger comes along: no asker, no centre, no reviewer. A page that somebody edited stays as it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from gradepost.book import Book
from gradepost.document.filing import shown
from gradepost.doors.faq import FOLDER, read_faq
from gradepost.doors.faq_text import is_untouched, page_of, with_question
from gradepost.doors.files import write_durably
from gradepost.ledger import Source
from gradepost.model.trouble import ConfigurationError
from gradepost.publish.answer_texts import NOT_A_PAGE, is_readable, traces
from gradepost.publish.answers import Answer, answers_in
from gradepost.rules import RULES

GROUPS = "groups.yml"


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of one answer: the page, what was done, and whether somebody has to look at it."""

    page: str
    said: str
    is_held_back: bool = False


def carry(source: Source, book: Book, docs: Path, owner: str) -> list[Carried]:
    """Carry every approved answer to `docs`, the oldest approval first. Carried again, nothing changes. Raises
    `ConfigurationError` where `docs` has no questions and answers, or where they do not fit together afterwards."""
    if not (docs / FOLDER / GROUPS).is_file():
        raise ConfigurationError(f"{docs / FOLDER / GROUPS}: it is not there. Give the folder of the site’s sources.")
    found = sorted(answers_in(source, book), key=lambda a: (a.data["approved_at"] if a.data else "", a.path))
    said: list[Carried] = []
    taken: dict[str, str] = {}
    for answer in found:
        said.append(_carry(answer, book, docs, owner, taken))
    read_faq(docs, book)
    return said


def _carry(answer: Answer, book: Book, docs: Path, owner: str, taken: dict[str, str]) -> Carried:
    data = answer.data
    if data is None or answer.fault:
        return Carried(shown(answer.path), f"not carried: {answer.fault}.", is_held_back=True)
    name = f"{FOLDER}/{data['id']}.md"
    if wrong := next(_wrong(answer, data, docs, taken), None):
        return Carried(name, f"not carried: {wrong}.", is_held_back=True)
    taken[data["id"]] = answer.path
    asked_on, answered_on = (_day(data[fact], book) for fact in ("asked_at", "approved_at"))
    return _write(docs, name, data, page_of(data, asked_on, answered_on, owner))


def _wrong(answer: Answer, data: Mapping[str, Any], docs: Path, taken: Mapping[str, str]) -> Iterator[str]:
    """Why an answer that holds must not be published all the same."""
    yield from (f"its {text} has {what}" for text, what in traces(data, answer.centre))
    if not all(is_readable(data[text]) for text in ("question", "short", "answer")):
        yield "it has characters that nobody sees"
    if "\n" in data["question"] + data["short"]:
        yield "its question or its short answer is longer than a line"
    if unknown := sorted(set(data["rules"]) - {rule.id for rule in RULES}):
        yield f"there is no rule {', '.join(unknown)}"
    if data["id"] in NOT_A_PAGE:
        yield "another page has this address"
    if data["id"] in taken:
        yield f"{taken[data['id']]} has this page already"
    if data["group"] not in _groups(docs):
        yield f"{FOLDER}/{GROUPS} has no group {data['group']}"


def _write(docs: Path, name: str, data: Mapping[str, Any], page: str) -> Carried:
    path = docs / name
    before = path.read_text("utf-8") if path.is_file() else None
    if before is not None and before != page and not is_untouched(before):
        return Carried(name, "not carried: the page there is another, or was edited. It stays as it is.", True)
    if before != page:
        write_durably(path, page.encode())
    placed = _place(docs, data)
    if placed is None:
        words = f"carried, but it has no place yet: write it into {FOLDER}/{GROUPS}, group {data['group']}."
        return Carried(name, words, is_held_back=True)
    if before == page and not placed:
        return Carried(name, "stands there already.")
    return Carried(name, "new." if before is None else "brought up to date.")


def _place(docs: Path, data: Mapping[str, Any]) -> bool | None:
    """Whether a question was put into its group: not where it stands in one already. None where it could not be."""
    if any(data["id"] in questions for questions in _groups(docs).values()):
        return False
    path = docs / FOLDER / GROUPS
    text = with_question(path.read_text("utf-8"), data["group"], data["id"])
    if text is None or data["id"] not in _listed(yaml.safe_load(text)).get(data["group"], ()):
        return None
    write_durably(path, text.encode())
    return True


def _groups(docs: Path) -> dict[str, Sequence[str]]:
    return _listed(yaml.safe_load((docs / FOLDER / GROUPS).read_text("utf-8")))


def _listed(raw: Any) -> dict[str, Sequence[str]]:
    return {group["id"]: list(group["questions"]) for group in raw["groups"]}


def _day(instant: str, book: Book) -> date:
    return datetime.fromisoformat(instant).astimezone(book.series.zone).date()
