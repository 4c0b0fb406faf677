"""Reporting a problem with a page of the site, and what was reported, for reviewers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from gradepost.form import words
from gradepost.page.rendering import rendered

KINDS: Mapping[str, str] = {
    "not-right": "Something on it is not right",
    "not-clear": "It is hard to understand",
    "missing": "Something is missing",
    "does-not-work": "A link, a form or the layout does not work",
    "access": "I cannot use it with my keyboard, screen reader or other aid",
}
MOST_WORDS = 1000


def report_page(*, page: str, kind: str = "", said: str = "", wrong: Mapping[str, str] | None = None) -> Markup:
    """The form to report a problem with `page`, a path of the site; `wrong` is what to put right, by field."""
    return rendered("report_problem", page=page, kinds=KINDS, kind=kind, said=said, most=MOST_WORDS, wrong=wrong or {})


def problems_page(zone: ZoneInfo, reported: Sequence[tuple[int, datetime, str, str, str]]) -> Markup:
    """What was reported: number, instant, path of the page, kind, words."""
    lines = [
        (number, words.minute(at, zone), page, KINDS.get(kind, kind), said) for number, at, page, kind, said in reported
    ]
    return rendered("problems", lines=lines)
