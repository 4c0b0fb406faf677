"""What is due and for whom, as the home page shows it: from the series file and the forms, in order of time."""

from collections.abc import Iterator
from datetime import datetime

from gradepost.book import Book
from gradepost.doors.site_calendars import HEAD, roles_of
from gradepost.form import words
from gradepost.model.series import Form, Series
from gradepost.page.due import mark_of

MARK = "<!--gradepost:due-->"
_PLURALS = {"schedule": "Schedules", "tags": "Teacher assessed grades (TAGs)"}
_ROLES = {"exams-officer": "exams officers", "teacher": "teachers", HEAD: "Heads of Centre"}


def due_block(book: Book) -> str:
    """Markdown: a card for each day on which something is due, one for what goes with it, and what has no date."""
    series = book.series
    cards = sorted(
        (at, row, tuple(kinds)) for row in series.deadlines for at, kinds in _by_instant(series, row).items()
    )
    lines = ['<div class="gp-due" markdown="1">']
    for at, row, kinds in cards:
        lines += _card(book, row, at, kinds)
    if (declaration := book.forms.get("declaration")) is not None and declaration.deadline is None:
        lines += _with_it(declaration)
    lines += ["</div>", "", *_undated(series), ""]
    return "\n".join(lines)


def _by_instant(series: Series, row: str) -> dict[datetime, list[str]]:
    found: dict[datetime, list[str]] = {}
    for kind, at in series.deadlines[row].items():
        if at is not None:
            found.setdefault(at, []).append(kind)
    return found


def _card(book: Book, row: str, at: datetime, kinds: tuple[str, ...]) -> Iterator[str]:
    series = book.series
    assumed = [kind for kind in kinds if f"deadlines.{row}.{kind}" in series.assumed]
    stated = [_kind(series, kind) for kind in kinds if kind not in assumed]
    names = stated + [f"{_kind(series, kind)} (assumed)" for kind in assumed]
    time = f"{at.astimezone(series.zone):%H:%M} {words.zone_name(series.zone)}"
    form = next((form for form in book.forms.values() if form.deadline == row), None)
    yield '<section class="gp-due__item" markdown="1">'
    yield f"### {words.day(at, series.zone)} {{ #due-{row}-{at:%Y%m%d} }}\n"
    yield f"{mark_of(at)}\n"
    yield f"**{_PLURALS.get(row, words.spoken(row))}**: {_listed(names)}\n"
    yield f"{time}{' (time of day assumed)' if 'deadlines' in series.assumed else ''}. For {_whom(book, row)}.\n"
    if form is not None:
        yield f"[{form.title}](forms/{form.name}.md){{ .gp-button .gp-button--primary }}"
    yield "</section>"


def _with_it(form: Form) -> Iterator[str]:
    yield '<section class="gp-due__item" markdown="1">'
    yield "### With your grades { #due-declaration }\n"
    yield f"**{form.title}**, in parallel with the grades\n"
    yield "For Heads of Centre. Until it is in, nobody can start to process or quality assure your grades.\n"
    yield f"[{form.title}](forms/{form.name}.md){{ .gp-button .gp-button--primary }}"
    yield "</section>"


def _undated(series: Series) -> Iterator[str]:
    for kind in series.kinds:
        rows = [row for row, kinds in series.deadlines.items() if kind in kinds and kinds[kind] is None]
        if rows:
            listed = _listed([_PLURALS.get(row, words.spoken(row)).lower().replace("(tags)", "(TAGs)") for row in rows])
            yield f"**No fixed date:** {listed} for the {_kind(series, kind)}. [All deadlines](deadlines.md)\n"


def _whom(book: Book, row: str) -> str:
    return _listed([_ROLES.get(role, words.spoken(role).lower()) for role in roles_of(book, row) if role != HEAD])


def _kind(series: Series, kind: str) -> str:
    return series.kinds.get(kind, words.spoken(kind)).lower()


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1] if names else "")))
