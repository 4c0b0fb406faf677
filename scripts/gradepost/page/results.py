"""A centre's results after their release: the table, and a slip to each learner. Numbers, no names."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from gradepost.book import Book
from gradepost.form import words
from gradepost.page.readout import component_label
from gradepost.page.rendering import rendered

Row = Mapping[str, Any]
OUTSTANDING = "outstanding"


def results_page(book: Book, *, centre: str, rows: Sequence[Row], released: str) -> Markup:
    """The results of a centre: `rows` have `qualification`, `component`, `candidate_number`, `uln`, `outcome`, `grade`
    or `mark`, `eligible_for_resit`."""
    shown = [_shown(book, row) for row in rows]
    return rendered(
        "results",
        centre=centre,
        series=book.series.title,
        released=released,
        rows=shown,
        outstanding=[row for row in shown if row["outcome_id"] == OUTSTANDING],
        resits=sorted({row["candidate"] for row in shown if row["resit"]}),
    )


def slips_page(book: Book, *, centre: str, rows: Sequence[Row]) -> Markup:
    """A slip to each learner, by candidate number, to be printed."""
    slips: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        slips.setdefault((row["candidate_number"], row["uln"]), []).append(_shown(book, row))
    series = book.series
    return rendered(
        "slips",
        centre=centre,
        series=series.title,
        organisation=series.awarding_organisation,
        slips=sorted(slips.items()),
    )


def _shown(book: Book, row: Row) -> dict[str, Any]:
    outcomes = {choice.id: choice.label for choice in book.series.outcomes}
    said = row.get("grade", row.get("mark"))
    outcome = row["outcome"]
    return {
        "qualification": row["qualification"],
        "component": component_label(book.series, row["qualification"], row["component"]),
        "candidate": row["candidate_number"],
        "uln": row["uln"],
        "outcome_id": outcome,
        "result": words.spoken(str(said)) if said is not None else outcomes.get(outcome, words.spoken(outcome)),
        "resit": row["eligible_for_resit"],
    }
