"""What a ledger knows beside the documents: a centre, its people, the extensions granted and the requests made."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a centre's register or among the reviewers, known elsewhere by `ref` alone."""

    ref: str
    role: str
    rights: tuple[str, ...]
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Centre:
    """A centre as the register on the ledger's main branch has it."""

    number: str
    name: str
    people: tuple[Person, ...]
    qualifications: tuple[str, ...]

    def person(self, ref: str | None) -> Person | None:
        """The person with that ref, or None."""
        return next((p for p in self.people if p.ref == ref), None)


@dataclass(frozen=True, slots=True)
class Extension:
    """A later deadline granted to a centre: for one form's row, and a kind or a component where named.

    `learners`, where named, are candidate numbers: it then holds for a document that is about nobody else.
    """

    row: str
    until: datetime
    kind: str | None = None
    qualification: str | None = None
    component: str | None = None
    learners: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Request:
    """What the awarding organisation has asked a centre for: a document of that form, up to an instant (inclusive),
    and where it has a reference, one that names it."""

    form: str
    until: datetime
    qualification: str | None = None
    kind: str | None = None
    component: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Register:
    """What a ledger knows beside the documents: this centre (None: not in the register), its extensions, and what it
    was asked for."""

    centre: Centre | None
    extensions: tuple[Extension, ...] = ()
    requests: tuple[Request, ...] = ()
