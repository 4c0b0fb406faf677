"""What is shown once something was received: the receipt, what happens next, and how to prove it later."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from gradepost.book import Book
from gradepost.document.filing import Dossier, dossier_of_path
from gradepost.form import words
from gradepost.model.findings import Finding
from gradepost.model.register import Extension
from gradepost.model.series import Form
from gradepost.model.standing import Standing, State
from gradepost.page.readout import component_label, kind_label, noun, qualification_label
from gradepost.page.rendering import rendered
from gradepost.page.sign_in import role_label
from gradepost.page.states import lacks_declaration, pill_of, steps_of
from gradepost.page.texts import text
from gradepost.rules.deadlines import deadline_for


@dataclass(frozen=True, slots=True)
class Mailing:
    """The receipt by e-mail: whether it can be sent to the submitter from here, and whether it just was."""

    possible: bool = False
    done: bool = False


@dataclass(frozen=True, slots=True)
class Ahead:
    """What happens next, who has it now, and by when."""

    what: str
    who: str
    when: str


def receipt_page(
    book: Book,
    receipt: Mapping[str, Any],
    *,
    standing: Standing | None = None,
    told: Sequence[Finding] = (),
    can_ask_declaration: bool = False,
    extensions: Iterable[Extension] = (),
    mailing: Mailing | None = None,
) -> Markup:
    """The confirmation of a submission. `told` is what its arrival brings about in others of the dossier."""
    heading = text("receipt.received")
    return _page(
        book, receipt, standing, told, heading, can_ask=can_ask_declaration, extensions=extensions, mailing=mailing
    )


def declared_page(book: Book, receipt: Mapping[str, Any], *, standing: Standing | None = None) -> Markup:
    """The confirmation of a declaration, for somebody who came by a link and is not signed in."""
    return _page(book, receipt, standing, (), text("receipt.declared"), signed_in=False)


def _page(  # noqa: PLR0913 - a page of many facts, and all are named
    book: Book,
    receipt: Mapping[str, Any],
    standing: Standing | None,
    told: Sequence[Finding],
    heading: str,
    *,
    can_ask: bool = False,
    signed_in: bool = True,
    extensions: Iterable[Extension] = (),
    mailing: Mailing | None = None,
) -> Markup:
    zone = book.series.zone
    standing = _of_this(receipt, standing)
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
        meaning=pill_of(standing.state).meaning if standing else text("receipt.safe"),
        ahead=_ahead(book, receipt, dossier, standing, following, extensions) if signed_in else None,
        dossier=dossier,
        following=following if signed_in else None,
        following_link=_link(receipt, dossier, following) if following and dossier else None,
        mailing=mailing or Mailing(),
        can_ask=can_ask and not of_the_centre and following is None and lacks_declaration(standing),
        signed_in=signed_in,
        file_name=receipt["path"].rpartition("/")[2],
    )


def _of_this(receipt: Mapping[str, Any], standing: Standing | None) -> Standing | None:
    """Where this submission stands. Where an amendment was rejected, what came before it stands as it was accepted."""
    if standing is None or not standing.earlier_stands:
        return standing
    last = max(document.seq for document in standing.documents)
    return standing.as_accepted if receipt["seq"] <= last else replace(standing, earlier_stands=False)


def _following(book: Book, receipt: Mapping[str, Any], standing: Standing | None) -> Form | None:
    """The form to fill in next: the one after this one in a dossier, until its document for the same component is
    there. Nothing follows what is about the whole centre."""
    names = [form.name for form in book.forms.values() if "form" in form.channels and form.scope == "dossier"]
    if receipt["form"] not in names[:-1]:
        return None
    following = book.forms[names[names.index(receipt["form"]) + 1]]
    component = _component(receipt)
    there = standing.documents if standing else ()
    return None if any((d.form, d.component) == (following.name, component) for d in there) else following


def _link(receipt: Mapping[str, Any], dossier: Dossier, following: Form) -> str:
    """The form that follows, about the same component, so that it opens with the learners of this one."""
    about = {"qualification": dossier.qualification, "component": _component(receipt)}
    return f"/forms/{following.name}/?{urlencode(about)}"


def _component(receipt: Mapping[str, Any]) -> str:
    component: str = receipt["path"].rpartition("/")[2].partition(".")[0]
    return component


def _ahead(
    book: Book,
    receipt: Mapping[str, Any],
    dossier: Dossier | None,
    standing: Standing | None,
    following: Form | None,
    extensions: Iterable[Extension],
) -> Ahead:
    """What happens next. While it is being filed nobody waits for that: what follows can be done at once."""
    state = standing.state if standing else State.FILING
    if following is not None and state in (State.FILING, State.SCHEDULED):
        what = text("receipt.next_form", title=following.title[0].lower() + following.title[1:])
        return Ahead(what, text("receipt.who_centre"), _by(book, following, receipt, dossier, extensions))
    who, when = _HOLDERS[state]
    form = book.forms.get(receipt["form"])
    by = _by(book, form, receipt, dossier, extensions) if when == "deadline" else text(f"receipt.when_{when}")
    holder = text(f"receipt.who_{who}", organisation=book.series.awarding_organisation)
    return Ahead(text(f"receipt.next_{state.name.lower()}"), holder, by)


_HOLDERS: Mapping[State, tuple[str, str]] = {
    State.FILING: ("us", "moment"),
    State.SCHEDULED: ("centre", "deadline"),
    State.AWAITING_DECLARATION: ("head", "declaration"),
    State.DECLARATION_VOID: ("head", "declaration"),
    State.NEEDS_ATTENTION: ("centre", "deadline"),
    State.RETURNED: ("centre", "deadline"),
    State.IN_REVIEW: ("reviewer", "none"),
    State.MERGED: ("organisation", "none"),
    State.REJECTED: ("centre", "deadline"),
}


def _by(
    book: Book,
    form: Form | None,
    receipt: Mapping[str, Any],
    dossier: Dossier | None,
    extensions: Iterable[Extension],
) -> str:
    about = {"qualification": dossier.qualification if dossier else "", "component": _component(receipt)}
    for_all = [extension for extension in extensions if not extension.learners]
    at = deadline_for(book.series, form.deadline if form else None, about, for_all)
    return words.minute(at, book.series.zone) if at else text("receipt.when_none")


def _facts(book: Book, receipt: Mapping[str, Any]) -> list[tuple[str, str]]:
    facts = [("What", noun(book, receipt["form"]))]
    dossier = dossier_of_path(receipt["path"])
    if dossier and dossier.is_of_the_centre:
        facts += [("Centre", dossier.centre)]
    elif dossier:
        component = component_label(book.series, dossier.qualification, _component(receipt))
        facts += [
            ("Centre", dossier.centre),
            ("Qualification", qualification_label(book.series, dossier.qualification)),
            ("Component", component)
            if " " in component
            else ("Kind of component", kind_label(book.series, dossier.kind)),
        ]
    by, channel = receipt["submitted_by"], _CHANNELS.get(receipt.get("channel", ""))
    return [
        *facts,
        ("From", f"{role_label(by['role'])} {by['ref']}"),
        *([("Sent as", text(f"receipt.{channel}"))] if channel else []),
        ("Order of receipt", str(receipt["seq"])),
    ]


_CHANNELS: Mapping[str, str] = {
    "form": "by_form",
    "api": "by_software",
    "spreadsheet": "by_spreadsheet",
    "declaration-link": "by_link",
}
