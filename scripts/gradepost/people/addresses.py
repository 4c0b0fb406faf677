"""Which of two addresses counts: the one that was in force, until a change in the register has waited long enough."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from gradepost.inbox import KnownAddress
from gradepost.model.register import Person


def in_force(known: KnownAddress | None, registered: str, at: datetime) -> str:
    """Where mail to somebody goes. Before a change was noticed, the old address counts as well."""
    if known is None or registered == known.email:
        return registered
    waited = known.next_email == registered and known.next_from is not None and at >= known.next_from
    return registered if waited else known.email


def observed(known: KnownAddress | None, registered: str, at: datetime, delay: timedelta) -> KnownAddress:
    """What is known after a look at the register. A change that is taken back, or changed again, starts anew."""
    if known is None:
        return KnownAddress(registered)
    if in_force(known, registered, at) == registered:
        return KnownAddress(registered)
    if known.next_email == registered:
        return known
    return KnownAddress(known.email, registered, at + delay)


def is_held_back(person: Person, known: Mapping[str, KnownAddress]) -> bool:
    """Whether somebody is new to a known centre and may declare: else a new name would be a way round the wait."""
    return bool(known) and person.ref not in known and "declares" in person.rights


def address_of(person: Person, known: Mapping[str, KnownAddress], at: datetime) -> str:
    """The address of somebody in the register that is in force, or "" where none is yet."""
    return "" if is_held_back(person, known) else in_force(known.get(person.ref), person.email, at)
