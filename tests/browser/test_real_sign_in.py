"""The whole road by real sign-in and declaration pages, by keyboard alone, letters read from a real mail server."""

import re

import pytest
from demonstration import running_demo
from mail_server import MailServer
from playwright.sync_api import expect
from test_keyboard import focused, press, tab_to
from walking import until

OFFICER, HEAD, REVIEWER = "officer@centre-10234.example", "head@centre-10234.example", "a.osei@awarding.example"
SCRIPTS = pytest.mark.parametrize(
    "scripts",
    [True, pytest.param(False, marks=pytest.mark.campaign)],
    ids=["with scripts", "without scripts"],
)


@pytest.fixture
def post():
    with MailServer() as server:
        yield server


@pytest.fixture
def posting_demo(chromium, tmp_path, post):
    """A demo whose letters go to the mail server."""
    address = {"GRADEPOST_SMTP_URL": f"smtp+plain://127.0.0.1:{post.port}", "GRADEPOST_MAIL_FROM": "g@awarding.example"}
    with running_demo(tmp_path, **address) as running:
        yield running


@SCRIPTS
def test_everybody_signs_in_and_signs_by_letters_with_the_keyboard_alone(posting_demo, visit, post, scripts):
    officer, head, reviewer = (visit(posting_demo, java_script_enabled=scripts) for _ in range(3))

    sign_in(officer, post, OFFICER)
    submit_both(officer)
    ask(officer)
    declare(head, post)
    sign_in(reviewer, post, REVIEWER)
    approve(reviewer)

    officer.goto("/status")
    expect(officer.get_by_text("It was approved and stands in the record.").first).to_be_visible()
    assert_the_trail_tells_it(posting_demo)


def test_a_link_that_is_opened_elsewhere_asks_for_the_code_of_the_first_screen(posting_demo, visit, post):
    first, elsewhere = visit(posting_demo), visit(posting_demo)

    link = ask_for_link(first, post, OFFICER)
    code = first.locator("#gp-code").inner_text().strip()
    elsewhere.goto(link)
    tab_to(elsewhere, focused(elsewhere, "textbox", "Code"))
    elsewhere.keyboard.type(code)
    press(elsewhere, "button", "Sign in as")

    elsewhere.goto("/status")
    expect(
        elsewhere.get_by_role("heading", name="Centre 10234").or_(elsewhere.get_by_text("Northfield")).first
    ).to_be_visible()


def test_what_is_typed_of_a_link_reaches_neither_the_history_nor_another_page(posting_demo, visit, post):
    page = visit(posting_demo)
    asked = []
    page.on("request", lambda request: asked.append((request.url, request.headers.get("referer", ""))))

    link = ask_for_link(page, post, OFFICER)
    secret = link.rpartition("/")[2]
    asked.clear()
    page.goto(link)
    press(page, "button", "Sign in as")

    assert secret not in page.url
    assert [url for url, _ in asked if secret in url] == [link]
    assert not any(secret in referrer for _, referrer in asked)


def ask_for_link(page, post, email):
    """Ask for a link by keyboard; the address in the letter that comes."""
    before = len([letter for letter in post.letters if letter["To"] == email])
    page.goto("/sign-in")
    tab_to(page, focused(page, "textbox", "E-mail address"))
    page.keyboard.type(email)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Look in your mailbox")).to_be_visible()
    return link_in(post.newest(email, before))


def link_in(letter):
    return re.search(r"^http://\S+", letter.get_body(("plain",)).get_content(), re.MULTILINE)[0]


def sign_in(page, post, email):
    page.goto(ask_for_link(page, post, email))
    press(page, "button", "Sign in as")


def submit_both(page):
    page.goto("/forms/schedule/")
    send(page, "Submit schedule")
    press(page, "link", "Next: submit teacher assessed grades")
    send(page, "Submit grades")


def send(page, button):
    press(page, "link", "Fill with 28 example learners")
    press(page, "button", "Check answers", "Shift+Tab")
    press(page, "button", button, "Shift+Tab")
    expect(page.get_by_role("heading", name="Your submission was received")).to_be_visible()


def ask(page):
    until(page, "Awaiting declaration", "/status")
    press(page, "button", "Ask the Head of Centre")


def declare(page, post):
    page.goto(link_in(post.newest(HEAD)))
    for _ in page.locator("input[name=statements]").all():
        tab_to(page, lambda: page.evaluate("() => document.activeElement.matches('[name=statements]:not(:checked)')"))
        page.keyboard.press("Space")
    tab_to(page, focused(page, "textbox", "Your full name"))
    page.keyboard.type("Dr Helen Achterberg")
    page.keyboard.press("Tab")
    page.keyboard.type("Principal")
    press(page, "button", "Make the declaration")
    expect(page.get_by_role("heading", name="Your declaration was received")).to_be_visible()


def approve(page):
    page.goto("/reviews")
    tab_to(page, lambda: page.evaluate("() => document.activeElement.matches('tbody a')"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    until(page, "Checks passed")
    press(page, "button", "Approve")
    until(page, "It is merged")


def assert_the_trail_tells_it(demo):
    code, said = demo.run("audit", "--centre", "10234", "--state", demo.state)
    told = [line.split("  ")[1] for line in said.splitlines()]

    assert code == 0
    expected = [
        "signed-in",
        "submitted",
        "submitted",
        "declaration-asked",
        "submitted",
        "declared",
        "reviewed",
        "merged",
    ]
    assert [what for what in told if what != "register-changed"] == expected
    assert demo.run("audit", "--verify", "--state", demo.state)[0] == 0
