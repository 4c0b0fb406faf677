"""Proposals for what a document probably means: alike problems together, previewed, applied and undone as one.

Nothing here is done unasked. What surely has one meaning is no proposal where people type: `meanings` reads it so.
"""

import copy
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from gradepost.book import Book
from gradepost.document.pointers import pointer_of
from gradepost.form.choices import labels_of, list_of
from gradepost.form.damage import Harm, damage
from gradepost.form.layout import Field, Steps, every_field, name_of, value_at
from gradepost.form.meanings import Names, also, day, perhaps
from gradepost.form.shape import shape_of
from gradepost.model.names import fold
from gradepost.model.series import Series

Value = str | int | bool | None
_INDEX = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Change:
    """One value that would be replaced, by its RFC 6901 pointer. None stands for a value that is not there."""

    pointer: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Repair:
    """One cause and what would mend it. Without changes it only explains what cannot be mended here."""

    id: str
    words: str
    count: int
    changes: tuple[Change, ...]


def repairs(book: Book, form_name: str, values: Mapping[str, Any]) -> tuple[Repair, ...]:
    """What could be mended in a document, one proposal for each cause, in the order of the form."""
    causes: defaultdict[_Cause, list[tuple[Change, ...]]] = defaultdict(list)
    shape = shape_of(book.schema_of(form_name).schema)
    for steps, field in every_field(book.forms[form_name]):
        look = _look(book.series, field, steps, shape.at(steps).pattern, values)
        if look:
            for at, text in _texts(values, steps):
                if found := look(at, text):
                    causes[found[0]].append(found[1])
    for cause, changes in _without_outcome(book.series, values):
        causes[cause].append(changes)
    return tuple(_repair(cause, mended) for cause, mended in causes.items())


