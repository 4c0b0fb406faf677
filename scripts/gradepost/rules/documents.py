"""D: what a document is: strict, shaped, filed where it says, in the book, from a centre in the register."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gradepost.document.canonical import ONE_PER_LINE
from gradepost.model.case import Case
from gradepost.model.documents import Document
from gradepost.model.findings import Problem
from gradepost.model.series import Series
from gradepost.rules.base import IN_A_LEDGER, WITH_A_REGISTER, rule


@rule(
    "D001",
    "The file is one strict JSON value",
    fix="Save the file again as plain JSON in UTF-8, each name once, and send it once more.",
    source="trust",
    reads_refused=True,
)
def strict(_: Case, document: Document) -> Iterator[Problem]:
    if document.refusal:
        yield Problem("", document.refusal)


@rule(
    "D002",
    "It matches its schema",
    fix="Change it to what the message asks for.",
    source="trust",
)
def shaped(_: Case, document: Document) -> Iterator[Problem]:
    yield from document.violations


@rule(
    "D003",
    "It stands at the path that its own contents name",
    fix="Submit the document again; the gateway files it at its right path.",
    source="trust",
    stages=IN_A_LEDGER,
    needs_ledger=True,
)
def filed_where_it_says(_: Case, document: Document) -> Iterator[Problem]:
    refused_id = document.filed_at is None and document.violations
    if document.path != document.filed_at and not refused_id:
        yield Problem("", "The document's own series, centre, qualification and component name another path.")


@rule(
    "D004",
    "Series, qualification and component are in the book",
    fix="Choose the qualification and the component from the list for this series.",
    source="seed",
)
def in_the_book(case: Case, document: Document) -> Iterator[Problem]:
    data, series = document.data, case.series
    if data.get("series", series.id) != series.id:
        yield Problem("/series", f"The series in force is {series.id}.")
        return
    yield from _known(data, "", series)
    # A learner is in one document of one component; other lists may name several.
    for name, items in data.items():
        if isinstance(items, list) and name != ONE_PER_LINE:
            for index, item in enumerate(items):
                if isinstance(item, dict) and "qualification" in item:
                    yield from _known(item, f"/{name}/{index}", series)


def _known(data: Mapping[str, Any], at: str, series: Series) -> Iterator[Problem]:
    """What a group that names a qualification names beside the book."""
    if (code := data.get("qualification")) is None:
        return
    if (qualification := series.qualifications.get(code)) is None:
        yield Problem(f"{at}/qualification", f"This qualification is not part of {series.title}.")
        return
    if "component" in data and data["component"] not in qualification.components:
        yield Problem(f"{at}/component", f"This component does not belong to {code}.")
    kinds = {component.kind for component in qualification.components.values()}
    if "kind" in data and data["kind"] not in kinds:
        yield Problem(f"{at}/kind", f"{code} has no component of this kind.")


@rule(
    "D005",
    "Grades are given per assessment component",
    fix="Give a grade for each assessment component, in a document of its own; leave out the overall grade.",
    source="seed",
    forms=("tags",),
)
def no_overall_grade(_: Case, document: Document) -> Iterator[Problem]:
    if "component" not in document.names:
        yield Problem("/component", "The grades name no assessment component.")
    for problem in document.violations:
        if problem.pointer.endswith("/qualification_grade"):
            yield Problem(problem.pointer, "A grade for the whole qualification is not collected.")


_NEVER = {
    "a control character": r"\x00-\x08\x0b-\x1f\x7f-\x9f",
    "a character that turns the direction of text": r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069",
    "a private-use character": r"\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd",
    "no character at all": r"\ufdd0-\ufdef" + "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(17)),
}
_NEVER_SEEN = re.compile("|".join(f"([{characters}])" for characters in _NEVER.values()))


@rule(
    "D006",
    "Text holds no control, bidirectional-override or private-use characters",
    fix="Take the character out, or type the text anew where it was pasted from another program.",
    source="trust",
)
def readable_text(_: Case, document: Document) -> Iterator[Problem]:
    if _is_plain(document.raw):
        return
    for pointer, text in _texts(document.data, ""):
        if not text.isprintable() and (found := _NEVER_SEEN.search(text)):
            what = tuple(_NEVER)[(found.lastindex or 1) - 1]
            yield Problem(pointer, f"Character {found.start() + 1} is U+{ord(found.group()):04X}, {what}.")


def _is_plain(raw: bytes) -> bool:
    """Whether a strict document's bytes cannot hold such a character: nearly always, and quick to tell.

    Without a backslash nothing is escaped, and strict JSON has no bare control character in a text but DEL.
    """
    if b"\\" in raw or b"\x7f" in raw:
        return False
    return raw.isascii() or raw.decode().replace("\n", "").isprintable()


def _texts(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, f"{pointer}/{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{pointer}/{index}")


@rule(
    "D007",
    "The centre is in the register and offers the qualification",
    fix="Check the national centre number. If it is right, ask the awarding organisation to add the qualification.",
    source="field",
    stages=WITH_A_REGISTER,
    needs_ledger=True,
)
def centre_offers_it(case: Case, document: Document) -> Iterator[Problem]:
    if case.register is None or "centre" not in document.data:
        return
    if (centre := case.register.centre) is None:
        yield Problem("/centre", "This centre is not in the register.")
    elif "qualification" in document.data and document.data["qualification"] not in centre.qualifications:
        yield Problem("/qualification", "The register does not list this qualification for the centre.")


@rule(
    "D008",
    "It is in canonical form, byte for byte",
    fix="Submit the document again, or run `gradepost canonical` on it: the ledger holds one layout only.",
    source="trust",
    stages=IN_A_LEDGER,
    needs_ledger=True,
)
def canonical(_: Case, document: Document) -> Iterator[Problem]:
    if document.canonical is not None and document.raw != document.canonical:
        yield Problem("", "The bytes differ from the canonical form of the same values.")


RULES = (
    strict,
    shaped,
    filed_where_it_says,
    in_the_book,
    no_overall_grade,
    readable_text,
    centre_offers_it,
    canonical,
)
