"""Webinars as data: one file to an event, `docs/webinars/<date>.md`, its facts before its text."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from gradepost.book import Book
from gradepost.doors.yaml_texts import value_of
from gradepost.model.trouble import ConfigurationError

FOLDER = "webinars"
_PARTS = re.compile(r"---\n(.*?\n)---\n(.*)", re.DOTALL)
_NEEDED = ("title", "date", "starts_at", "topic", "qualification", "recording")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_CENTRE = re.compile(r"/centre/[A-Za-z0-9/_-]*(#[A-Za-z0-9_-]+)?")


@dataclass(frozen=True, slots=True)
class Webinar:
    """One event. `starts_at` is a time of day in the series' zone, as `15:00`; it, `qualification` (a code) and
    `recording` (an address in the area for centres) are None where the source has none. `text` is Markdown."""

    id: str
    title: str
    date: date
    starts_at: str | None
    topic: str
    qualification: str | None
    recording: str | None
    text: str


def read_webinars(docs: Path, book: Book) -> tuple[Webinar, ...]:
    """The webinars below a folder of sources, the latest first. Raises `ConfigurationError` with every mistake, each
    with file and line."""
    mistakes: list[str] = []
    found = [_read(path, book, mistakes) for path in sorted((docs / FOLDER).glob("*.md")) if path.stem != "index"]
    if mistakes:
        raise ConfigurationError("\n".join(mistakes))
    return tuple(sorted((w for w in found if w), key=lambda webinar: (webinar.date, webinar.id), reverse=True))


def _read(path: Path, book: Book, mistakes: list[str]) -> Webinar | None:
    text = path.read_text("utf-8")
    parts = _PARTS.fullmatch(text)
    try:
        head = value_of(parts[1]) if parts else None
    except (yaml.YAMLError, ValueError):  # a day that does not exist
        head = None
    if parts is None or not isinstance(head, dict):
        mistakes.append(
            f"{path}:1: a webinar begins with its facts, as YAML between two lines of ---. A day must exist."
        )
        return None
    wrong = list(_wrong(head, book))
    mistakes += [f"{path}:{_line(text, key)}: {key}: {words}" for key, words in wrong]
    return None if wrong else Webinar(id=path.stem, text=parts[2].strip(), **head)


def _wrong(head: Mapping[str, Any], book: Book) -> Iterator[tuple[str, str]]:
    missing = [key for key in _NEEDED if key not in head]
    yield from ((key, f"this is missing.{'' if key in _STATED else ' Write null where there is none.'}")
                for key in missing)  # fmt: skip
    yield from ((str(key), f"no such fact. There are {', '.join(_NEEDED)}.") for key in head if key not in _NEEDED)
    if "date" in head and type(head["date"]) is not date:
        yield "date", "the day of the webinar is written as 2021-05-07."
    for key in ("title", "topic"):
        if key in head and not (isinstance(head[key], str) and head[key].strip()):
            yield key, "a text is needed here."
    for key, shape, example in (("starts_at", _TIME, '"15:00"'), ("recording", _CENTRE, "/centre/webinar-recordings/")):
        if (value := head.get(key)) is not None and not (isinstance(value, str) and shape.fullmatch(value)):
            yield key, f"it is written as {example}, or null."
    if (code := head.get("qualification")) is not None and not (isinstance(code, str) and re.fullmatch(r"\w+", code)):
        yield "qualification", f"a code is needed here, such as {next(iter(book.series.qualifications))}, or null."


_STATED = ("title", "date", "topic")


def _line(text: str, key: str) -> int:
    return next((number for number, line in enumerate(text.split("\n"), 1) if line.startswith(f"{key}:")), 1)
