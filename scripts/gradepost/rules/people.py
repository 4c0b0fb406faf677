"""P: who signs off, submits and declares the grades, and that these are different people."""

import re
import unicodedata
from collections.abc import Iterator

from gradepost.model.case import Case
from gradepost.model.documents import Document
from gradepost.model.findings import Problem, Severity
from gradepost.rules.base import rule
from gradepost.rules.declarations import DECLARATION, no_grades_given
from gradepost.rules.wording import day

_WORD = re.compile("[a-z0-9]+")
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "rev", "revd"})


def folded(name: str) -> str:
    """A name as it is compared: without case, accents, punctuation, spaces and titles."""
    if name.isascii():
        words = _WORD.findall(name.lower())
    else:
        plain = unicodedata.normalize("NFKD", name).casefold()
        words = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split()
    return "".join(word for word in words if word not in _TITLES) or "".join(words)


@rule(
    "P001",
    "Two different teachers have signed off",
    fix="Ask a second teacher to check the grades and to sign off with their own name.",
    source="seed",
    forms=("tags",),
)
def two_teachers(case: Case, document: Document) -> Iterator[Problem]:
    if any(problem.pointer.startswith("/sign_off") for problem in document.violations):
        return
    names = {folded(entry["name"]) for entry in document.data.get("sign_off", ())} - {""}
    if len(names) < case.series.sign_offs:
        count = "One teacher has" if len(names) == 1 else f"{len(names) or 'No'} teachers have"
        yield Problem("/sign_off", f"{count} signed off; {case.series.sign_offs} different teachers must.")


@rule(
    "P002",
    "A sign-off is not dated after it was received",
    fix="Correct the date to the day on which the teacher signed.",
    source="field",
    forms=("tags",),
)
def signed_before(case: Case, document: Document) -> Iterator[Problem]:
    received = case.received_on(document)
    latest = received.isoformat()
    for index, entry in enumerate(document.data.get("sign_off", ())):
        if entry.get("signed_on", "") > latest:
            message = f"The sign-off is dated after {day(received)}, the day on which it was received."
            yield Problem(f"/sign_off/{index}/signed_on", message)


@rule(
    "P003",
    "No teacher who signed off signs the declaration",
    fix="Ask a Head of Centre, or a delegate, who has not signed off these grades to declare them.",
    source="seed",
    forms=DECLARATION,
    looks_around=True,
    need=no_grades_given,
)
def teacher_does_not_declare(case: Case, document: Document) -> Iterator[Problem]:
    signatory = folded(document.data.get("signatory", {}).get("name", ""))
    sign_offs = (entry for tags in case.of("tags") for entry in tags.data.get("sign_off", ()))
    if signatory and signatory in {folded(entry.get("name", "")) for entry in sign_offs}:
        yield Problem("/signatory/name", "The signatory has signed off grades that this declaration covers.")


def _submitters_unknown(case: Case, document: Document) -> str | None:
    tags = case.of("tags")
    if tags and any(submitted.filing is None for submitted in (document, *tags)):
        return "it is not known who submitted it"
    return no_grades_given(case, document)


@rule(
    "P004",
    "The person who submitted the grades and the signatory are different people",
    fix="Have the grades submitted by the exams officer, or declared by another person who may sign.",
    source="own",
    severity=Severity.WARNING,
    forms=DECLARATION,
    looks_around=True,
    need=_submitters_unknown,
)
def submitter_does_not_declare(case: Case, document: Document) -> Iterator[Problem]:
    refs = {tags.filing.ref for tags in case.of("tags") if tags.filing} - {None}
    attested = document.filing.attested if document.filing else None
    centre = case.register.centre if case.register else None
    names = {folded(person.name) for person in (centre.people if centre else ()) if person.ref in refs}
    signatory = folded(document.data.get("signatory", {}).get("name", ""))
    if (attested or {}).get("ref") in refs or (signatory and signatory in names):
        yield Problem("/signatory/name", "The signatory has also submitted grades that this declaration covers.")


RULES = (two_teachers, signed_before, teacher_does_not_declare, submitter_does_not_declare)
