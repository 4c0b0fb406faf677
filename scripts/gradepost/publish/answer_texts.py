"""The texts of a question and its answer before they may be published: readable, and of nobody in particular."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gradepost.model.identifiers import uln_is_right
from gradepost.model.register import Centre
from gradepost.rules.people import folded

TEXTS = ("question", "short", "answer", "id")
# Ids whose page would stand where the page of all questions stands.
NOT_A_PAGE = frozenset({"index", "readme"})
_ADDRESS = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+")
_DIGITS = re.compile(r"(?<![0-9])[0-9]+(?![0-9])")


def tidy(text: str) -> str:
    """A text as it is kept: spaces in a row are one, no spaces at the ends of lines, at most one empty line."""
    lines = "\n".join(" ".join(line.split()) for line in re.split(r"\r\n|\r|\n", text))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def one_line(text: str) -> str:
    """The same on one line."""
    return " ".join(text.split())


def is_readable(text: str) -> bool:
    """Whether it has no character that nobody sees, such as one that turns the direction of text."""
    return all(line.isprintable() for line in text.split("\n"))


def traces(texts: Mapping[str, Any], centre: Centre | None) -> Iterator[tuple[str, str]]:
    """What in these texts tells who asked, or names a learner: the text's name, and what was found, in words."""
    for name in TEXTS:
        text = str(texts.get(name, ""))
        yield from ((name, found) for found in _found(text, centre))


def _found(text: str, centre: Centre | None) -> Iterator[str]:
    if _ADDRESS.search(text):
        yield "an email address"
    digits = _DIGITS.findall(text)
    if any(len(number) == 10 and uln_is_right(number) for number in digits):
        yield "a learner’s ULN"
    if centre is None:
        return
    if centre.number in digits:
        yield "the number of the centre that asked"
    said = folded(text)
    if folded(centre.name) in said:
        yield "the name of the centre that asked"
    if any(len(name := folded(person.name)) > 3 and name in said for person in centre.people):
        yield "the name of somebody at the centre that asked"
