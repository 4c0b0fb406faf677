"""The deadlines of a series as a page: what the series file says, and nothing else. Their calendars stand beside."""

from collections.abc import Iterator

from gradepost.book import Book
from gradepost.doors.site_calendars import FEED, role_feeds
from gradepost.form import words
from gradepost.model.series import Series

PAGE = "deadlines.md"
_ROLES = {"head-of-centre": "Head of Centre"}
_TITLES = {"schedule": "Schedules", "tags": "Teacher assessed grades"}


def deadlines_page(book: Book) -> str:
    """The page as Markdown: each row of deadlines, by kind of component, with the components and what is assumed."""
    return "\n".join(_page(book)) + "\n"


def _page(book: Book) -> Iterator[str]:
    series = book.series
    zone = words.zone_name(series.zone)
    yield "---\ntitle: Deadlines\n---\n\n# Deadlines\n"
    yield f'<p class="gp-lead">{series.awarding_organisation}, {series.title}. All times are {zone}.</p>\n'
    yield (
        "What counts is when a submission was received, as its receipt says. "
        f"[Add the deadlines to your calendar]({FEED})\n"
    )
    own = ", ".join(f"[{_ROLES.get(role, words.spoken(role))}]({path})" for role, path in role_feeds(book).items())
    yield f"Only those of one role: {own}. If a deadline changes, the calendar that you added follows.\n"
    for row, kinds in series.deadlines.items():
        yield f"## {_TITLES.get(row, words.spoken(row))} {{ #{row} }}\n"
        yield "| Kind of component | Until | Components |\n|---|---|---|"
        for kind, at in kinds.items():
            until = words.minute(at, series.zone) if at else "**No fixed date**"
            yield f"| {_kind(series, kind)} | {until} | {', '.join(_components(series, kind)) or '–'} |"
        yield ""
        for kind in kinds:
            if note := series.assumed.get(f"deadlines.{row}.{kind}"):
                yield f"- {_kind(series, kind)}, assumed: {note}"
        yield ""
    if note := series.assumed.get("deadlines"):
        yield f"Assumed of all dates: {note}\n"


def _components(series: Series, kind: str) -> list[str]:
    return [
        component.code
        for qualification in series.qualifications.values()
        for component in qualification.components.values()
        if component.kind == kind and component.takes_tag
    ]


def _kind(series: Series, kind: str) -> str:
    return series.kinds.get(kind, words.spoken(kind))
