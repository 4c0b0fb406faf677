"""The pages of signing in, in a real browser: for everybody, and the warning before the session ends."""

import re
import sys
from pathlib import Path

import pyotp
import pytest
from signing_in import OFFICER

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

pytestmark = pytest.mark.browser
SOON, LATER = {"seconds": 100, "at_most": 3600}, {"seconds": 1700, "at_most": 3600}


@pytest.fixture
def page(chromium, demo):
    context = chromium.new_context(base_url=demo.url, viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def continue_as_officer(page, then="/status"):
    page.goto(f"/sign-in?next={then}")
    page.get_by_role("button", name="Continue as exams officer").first.click()
    page.wait_for_url(f"**{then}")


def link_in_mailbox(page):
    for _ in range(50):
        page.goto("/demo/mail")
        found = re.findall(r"https?://[^\s\"<]+(/sign-in/link/[A-Za-z0-9_-]+)", page.content())
        if found:
            return found[0]
        page.wait_for_timeout(200)
    raise AssertionError("No letter came.")


def asked(page):
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(OFFICER)
    page.get_by_role("button", name="Send me a link").click()
    page.get_by_role("heading", name="Look in your mailbox").wait_for()


def opened(page):
    asked(page)
    page.goto(link_in_mailbox(page))


def opened_elsewhere(page):
    asked(page)
    link = link_in_mailbox(page)
    page.context.clear_cookies()
    page.goto(link)


def with_a_wrong_code(page):
    opened_elsewhere(page)
    page.get_by_label("Code").fill("1")
    page.get_by_role("button", name="Sign in as exams officer").click()
    page.get_by_text("This is not the code.").wait_for()


def no_address(page):
    page.goto("/sign-in")
    page.get_by_role("button", name="Send me a link").click()
    page.get_by_text("Type an e-mail address, such as").wait_for()


def setting_up(page):
    continue_as_officer(page)
    page.goto("/account/second-factor")


def account(page):
    continue_as_officer(page)
    page.goto("/account")


def signed_out_meanwhile(page):
    continue_as_officer(page, "/forms/tags/")
    page.context.clear_cookies()
    page.locator("#gp-form").get_by_role("button", name="Check").last.click()
    page.get_by_role("heading", name="You are not signed in").wait_for()


STATES = [asked, opened, opened_elsewhere, with_a_wrong_code, no_address, setting_up, account, signed_out_meanwhile]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_axe_finds_nothing_on_a_sign_in_page(page, state):
    from axe import violations

    state(page)

    assert violations(page) == []


@pytest.mark.parametrize("width", [pytest.param(1280, marks=pytest.mark.campaign), 320])
def test_the_warning_comes_in_time_keeps_what_was_typed_and_lets_one_stay(page, width):
    from axe import violations

    page.set_viewport_size({"width": width, "height": 800})
    continue_as_officer(page, "/forms/tags/")
    page.route("**/session", lambda route: route.fulfill(json=SOON))
    page.route("**/forms/tags/*", _about_to_end)
    page.goto("/forms/tags/?")
    page.locator("textarea").first.fill("Typed by hand.")

    dialog = page.get_by_role("dialog", name="Your sign-in is about to end")
    dialog.wait_for(timeout=8000)
    found = violations(page)
    with page.expect_response("**/session/stay") as stayed:
        dialog.get_by_role("button", name="Stay signed in").click()
    dialog.wait_for(state="hidden")

    assert found == []
    assert stayed.value.json()["seconds"] > 1700
    assert page.locator("textarea").first.input_value() == "Typed by hand."


def _about_to_end(route):
    answer = route.fetch()
    route.fulfill(response=answer, body=re.sub(r'data-seconds="[0-9]+"', 'data-seconds="119"', answer.text()))


def test_no_warning_comes_while_another_page_is_at_work(page):
    continue_as_officer(page, "/forms/tags/")
    page.route("**/session", lambda route: route.fulfill(json=LATER))
    page.route("**/forms/tags/*", _about_to_end)

    with page.expect_response("**/session"):
        page.goto("/forms/tags/?")

    assert not page.locator("#gp-timeout").is_visible()


def test_what_was_typed_goes_on_after_signing_in_again(page):
    page.goto("/sign-in?next=/forms/tags/")
    page.get_by_role("button", name="Continue as exams officer").first.click()
    page.locator("textarea").first.fill("Typed before it ended.")
    page.context.clear_cookies()

    page.locator("#gp-form").get_by_role("button", name="Check").last.click()
    page.get_by_role("heading", name="You are not signed in").wait_for()
    page.get_by_role("button", name="Continue as exams officer, centre 10234").click()
    page.get_by_role("button", name="Go on").click()

    assert page.locator("textarea").first.input_value() == "Typed before it ended."


def test_without_scripts_a_person_signs_in_and_sets_a_second_factor_up(chromium, fresh_demo):
    context = chromium.new_context(base_url=fresh_demo.url, java_script_enabled=False)
    page = context.new_page()
    opened(page)
    page.get_by_role("button", name="Sign in as exams officer").click()
    page.goto("/account/second-factor")
    key = page.locator("#gp-key").inner_text().replace(" ", "")

    page.get_by_label("Code").fill(pyotp.TOTP(key).now())
    page.get_by_role("button", name="Set it up").click()

    assert page.locator("#gp-codes li").count() == 8
    page.get_by_role("link", name="I have kept them").click()
    assert "It is set up" in page.locator("main").inner_text()
    context.close()
