"""What centres were asked for, as last received, and the letters that tell them of it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from gradepost.document.filing import REQUESTS, Dossier, dossier_of_branch
from gradepost.doors.letters import request_letter
from gradepost.doors.state import State
from gradepost.form import words
from gradepost.inbox import Stored
from gradepost.ledger import ANSWER_FORM
from gradepost.model.register import Extension, Person
from gradepost.page.readout import noun
from gradepost.page.requesting import EXTENSION_FORM, Asked, SentFile
from gradepost.publish.extending import extension_of

TOLD = "centre-told"
# What a letter says of when, by the property that says when.
_WHEN = {
    "evidence-request": ("Due by", "until"),
    "stage-one-meeting": ("It takes place at", "takes_place_at"),
    "remote-visit": ("It starts at", "starts_at"),
    EXTENSION_FORM: ("What arrives is on time until", "until"),
}


def branch_of(state: State, centre: str) -> str:
    """The branch on which a centre's requests and its answers stand."""
    return Dossier(state.book.series.id, centre, "", REQUESTS).branch


def asked_of(state: State, centre: str) -> list[Asked]:
    """All that a centre was asked for and that was recorded of it, the oldest first, filed or not."""
    latest = {stored.path: stored for stored in state.inbox.of_branch(branch_of(state, centre))}
    answers = {json.loads(s.document)["reference"]: s for s in latest.values() if s.form == ANSWER_FORM}
    granted = state.ledger.register(centre).extensions if latest else ()
    return [_asked(stored, answers, granted) for stored in latest.values() if stored.form != ANSWER_FORM]


def one_asked(state: State, centre: str, reference: str) -> Asked | None:
    """The one with that reference, or None."""
    return next((one for one in asked_of(state, centre) if one.reference == reference), None)


def files_ever_sent(state: State, centre: str, reference: str) -> dict[str, Mapping[str, Any]]:
    """Every file that was ever received for a request, by its SHA-256, in order."""
    found = {}
    for stored in state.inbox.of_branch(branch_of(state, centre)):
        if stored.form == ANSWER_FORM and (data := json.loads(stored.document))["reference"] == reference:
            found.update({file["sha256"]: file for file in data["files"]})
    return found


def tell_centre(state: State, stored: Stored, site_url: str) -> int:
    """Write to the exams officers of a centre of what it was just asked for; the number of letters."""
    data, series = json.loads(stored.document), state.book.series
    label, name = _WHEN[stored.form]
    people = _exams_officers(state, stored.centre)
    for person in people:
        letter = request_letter(
            person.name,
            centre=stored.centre,
            what=noun(state.book, stored.form).lower(),
            reference=data["reference"],
            qualification=data["qualification"],
            when=f"{label} {words.minute(datetime.fromisoformat(data[name]), series.zone)}.",
            url=f"{site_url.rstrip('/')}/requests/{data['reference']}",
            signed=series.awarding_organisation,
        )
        state.inbox.queue_message(person.email, *letter, state.now())
    # Letters first: one sent twice does less harm than one never sent.
    state.inbox.audit(state.now(), TOLD, centre=stored.centre, about=stored.receipt_id)
    return len(people)


class CentreTeller:
    """Writes of whatever a centre was not told of yet, when main has moved: of an extension once it is granted, and of
    what a crash came between."""

    def __init__(self, state: State, site_url: str) -> None:
        self._state = state
        self._site_url = site_url
        self._seen: str | None = None
        self._told: set[str] = set()

    def tell(self) -> int:
        """The number of letters."""
        head = self._state.ledger.head()
        if head == self._seen:
            return 0
        due = [stored for stored in _latest(self._state) if stored.receipt_id not in self._told]
        if due:
            self._told = {event.about for event in self._state.inbox.audit_trail() if event.what == TOLD}
        due = [stored for stored in due if stored.receipt_id not in self._told and self._counts(stored)]
        letters = sum(tell_centre(self._state, stored, self._site_url) for stored in due)
        self._seen = head
        return letters

    def _counts(self, stored: Stored) -> bool:
        if stored.form != EXTENSION_FORM:
            return True
        granted = self._state.ledger.register(stored.centre).extensions
        return extension_of(json.loads(stored.document)) in granted


def _latest(state: State) -> Iterator[Stored]:
    for branch in state.inbox.branches():
        dossier = dossier_of_branch(branch)
        if dossier and dossier.kind == REQUESTS and dossier.series == state.book.series.id:
            latest = {stored.path: stored for stored in state.inbox.of_branch(branch)}
            yield from (stored for stored in latest.values() if stored.form != ANSWER_FORM)


def _asked(stored: Stored, answers: Mapping[str, Stored], granted: Sequence[Extension]) -> Asked:
    data = json.loads(stored.document)
    answer = answers.get(data["reference"])
    files = json.loads(answer.document)["files"] if answer else ()
    sent = tuple(SentFile(file["sha256"], file["type"], file["bytes"]) for file in files)
    return Asked(
        data,
        stored.received_at,
        stored.receipt_id,
        sent,
        answer.received_at if answer else None,
        answer_receipt=answer.receipt_id if answer else None,
        by=json.loads(stored.receipt)["submitted_by"]["ref"],
        is_granted=stored.form == EXTENSION_FORM and extension_of(data) in granted,
    )


def _exams_officers(state: State, number: str) -> list[Person]:
    centre = state.ledger.register(number).centre
    return [p for p in (centre.people if centre else ()) if p.email and p.role == "exams-officer"]
