"""Asking for a declaration: whom to ask, and the code to pass on; and objecting to one that was made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from gradepost.book import Book
from gradepost.document.filing import Dossier
from gradepost.form import words
from gradepost.page.rendering import rendered
from gradepost.page.sign_in import role_label
from gradepost.page.statuses import title_of


@dataclass(frozen=True, slots=True)
class Able:
    """Somebody whom the register lets declare; `why_not` says why not these grades, or is ""."""

    ref: str
    name: str
    role: str
    needs_reason: bool
    why_not: str = ""


def ask_page(
    book: Book, *, dossier: Dossier, able: Sequence[Able], chosen: str = "", reason: str = "", wrong: str = ""
) -> Markup:
    """Whom to ask for the declaration of a dossier, posted to /ask-declaration; `wrong` is what to put right."""
    return rendered(
        "ask",
        title="Ask for the declaration",
        about=title_of(book, dossier.qualification, dossier.kind),
        dossier=dossier,
        able=able,
        chosen=chosen,
        reason=reason,
        wrong=wrong,
        wrong_at="reason" if chosen else "signatory-1",
        role_label=role_label,
    )


def code_page(book: Book, *, dossier: Dossier, name: str, code: str, tries: int) -> Markup:
    """The code that signing takes, shown this once."""
    about = title_of(book, dossier.qualification, dossier.kind)
    return rendered("asked", about=about, name=name, code=code, tries=tries)


def objection_page(  # noqa: PLR0913 - a page of many facts, and all are named
    book: Book,
    *,
    dossier: Dossier,
    declaration: Mapping[str, Any],
    at: datetime,
    until: datetime,
    action: str,
    reason: str = "",
    wrong: Mapping[str, str] | None = None,
) -> Markup:
    """What was declared, by whom and when, and the form to object to it. No learner and no grade is shown."""
    roles = {choice.id: choice.label for choice in book.series.signatory_roles}
    signatory = declaration["signatory"]
    return rendered(
        "object",
        centre=dossier.centre,
        about=title_of(book, dossier.qualification, dossier.kind),
        signatory=signatory["name"],
        role=roles.get(signatory["role"], ""),
        covers=declaration["covers"],
        at=words.minute(at, book.series.zone),
        until=words.minute(until, book.series.zone),
        action=action,
        reason=reason,
        wrong=wrong or {},
    )
