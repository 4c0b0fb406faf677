"""Each of the 22 questions is found by its key words: its page is among the first three results of the search box."""

import pytest

SEARCHES = {
    "synoptic TAG deadline": "when-tag-graded-assessments",
    "21 May 18 June other boards": "why-21-may",
    "deadline scheduling AM20530": "schedule-deadline-am20530",
    "deadline Head of Centre declaration": "declaration-deadline",
    "TAG per unit or overall": "per-component-or-overall",
    "IQA form": "iqa-form",
    "Covid disadvantaged": "disadvantaged-learners",
    "prior learning": "prior-learning",
    "Paper 1 and Paper 2": "paper-1-and-paper-2",
    "date new schedules": "schedule-date",
    "objectivity bias training": "objectivity-training",
    "TAG policy strategy": "centre-policy",
    "Linx2Achieve": "who-creates-schedule",
    "fail or no TAG assignment": "fail-or-no-tag",
    "lead of Hair and Beauty": "who-completes-declaration",
    "Head of Centre log in": "head-of-centre-login",
    "one day to submit": "when-enter-tags",
    "claim certificates": "claim-certificates",
    "EQA visit": "eqa-visits",
    "electronic signatures": "two-signatures",
    "certificating this year": "certificating-learners",
    "upload IQA": "iqa-upload",
}


@pytest.fixture(scope="module")
def searching(chromium, demo):
    """A tab with the search box open: its index is made once."""
    page = chromium.new_page(base_url=demo.url, locale="en-GB", reduced_motion="reduce")
    page.goto("/")
    page.get_by_role("textbox", name="Search").first.click()
    yield page
    page.close()


@pytest.mark.parametrize("words", SEARCHES)
def test_a_question_is_among_the_first_three_results_for_its_key_words(words, searching):
    page = searching
    results = page.locator(".md-search-result__list > li > a")
    page.get_by_role("textbox", name="Search").first.fill("")
    results.first.wait_for(state="detached")

    page.keyboard.type(words)

    results.first.wait_for()
    page.wait_for_timeout(300)
    found = [results.nth(number).get_attribute("href") for number in range(min(3, results.count()))]

    assert any(f"/faq/{SEARCHES[words]}/" in address for address in found), found
