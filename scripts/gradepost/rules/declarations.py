"""H: the Head of Centre's declaration: by whom, of what, and whether it still holds."""

from collections.abc import Iterator, Mapping
from typing import Any

from gradepost.model.case import Case, Stage
from gradepost.model.documents import Document
from gradepost.model.findings import Problem
from gradepost.model.register import Centre
from gradepost.rules.base import IN_A_LEDGER, WITH_A_REGISTER, rule, submitter_is_known
from gradepost.rules.wording import listed

DECLARATION = ("declaration",)


@rule(
    "H001",
    "The signatory's role is one that may sign",
    fix="Ask the Head of Centre to sign, or somebody in another of these roles on their behalf.",
    source="seed",
    forms=DECLARATION,
)
def role_may_sign(case: Case, document: Document) -> Iterator[Problem]:
    role = document.data.get("signatory", {}).get("role")
    if role is not None and role not in {choice.id for choice in case.series.signatory_roles}:
        allowed = listed(choice.label for choice in case.series.signatory_roles)
        yield Problem("/signatory/role", f"This role may not sign. These may: {allowed}.")


@rule(
    "H002",
    "A deputy or senior leader states why the Head of Centre could not sign",
    fix="Say in a sentence why the Head of Centre could not sign.",
    source="seed",
    forms=DECLARATION,
)
def delegate_says_why(case: Case, document: Document) -> Iterator[Problem]:
    signatory = document.data.get("signatory", {})
    delegates = {choice.id for choice in case.series.signatory_roles if choice.detail.get("needs_reason")}
    pointer = "/signatory/delegation_reason"
    refused = any(problem.pointer == pointer for problem in document.violations)
    if signatory.get("role") in delegates and not refused and not signatory.get("delegation_reason", "").strip():
        yield Problem(pointer, "There is no reason why the Head of Centre could not sign.")


def no_grades_given(case: Case, _: Document) -> str | None:
    """A need: that loose files hold the grades that a declaration is about."""
    return "no TAG documents are given with it" if case.stage is Stage.LOOSE and not case.of("tags") else None


@rule(
    "H003",
    "It covers every TAG document of the dossier as it stands now",
    fix="Ask the Head of Centre to declare again; the grades have changed since, or were not all covered.",
    source="trust",
    forms=DECLARATION,
    looks_around=True,
    need=no_grades_given,
)
def covers_what_stands(case: Case, document: Document) -> Iterator[Problem]:
    standing = {_name(d): d for d in case.of("tags")}
    covered = set()
    for index, cover in enumerate(document.data.get("covers", ())):
        name = cover.get("document")
        covered.add(name)
        if name is not None:
            yield from _cover_holds(f"/covers/{index}", cover, standing.get(name))
    if any(problem.pointer.startswith("/covers") for problem in document.violations):
        return  # what could not be read may be what covers the rest
    for name in sorted(standing.keys() - covered):
        yield Problem("/covers", f"It does not cover {name}.")


def _cover_holds(pointer: str, cover: Mapping[str, Any], document: Document | None) -> Iterator[Problem]:
    if document is None:
        yield Problem(f"{pointer}/document", "A document that it covers does not stand in the dossier.")
    elif cover.get("sha256", document.sha256) != document.sha256:
        yield Problem(f"{pointer}/sha256", f"{_name(document)} has changed since it was declared.")
    elif cover.get("learners", len(document.learners)) != len(document.learners):
        yield Problem(f"{pointer}/learners", f"{_name(document)} has another number of learners.")


def _name(document: Document) -> str:
    return (document.filed_at or document.path).rpartition("/")[2]


@rule(
    "H004",
    "The declaration came by the link that was sent to the signatory",
    fix="Ask for the declaration on the status page; the Head of Centre gets a link by e-mail.",
    source="seed",
    forms=DECLARATION,
    stages=WITH_A_REGISTER,
    needs_ledger=True,
    need=submitter_is_known,
)
def came_by_link(case: Case, document: Document) -> Iterator[Problem]:
    filing = document.filing
    if filing is None:
        return
    if filing.channel != "declaration-link" or not filing.attested:
        yield Problem("", "The declaration did not come by the link that is sent to the signatory's address.")
    elif case.register and case.register.centre:
        yield from _attested(case, case.register.centre, filing.attested, objection="objection" in document.data)


# How a signature, or an objection, came about: what a receipt says of it under `attested.method`.
BY_LINK, BY_LINK_AND_CODE, BY_OBJECTION = "email-link", "email-link-and-code", "objection-link"


def _attested(case: Case, centre: Centre, attested: Mapping[str, Any], *, objection: bool) -> Iterator[Problem]:
    person, method = centre.person(attested.get("ref")), attested.get("method")
    if objection:
        if method != BY_OBJECTION or person is None or "objects" not in person.rights:
            yield Problem("/objection", "The objection did not come by the link that is sent to a second contact.")
        return
    roles = {choice.id for choice in case.series.signatory_roles}
    if person is None or not ("declares" in person.rights or person.role in roles):
        yield Problem("", "The register does not say that the person who used the link may declare.")
    if method == BY_OBJECTION or (case.series.declaration_code and method != BY_LINK_AND_CODE):
        yield Problem("", "The declaration did not come with the code that the exams officer passes on.")


@rule(
    "H005",
    "TAGs await a valid declaration",
    fix="Ask the Head of Centre to declare; quality assurance cannot start without it.",
    source="seed",
    forms=("tags",),
    per="dossier",
    stages=IN_A_LEDGER,
)
def declared(case: Case, document: Document) -> Iterator[Problem]:
    found = case.of("declaration")
    if not found:
        yield Problem("", "The Head of Centre has not declared these grades yet.", path=document.path)
    elif any("objection" in declaration.data for declaration in found):
        yield Problem("", "A second contact of the centre has objected to the declaration.", path=document.path)


@rule(
    "H006",
    "Every statement that the series requires is affirmed",
    fix="Read each statement and tick it if it is true; if one is not, correct the grades first.",
    source="seed",
    forms=DECLARATION,
)
def all_statements(case: Case, document: Document) -> Iterator[Problem]:
    if any(problem.pointer.startswith("/statements") for problem in document.violations):
        return
    affirmed = set(document.data.get("statements", ()))
    required = {choice.id for choice in case.series.statements if choice.detail.get("required")}
    if missing := len(required - affirmed):
        count = "One statement is" if missing == 1 else f"{missing} statements are"
        yield Problem("/statements", f"{count} not affirmed.")
    if affirmed - {choice.id for choice in case.series.statements}:
        yield Problem("/statements", "A statement is not one of this series.")


RULES = (
    role_may_sign,
    delegate_says_why,
    covers_what_stands,
    came_by_link,
    declared,
    all_statements,
)
