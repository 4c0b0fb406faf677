"""The key that seals second factors, and who is told when one is set up."""

from functools import cache
from pathlib import Path

from gradepost.doors.files import write_durably
from gradepost.doors.letters import second_factor_letter
from gradepost.doors.state import State
from gradepost.model.register import Person
from gradepost.people.second_factor import Seal

_TOLD = frozenset({"submits", "schedules", "declares"})


def seal_of(folder: Path) -> Seal:
    """The state's seal; its key is made when it is first needed."""
    return _seal(folder.resolve())


@cache
def _seal(folder: Path) -> Seal:
    path = folder / "keys" / "second-factor.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, Seal.make(), 0o600)
    return Seal(path.read_bytes())


def tell_of_second_factor(state: State, person: Person, centre: str | None) -> None:
    """Write to the person, and to those of the centre who act for it: it may not have been them."""
    found = state.ledger.register(centre).centre if centre else None
    others = [p for p in (found.people if found else ()) if p.ref != person.ref and _TOLD & {*p.rights}]
    now = state.now()
    for reader in (person, *others):
        letter = second_factor_letter(
            reader.name,
            ref=person.ref,
            own=reader is person,
            signed=state.book.series.awarding_organisation,
        )
        state.inbox.queue_message(reader.email, *letter, now)
