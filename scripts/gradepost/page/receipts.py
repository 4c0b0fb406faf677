"""What is shown once something was received: the receipt, what happens next, and how to prove it later."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from gradepost.book import Book
from gradepost.document.filing import dossier_of_path
from gradepost.form import words
from gradepost.model.records import Finding
from gradepost.model.series import Form
from gradepost.model.standing import Standing
from gradepost.page.readout import component_label, kind_label, noun, qualification_label
from gradepost.page.rendering import rendered
from gradepost.page.sign_in import role_label
from gradepost.page.states import lacks_declaration, pill_of, steps_of


def receipt_page(
    book: Book,
    receipt: Mapping[str, Any],
    *,
    standing: Standing | None = None,
    told: Sequence[Finding] = (),
    can_ask_declaration: bool = False,
) -> Markup:
    """The confirmation of a submission. `told` is what its arrival brings about in others of the dossier."""
    return _page(book, receipt, standing, told, "Your submission was received", can_ask=can_ask_declaration)


def declared_page(book: Book, receipt: Mapping[str, Any], *, standing: Standing | None = None) -> Markup:
    """The confirmation of a declaration, for somebody who came by a link and is not signed in."""
    return _page(book, receipt, standing, (), "Your declaration was received", signed_in=False)


def _page(
    book: Book,
    receipt: Mapping[str, Any],
    standing: Standing | None,
    told: Sequence[Finding],
    heading: str,
    *,
    can_ask: bool = False,
    signed_in: bool = True,
) -> Markup:
    zone = book.series.zone
    following = _following(book, receipt, standing)
    dossier = dossier_of_path(receipt["path"])
    of_the_centre = dossier is not None and dossier.is_of_the_centre
    return rendered(
        "receipt",
        receipt=receipt,
        heading=heading,
        facts=_facts(book, receipt),
        received=words.second(words.instant(receipt["received_at"]), zone),
        deadline=words.second(words.instant(receipt["deadline"]), zone) if receipt["deadline"] else None,
        told=told,
        steps=steps_of(standing, of_the_centre=of_the_centre),
        meaning=pill_of(standing.state).meaning if standing else None,
        dossier=dossier,
        following=following if signed_in else None,
        can_ask=can_ask and not of_the_centre and following is None and lacks_declaration(standing),
        signed_in=signed_in,
        file_name=receipt["path"].rpartition("/")[2],
    )


def _following(book: Book, receipt: Mapping[str, Any], standing: Standing | None) -> Form | None:
    """The form to fill in next: the one after this one in a dossier, until its document for the same component is
    there. Nothing follows what is about the whole centre."""
    names = [form.name for form in book.forms.values() if "form" in form.channels and form.scope == "dossier"]
    if receipt["form"] not in names[:-1]:
        return None
    following = book.forms[names[names.index(receipt["form"]) + 1]]
    component = receipt["path"].rpartition("/")[2].partition(".")[0]
    there = standing.documents if standing else ()
    return None if any((d.form, d.component) == (following.name, component) for d in there) else following


def _facts(book: Book, receipt: Mapping[str, Any]) -> list[tuple[str, str]]:
    facts = [("What", noun(book, receipt["form"]))]
    dossier = dossier_of_path(receipt["path"])
    if dossier and dossier.is_of_the_centre:
        facts += [("Centre", dossier.centre)]
    elif dossier:
        component = component_label(
            book.series, dossier.qualification, receipt["path"].rpartition("/")[2].partition(".")[0]
        )
        facts += [
            ("Centre", dossier.centre),
            ("Qualification", qualification_label(book.series, dossier.qualification)),
            ("Component", component)
            if " " in component
            else ("Kind of component", kind_label(book.series, dossier.kind)),
        ]
    by = receipt["submitted_by"]
    return [
        *facts,
        ("From", f"{role_label(by['role'])} {by['ref']}"),
        ("Order of receipt", str(receipt["seq"])),
    ]
