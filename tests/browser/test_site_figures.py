"""What somebody's first look at the site asks of their line, and the phone's menu by keyboard."""

import gzip

import pytest
from looking import NARROW
from playwright.sync_api import expect

MOST_REQUESTS, MOST_BYTES, MOST_INDEX = 10, 85_000, 100_000
INDEX = "search_index.json"
FIRST = ["/", "/faq/"]


@pytest.mark.parametrize("path", FIRST)
def test_a_first_view_is_light(demo, visit, path):
    page = visit(demo)
    answers = {}
    page.on("response", lambda answer: answers.setdefault(answer.url, answer))

    page.goto(path, wait_until="networkidle")

    weights = {url: len(gzip.compress(page.request.get(url).body(), 6)) for url in answers}
    index = [weights.pop(url) for url in list(weights) if url.endswith(INDEX)]
    assert len(index) == 1 and index[0] <= MOST_INDEX
    assert len(weights) <= MOST_REQUESTS
    assert sum(weights.values()) <= MOST_BYTES, weights


def test_a_page_without_a_form_does_not_ask_for_its_script(demo, visit):
    page = visit(demo)
    asked = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))

    page.goto("/guidance/")
    assert "form.js" not in asked

    page.goto("/forms/tags/")
    assert "form.js" in asked


def test_the_menu_of_a_phone_opens_leads_on_and_closes_by_keyboard(demo, visit):
    page = visit(demo, viewport=NARROW)
    page.goto("/guidance/teacher/")
    menu = page.get_by_role("button", name="Menu")
    drawer = page.locator(".md-sidebar--primary")

    expect(menu).to_have_attribute("aria-expanded", "false")
    expect(drawer).to_have_attribute("inert", "")
    for _ in range(20):
        page.keyboard.press("Tab")
        if menu.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(menu).to_have_attribute("aria-expanded", "true")
    expect(drawer.locator("a:focus")).to_have_count(1)

    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    expect(menu).to_have_attribute("aria-expanded", "false")

    page.keyboard.press("Enter")
    expect(drawer.locator("a:focus")).to_have_count(1)
    for _ in range(40):
        if page.evaluate("() => document.activeElement.textContent.trim()") == "Contact":
            break
        page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page).to_have_url(f"{demo.url}/contact/")
