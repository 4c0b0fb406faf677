"""L: who the learners are: right numbers, each once, and the same person everywhere."""

from collections import defaultdict
from collections.abc import Iterator

from gradepost.model.identifiers import PLACEHOLDER_ULN, uln_is_right
from gradepost.model.records import Case, Document, Problem
from gradepost.rules.base import rule


@rule(
    "L001",
    "A ULN has ten digits with a right check digit",
    fix="Check the ULN against the learner's record; one digit is wrong, or two have changed places.",
    source="field",
)
def uln_check_digit(_: Case, document: Document) -> Iterator[Problem]:
    for index, learner in enumerate(document.learners):
        uln = learner.get("uln")
        if uln and uln != PLACEHOLDER_ULN and not uln_is_right(uln):
            yield Problem(f"/learners/{index}/uln", "The ULN's check digit is wrong.")


def _repeated(document: Document, name: str, words: str) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, learner in enumerate(document.learners):
        value = learner.get(name)
        if not value or value == PLACEHOLDER_ULN:
            continue
        if value in first:
            yield Problem(f"/learners/{index}/{name}", f"The same {words} stands in row {first[value] + 1}.")
        first.setdefault(value, index)


@rule(
    "L002",
    "A candidate number appears once in a document",
    fix="Leave each learner in once, with the learner's own candidate number.",
    source="field",
)
def candidate_number_once(_: Case, document: Document) -> Iterator[Problem]:
    yield from _repeated(document, "candidate_number", "candidate number")


@rule(
    "L003",
    "A ULN appears once in a document",
    fix="Leave each learner in once, with the learner's own ULN.",
    source="field",
)
def uln_once(_: Case, document: Document) -> Iterator[Problem]:
    yield from _repeated(document, "uln", "ULN")


@rule(
    "L004",
    "One candidate number means one ULN in all documents of a centre's series",
    fix="Find out which document is wrong, correct it, and submit it again.",
    source="field",
)
def one_person_everywhere(case: Case, document: Document) -> Iterator[Problem]:
    ulns: defaultdict[str, dict[str, str]] = defaultdict(dict)
    numbers: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for other in (*case.documents, *case.neighbours):
        if other.path == document.path or other.data.get("centre") != document.data.get("centre"):
            continue
        name = (other.filed_at or other.path).rpartition("/")[2]
        for learner in other.learners:
            number, uln = learner.get("candidate_number"), learner.get("uln")
            if number and uln and uln != PLACEHOLDER_ULN:
                ulns[number][uln] = name
                numbers[uln][number] = name
    for index, learner in enumerate(document.learners):
        number, uln = learner.get("candidate_number"), learner.get("uln")
        if not number or not uln or uln == PLACEHOLDER_ULN:
            continue
        if clash := next((n for u, n in ulns.get(number, {}).items() if u != uln), None):
            yield Problem(f"/learners/{index}/uln", f"This candidate number has another ULN in {clash}.")
        if clash := next((n for c, n in numbers.get(uln, {}).items() if c != number), None):
            yield Problem(f"/learners/{index}/candidate_number", f"This ULN has another candidate number in {clash}.")


RULES = (uln_check_digit, candidate_number_once, uln_once, one_person_everywhere)
