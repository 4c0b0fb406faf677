"""Roles × actions: the one table. Who signs, and who sends in which form, the series and its form files say."""

from collections.abc import Mapping
from dataclasses import dataclass

from gradepost.book import Book
from gradepost.model.register import Centre, Person
from gradepost.model.series import Form
from gradepost.people.credentials import Actor

_NOBODY: frozenset[str] = frozenset()
_SENT_IN = frozenset({"form", "api"})

ACTIONS: Mapping[str, str] = {
    "check": "Check a document, read a spreadsheet, fetch one to fill in",
    "submit": "Submit, and so withdraw a learner or replace what was sent",
    "submit:schedule": "Try to schedule; rule S004 says who may",
    "see": "See where submissions stand, and receipts, which hold no grades",
    "read": "Open an earlier submission again, with its grades",
    "read-own": "Open an earlier submission that names them among its teachers",
    "ask-declaration": "Ask for the declaration",
    "send": "Send files that the awarding organisation has asked for",
    "sign": "Sign the declaration, by the link alone",
    "object": "Object to a declaration, by the link alone",
    "review": "Review: see a dossier with its grades, approve, return",
}


@dataclass(frozen=True, slots=True)
class Role:
    """A row of the table: who it is, and what they may do, at their own centre alone where they have one."""

    who: str
    may: frozenset[str]
    note: str = ""


TABLE: Mapping[str, Role] = {
    "exams-officer": Role(
        "Exams officer, or whoever the register gives the right `schedules`",
        frozenset({"check", "submit", "see", "read", "ask-declaration", "send"}),
        "Scheduling needs the right `schedules` all the same (S004).",
    ),
    "teacher": Role("Teacher", frozenset({"check", "submit:schedule", "see", "read-own"})),
    "signatory": Role(
        "Head of Centre, or a delegate named in the register",
        frozenset({"check", "see", "sign"}),
        "Signs by a link of their own, without signing in, and changes nothing.",
    ),
    "second-contact": Role(
        "Second contact (the right `objects`)",
        frozenset({"object"}),
        "Only where the series gives a time to object.",
    ),
    "reviewer": Role(
        "Reviewer",
        frozenset({"review"}),
        "Never of a centre of their own, nor of what they submitted.",
    ),
    "operator": Role(
        "Operator",
        _NOBODY,
        "Works with commands. Three hand grades on, or what follows from them: "
        "`results` and `certificates` after release, `exchange export` to a file of its own.",
    ),
    "software": Role(
        "A centre's software, by token",
        frozenset({"check", "submit", "submit:schedule", "see"}),
        "What its role may as well, for the forms and actions that the token names, until it expires or is revoked.",
    ),
}


def may(actor: Actor, action: str, book: Book, form: str | None = None) -> bool:
    """Whether somebody may do something at all; whose centre it is, is asked elsewhere. What reviewers or the gateway
    fill in has ways in of its own, and none by these."""
    if actor.kind == "token" and not _token_may(actor, action, form):
        return False
    if form is not None and book.forms[form].made_by != "centre":
        return False
    rows = rows_of(actor, book)
    if action == "submit" and form and (named := _submitters(book.forms[form])):
        return bool(named & (rows | {actor.role})) or _has(rows, f"submit:{form}")
    return _has(rows, action) or (form is not None and _has(rows, f"{action}:{form}"))


def rows_of(actor: Actor, book: Book) -> frozenset[str]:
    """The rows of the table that somebody is in."""
    found = {actor.role} & {"exams-officer", "teacher", "reviewer", "operator"}
    if actor.role in signatory_roles(book):
        found.add("signatory")
    if "schedules" in actor.rights:
        found.add("exams-officer")
    if "objects" in actor.rights:
        found.add("second-contact")
    return frozenset(found)


def signatory_roles(book: Book) -> frozenset[str]:
    """The roles that may sign a declaration."""
    return frozenset(choice.id for choice in book.series.signatory_roles)


def may_review(reviewer: Person, centre: Centre | None, submitters: frozenset[str], conflicts: frozenset[str]) -> bool:
    """Whether a reviewer may look at a centre's dossier: not their own centre's, nor what they submitted.

    `submitters` are the refs on the dossier's receipts, `conflicts` the centres that `ledger.toml` keeps from them.
    """
    if reviewer.ref in submitters:
        return False
    if centre is None:
        return True
    theirs = reviewer.email.casefold()
    known = any(person.ref == reviewer.ref or person.email.casefold() == theirs for person in centre.people)
    return not known and centre.number not in conflicts


def _has(rows: frozenset[str], action: str) -> bool:
    return any(action in TABLE[row].may for row in rows)


def _token_may(actor: Actor, action: str, form: str | None) -> bool:
    if action not in TABLE["software"].may or (actor.actions and action not in actor.actions):
        return False
    return form is None or not actor.forms or form in actor.forms


def _submitters(form: Form) -> frozenset[str]:
    # What comes by a link alone is nobody's to send in; whoever tries is told the rule.
    return frozenset(form.submitters) if _SENT_IN & {*form.channels} else _NOBODY
