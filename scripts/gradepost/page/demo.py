"""What stands across the top of every page, and the demo's mailbox."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from gradepost.book import Book
from gradepost.form import words
from gradepost.model.register import Centre, Person
from gradepost.page.rendering import rendered
from gradepost.page.sign_in import role_within
from gradepost.people.sessions import Remaining


def top(
    *,
    demo: Mapping[str, Any] | None = None,
    person: Person | None = None,
    centre: Centre | None = None,
    left: Remaining | None = None,
) -> Markup:
    """The demo's banner, and who is signed in and for how long; empty where there is neither.

    `demo` has `now` (an aware datetime), `zone`, and `moves`: id and label of each step forward of the clock.
    """
    return rendered(
        "top",
        now=words.clock(demo["now"], demo["zone"]) if demo else None,
        zone_name=words.zone_name(demo["zone"]) if demo else None,
        moves=demo["moves"] if demo else (),
        person=person,
        role=role_within(person.role) if person else None,
        centre=centre,
        left=left,
    )


def mail_page(book: Book, *, messages: Sequence[Mapping[str, Any]]) -> Markup:
    """The demo's mailbox: messages (`to`, `subject`, `at`, `body`, `links`) in the order given."""
    return rendered("mail", messages=[(message, words.minute(message["at"], book.series.zone)) for message in messages])
