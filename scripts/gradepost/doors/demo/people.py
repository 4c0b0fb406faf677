"""Invented people of two invented centres, and the awarding organisation's reviewers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gradepost.book import Book
from gradepost.model.register import Person

STARTS_AT = datetime(2021, 5, 18, 9, 0, tzinfo=UTC)  # 10:00 in London
KEY_VALID_FROM = datetime(2021, 5, 1, tzinfo=UTC)

REVIEWERS = (
    Person("r-osei", "reviewer", ("reviews",), "Abena Osei", "a.osei@awarding.example"),
    Person("r-lindqvist", "reviewer", ("reviews",), "Per Lindqvist", "p.lindqvist@awarding.example"),
)

_NAMES = {
    "10234": ("Northfield College", ("Morgan Ellis", "Priya Raman", "Tom Whitlock", "Dr Helen Achterberg")),
    "10235": ("Southgate Academy", ("Sam Okafor", "Jo Llewellyn", "Chris Bannerman", "Ruth Castellanos")),
}


def centres(book: Book) -> list[Mapping[str, Any]]:
    """The contents of the two centres' files; both offer every qualification of the series."""
    return [_centre(number, *facts, list(book.series.qualifications)) for number, facts in _NAMES.items()]


def _centre(number: str, name: str, people: tuple[str, ...], qualifications: list[str]) -> Mapping[str, Any]:
    officer, first, second, head = people
    return {
        "centre": number,
        "name": name,
        "people": [
            _person(number, "officer", "exams-officer", ["schedules", "submits", "views"], officer),
            _person(number, "teacher-1", "teacher", ["views"], first),
            _person(number, "teacher-2", "teacher", ["views"], second),
            _person(number, "head", "principal", ["declares", "views"], head),
        ],
        "qualifications": qualifications,
    }


def _person(centre: str, short: str, role: str, rights: list[str], name: str) -> Mapping[str, Any]:
    return {
        "ref": f"p-{centre}-{short}",
        "role": role,
        "rights": rights,
        "name": name,
        "email": f"{short}@centre-{centre}.example",
    }


def teachers(centre: str) -> tuple[str, str]:
    """The names of a centre's two teachers."""
    return _NAMES.get(centre, _NAMES["10234"])[1][1:3]


def head(centre: str) -> str:
    """The name of a centre's Head."""
    return _NAMES[centre][1][3]
