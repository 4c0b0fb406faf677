"""Every letter's words: one line of subject, plain text with a greeting, the same as harmless HTML."""

import inspect
import re

import pytest

from gradepost.doors import letters
from gradepost.doors.letters import Letter, html_of

NAME = "Helen Quillfeather"
URL = "https://grades.example/declare/abc"
GIVEN = {
    "centre": "10234",
    "qualification": "AM20530",
    "kind": "external examinations",
    "what": "teacher assessed grades",
    "url": URL,
    "until": "17:00 on 20 May 2021",
    "when": "17:00 on 20 May 2021",
    "minutes": 10,
    "days": 7,
    "ref": "p-10234-officer",
    "reference": "k7m2p9qd",
    "own": True,
    "lines": ["AM20530, external examinations: 1 of 3 components"],
    "code": True,
    "signed": "The awarding organisation",
}
TO_SOMEBODY = {
    name: function
    for name, function in inspect.getmembers(letters, inspect.isfunction)
    if name.endswith("_letter") and not name.startswith("_") and "name" in inspect.signature(function).parameters
}


def written(function, name=NAME):
    return function(name, **{key: GIVEN[key] for key in list(inspect.signature(function).parameters)[1:]})


def test_there_are_letters_to_look_at():
    assert {"sign_in_letter", "declaration_letter", "second_contact_letter", "address_changed_letter"} <= {*TO_SOMEBODY}


@pytest.mark.parametrize("function", TO_SOMEBODY.values(), ids=TO_SOMEBODY)
def test_a_letter_greets_by_name_and_says_nothing_else_about_anybody(function):
    letter = written(function)

    assert letter.text.startswith(f"Dear {NAME},\n")
    assert NAME not in letter.subject + letter.text.partition("\n")[2]
    assert letter.text.endswith("\nThe awarding organisation\n")
    assert "@" not in letter.text


@pytest.mark.parametrize("function", TO_SOMEBODY.values(), ids=TO_SOMEBODY)
def test_a_name_with_line_breaks_in_the_register_adds_no_line(function):
    letter = written(function, "Helen\r\nBcc: x@y.example\n\nhttps://elsewhere.example/")

    assert "\n" not in letter.subject
    assert letter.text.splitlines()[1] == ""
    assert 'href="https://elsewhere.example' not in html_of(letter)


@pytest.mark.parametrize("function", TO_SOMEBODY.values(), ids=TO_SOMEBODY)
def test_an_address_stands_alone_on_its_line_so_that_no_program_cuts_it(function):
    for line in written(function).text.splitlines():
        assert line == URL or "://" not in line


@pytest.mark.parametrize("function", TO_SOMEBODY.values(), ids=TO_SOMEBODY)
def test_the_words_are_plain_and_blame_nobody(function):
    said = written(function)

    assert not re.search(r"\b(please|invalid|error|sorry|failed|must)\b", said.subject + said.text, re.IGNORECASE)
    assert len(said.subject) < 78


def test_html_says_the_same_and_nothing_that_reports_back():
    html = html_of(Letter("A subject", f"Dear Helen,\n\nOne\ntwo.\n\n{URL}\n\nSigned\n"))

    assert f'<p><a href="{URL}">{URL}</a></p>' in html
    assert "<p>One<br>\ntwo.</p>" in html
    assert not re.search(r"<(img|script|style|link|iframe)|style=|src=|on\w+=", html)


def test_html_takes_nothing_in_the_text_for_its_own():
    html = html_of(Letter("<b>", "Dear <script>alert(1)</script>,\n\nhttps://grades.example/?a=1&b=\"'<x>\n"))

    assert "<script>" not in html
    assert "<title>&lt;b&gt;</title>" in html
    assert 'href="https://grades.example/?a=1&amp;b="' in html
