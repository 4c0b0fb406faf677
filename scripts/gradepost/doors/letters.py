"""The words of every letter. Nothing personal but the greeting: no learner, no grade, nobody's address.

What a letter is about is named by ids; what was declared or received stands behind its link.
"""

import re
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

# At the start of a line alone, where we put them: a name that looks like an address becomes no link.
_ADDRESS = re.compile(r"^https?://[^\s<>\"]*[^\s<>\".,;:!?)]", re.MULTILINE)
_TO_OTHERS = "If you did not ask for this letter, you need do nothing: without it nobody can do anything in your name."

_CODE = "You are asked for a code as well. Your exams officer has it and gives it to you, and not by e-mail."


class Letter(NamedTuple):
    """What is queued: a subject of one line, and plain text."""

    subject: str
    text: str


def sign_in_letter(name: str, *, url: str, minutes: int, signed: str) -> Letter:
    """The link that signs somebody in."""
    return _letter(
        "Your link to sign in to Gradepost",
        name,
        f"This link signs you in. It is good for {minutes} minutes, and once.",
        url,
        _TO_OTHERS,
        signed=signed,
    )


def second_factor_letter(name: str, *, ref: str, own: bool, signed: str) -> Letter:
    """The notice that a second factor was set up: to whoever it is for, and to others who act for the centre."""
    whose = "your sign-in" if own else f"the sign-in of {ref} of your centre"
    unlike = "If it was not you" if own else "If they did not do that themselves"
    return _letter(
        "A second factor was set up for Gradepost",
        name,
        f"An authenticator app was set up as the second factor for {whose}. {unlike}, ring us at once.",
        signed=signed,
    )


def declaration_letter(  # noqa: PLR0913 - each is a word of the letter
    name: str,
    *,
    centre: str,
    qualification: str,
    kind: str,
    what: str,
    url: str,
    days: int,
    signed: str,
    code: bool = False,
) -> Letter:
    """The link by which the Head of Centre, or a delegate, declares. `code`: they are asked for one as well."""
    return _letter(
        f"Declare {what} for {qualification}, centre {centre}",
        name,
        f"Centre {centre} has submitted {what} for {qualification} ({kind}). "
        "Quality assurance cannot start until you have declared them. This link shows what you would declare; "
        f"opening it changes nothing. It is good for {days} days and needs no login.",
        url,
        *((_CODE,) if code else ()),
        signed=signed,
    )


def delegate_letter(name: str, *, centre: str, qualification: str, kind: str, signed: str) -> Letter:
    """The notice to the Head of Centre that somebody else was asked to declare for them."""
    return _letter(
        f"Somebody was asked to declare for you: {qualification}, centre {centre}",
        name,
        f"The exams office of centre {centre} has asked a delegate of the register to declare the grades for "
        f"{qualification} ({kind}) for you. If you did not agree to that, tell your exams office and us.",
        signed=signed,
    )


def code_spent_letter(name: str, *, centre: str, qualification: str, kind: str, signed: str) -> Letter:
    """The notice to whoever asked for a declaration that its code was tried too often."""
    return _letter(
        f"A declaration link was closed: {qualification}, centre {centre}",
        name,
        f"Somebody typed a wrong code too often at the declaration link for {qualification} ({kind}), so the link "
        "was closed and nothing was signed. Speak to the Head of Centre before you ask again: "
        "it may have been somebody else.",
        signed=signed,
    )


def newcomer_letter(name: str, *, centre: str, signed: str) -> Letter:
    """The notice to those who act for a centre that somebody else may now as well."""
    return _letter(
        f"Somebody was added to the register of centre {centre}",
        name,
        f"The register of centre {centre} names somebody new who may act for the centre. "
        "If you did not expect this, tell us: answer this letter or call us.",
        signed=signed,
    )


def second_contact_letter(name: str, *, centre: str, qualification: str, url: str, until: str, signed: str) -> Letter:
    """The notice that something was declared, to somebody who may object."""
    return _letter(
        f"A declaration was made for {qualification}, centre {centre}",
        name,
        f"A declaration for {qualification} was made in the name of centre {centre}. If the Head of Centre did not "
        f"make it, object by this link until {until}; it needs no login. If all is well, you need do nothing.",
        url,
        signed=signed,
    )


def address_changed_letter(name: str, *, centre: str, when: str, signed: str) -> Letter:
    """The notice to somebody's old address that the register names another from an instant on."""
    return _letter(
        f"Your e-mail address in the register of centre {centre}",
        name,
        f"The register of centre {centre} names another e-mail address for you. Letters go there from {when}. "
        "If you did not ask for this, tell us before then: answer this letter or call us.",
        signed=signed,
    )


def request_letter(  # noqa: PLR0913 - each is a word of the letter
    name: str,
    *,
    centre: str,
    what: str,
    reference: str,
    qualification: str,
    when: str,
    url: str,
    signed: str,
) -> Letter:
    """The notice to an exams officer of a request, a meeting or a visit; what exactly, stands behind its link."""
    return _letter(
        f"{what.capitalize()} {reference}: {qualification}, centre {centre}",
        name,
        f"There is {_one(what)} for {qualification} at centre {centre}. {when}",
        "Sign in to see it and what to do:",
        url,
        signed=signed,
    )


def _one(what: str) -> str:
    return f"{'an' if what[:1] in 'aeiou' else 'a'} {what}"


def reminder_letter(
    name: str, *, centre: str, what: str, lines: Sequence[str], until: str, url: str, signed: str
) -> Letter:
    """What a centre has not sent yet, before its deadline. `lines` name it by ids, with how many are there."""
    return _letter(
        f"Still to come: {what} of centre {centre}",
        name,
        f"The deadline for {what} is {until}. So far we have received from centre {centre}:",
        "\n".join(lines),
        "This page shows where everything stands:",
        url,
        "If you have sent it since, or do not use a qualification this time, you need do nothing.",
        signed=signed,
    )


def receipt_letter(subject: str, lines: Sequence[str]) -> Letter:
    """A receipt, as its page shows it, in lines."""
    return Letter(subject, "\n".join([*lines, ""]))


def html_of(letter: Letter) -> str:
    """The same words for programs that show HTML: no picture, no style, no script, nothing that reports back."""
    paragraphs = "\n".join(f"<p>{_paragraph(part)}</p>" for part in re.split(r"\n\s*\n", letter.text.strip()))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(letter.subject)}</title>\n</head>\n<body>\n{paragraphs}\n</body>\n</html>\n"
    )


def _paragraph(text: str) -> str:
    ends, made = 0, ""
    for found in _ADDRESS.finditer(text):
        address = escape(found[0])
        made += f'{escape(text[ends : found.start()])}<a href="{address}">{address}</a>'
        ends = found.end()
    return (made + escape(text[ends:])).replace("\n", "<br>\n")


def _letter(subject: str, name: str, *paragraphs: str, signed: str) -> Letter:
    return Letter(_one_line(subject), "\n\n".join([f"Dear {_one_line(name)},", *paragraphs, signed]) + "\n")


def _one_line(text: str) -> str:
    return " ".join(text.split())
