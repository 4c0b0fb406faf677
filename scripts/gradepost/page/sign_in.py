"""Signing in: by a link in a letter, with a second factor where one is needed; the demo's "Continue as …"."""

from collections.abc import Mapping, Sequence

import segno
from markupsafe import Markup

from gradepost.form.words import spoken
from gradepost.model.register import Centre, Person
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

Fields = Sequence[tuple[str, str]]


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
    problem: str | None = None,
) -> Markup:
    """The form that asks for a link; in the demo, before it, whom to continue as, centre by centre.

    The form posts `email` and `next` to /sign-in, each button `ref` and `next`. `next_url` is taken as given: the
    caller has made sure that it lies on this site. `problem` is what is the matter with the address.
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
        problem=problem,
        may=_MAY,
        role_label=role_label,
        role_within=role_within,
    )


def sent_page(code: str, *, minutes: int, mailbox: str | None, carried: Fields = (), action: str = "") -> Markup:
    """What to do next, the same whoever's address it was, with the code for another browser. `carried` is what was
    typed before, to be sent on to `action` from here."""
    return rendered(
        "sign_in_sent", code=f"{code[:3]} {code[3:]}", minutes=minutes, mailbox=mailbox, carried=carried, action=action
    )


def confirm_page(whom: Sequence[tuple[str, str]], *, needs_code: bool, problem: str | None = None) -> Markup:
    """The button that signs in: one for each role that the address has (value and words), after a code where the link
    was opened in another browser than it was asked for in."""
    return rendered("sign_in_confirm", whom=whom, needs_code=needs_code, problem=problem)


def whom_label(role: str, centre: str) -> str:
    """Whom a button signs in as. It names nobody: whoever has the letter may not be meant."""
    return f"{role_within(role)}, centre {centre}" if centre else role_within(role)


def second_page(*, problem: str | None = None) -> Markup:
    """The question for a code of the app, or a recovery code."""
    return rendered("sign_in_second", problem=problem)


def enrol_page(
    key: str, link: str, sealed: str, *, action: str, needs_reset_code: bool, problem: str | None = None
) -> Markup:
    """The key for an app, as a QR code, as a link and as text, and the question for the first code. `sealed` comes back
    with it."""
    return rendered(
        "sign_in_enrol",
        key=key,
        link=link,
        picture=_qr(link),
        sealed=sealed,
        action=action,
        needs_reset_code=needs_reset_code,
        problem=problem,
    )


def _qr(text: str) -> Markup:
    """A QR code as SVG, one unit to a module, on white with the quiet edge that cameras need. No style in it, so that
    the content security policy lets it stand."""
    drawn = segno.make(text, error="m", micro=False)
    svg = drawn.svg_inline(border=4, light="#fff", svgclass="gp-qr", title="QR code of your key", omitsize=True)
    return Markup(svg)  # noqa: S704 - made here


def recovery_page(codes: Sequence[str], *, next_url: str) -> Markup:
    """The recovery codes, shown once."""
    return rendered("sign_in_recovery", codes=codes, next_url=next_url)


def again_page(carried: Fields, *, action: str, demo: Sequence[tuple[str, str]], problem: str | None = None) -> Markup:
    """What a post of somebody who was signed out is answered with: everything that was typed, kept, and the way back
    in. `demo` are the people of a demo, as ref and words."""
    return rendered("sign_in_again", carried=carried, action=action, demo=demo, problem=problem)


def on_page(carried: Fields, *, action: str) -> Markup:
    """The way on with what was typed, for somebody who is signed in again."""
    return rendered("sign_in_on", carried=carried, action=action)


def account_page(*, sessions: int, has_second_factor: bool, recovery_left: int) -> Markup:
    """One's own sessions and second factor."""
    return rendered("account", sessions=sessions, has_second_factor=has_second_factor, recovery_left=recovery_left)
