"""A dossier as signatories are asked about it: what it holds, what was declared before, who may declare."""

import json
from collections.abc import Sequence
from typing import Any

from gradepost.document.filing import Dossier
from gradepost.doors.web.gateway import Gateway
from gradepost.inbox import Stored
from gradepost.model.register import Centre, Person
from gradepost.model.series import Series
from gradepost.page.asking import Able
from gradepost.page.declaring import Earlier
from gradepost.rules.people import folded

_NEW_ADDRESS = "Their address in the register is new and does not count yet."
_SIGNED_OFF = "They have signed off grades that the declaration would cover."


def able_to_declare(series: Series, centre: Centre | None) -> list[Person]:
    """Everybody whom the register lets declare, the Head of Centre before delegates."""
    delegates = {choice.id: bool(choice.detail.get("needs_reason")) for choice in series.signatory_roles}
    people = centre.people if centre else ()
    able = [person for person in people if "declares" in person.rights and person.role in delegates]
    return sorted(able, key=lambda person: delegates[person.role])


def heads_roles(series: Series) -> frozenset[str]:
    """The roles that sign in their own right, and need no reason."""
    return frozenset(choice.id for choice in series.signatory_roles if not choice.detail.get("needs_reason"))


def head_of(series: Series, centre: Centre | None) -> Person | None:
    """The person who is asked to declare: the Head where the register has one, else a delegate."""
    return next(iter(able_to_declare(series, centre)), None)


def choices_for(series: Series, centre: Centre, documents: Sequence[Stored]) -> list[Able]:
    """The same as they are offered for these documents of grades."""
    reasons = {choice.id: bool(choice.detail.get("needs_reason")) for choice in series.signatory_roles}
    entries = [entry for stored in documents for entry in json.loads(stored.document).get("sign_off", ())]
    signed_off = {folded(entry["name"]) for entry in entries}
    return [
        Able(p.ref, p.name, p.role, reasons[p.role], _why_not(p, signed_off)) for p in able_to_declare(series, centre)
    ]


def _why_not(person: Person, signed_off: set[str]) -> str:
    if folded(person.name) in signed_off:
        return _SIGNED_OFF
    return "" if person.email else _NEW_ADDRESS


def tag_documents(gateway: Gateway, dossier: Dossier) -> list[Stored]:
    """The TAG documents of a dossier as they were last received."""
    current = gateway.state.inbox.of_centre(dossier.centre, dossier.series)
    return [stored for stored in current if stored.branch == dossier.branch and stored.form == "tags"]


def declaration_of(gateway: Gateway, dossier: Dossier) -> Stored | None:
    """The declaration of a dossier as it was last received."""
    current = gateway.state.inbox.of_centre(dossier.centre, dossier.series)
    return next((s for s in current if s.branch == dossier.branch and s.form == "declaration"), None)


def declared_before(gateway: Gateway, dossier: Dossier) -> list[Earlier]:
    """What was declared of the same qualification's other kinds of component, in order."""
    current = gateway.state.inbox.of_centre(dossier.centre, dossier.series)
    found = []
    for stored in (s for s in current if s.form == "declaration" and s.branch != dossier.branch):
        document = json.loads(stored.document)
        if document["qualification"] == dossier.qualification:
            tags = {_name(s): s.sha256 for s in current if s.branch == stored.branch and s.form == "tags"}
            found.append(Earlier(document, stored.received_at, _covered(document) == tags))
    return found


def _covered(document: dict[str, Any]) -> dict[str, str]:
    return {cover["document"]: cover["sha256"] for cover in document["covers"]}


def _name(stored: Stored) -> str:
    return stored.path.rpartition("/")[2]
