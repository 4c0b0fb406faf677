"""P: who signs off the grades."""

import unicodedata
from collections.abc import Iterator

from gradepost.model.records import Case, Document, Problem
from gradepost.rules.base import rule

_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "rev", "revd"})


def folded(name: str) -> str:
    """A name as it is compared: without case, accents, punctuation, spaces and titles."""
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


RULES = (two_teachers,)
