"""Whoever has no mouse sees where they are, and gets everywhere."""

import pytest
from auditing import faults_of_walking
from looking import NARROW, PAGES, WIDE
from playwright.sync_api import expect

# Their stops are those of the same form with errors, and hundreds.
ALIKE = {"grades, empty", "grades, filled in", "schedule, empty"}


@pytest.mark.parametrize("name", [name for name in PAGES if name not in ALIKE])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_focus_is_seen_wherever_the_keyboard_leads(demo, visit, name, size):
    page = visit(demo, viewport=size)

    PAGES[name](page)

    assert faults_of_walking(page, "Tab") == []
    assert faults_of_walking(page, "Shift+Tab") == []


def test_a_schedule_is_submitted_and_declared_by_keyboard_alone(fresh_demo, visit):
    page = visit(fresh_demo)
    page.goto("/sign-in?next=/forms/schedule/")
    press(page, "button", "Continue as exams officer")
    press(page, "link", "Fill with 28 example learners")
    press(page, "button", "Submit schedule")
    press(page, "link", "Next: submit teacher assessed grades")
    press(page, "link", "Fill with 28 example learners")
    press(page, "button", "Submit grades")
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


def press(page, role, name):
    tab_to(page, focused(page, role, name))
    with page.expect_navigation():
        page.keyboard.press("Enter")


def focused(page, role, name):
    sought = page.get_by_role(role, name=name).first
    sought.wait_for()
    return lambda: sought.evaluate("element => element === document.activeElement")


def tab_to(page, found):
    for _ in range(400):
        page.keyboard.press("Tab")
        if found():
            return
    raise AssertionError(f"No Tab leads there on {page.url}")
