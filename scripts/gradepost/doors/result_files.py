"""Results, and who has completed a qualification, as rows of a CSV file: the same from the command and the gateway."""

from collections.abc import Iterable, Mapping

from gradepost.exchange.cells import table
from gradepost.model.completions import Claim
from gradepost.model.series import Series
from gradepost.page.certificates import WHY, open_in_words
from gradepost.publish.results import Result

HEADERS = (
    "Centre",
    "Qualification",
    "Component",
    "Candidate number",
    "ULN",
    "Outcome",
    "Grade",
    "Certificating",
    "Eligible for resit",
)
CLAIM_HEADERS = ("Centre", "Qualification", "Candidate number", "ULN", "Complete", "Open")
YES_OR_NO: Mapping[bool | None, str] = {True: "yes", False: "no", None: ""}


def results_csv(found: Iterable[Result]) -> str:
    """All of them as one table; no cell is taken for a formula."""
    return table([HEADERS, *map(result_row, found)])


def result_row(result: Result) -> list[str]:
    """One result in the order of `HEADERS`."""
    return [
        result.centre,
        result.qualification,
        result.component,
        result.candidate_number,
        result.uln,
        result.outcome,
        result.grade or ("" if result.mark is None else str(result.mark)),
        YES_OR_NO[result.certificating],
        YES_OR_NO[result.eligible_for_resit],
    ]


def claims_csv(series: Series, centre: str, claims: Iterable[Claim], *, headers: bool = True) -> str:
    """A centre's learners as a table; no cell is taken for a formula."""
    rows = (claim_row(series, centre, claim) for claim in claims)
    return table([*([CLAIM_HEADERS] if headers else []), *rows])


def claim_row(series: Series, centre: str, claim: Claim) -> list[str]:
    """One learner in the order of `CLAIM_HEADERS`."""
    open_ = "; ".join(open_in_words(series, claim))
    return [centre, claim.qualification, claim.candidate_number, claim.uln, WHY[claim.complete], open_]
