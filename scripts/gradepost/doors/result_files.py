"""Results as rows of a CSV file, the same from the command and from the gateway."""

from collections.abc import Iterable, Mapping

from gradepost.exchange.cells import table
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
