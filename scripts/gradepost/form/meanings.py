"""What a typed or imported text surely means: the entry of a list that is so called, digits, a date, yes or no.

A guess is no meaning: it is a proposal (`repairs`). What means nothing here stays as it was typed.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from itertools import chain
from typing import Any

from gradepost.book import Book
from gradepost.form.choices import Option, list_of
from gradepost.form.layout import Field
from gradepost.model.names import fold
from gradepost.model.series import Choice, Series

__all__ = ["Names", "also", "chosen", "day", "digits", "fold", "meaning", "perhaps"]

# By id: every other name of an entry.
Names = Mapping[str, tuple[str, ...]]

_BETWEEN_DIGITS = re.compile(r"[\s'’\u2010-\u2015-]+")
_MIDNIGHT = re.compile(r"[ T]0?0:00(:00(\.0+)?)?$")
_TIME = re.compile(r"[ T]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?$")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]((?:19|20)?[0-9]{2})")
_NAMED_MONTH = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[ -]?([a-z]{3,9})\.?,?[ -]?((?:19|20)?[0-9]{2})", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WHOLE = re.compile(r"(-?[0-9]{1,15})(?:\.0+)?", re.ASCII)
_YES_OR_NO = {"yes": "true", "y": "true", "true": "true", "1": "true", "no": "false", "n": "false", "false": "false"}
_TICKS = {"✓": "true", "✔": "true"}


def meaning(book: Book, form_name: str, field: Field, text: str, values: Mapping[str, Any]) -> str:
    """What the text surely means in that field of a document with these values; the text itself where that is open."""
    if field.choices:
        return chosen(book.series, field, values).get(fold(text), text)
    read = _READERS.get(field.widget)
    return read(text) if read else text


def chosen(series: Series, field: Field, values: Mapping[str, Any]) -> Mapping[str, str]:
    """The id that each folded name of a list stands for: ids first, then labels, then other names.

    Of grades, those of the chosen component come first; another scale's are understood too, for the rules to judge.
    """
    entries = [*_options(series, field, values), *_options(series, field, {})]
    found: dict[str, str] = {}
    plain = ((choice.label, choice.id) for choice in _listed(series, field))
    others = _pairs(also(series, field), {entry.value for entry in entries})
    for name, value in chain(_ids(entries), _labels(entries), plain, others):
        found.setdefault(fold(name), value)
    found.pop("", None)
    return found


def also(series: Series, field: Field) -> Names:
    """Other names of the entries of a field's list, as good as their ids."""
    return _named(series, field, "also")


def perhaps(series: Series, field: Field) -> Names:
    """Names that may stand for an entry of a field's list, and may not."""
    return _named(series, field, "perhaps")


def digits(text: str) -> str:
    """Digits without what people put between them; other text as it stands."""
    plain = _BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", text))
    return plain if plain.isascii() and plain.isdigit() else text


def day(text: str) -> str:
    """An ISO date from `18/05/2021`, `18.5.21`, `18-May-21`, `18 May 2021`; other text as it stands.

    The day stands before the month, as in the United Kingdom; two digits are a year of this century.
    """
    plain = _MIDNIGHT.sub("", " ".join(unicodedata.normalize("NFKC", text).split()))
    if found := _DAY_FIRST.fullmatch(plain):
        return _iso(found[1], int(found[2]), found[3]) or text
    if (found := _NAMED_MONTH.fullmatch(plain)) and found[2][:3].lower() in _MONTHS:
        return _iso(found[1], _MONTHS.index(found[2][:3].lower()) + 1, found[3]) or text
    with suppress(ValueError):
        return date.fromisoformat(plain).isoformat() if len(plain) == 10 else text
    return text


def _instant(text: str) -> str:
    """A wall time from `20/05/2021 09:00`; other text as it stands."""
    plain = " ".join(text.split())
    if not (time := _TIME.search(plain)):
        return text
    on = day(plain[: time.start()])
    try:
        return datetime.fromisoformat(f"{on}T{int(time[1]):02d}:{time[2]}:{time[3] or '00'}").isoformat()
    except ValueError:
        return text


def _yes(text: str) -> str:
    return _TICKS.get(text.strip()) or _YES_OR_NO.get(fold(text), text)


def _whole(text: str) -> str:
    found = _WHOLE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return found[1] if found else text


def _iso(day_of_month: str, month: int, year: str) -> str | None:
    try:
        return date(int(year) if len(year) == 4 else 2000 + int(year), month, int(day_of_month)).isoformat()
    except ValueError:
        return None


def _options(series: Series, field: Field, values: Mapping[str, Any]) -> list[Option]:
    return [option for group in list_of(series, field, values) for option in group.options]


def _ids(entries: Iterable[Option]) -> Iterator[tuple[str, str]]:
    return ((entry.value, entry.value) for entry in entries)


def _labels(entries: Iterable[Option]) -> Iterator[tuple[str, str]]:
    return ((entry.label, entry.value) for entry in entries)


def _pairs(names: Names, known: set[str]) -> Iterator[tuple[str, str]]:
    return ((name, value) for value, several in names.items() if value in known for name in several)


def _named(series: Series, field: Field, key: str) -> Names:
    if field.choices == "grades" and not field.options:
        return {grade: tuple(names.get(key, ())) for grade, names in series.grade_names.items()}
    return {choice.id: tuple(choice.detail.get(key, ())) for choice in _listed(series, field)}


def _listed(series: Series, field: Field) -> tuple[Choice, ...]:
    """The entries of a list of the series, with all that the series says of them."""
    lists: Mapping[str | None, tuple[Choice, ...]] = {
        "outcomes": series.outcomes,
        "evidence_sources": series.evidence_sources,
        "statements": series.statements,
        "signatory_roles": series.signatory_roles,
        "sign_off_roles": series.sign_off_roles,
    }
    return () if field.options else lists.get(field.choices, ())


_READERS: Mapping[str, Callable[[str], str]] = {
    "digits": digits,
    "date": day,
    "instant": _instant,
    "yes": _yes,
    "number": _whole,
}
