"""The register on main, followed as it changes: whose address counts, who is told of a change, who is still there."""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from gradepost.book import Book
from gradepost.doors.ledger import Ledger
from gradepost.doors.letters import address_changed_letter, newcomer_letter
from gradepost.doors.trail import tell_extensions
from gradepost.forge.base import Forge
from gradepost.form import words
from gradepost.inbox import Inbox, KnownAddress
from gradepost.ledger import LedgerSettings
from gradepost.model.register import Centre, Person
from gradepost.model.trouble import ConfigurationError, ForgeError
from gradepost.people import Actor
from gradepost.people.addresses import in_force, is_held_back, observed

_log = logging.getLogger("gradepost.register")
_FOLDER = "centres"
_A_CENTRE = re.compile(r"centres/[0-9]{2}/([0-9]{5})\.json")
# Whoever is told when somebody joins who may act for the centre.
_TOLD = frozenset({"submits", "schedules", "declares"})


class Follower:
    """Looks at each centre whose file on main has changed, and writes to the addresses that are about to be replaced.

    The delay runs from when the change was first seen here, by our clock: a commit's date is whatever its author says.
    """

    def __init__(
        self, forge: Forge, ledger: Ledger, inbox: Inbox, book: Book, delay: timedelta, now: Callable[[], datetime]
    ) -> None:
        self._forge = forge
        self._ledger = ledger
        self._inbox = inbox
        self._book = book
        self._delay = delay
        self._now = now

    def follow(self) -> int:
        """Look at what has changed since the last look; the number of centres looked at."""
        head, last = self._ledger.head(), self._inbox.followed()
        if head == last:
            return 0
        numbers = self._changed(last, head)
        for number in numbers:
            self._look_at(number, first=last is None)
        self._inbox.follow_from(head)
        return len(numbers)

    def _changed(self, last: str | None, head: str) -> list[str]:
        try:
            paths: Iterable[str] = self._forge.changed(last, head) if last else self._forge.list(head, _FOLDER)
        except ForgeError:
            # Main does not know what it was any more: everything is looked at, and what stood is still known.
            paths = self._forge.list(head, _FOLDER)
        tell_extensions(self._inbox, paths, head, self._now())
        return [found[1] for path in paths if (found := _A_CENTRE.fullmatch(path))]

    def _look_at(self, number: str, *, first: bool) -> None:
        try:
            centre = self._ledger.as_registered(number).centre
        except ConfigurationError:
            # It is said to whoever asks for that centre; looked at again when it is put right.
            _log.warning("the register of %s cannot be read", number)
            return
        if centre is None:
            return
        at, known = self._now(), self._inbox.addresses(number)
        now_known = {p.ref: self._seen(p, known, at) for p in centre.people}
        changed = {ref: found for ref, found in now_known.items() if known.get(ref) != found}
        # Letters first: one sent twice does less harm than one never sent.
        for person in centre.people:
            if person.ref in changed and known:
                self._tell(centre, person, known, changed[person.ref], at)
        if changed:
            self._inbox.keep_addresses(number, changed)
        if not first:
            self._inbox.audit(at, "register-changed", centre=number, about=self._ledger.head())

    def _seen(self, person: Person, known: Mapping[str, KnownAddress], at: datetime) -> KnownAddress:
        if is_held_back(person, known):
            return KnownAddress("", person.email, at + self._delay)
        return observed(known.get(person.ref), person.email, at, self._delay)

    @property
    def _signed(self) -> str:
        return self._book.series.awarding_organisation

    def _tell(
        self, centre: Centre, person: Person, known: Mapping[str, KnownAddress], found: KnownAddress, at: datetime
    ) -> None:
        if person.ref not in known:
            if _TOLD & {*person.rights}:
                self._tell_of_newcomer(centre, person, known, at)
        elif found.next_email is not None and found.next_from is not None:
            when = words.minute(found.next_from, self._book.series.zone)
            letter = address_changed_letter(person.name, centre=centre.number, when=when, signed=self._signed)
            self._inbox.queue_message(found.email, *letter, at)
            self._inbox.audit(at, "address-changed", person.ref, person.role, centre.number)

    def _tell_of_newcomer(
        self, centre: Centre, newcomer: Person, known: Mapping[str, KnownAddress], at: datetime
    ) -> None:
        for person in centre.people:
            if person.ref in known and _TOLD & {*person.rights}:
                letter = newcomer_letter(person.name, centre=centre.number, signed=self._signed)
                self._inbox.queue_message(in_force(known.get(person.ref), person.email, at), *letter, at)


def present(ledger: Ledger, settings: LedgerSettings, actor: Actor) -> Actor | None:
    """The actor as the register has them now: with today's role and rights, or None for whoever has left it."""
    if actor.kind != "session":
        return actor
    if actor.centre is None:
        return actor if any(reviewer.ref == actor.ref for reviewer in settings.reviewers) else None
    centre = ledger.register(actor.centre).centre
    person = centre.person(actor.ref) if centre else None
    return replace(actor, role=person.role, rights=person.rights) if person else None
