"""That certificates are claimed as before, and who has completed a qualification. Numbers, no names."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from gradepost.book import Book
from gradepost.form import words
from gradepost.model.completions import Claim, Complete, Open
from gradepost.model.identifiers import PLACEHOLDER_ULN
from gradepost.model.series import Series
from gradepost.page.readout import component_label, qualification_label
from gradepost.page.rendering import rendered

WHY: Mapping[Complete, str] = {
    Complete.BY_GRADES: "All grades are in",
    Complete.WITHOUT_GRADES: "No teacher assessed grade is needed",
    Complete.NOT_YET: "Not complete yet",
    Complete.AFTER_RELEASE: "Told once results are released",
}
_IS_COMPLETE = (Complete.BY_GRADES, Complete.WITHOUT_GRADES)


def certificates_page(
    book: Book, *, centre: str, claims: Sequence[Claim], as_of: str | None, released: str | None
) -> Markup:
    """The list of a centre. `as_of` is the day of which the organisation's own system spoke, None where nothing was
    read of it; `released` says when results are, where they are not yet."""
    series = book.series
    shown = [(claim.complete, _shown(series, claim)) for claim in claims]
    return rendered(
        "certificates",
        centre=centre,
        organisation=series.awarding_organisation,
        as_of=words.date_of(as_of) if as_of else None,
        complete=[row for state, row in shown if state in _IS_COMPLETE],
        open=[row for state, row in shown if state is Complete.NOT_YET],
        waiting=sum(state is Complete.AFTER_RELEASE for state, _ in shown),
        released=released,
    )


def open_in_words(series: Series, claim: Claim) -> list[str]:
    """What keeps a learner from being complete, in words, one by one."""
    return [_open(series, claim.qualification, component, reason) for component, reason in claim.open]


def _shown(series: Series, claim: Claim) -> dict[str, Any]:
    return {
        "qualification": qualification_label(series, claim.qualification),
        "candidate": claim.candidate_number,
        "uln": claim.uln,
        "why": WHY[claim.complete],
        "open": open_in_words(series, claim),
    }


def _open(series: Series, qualification: str, component: str, reason: str) -> str:
    about_learner = {
        Open.NOT_CERTIFICATING: "Does not certificate this year",
        Open.UNITS: f"Units are open at {series.awarding_organisation}",
        Open.ULNS_DIFFER: f"{series.awarding_organisation} has another ULN than the record",
        Open.PLACEHOLDER: f"The ULN is the placeholder {PLACEHOLDER_ULN}",
    }
    if reason in about_learner:
        return about_learner[Open(reason)]
    outcomes = {choice.id: choice.label for choice in series.outcomes}
    said = outcomes.get(reason, words.spoken(reason))
    has_title = series.component(qualification, component) is not None
    unit = component_label(series, qualification, component) if has_title else component
    return f"{unit}: {'open' if reason == Open.UNIT else said.lower()}"
