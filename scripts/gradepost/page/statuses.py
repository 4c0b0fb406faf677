"""Where a centre's submissions stand, dossier by dossier, and what to do about each."""

from collections.abc import Sequence

from markupsafe import Markup

from gradepost.book import Book
from gradepost.document.filing import REQUESTS
from gradepost.form import words
from gradepost.model.register import Centre
from gradepost.model.standing import Standing, StandingDocument, State
from gradepost.page.readout import component_label, kind_label, noun, qualification_label
from gradepost.page.rendering import rendered
from gradepost.page.states import lacks_declaration, pill_of_standing, steps_of


def status_page(
    book: Book,
    *,
    centre: Centre,
    standings: Sequence[Standing],
    may_ask: bool,
    mailbox: str | None = None,
    asked_of_you: Markup | None = None,
) -> Markup:
    """One section per dossier. `may_ask`: whether the person may ask the Head of Centre to declare.

    `mailbox` is where letters can be read, in the demo alone; `asked_of_you` what the centre was asked for.
    """
    return rendered(
        "status",
        centre=centre,
        dossiers=[_facts(book, standing, may_ask=may_ask) for standing in standings],
        forms=[form for form in book.forms.values() if "form" in form.channels and form.made_by == "centre"],
        mailbox=mailbox,
        asked_of_you=asked_of_you or "",
    )


def _facts(book: Book, standing: Standing, *, may_ask: bool) -> dict[str, object]:
    zone = book.series.zone
    asked = standing.declaration_asked_at if lacks_declaration(standing) else None
    return {
        "id": (standing.kind or "centre") if standing.is_of_the_centre else f"{standing.qualification}-{standing.kind}",
        "title": title_of(book, standing.qualification, standing.kind),
        "standing": standing,
        "pill": pill_of_standing(standing),
        "steps": steps_of(standing, of_the_centre=standing.is_of_the_centre),
        "documents": [_document(book, standing, document) for document in standing.documents],
        "can_ask": may_ask and lacks_declaration(standing),
        "asked": words.minute(asked, zone) if asked else None,
        "being_filed": standing.state is State.FILING,
        # Where the declaration alone is missing, the state has said so.
        "in_the_way": () if standing.state is State.AWAITING_DECLARATION else standing.findings,
        "can_correct": standing.state not in (State.MERGED, State.FILING),
    }


def title_of(book: Book, qualification: str, kind: str) -> str:
    """`AM20530 Level 2 Certificate …: external examination`; without a qualification, that it is the centre's own."""
    if kind == REQUESTS and not qualification:
        return "Requests, meetings and visits"
    if not qualification:
        return "About the whole centre"
    return f"{qualification_label(book.series, qualification)}: {kind_label(book.series, kind).lower()}"


def _document(book: Book, standing: Standing, document: StandingDocument) -> dict[str, object]:
    return {
        "facts": document,
        "noun": noun(book, document.form),
        "component": component_label(book.series, standing.qualification, document.component),
        "received": words.second(document.received_at, book.series.zone),
        "takes_corrections": "form" in book.forms[document.form].channels
        and book.forms[document.form].made_by == "centre",
    }
