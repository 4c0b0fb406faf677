"""What is noted of pages beside their text: who answers for one, when it was checked, and each change that was made.

`docs/owners.yml` has the first two. `docs/page-notes.yml` has a line for each change, with a digest of the text that
it led to: a text with another digest has changed without a note, and `gradepost pages check` says so.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from gradepost.doors.yaml_texts import value_of
from gradepost.model.trouble import ConfigurationError

OWNERS, NOTES = "owners.yml", "page-notes.yml"
# Pages that speak to centres. What is told of the software itself is in its list of changes.
NOTED = ("index.md", "contact.md", "deadlines.md", "documents/*", "faq/*", "guidance/*", "series/*", "webinars/2*")
_KEYS = {"page", "day", "sha256", "note"}
_DIGITS = 16
# What is made has its owner and its last change in its head.
_HEAD = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Note:
    """One change of a page. `note` is None where it changed nothing for a reader; `digest` is of the text after it."""

    page: str
    on: date
    digest: str
    note: str | None


@dataclass(frozen=True, slots=True)
class Owned:
    """Who answers for a page, by name; whether that is assumed; and when it was last checked."""

    name: str
    is_assumed: bool
    checked_on: date


def digest_of(text: str) -> str:
    """A digest of a page's words, however its lines are broken: 16 hexadecimal digits of SHA-256."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:_DIGITS]


def noted_texts(docs: Path, tree: Mapping[str, bytes]) -> dict[str, str]:
    """The text of every page whose changes are noted: as somebody wrote it, or as it is made where nobody did."""
    texts = {}
    for path, made in tree.items():
        if path.endswith(".md") and any(fnmatchcase(path, pattern) for pattern in NOTED):
            written = docs / path
            texts[path] = written.read_text("utf-8") if written.is_file() else _HEAD.sub("", made.decode())
    return texts


def read_notes(docs: Path) -> tuple[Note, ...]:
    """Every note, in the order of the file. Raises `ConfigurationError` with file and line of each not whole."""
    path = docs / NOTES
    if not path.is_file():
        return ()
    text = path.read_text("utf-8")
    try:
        entries, node = value_of(text) or [], yaml.compose(text)
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigurationError(f"{path}:1: not YAML, or a day that does not exist.") from error
    starts = [entry.start_mark.line + 1 for entry in node.value] if isinstance(node, yaml.SequenceNode) else [1]
    wrong = [line for line, entry in zip(starts, entries, strict=False) if not _is_whole(entry)]
    if wrong or not isinstance(entries, list):
        said = "a note has page, day (2026-11-24), sha256 and note. `gradepost pages note` writes one."
        raise ConfigurationError("\n".join(f"{path}:{line}: {said}" for line in wrong or [1]))
    return tuple(Note(entry["page"], entry["day"], str(entry["sha256"]), entry["note"]) for entry in entries)


def _is_whole(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and set(entry) == _KEYS
        and type(entry["day"]) is date
        and (entry["note"] is None or (isinstance(entry["note"], str) and bool(entry["note"].strip())))
    )


def unnoted(texts: Mapping[str, str], notes: tuple[Note, ...]) -> list[str]:
    """The pages whose text is not the one that their last note led to."""
    last = {note.page: note.digest for note in notes}
    return [page for page, text in sorted(texts.items()) if last.get(page) != digest_of(text)]


def lines_of(pages: Mapping[str, str], on: date, note: str | None) -> str:
    """What is added to the file for a change of some pages, each with its text."""
    return "".join(
        f"- {{page: {page}, day: {on}, sha256: '{digest_of(text)}', note: {json.dumps(note, ensure_ascii=False)}}}\n"
        for page, text in sorted(pages.items())
    )


def owners_of(docs: Path, notes: tuple[Note, ...], pages: list[str]) -> dict[str, Owned]:
    """Who answers for each page; a change counts as a check. Raises `ConfigurationError` where the file is not
    whole."""
    path = docs / OWNERS
    if not path.is_file():
        return {}
    try:
        raw = value_of(path.read_text("utf-8"))
        owners = {key: (str(one["name"]), bool(one["assumed"])) for key, one in raw["owners"].items()}
        rules = [(str(one["match"]), owners[one["owner"]], _day(one["checked_on"])) for one in raw["pages"]]
    except (yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError) as error:
        said = "it has `owners` (name, assumed) and `pages` (match, owner, checked_on: 2026-11-24)"
        raise ConfigurationError(f"{path}:1: {said}. What is missing or unknown: {error}.") from error
    return dict(_owned(rules, {note.page: note.on for note in notes}, pages))


def _day(value: object) -> date:
    if type(value) is not date:
        raise ValueError(f"{value} is no day")
    return value


def _owned(
    rules: list[tuple[str, tuple[str, bool], date]], changed: Mapping[str, date], pages: list[str]
) -> Iterator[tuple[str, Owned]]:
    for page in pages:
        found = next(((owner, day) for match, owner, day in rules if fnmatchcase(page, match)), None)
        if found is not None:
            (name, is_assumed), day = found
            yield page, Owned(name, is_assumed, max(day, changed.get(page, day)))
