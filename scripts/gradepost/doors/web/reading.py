"""Who may open what was received again, with its grades: the exams office all of it, a teacher their own."""

import json

from gradepost.doors.web.gateway import Gateway
from gradepost.doors.web.who import person_of
from gradepost.inbox import Stored
from gradepost.people import Actor, may
from gradepost.rules.people import folded


def may_read(gateway: Gateway, actor: Actor | None, stored: Stored) -> bool:
    """Whether somebody may see the contents of a submission of their own centre."""
    if actor is None or actor.centre != stored.centre:
        return False
    if may(actor, "read", gateway.state.book):
        return True
    person, _ = person_of(gateway, actor)
    if person is None or not may(actor, "read-own", gateway.state.book):
        return False
    names = {folded(entry["name"]) for entry in json.loads(stored.document).get("sign_off", ())}
    return folded(person.name) in names


def may_see(gateway: Gateway, actor: Actor, centre: str) -> bool:
    """Whether somebody may see where a centre's submissions stand, and its receipts, which hold no grades."""
    book = gateway.state.book
    return may(actor, "review", book) or (actor.centre == centre and may(actor, "see", book))
