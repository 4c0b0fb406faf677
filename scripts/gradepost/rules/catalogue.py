"""L008: the numbers of the series itself, which no document holds."""

from collections.abc import Iterator

from gradepost.model.case import Case
from gradepost.model.documents import Document
from gradepost.model.findings import Problem, Severity
from gradepost.model.identifiers import qan_is_right
from gradepost.rules.base import rule


@rule(
    "L008",
    "A QAN's check character is right",
    fix="Compare the qualification number with the regulator's register, and correct it in the series file.",
    source="field",
    severity=Severity.WARNING,
    per="book",
)
def qan_check_character(case: Case, _: Document) -> Iterator[Problem]:
    for code, qualification in case.series.qualifications.items():
        if not qan_is_right(qualification.qan):
            message = f"The last character of the QAN of {code} is not the check character of its digits."
            yield Problem(f"/qualifications/{code}/qan", message)


RULES = (qan_check_character,)
