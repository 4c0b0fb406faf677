"""L: who the learners are: right numbers, each once, and the same person everywhere."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

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
    per="dossier",
)
def one_person_everywhere(case: Case, _first: Document) -> Iterator[Problem]:
    if _agree((*case.documents, *case.neighbours)):
        return
    ulns: defaultdict[_Known, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    numbers: defaultdict[_Known, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for document in (*case.documents, *case.neighbours):
        centre, name = document.data.get("centre"), (document.filed_at or document.path).rpartition("/")[2]
        for _, number, uln in people_of(document.learners):
            ulns[centre, number][uln][document.path] = name
            numbers[centre, uln][number][document.path] = name
    for document in (d for d in case.documents if d.refusal is None):
        centre, path = document.data.get("centre"), document.path
        for index, number, uln in people_of(document.learners):
            if clash := _elsewhere(ulns[centre, number], uln, path):
                message = f"This candidate number has another ULN in {clash}."
                yield Problem(f"/learners/{index}/uln", message, path=path)
            if clash := _elsewhere(numbers[centre, uln], number, path):
                message = f"This ULN has another candidate number in {clash}."
                yield Problem(f"/learners/{index}/candidate_number", message, path=path)


def _agree(documents: Iterable[Document]) -> bool:
    """Whether every number goes with one ULN and the reverse: nearly always, and quick to tell."""
    centres, people = set(), set[tuple[str, str]]()
    for document in documents:
        centres.add(document.data.get("centre"))
        people |= document.people
    once = len(people)
    return len(centres) == 1 and len({n for n, _ in people}) == once and len({u for _, u in people}) == once


_Known = tuple[str | None, str]


def people_of(learners: Iterable[Mapping[str, Any]]) -> Iterator[tuple[int, str, str]]:
    """Row, candidate number and ULN of the learners that have both, the ULN being their own."""
    for index, learner in enumerate(learners):
        number, uln = learner.get("candidate_number"), learner.get("uln")
        if number and uln and uln != PLACEHOLDER_ULN:
            yield index, number, uln


def _elsewhere(known: Mapping[str, Mapping[str, str]], own: str, path: str) -> str | None:
    """The name of another document in which the same learner goes by something else than `own`."""
    if len(known) < 2:
        return None
    places = (place for value, where in known.items() if value != own for place in where.items())
    return next((name for other, name in places if other != path), None)


RULES = (uln_check_digit, candidate_number_once, uln_once, one_person_everywhere)
