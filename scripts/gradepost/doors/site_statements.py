"""Deadlines as pages state them in words, held against the series file: two dates for one thing are one too many."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from gradepost.doors.site_dates import FILE, Dates
from gradepost.model.series import Series

# Where pages speak to centres. What is told of the software itself is about other dates.
STATING = ("index.md", "contact.md", "guidance/**/*.md", "faq/*", "webinars/*.md")
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = re.compile(rf"(?:\b([A-Z][a-z]+day)\s+)?\b(\d{{1,2}})(?:st|nd|rd|th)?\s+({_MONTHS})\b(?:\s+(\d{{4}}))?")
_DUE = re.compile(r"\b(?:deadline|due|until|latest|no later than|by (?:when|the end)|by (?=\w+day|\d))", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"*\[])")
_ABOUT = {
    "schedule": re.compile(r"\bschedul", re.IGNORECASE),
    "tags": re.compile(r"\bTAGs?\b|teacher assessed", re.IGNORECASE),
}


def wrong_statements(docs: Path, series: Series, dates: Dates) -> list[str]:
    """Every deadline that a page states differently, with file and line. Nothing where the file of dates is about
    another series."""
    if not dates.of_series:
        return []
    paths = sorted({path for pattern in STATING for path in docs.glob(pattern) if path.is_file()})
    return [
        f"{docs.name}/{path.relative_to(docs)}:{number}: {said}"
        for path in paths
        for number, line in _due_lines(path.read_text("utf-8"))
        for said in _wrong(line, series, dates)
    ]


def _due_lines(text: str) -> Iterator[tuple[int, str]]:
    """Sentences that speak of a deadline; below the head of a table that does, its rows."""
    in_table = False
    for number, line in enumerate(text.replace("\u00a0", " ").split("\n"), 1):
        if line.startswith("|"):
            in_table = in_table or bool(_DUE.search(line))
            if in_table:
                yield number, line
            continue
        in_table = False
        yield from ((number, sentence) for sentence in _SENTENCE.split(line) if _DUE.search(sentence))


def _wrong(sentence: str, series: Series, dates: Dates) -> Iterator[str]:
    about = [row for row, words in _ABOUT.items() if row in series.deadlines and words.search(sentence)]
    rows = about if len(about) == 1 else list(series.deadlines)
    days = sorted({day for row in rows for day in _days(series, row)})
    for weekday, day, month, year in _DATE.findall(sentence):
        if f"{int(day)} {month}" in dates.other_days:
            continue
        if not any(_is(on, weekday, f"{int(day)} {month}", year) for on in days):
            yield (
                f"{int(day)} {month} stands here as a deadline, and the series file has {_listed(days)}. Make the two "
                f"agree; a day that is no deadline of this series is named in {FILE}."
            )


def _days(series: Series, row: str) -> Iterator[date]:
    instants: Sequence[datetime | None] = list(series.deadlines[row].values())
    yield from (at.astimezone(series.zone).date() for at in instants if at is not None)


def _is(on: date, weekday: str, day: str, year: str) -> bool:
    return f"{on.day} {on:%B}" == day and year in ("", str(on.year)) and weekday in ("", f"{on:%A}")


def _listed(days: Sequence[date]) -> str:
    return " and ".join(f"{on:%A} {on.day} {on:%B %Y}" for on in days) or "no fixed date"
