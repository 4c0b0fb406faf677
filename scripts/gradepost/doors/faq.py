"""Questions and answers as data: one file to a question, `docs/faq/<id>.md`, and their groups in `groups.yml`."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from gradepost.book import Book
from gradepost.doors.yaml_texts import value_of
from gradepost.model.trouble import ConfigurationError
from gradepost.rules import RULES

FOLDER = "faq"
_PARTS = re.compile(r"---\n(.*?\n)---\n(.*)", re.DOTALL)
_NEEDED = ("question", "short", "asked_on", "answered_on", "owner", "audience")
# `approved` is the mark of a page that `gradepost faq publish` carried here.
_OPTIONAL = ("webinar", "rules", "forms", "guidance", "search_boost", "approved")
_AUDIENCES = ("exams-officer", "teacher", "head-of-centre", "reviewer")


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its answer in Markdown, links relative to the folder. Dates are None where not stated.
    `search_boost` is the weight of its page among the results of a search, where other pages weigh 1."""

    id: str
    question: str
    short: str
    answer: str
    asked_on: date | None
    answered_on: date | None
    owner: str
    audience: tuple[str, ...]
    webinar: date | None
    rules: tuple[str, ...]
    forms: tuple[str, ...]
    guidance: str | None
    search_boost: int


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that stand together, in their order."""

    id: str
    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Faq:
    """All questions by group, and what the page of them begins with (`text` in Markdown)."""

    lead: str
    text: str
    groups: tuple[Group, ...]

    @property
    def questions(self) -> list[Question]:
        """Every question in the order of the page."""
        return [question for group in self.groups for question in group.questions]


def read_faq(docs: Path, book: Book) -> Faq:
    """The questions below a folder of sources. Raises `ConfigurationError` with every mistake, each with file and
    line."""
    folder = docs / FOLDER
    if not folder.is_dir():
        return Faq("", "", ())
    mistakes: list[str] = []
    known = {path.stem: found for path in sorted(folder.glob("*.md")) if (found := _read(path, docs, book, mistakes))}
    path = folder / "groups.yml"
    raw = _yaml(path.read_text("utf-8"), path, mistakes) if path.is_file() else None
    head = raw if isinstance(raw, dict) else {}
    groups = tuple(_groups(path, head.get("groups") or (), known, mistakes))
    if mistakes:
        raise ConfigurationError("\n".join(mistakes))
    return Faq(str(head.get("lead", "")), str(head.get("text", "")), groups)


def _read(path: Path, docs: Path, book: Book, mistakes: list[str]) -> Question | None:
    text = path.read_text("utf-8")
    parts = _PARTS.fullmatch(text)
    head = _yaml(parts[1], path, mistakes) if parts else None
    if parts is None or not isinstance(head, dict):
        mistakes.append(f"{path}:1: a question begins with its facts between two lines of ---.")
        return None
    wrong = [*_wrong_keys(head), *_wrong_values(head, docs, book)]
    mistakes += [f"{path}:{_line(text, key)}: {key}: {words}" for key, words in wrong]
    return None if wrong else _question(path.stem, head, parts[2].strip())


def _yaml(text: str, path: Path, mistakes: list[str]) -> Any:
    try:
        return value_of(text)
    except (yaml.YAMLError, ValueError) as error:
        mistakes.append(f"{path}: not YAML ({type(error).__name__}).")
        return None


def _line(text: str, key: str) -> int:
    """The line of a key, or the first."""
    return next((number for number, line in enumerate(text.split("\n"), 1) if line.startswith(f"{key}:")), 1)


def _wrong_keys(head: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in _NEEDED:
        if key not in head:
            yield key, "this is missing. Write null where the source does not say."
    for key in head:
        if key not in (*_NEEDED, *_OPTIONAL):
            yield str(key), f"no such fact.{_near(str(key), (*_NEEDED, *_OPTIONAL))}"


def _wrong_values(head: Mapping[str, Any], docs: Path, book: Book) -> Iterator[tuple[str, str]]:
    for key in ("asked_on", "answered_on", "webinar"):
        if head.get(key) is not None and type(head[key]) is not date:
            yield key, "a date is written as 2021-05-07, or null."
    for key in ("question", "short", "owner"):
        if key in head and not (isinstance(head[key], str) and head[key].strip()):
            yield key, "a text is needed here."
    lists = {"rules": [rule.id for rule in RULES], "forms": list(book.forms), "audience": list(_AUDIENCES)}
    for key, known in lists.items():
        named = head.get(key, [])
        if not isinstance(named, list):
            yield key, "a list is needed here."
            continue
        for name in named:
            if name not in known:
                yield key, f"there is no {name}.{_near(str(name), known)}"
    if not isinstance(head.get("search_boost", 2), int):
        yield "search_boost", "a whole number is needed here."
    if (page := head.get("guidance")) is not None and not (docs / str(page)).is_file():
        yield "guidance", f"there is no page {page}."


def _near(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f" Near it: {', '.join(near)}." if near else ""


def _question(name: str, head: Mapping[str, Any], answer: str) -> Question:
    return Question(
        id=name,
        question=head["question"],
        short=head["short"],
        answer=answer,
        asked_on=head["asked_on"],
        answered_on=head["answered_on"],
        owner=head["owner"],
        audience=tuple(head["audience"]),
        webinar=head.get("webinar"),
        rules=tuple(head.get("rules", ())),
        forms=tuple(head.get("forms", ())),
        guidance=head.get("guidance"),
        search_boost=head.get("search_boost", 2),
    )


def _groups(
    path: Path, entries: Sequence[Mapping[str, Any]], known: Mapping[str, Question], mistakes: list[str]
) -> Iterator[Group]:
    if not entries:
        mistakes.append(f"{path}: it lists no groups: each with id, title and questions.")
        return
    placed: list[str] = []
    for entry in entries:
        names = list(entry["questions"])
        placed += names
        mistakes += [f"{path}: there is no question {n}.{_near(n, known)}" for n in names if not _file(path, n)]
        yield Group(entry["id"], entry["title"], tuple(known[name] for name in names if name in known))
    mistakes += [f"{path}: {name} stands in two groups." for name in sorted({n for n in placed if placed.count(n) > 1})]
    mistakes += [f"{path}: {name} stands in no group." for name in sorted(known.keys() - set(placed))]


def _file(groups: Path, name: str) -> bool:
    return (groups.parent / f"{name}.md").is_file()
