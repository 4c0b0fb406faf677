"""Whoever has no mouse sees where they are, and gets everywhere."""

import pytest
from auditing import faults_of_walking
from looking import NARROW, PAGES, WIDE
from playwright.sync_api import expect

# Their stops are those of the same form with errors.
ALIKE = {"grades, empty", "grades, filled in", "schedule, empty", "schedule, not signed in"}
# Links, fields and tables such as other pages have.
PLAIN = {"for a centre's software", "reporting a problem", "question form", "outstanding"}
# Pages of the site like those that are walked each time.
LIKE_OTHERS = {"webinar", "webinars", "document", "documents", "qualification", "qualifications", "stage", "rule"}
LIKE_OTHERS |= {"contact", "deadlines", "architecture", "what changed", "guidance", "rules", "review, merged"}
WALKED = [
    pytest.param(name, marks=pytest.mark.campaign) if name in LIKE_OTHERS else name
    for name in PAGES
    if name not in ALIKE | PLAIN
]
# What sticks to the upper edge covers who comes from below, and what sticks to the lower one who comes from above.
WAYS = [(NARROW, "Shift+Tab"), (WIDE, "Tab")]
OTHER_WAYS = [(NARROW, "Tab"), (WIDE, "Shift+Tab")]


@pytest.mark.parametrize("name", WALKED)
@pytest.mark.parametrize("ways", [WAYS, pytest.param(OTHER_WAYS, marks=pytest.mark.campaign)], ids=["", "other ways"])
def test_the_focus_is_seen_wherever_the_keyboard_leads(demo, visit, name, ways):
    page = visit(demo, viewport=NARROW)

    PAGES[name](page)

    for size, key in ways:
        page.set_viewport_size(size)
        assert faults_of_walking(page, key) == [], f"{size['width']} pixels, {key}"


def test_a_schedule_is_submitted_and_declared_by_keyboard_alone(fresh_demo, visit):
    page = visit(fresh_demo)
    page.goto("/sign-in?next=/forms/schedule/")
    press(page, "button", "Continue as exams officer")
    press(page, "link", "Fill with 28 example learners")
    press(page, "button", "Check answers", "Shift+Tab")
    press(page, "button", "Submit schedule", "Shift+Tab")
    press(page, "link", "Next: submit teacher assessed grades")
    press(page, "link", "Fill with 28 example learners")
    press(page, "button", "Check answers", "Shift+Tab")
    press(page, "button", "Submit grades", "Shift+Tab")
    press(page, "button", "Ask the Head of Centre to declare")
    press(page, "link", "the mailbox")
    press(page, "link", "/declare/")
    for _ in page.locator("input[name=statements]").all():
        tab_to(page, lambda: page.evaluate("() => document.activeElement.matches('[name=statements]:not(:checked)')"))
        page.keyboard.press("Space")
    tab_to(page, focused(page, "textbox", "Your full name"))
    page.keyboard.type("Dr Helen Achterberg")
    page.keyboard.press("Tab")
    page.keyboard.type("Principal")
    press(page, "button", "Make the declaration")

    expect(page.get_by_role("heading", name="Your declaration was received")).to_be_visible()


def press(page, role, name, key="Tab"):
    tab_to(page, focused(page, role, name), key)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def focused(page, role, name):
    sought = page.get_by_role(role, name=name).first
    sought.wait_for()
    return lambda: sought.evaluate("element => element === document.activeElement")


def tab_to(page, found, key="Tab"):
    for _ in range(100):
        page.keyboard.press(key)
        if found():
            return
    raise AssertionError(f"No Tab leads there on {page.url}")
