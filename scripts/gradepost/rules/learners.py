"""L: who the learners are: right numbers, each once, and the same person everywhere."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gradepost.model.case import Case, Stage
from gradepost.model.documents import Document
from gradepost.model.findings import Problem, Severity
from gradepost.model.identifiers import PLACEHOLDER_ULN, rows_with_wrong_ulns, uci_is_right
from gradepost.rules.base import rule
from gradepost.rules.wording import rows


@rule(
    "L001",
    "A ULN has ten digits with a right check digit",
    fix="Check the ULN against the learner's record; one digit is wrong, or two have changed places.",
    source="field",
)
def uln_check_digit(_: Case, document: Document) -> Iterator[Problem]:
    ulns = document.columns["uln"]
    for index in rows_with_wrong_ulns(ulns):
        if ulns[index] != PLACEHOLDER_ULN:
            yield Problem(f"/learners/{index}/uln", "The ULN's check digit is wrong.")


def _repeated(document: Document, name: str, words: str) -> Iterator[Problem]:
    first: dict[str, int] = {}
    values = document.columns[name]
    different = document.columns.different(name)
    if len(different) == len(values) or len(different - {None}) == len(values) - values.count(None):
        return
    for index, value in enumerate(values):
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
        for _, number, uln in document.people_by_row():
            ulns[centre, number][uln][document.path] = name
            numbers[centre, uln][number][document.path] = name
    for document in (d for d in case.documents if d.refusal is None):
        centre, path = document.data.get("centre"), document.path
        for index, number, uln in document.people_by_row():
            if clash := _elsewhere(ulns[centre, number], uln, path):
                message = f"This candidate number has another ULN in {clash}."
                yield Problem(f"/learners/{index}/uln", message, path=path)
            if clash := _elsewhere(numbers[centre, uln], number, path):
                message = f"This ULN has another candidate number in {clash}."
                yield Problem(f"/learners/{index}/candidate_number", message, path=path)


def _agree(documents: Sequence[Document]) -> bool:
    """Whether every number goes with one ULN and the reverse: nearly always, and quick to tell."""
    if len(documents) == 1:
        return True  # within one document L002 and L003 speak
    centres, people, seen = set(), set[tuple[str, str]](), None
    for document in documents:
        centres.add(document.data.get("centre"))
        columns = document.columns
        if seen is None or columns["uln"] != seen["uln"] or columns["candidate_number"] != seen["candidate_number"]:
            seen = columns
            people |= document.people
    once = len(people)
    return len(centres) == 1 and len({n for n, _ in people}) == once and len({u for _, u in people}) == once


_Known = tuple[str | None, str]


def _elsewhere(known: Mapping[str, Mapping[str, str]], own: str, path: str) -> str | None:
    """The name of another document in which the same learner goes by something else than `own`."""
    if len(known) < 2:
        return None
    places = (place for value, where in known.items() if value != own for place in where.items())
    return next((name for other, name in places if other != path), None)


def _paper(case: Case, document: Document) -> int | None:
    component = case.series.component(document.data.get("qualification"), document.data.get("component"))
    return component.paper if component else None


def _first_papers(case: Case) -> list[Document]:
    """The dossier's schedules for a Paper 1 that has a Paper 2 beside it."""
    found = [document for document in case.of("schedule") if _paper(case, document) == 1]
    qualifications = {code: q.components.values() for code, q in case.series.qualifications.items()}
    return [d for d in found if any(c.paper == 2 and c.takes_tag for c in qualifications[d.data["qualification"]])]


def _second_papers(case: Case, first: Document) -> list[Document]:
    schedules = (*case.of("schedule"), *(d for d in case.neighbours if d.form == "schedule"))
    same = [(d.data.get("centre"), d.data.get("qualification")) for d in (first, *schedules)]
    return [d for d, whose in zip(schedules, same[1:], strict=True) if whose == same[0] and _paper(case, d) == 2]


def _no_second_paper_given(case: Case, _: Document) -> str | None:
    if case.stage is Stage.LOOSE and any(not _second_papers(case, first) for first in _first_papers(case)):
        return "no schedule for Paper 2 is given with it"
    return None


@rule(
    "L005",
    "A learner scheduled for Paper 1 is scheduled for Paper 2 as well",
    fix="Schedule Paper 2 for these learners too, unless Paper 1 alone is due for them.",
    source="seed",
    severity=Severity.WARNING,
    forms=("schedule",),
    per="dossier",
    need=_no_second_paper_given,
)
def both_papers(case: Case, _: Document) -> Iterator[Problem]:
    for first in _first_papers(case):
        if not (seconds := _second_papers(case, first)):
            yield Problem("/learners", "There is no schedule for Paper 2.", path=first.path)
        elif missing := _missing(first, seconds):
            who = "1 learner is" if len(missing) == 1 else f"{len(missing)} learners are"
            message = f"{who} not on the schedule for Paper 2: {rows(missing)}."
            yield Problem("/learners", message, path=first.path)


def _missing(first: Document, seconds: Iterable[Document]) -> list[int]:
    """The rows of `first` whose learners are in none of the others; none where a number there could not be read."""
    if any("learners" not in second.data for second in seconds):
        return []
    present = {number for second in seconds for number in second.columns["candidate_number"]}
    numbers = enumerate(first.columns["candidate_number"], 1)
    return [] if None in present else [row for row, number in numbers if number and number not in present]


@rule(
    "L006",
    "The placeholder for a ULN is replaced by the learner's own before certification",
    fix="Replace it with the learner's own ULN before certification.",
    source="field",
    severity=Severity.WARNING,
)
def no_placeholder(_: Case, document: Document) -> Iterator[Problem]:
    if PLACEHOLDER_ULN in document.columns.different("uln"):
        for index, uln in enumerate(document.columns["uln"]):
            if uln == PLACEHOLDER_ULN:
                yield Problem(f"/learners/{index}/uln", "This is the placeholder for a ULN, not the learner's own.")


@rule(
    "L007",
    "A UCI, where given, has a right check character",
    fix="Check the UCI against the learner's record, or leave it out.",
    source="field",
)
def uci_check_character(_: Case, document: Document) -> Iterator[Problem]:
    ucis = document.columns["uci"]
    for index, uci in enumerate(ucis if any(ucis) else ()):
        if uci is not None and not uci_is_right(uci):
            yield Problem(f"/learners/{index}/uci", "The UCI's check character is wrong.")


RULES = (
    uln_check_digit,
    candidate_number_once,
    uln_once,
    one_person_everywhere,
    both_papers,
    no_placeholder,
    uci_check_character,
)
