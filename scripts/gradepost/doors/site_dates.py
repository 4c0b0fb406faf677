"""Dates that the site states beside those of the series file, `docs/dates.yml`: what changed, and what is not ours."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from gradepost.book.wall import instant_of
from gradepost.doors.yaml_texts import value_of
from gradepost.form import words
from gradepost.model.series import Series
from gradepost.model.trouble import ConfigurationError

FILE = "dates.yml"
_KEYS = ("deadline", "kind", "changed_on", "from", "to", "why")
_DAY = re.compile(r"(\d{1,2}) ([A-Z][a-z]+)")


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a published deadline; None is no fixed date."""

    row: str
    kind: str
    changed_on: date
    before: datetime | None
    after: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class Dates:
    """The changes, the oldest first, and the days (`18 June`) of other people's deadlines. `of_series`: whether the
    file is about the series at hand; where it is not, nothing is held against it."""

    of_series: bool = False
    changes: tuple[Change, ...] = ()
    other_days: frozenset[str] = frozenset()

    def of(self, row: str, kind: str) -> list[Change]:
        """The changes of one deadline."""
        return [change for change in self.changes if (change.row, change.kind) == (row, kind)]


def read_dates(docs: Path, series: Series) -> Dates:
    """The file below a folder of sources. Raises `ConfigurationError` with every mistake, each with file and line,
    and where its last change and the series file state a deadline differently."""
    path = docs / FILE
    raw, lines = _read(path)
    if raw.get("series") != series.id:
        return Dates()
    mistakes: list[tuple[int, str]] = []
    changes = []
    for line, entry in zip(lines.get("changes", ()), raw.get("changes") or (), strict=False):
        wrong = [(line, said) for said in _wrong(entry, series)]
        mistakes += wrong
        changes += [] if wrong else [(line, _change(entry, series))]
    mistakes += _unlike(changes, series)
    days = []
    for line, entry in zip(lines.get("other_dates", ()), raw.get("other_dates") or (), strict=False):
        if isinstance(entry, dict) and set(entry) == {"day", "why"} and _DAY.fullmatch(str(entry["day"])):
            days.append(entry["day"])
        else:
            mistakes.append((line, "a day is named by `day: 18 June` and by `why`."))
    if mistakes:
        raise ConfigurationError("\n".join(f"{path}:{line}: {said}" for line, said in mistakes))
    return Dates(True, tuple(change for _, change in changes), frozenset(days))


def _read(path: Path) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """What the file says, and the lines that the entries of each of its lists begin at."""
    if not path.is_file():
        return {}, {}
    text = path.read_text("utf-8")
    try:
        raw, node = value_of(text), yaml.compose(text)
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigurationError(f"{path}:1: not YAML, or a day that does not exist.") from error
    if not isinstance(raw, dict) or not isinstance(node, yaml.MappingNode):
        raise ConfigurationError(f"{path}:1: it has `series`, `changes` and `other_dates`.")
    return raw, {key.value: _lines(entries) for key, entries in node.value}


def _lines(node: yaml.Node) -> list[int]:
    return [entry.start_mark.line + 1 for entry in node.value] if isinstance(node, yaml.SequenceNode) else []


def _wrong(entry: Any, series: Series) -> Iterator[str]:
    if not isinstance(entry, dict) or set(entry) != set(_KEYS):
        yield f"a change has {', '.join(_KEYS)}, and nothing else."
        return
    if entry["kind"] not in series.deadlines.get(entry["deadline"], {}):
        yield "the series has no such deadline. Take its row and its kind from the series file."
    if type(entry["changed_on"]) is not date or not entry["why"]:
        yield "a change says when it was made (changed_on: 2021-05-10) and why."
    for key in ("from", "to"):
        try:
            _instant(entry[key], series)
        except ValueError as error:
            yield f"{key}: {error}"


def _change(entry: Mapping[str, Any], series: Series) -> Change:
    before, after = _instant(entry["from"], series), _instant(entry["to"], series)
    return Change(entry["deadline"], entry["kind"], entry["changed_on"], before, after, str(entry["why"]))


def _instant(value: Any, series: Series) -> datetime | None:
    if value is None:
        return None
    return instant_of(value.isoformat() if isinstance(value, date) else str(value), series.zone)


def _unlike(changes: list[tuple[int, Change]], series: Series) -> Iterator[tuple[int, str]]:
    last: dict[tuple[str, str], tuple[int, Change]] = {}
    for line, change in changes:
        before = last.get((change.row, change.kind))
        if before and (before[1].after != change.before or before[1].changed_on > change.changed_on):
            yield line, "`from` is what the change before it says under `to`, and changes stand in their order."
        last[change.row, change.kind] = line, change
    for line, change in last.values():
        if (now := series.deadline(change.row, change.kind)) != change.after:
            said = words.minute(now, series.zone) if now else "no fixed date"
            yield line, f"the series file says {said} now. Make the two agree."
