"""Answering wishes for sign-in links, outside the requests that made them, so that an answer takes as long for an
address that nobody has; and clearing away what has run out."""

from datetime import datetime, timedelta

from gradepost.doors.clock import Now, system_now
from gradepost.doors.letters import sign_in_letter
from gradepost.doors.state import State, new_secret
from gradepost.inbox.access import Ask
from gradepost.model.register import Person
from gradepost.people.links import LINK_MINUTES, make_link

_RUN_OUT = ("session", "step", "sign-in")
_BETWEEN_CLEARINGS = timedelta(minutes=5)


class Doorkeeper:
    """Sends links to those who asked for one and are in the register; every other wish is forgotten."""

    def __init__(self, state: State, site_url: str, now: Now = system_now) -> None:
        self._state = state
        self._site = site_url.rstrip("/")
        self._now = now
        self._cleared_at: datetime | None = None

    def answer_due(self) -> None:
        """Answer every wish that waits. While the register cannot be read, they go on waiting."""
        for wish in self._state.inbox.asks():
            people = self._people(wish.email)
            if people and self._now() < wish.expires_at:
                self._send(wish, people)
            # After the letter: a crash in between sends two, never none.
            self._state.inbox.forget_ask(wish.number)

    def clear(self) -> None:
        """Take away sessions, links and counts that have run out, every few minutes."""
        at = self._now()
        if self._cleared_at is None or at - self._cleared_at >= _BETWEEN_CLEARINGS:
            self._state.inbox.forget_expired(_RUN_OUT, at)
            self._cleared_at = at

    def _people(self, email: str) -> list[tuple[str, Person]]:
        wanted = _plain(email)
        reviewers = [("", person) for person in self._state.settings.reviewers]
        return [(centre, p) for centre, p in [*reviewers, *self._in_register(email)] if _plain(p.email) == wanted]

    def _in_register(self, email: str) -> list[tuple[str, Person]]:
        ledger, inbox = self._state.ledger, self._state.inbox
        if inbox.followed() is None:
            return [(centre.number, person) for centre in ledger.centres() for person in centre.people]
        registers = [(ledger.register(centre).centre, ref) for centre, ref in inbox.holders(email.strip())]
        found = [(centre.number, centre.person(ref)) for centre, ref in registers if centre]
        return [(number, person) for number, person in found if person]

    def _send(self, wish: Ask, people: list[tuple[str, Person]]) -> None:
        state, at = self._state, self._now()
        secret = make_link(state.inbox, wish, [(centre, person.ref) for centre, person in people], at, new_secret)
        letter = sign_in_letter(
            people[0][1].name,
            url=f"{self._site}/sign-in/link/{secret}",
            minutes=LINK_MINUTES,
            signed=state.book.series.awarding_organisation,
        )
        # To the address that the register has, never to what was typed. Letters live on the state's clock.
        queued = state.now()
        state.inbox.queue_message(people[0][1].email, *letter, queued, until=queued + (wish.expires_at - at))


def _plain(email: str) -> str:
    return email.strip().casefold()
