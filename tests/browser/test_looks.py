"""Paper, large text and high zoom: nothing of a form is lost, and it still does what it does."""

import re

import pytest
from auditing import faults_of, faults_of_walking
from form_states import FEW, MANY, STATES, answer_fails, press_check, tags
from playwright.sync_api import expect

LAPTOP = {"width": 1280, "height": 1024}
# The same screen at 400 %.
ZOOMED = {"width": 320, "height": 256}
EACH_TIME = {"empty", "with errors"}
LARGE = [
    name if name in EACH_TIME else pytest.param(name, marks=pytest.mark.campaign)
    for name in STATES
    if "1,000" not in name
]

DOUBLED = """() => {
  const root = document.documentElement;
  root.style.setProperty("font-size", `${2 * parseFloat(getComputedStyle(root).fontSize)}px`, "important");
}"""

# Text that no scrolling brings to light: it sticks out of something that hides what sticks out. A region that can be
# scrolled loses nothing.
CUT_OFF = r"""() => {
  const faults = [];
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    const unseen = "script, style, .gp-visually-hidden, datalist, select, details:not([open])";
    if (!node.data.trim() || parent.closest(unseen)) continue;
    if (!parent.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      for (let e = parent; e && e.tagName !== "BODY"; e = e.parentElement) {
        const style = getComputedStyle(e);
        const edge = e.getBoundingClientRect();
        // What only screen readers are told is hidden on purpose.
        if (["auto", "scroll"].includes(style.overflowX) || edge.width <= 1) break;
        const hides = ["hidden", "clip"].includes(style.overflowX);
        if (hides && (box.right > edge.right + 1 || box.left < edge.left - 1)) {
          faults.push(`cut off: “${node.data.trim().slice(0, 40)}” in ${e.outerHTML.slice(0, 60)}`);
        }
      }
    }
  }
  return [...new Set(faults)];
}"""

# A number that is compared with a list has to be seen whole.
CRAMPED = """() => [...document.querySelectorAll(".gp-form input")]
  .filter((e) => /-(candidate_number|uln)$/.test(e.id) && e.value && e.scrollWidth > e.clientWidth)
  .map((e) => `${e.id} shows a part of its value`)"""

# What a printed sheet would show of every learner's row, by the number that it begins with.
PRINTED = """() => [...document.querySelectorAll("tbody tr")]
  .filter((row) => row.getClientRects().length && row.getBoundingClientRect().height > 5 && row.checkVisibility())
  .map((row) => [...row.cells].map((cell) => cell.innerText.trim()).join(" "))"""


def sheets_of(page):
    """How many sheets it prints on."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))


@pytest.mark.parametrize(("state", "how_many"), [("check answers", FEW), ("check answers, 1,000 rows", MANY)])
def test_every_learner_is_printed_as_text(scheduled, visit, state, how_many):
    page = visit(scheduled, viewport=LAPTOP)
    STATES[state](page)

    page.emulate_media(media="print")

    printed = "\n".join(page.evaluate(PRINTED))
    missing = [one["uln"] for one in tags(how_many)["learners"] if one["uln"] not in printed]
    assert missing == []
    assert page.evaluate(CUT_OFF) == []


@pytest.mark.campaign
def test_a_thousand_learners_take_the_sheets_that_they_need(scheduled, visit):
    page = visit(scheduled, viewport=LAPTOP)

    STATES["check answers, 1,000 rows"](page)

    assert sheets_of(page) > MANY / 60


def test_a_form_prints_the_rows_that_were_never_scrolled_to(scheduled, visit):
    page = visit(scheduled, viewport=LAPTOP)
    STATES["1,000 rows"](page)

    page.emulate_media(media="print")

    shown = "[...document.querySelectorAll('tr input[id$=-uln]')].filter((e) => e.getBoundingClientRect().height > 5)"
    assert page.evaluate(f"() => {shown}.length") == MANY
    assert sheets_of(page) > MANY / 60


@pytest.mark.parametrize("state", LARGE)
def test_nothing_is_lost_where_text_is_twice_as_large(scheduled, visit, state):
    page = visit(scheduled, viewport=LAPTOP)
    STATES[state](page)

    page.evaluate(DOUBLED)

    assert faults_of(page) + page.evaluate(CUT_OFF) + page.evaluate(CRAMPED) == []
    assert faults_of_walking(page, "Shift+Tab") == []


@pytest.mark.parametrize("state", LARGE)
def test_nothing_is_lost_at_400_percent(scheduled, visit, state):
    page = visit(scheduled, viewport=ZOOMED)
    STATES[state](page)

    assert faults_of(page) + page.evaluate(CUT_OFF) + page.evaluate(CRAMPED) == []
    assert faults_of_walking(page, "Shift+Tab") == []


@pytest.mark.parametrize("state", LARGE)
def test_numbers_are_seen_whole_on_a_laptop(scheduled, visit, state):
    page = visit(scheduled, viewport=LAPTOP)

    STATES[state](page)

    assert page.evaluate(CUT_OFF) + page.evaluate(CRAMPED) == []


def test_grades_can_be_changed_and_checked_at_400_percent(scheduled, visit):
    page = visit(scheduled, viewport=ZOOMED)
    STATES["30 rows"](page)

    page.locator("#f-learners-20-grade").fill("Pass")
    press_check(page)
    answer_fails(page)
    page.get_by_role("button", name="Change answers").click()

    expect(page.locator("#f-learners-20-grade")).to_have_value("Pass")
