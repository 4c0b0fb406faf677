"""Second contacts are told of each declaration, and may object to it for as long as the series says.

An objection is filed as the declaration once more, with the objection in it: it then no longer counts (H005), on
whichever forge, until there is a new one.
"""

import json
from datetime import timedelta

from gradepost.document.filing import Dossier, dossier_of_branch
from gradepost.doors.letters import second_contact_letter
from gradepost.doors.state import State, new_secret
from gradepost.form import words
from gradepost.model.register import Centre, Person
from gradepost.people.declaration_links import objection_link


def second_contacts(centre: Centre | None, *others: str) -> list[Person]:
    """Who may object to a declaration: whoever the register says, but for those who had a part in it."""
    people = centre.people if centre else ()
    return [p for p in people if "objects" in p.rights and p.email and p.ref not in others]


def tell_second_contacts(state: State, dossier: Dossier, receipt_id: str, site_url: str) -> int:
    """Write to each second contact who was not told of that declaration yet; the number told."""
    hours, stored = state.book.series.objection_hours, state.inbox.submission(receipt_id)
    if hours is None or stored is None:
        return 0
    known = {c.ref for c in state.inbox.credentials("objection", dossier.centre) if c.facts["receipt"] == receipt_id}
    signatory = json.loads(stored.receipt)["submitted_by"]["ref"]
    told = second_contacts(state.ledger.register(dossier.centre).centre, signatory, *known)
    now = state.now()
    until = now + timedelta(hours=hours)
    for person in told:
        secret = objection_link(state.inbox, dossier, person, receipt_id, now, until, new_secret)
        letter = second_contact_letter(
            person.name,
            centre=dossier.centre,
            qualification=dossier.qualification,
            url=f"{site_url.rstrip('/')}/object/{secret}",
            until=words.minute(until, state.book.series.zone),
            signed=state.book.series.awarding_organisation,
        )
        state.inbox.queue_message(person.email, *letter, now, until=until)
    return len(told)


def tell_of_all(state: State, site_url: str) -> int:
    """Write to whoever was not told of a declaration that stands: what a crash came between. The number told."""
    if state.book.series.objection_hours is None:
        return 0
    oldest, told = state.now() - timedelta(hours=state.book.series.objection_hours), 0
    for branch in state.inbox.branches():
        dossier, last = dossier_of_branch(branch), state.inbox.of_branch(branch)[-1]
        stands = last.form == "declaration" and "objection" not in json.loads(last.document)
        if dossier and stands and last.received_at > oldest:
            told += tell_second_contacts(state, dossier, last.receipt_id, site_url)
    return told
