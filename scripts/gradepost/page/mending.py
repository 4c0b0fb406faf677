"""Repairs as a form offers them: in words, with the first changes, and what can be undone once applied."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradepost.book import Book
from gradepost.form.choices import labels_of, list_of
from gradepost.form.repairs import Change, Repair, repairs
from gradepost.model.series import Series
from gradepost.page.summary import Places
from gradepost.page.texts import text

_MOST_SHOWN = 3
REPAIR, UNDO, ALL = "_repair", "_undo", "all"


@dataclass(frozen=True, slots=True)
class Offer:
    """One repair: its id, its words, the first changes in words, and how many more there are."""

    id: str
    words: str
    shown: Sequence[str]
    more: int


@dataclass(frozen=True, slots=True)
class Mended:
    """What has just been changed in a document, in words, and how to undo it; `undo` is None after an undo."""

    words: str
    undo: str | None


def offers(book: Book, form_name: str, values: Mapping[str, Any], places: Places) -> list[Offer]:
    """What can be mended in a document, one offer for each cause."""
    return [_offer(repair, book.series, places) for repair in repairs(book, form_name, values)]


def mended(changes: Sequence[Change]) -> Mended:
    """What was changed, to be told beside the way back."""
    undo = json.dumps([[c.pointer, c.before, c.after] for c in changes], ensure_ascii=False, separators=(",", ":"))
    return Mended(text("repairs.done", n=len(changes)), undo)


def undone(changes: Sequence[Change]) -> Mended:
    """What was changed back."""
    return Mended(text("repairs.undone", n=len(changes)), None)


def changes_back(undo: str) -> tuple[Change, ...]:
    """The changes that undo those of `mended`. Empty where the text is no list of changes."""
    try:
        found = json.loads(undo)
    except ValueError:
        return ()
    whole = isinstance(found, list) and all(isinstance(one, list) and len(one) == 3 for one in found)
    return (
        tuple(Change(pointer, after, before) for pointer, before, after in found if isinstance(pointer, str))
        if whole
        else ()
    )


def _offer(repair: Repair, series: Series, places: Places) -> Offer:
    shown = [_change(change, series, places) for change in repair.changes[:_MOST_SHOWN]]
    return Offer(repair.id, repair.words, shown, max(0, len(repair.changes) - len(shown)))


def _change(change: Change, series: Series, places: Places) -> str:
    spot = places.spot(change.pointer)
    field = spot.control.field if spot.control else None
    labels = labels_of(list_of(series, field, {})) if field and field.choices else {}
    before, after = (
        text("repairs.nothing") if value in (None, "") else labels.get(str(value), str(value))
        for value in (change.before, change.after)
    )
    label = spot.control.field.label if spot.control else change.pointer
    if spot.row is None:
        return text("repairs.change_single", label=label, before=before, after=after)
    return text("repairs.change", label=label, row=spot.row.number, before=before, after=after)