def applied(values: Mapping[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    """The document with the changes made wherever their `before` still stands."""
    made: dict[str, Any] = copy.deepcopy(dict(values))
    for change in changes:
        steps = tuple(int(step) if _INDEX.fullmatch(step) else step for step in change.pointer.split("/")[1:])
        into = value_at(made, steps[:-1])
        if not steps or not _holds(into, last := steps[-1]) or value_at(into, (last,)) != change.before:
            continue
        if change.after is None:
            into.pop(last, None)
        else:
            into[last] = change.after
    return made


def undone(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes that take these back."""
    return tuple(Change(change.pointer, change.after, change.before) for change in changes)


@dataclass(frozen=True, slots=True)
class _Cause:
    """What several values have in common, in words for one and for several of them."""

    id: str
    one: str
    many: str


_Found = tuple[_Cause, tuple[Change, ...]]
_Look = Callable[[Steps, str], _Found | None]

_HARMS: Mapping[Harm, tuple[str, str]] = {
    Harm.BETWEEN: ("holds spaces or hyphens", "hold spaces or hyphens"),
    Harm.POINT_ZERO: ("ends in .0", "end in .0"),
    Harm.QUOTED: ("begins with an apostrophe", "begin with an apostrophe"),
    Harm.ZEROS: ("has lost leading zeros", "have lost leading zeros"),
    Harm.SCIENTIFIC: ("is written as a power of ten", "are written as powers of ten"),
    Harm.LOST: (
        "was shortened to a power of ten, such as 1.00E+09, and its digits are lost. Type it again; a spreadsheet keeps"
        " it whole in a column that is formatted as text.",
        "were shortened to powers of ten, such as 1.00E+09, and their digits are lost. Type them again; a spreadsheet"
        " keeps them whole in a column that is formatted as text.",
    ),
}


def _repair(cause: _Cause, mended: list[tuple[Change, ...]]) -> Repair:
    words = cause.one if len(mended) == 1 else cause.many
    changes = tuple(change for several in mended for change in several)
    return Repair(cause.id, words.replace("{count}", f"{len(mended):,}"), len(mended), changes)


def _look(series: Series, field: Field, steps: Steps, pattern: str | None, values: Mapping[str, Any]) -> _Look | None:
    """How a field's texts are looked at; None where nothing can be proposed for them."""
    if field.choices:
        return _Choices(series, field, steps, values).look
    if field.widget == "date":
        return partial(_of_date, field)
    return partial(_of_identifier, field, pattern) if pattern else None


class _Choices:
    """Proposals for a field that is chosen from a list: entries by another name, and outcomes where a grade belongs."""

    def __init__(self, series: Series, field: Field, steps: Steps, values: Mapping[str, Any]) -> None:
        self._values, self._place = values, name_of(steps)
        self._labels = labels_of(list_of(series, field, {})) | labels_of(list_of(series, field, values))
        self._names = _spelled(series, field, self._labels)
        self._graded = _graded(series) if steps[-1] == "grade" else None
        self._outcomes = {choice.id: choice.label for choice in series.outcomes}
        outcome = replace(field, choices="outcomes", options={})
        self._outcome_names = _spelled(series, outcome, self._outcomes) if self._graded else {}

    def look(self, at: Steps, text: str) -> _Found | None:
        if text in self._labels:
            return None
        folded = fold(text)
        if known := self._names.get(folded):
            spelling, value = known
            cause = _renamed(f"{self._place}:{folded}", spelling, self._labels[value])
            return cause, (Change(pointer_of(at), text, value), *self._with_outcome(at, self._graded, absent=True))
        if (known := self._outcome_names.get(folded)) and known[1] != self._graded:
            spelling, value = known
            cause = _renamed(f"{self._place}:{folded}", spelling, self._outcomes[value])
            return cause, (Change(pointer_of(at), text, None), *self._with_outcome(at, value))
        return None

    def _with_outcome(self, at: Steps, outcome: str | None, *, absent: bool = False) -> Iterator[Change]:
        before = value_at(self._values, (*at[:-1], "outcome"))
        if outcome and before != outcome and (before is None or not absent):
            yield Change(pointer_of((*at[:-1], "outcome")), before, outcome)


def _spelled(series: Series, field: Field, labels: Mapping[str, str]) -> Mapping[str, tuple[str, str]]:
    """How each name of an entry is spelled in the series, and the entry's id, by the folded name: sure ones first."""
    found: dict[str, tuple[str, str]] = {}
    own: Names = {value: (value, label) for value, label in labels.items()}
    for names in (own, also(series, field), perhaps(series, field)):
        for value, several in names.items():
            for name in several if value in labels else ():
                found.setdefault(fold(name), (name, value))
    return found


def _renamed(cause: str, spelling: str, label: str) -> _Cause:
    words = f"{{count}} × ‘{spelling}’ → {label}"
    return _Cause(cause, words, words)


def _of_date(field: Field, at: Steps, text: str) -> _Found | None:
    read = day(text)
    if read == text:
        return None
    where = f"under ‘{field.label}’"
    cause = _Cause(
        f"{_place(at)}:day-first",
        f"1 date {where} is not written year first",
        f"{{count}} dates {where} are not written year first",
    )
    return cause, (Change(pointer_of(at), text, read),)


def _of_identifier(field: Field, pattern: str, at: Steps, text: str) -> _Found | None:
    found = damage(text, pattern, str(at[-1]))
    if found is None:
        return None
    one, many = _HARMS[found.harm]
    label = field.label if field.label[:2].isupper() else field.label[0].lower() + field.label[1:]
    cause = _Cause(f"{_place(at)}:{found.harm}", f"1 {label} {one}", f"{{count}} {label}s {many}")
    return cause, (Change(pointer_of(at), text, found.mended),) if found.mended else ()


def _without_outcome(series: Series, values: Mapping[str, Any]) -> Iterator[_Found]:
    """Learners with a grade or a mark and no outcome: only one outcome can have either."""
    graded = _graded(series)
    learners = values.get("learners")
    if graded is None or not isinstance(learners, list):
        return
    grades = {g for q in series.qualifications.values() for c in q.components.values() for g in c.grades}
    label = next(choice.label for choice in series.outcomes if choice.id == graded)
    cause = _Cause(
        "learners.outcome:missing",
        f"1 learner has a grade or a mark and no outcome → {label}",
        f"{{count}} learners have a grade or a mark and no outcome → {label}",
    )
    for index, row in enumerate(learners):
        if not isinstance(row, dict) or row.get("outcome") is not None:
            continue
        if isinstance(row.get("mark"), int) or (isinstance(row.get("grade"), str) and row["grade"] in grades):
            yield cause, (Change(f"/learners/{index}/outcome", None, graded),)


def _graded(series: Series) -> str | None:
    return next(iter(series.graded_outcomes)) if len(series.graded_outcomes) == 1 else None


def _texts(value: Any, steps: Steps, at: Steps = ()) -> Iterator[tuple[Steps, str]]:
    """Each text at the end of the steps, with its place; "*" stands for any entry of a list."""
    if not steps:
        if isinstance(value, str) and value:
            yield at, value
    elif steps[0] == "*":
        for index, inner in enumerate(value if isinstance(value, list) else ()):
            yield from _texts(inner, steps[1:], (*at, index))
    elif isinstance(value, dict) and steps[0] in value:
        yield from _texts(value[steps[0]], steps[1:], (*at, steps[0]))


def _place(at: Steps) -> str:
    return name_of(tuple("*" if isinstance(step, int) else step for step in at))


def _holds(into: Any, last: str | int) -> bool:
    if isinstance(into, dict):
        return isinstance(last, str)
    return isinstance(into, list) and isinstance(last, int) and last < len(into)
