"""Signing in: the demo's "Continue as …". Real sign-in by e-mail link will stand beside it."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from gradepost.form.words import spoken
from gradepost.model.records import Centre, Person
from gradepost.page.rendering import rendered

_MAY: Mapping[str, str] = {
    "exams-officer": "Schedules learners, submits grades, asks for the declaration.",
    "teacher": "Checks forms before the exams officer submits them, and sees where they stand.",
    "principal": "Makes the declaration by the link in the mailbox, and sees where things stand.",
    "head-teacher": "Makes the declaration by the link in the mailbox, and sees where things stand.",
    "deputy": "Makes the declaration for the Head of Centre where they are unavailable.",
    "senior-leader": "Makes the declaration for the Head of Centre where they are unavailable.",
    "reviewer": "Looks at what was submitted; approves it or returns it.",
}
_ROLES: Mapping[str, str] = {
    "principal": "Head of Centre (Principal)",
    "head-teacher": "Head of Centre (Head Teacher)",
    "reviewer": "Reviewer (EQA)",
}


def role_label(role: str) -> str:
    """`exams-officer` → `Exams officer`."""
    return _ROLES.get(role, spoken(role))


def role_within(role: str) -> str:
    """The same within a sentence: `exams officer`."""
    label = role_label(role).partition(" (")[0]
    return label if label.startswith("Head of Centre") else label[:1].lower() + label[1:]


def continue_page(
    people: Sequence[tuple[Centre, Person]],
    reviewers: Sequence[Person],
    *,
    next_url: str,
    demo: bool,
) -> Markup:
    """Whom to continue as, centre by centre; without the demo, that there is no sign-in here yet.

    Each button posts `ref` and `next` to /sign-in. `next_url` is taken as given: the caller has made sure that
    it lies on this site.
    """
    centres: dict[str, tuple[Centre, list[Person]]] = {}
    for centre, person in people:
        centres.setdefault(centre.number, (centre, []))[1].append(person)
    return rendered(
        "sign_in",
        centres=list(centres.values()),
        reviewers=reviewers,
        next_url=next_url,
        demo=demo,
        may=_MAY,
        role_label=role_label,
        role_within=role_within,
    )
