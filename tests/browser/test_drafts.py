"""Drafts in the browser: offered and never put in unasked, kept over everything but the receipt, wiped when asked."""

import json

import pytest
from playwright.sync_api import expect
from typing_in import cell, learners, officer_at, paste, ready, said
from walking import continue_as, receipt_path, send, submit

DAY = 24 * 60 * 60 * 1000


@pytest.fixture
def form(visit, demo):
    """The TAG form of a browser that was never here before."""
    return officer_at(visit, demo)


def offer(page):
    """What is said of a draft that waits."""
    return page.locator(".gp-offer")


def drafts(page):
    """The drafts in this browser."""
    kept = page.evaluate("() => Object.entries(localStorage).filter(([key]) => key.startsWith('gp-draft:'))")
    return [json.loads(text) for _, text in kept]


def until_kept(page):
    """Wait until what was typed is in a draft."""
    page.wait_for_function("() => Object.keys(localStorage).some(key => key.startsWith('gp-draft:'))")
    page.wait_for_timeout(700)


def type_something(page):
    page.get_by_label("Assessment component").select_option("UV21578")
    page.get_by_label("Record of decisions for all learners").fill("Agreed in our meeting.")
    paste(page, cell(page, "candidate_number", 1), learners(35))
    until_kept(page)


def shows_what_was_typed(page):
    expect(page.get_by_label("Assessment component")).to_have_value("UV21578")
    expect(page.get_by_label("Record of decisions for all learners")).to_have_value("Agreed in our meeting.")
    expect(cell(page, "candidate_number", 35)).to_have_value("0035")
    expect(cell(page, "grade", 35)).to_have_value("Pass")


def test_after_a_reload_the_draft_is_offered_and_not_put_in(form):
    type_something(form)

    form.reload()
    ready(form)

    expect(offer(form)).to_contain_text("You have a draft from")
    expect(offer(form)).to_contain_text("UV21578 35 rows")
    expect(cell(form, "candidate_number", 1)).to_have_value("")

    form.get_by_role("button", name="Open it").click()

    shows_what_was_typed(form)
    expect(offer(form)).to_be_hidden()
    expect(said(form)).to_have_text("The draft is open.")


def test_opening_a_draft_can_be_undone(form):
    type_something(form)
    form.reload()
    ready(form)
    form.get_by_role("button", name="Open it").click()

    form.get_by_role("button", name="Undo").click()

    expect(cell(form, "candidate_number", 1)).to_have_value("")
    expect(form.get_by_label("Assessment component")).to_have_value("")


def test_a_draft_that_is_thrown_away_is_gone(form):
    type_something(form)
    form.reload()
    ready(form)

    form.get_by_role("button", name="Throw it away").click()

    expect(offer(form)).to_be_hidden()
    assert drafts(form) == []


def test_a_form_that_nobody_typed_into_leaves_no_draft(form):
    form.goto("/forms/tags/?example=clean")
    ready(form)
    form.wait_for_timeout(1200)

    form.goto("/faq/")

    assert drafts(form) == []


def test_a_draft_outlives_signing_out_and_is_offered_to_its_own_centre_alone(form):
    type_something(form)

    form.get_by_role("button", name="Sign out").click()
    form.goto("/forms/tags/")
    ready(form)
    expect(offer(form)).to_be_hidden()

    continue_as(form, "exams officer", "10235", then="/forms/tags/")
    ready(form)
    expect(offer(form)).to_be_hidden()

    continue_as(form, "exams officer", then="/forms/tags/")
    ready(form)
    form.get_by_role("button", name="Open it").click()
    shows_what_was_typed(form)


def test_what_is_typed_beside_an_offer_does_not_replace_the_draft_that_is_offered(form):
    type_something(form)
    form.reload()
    ready(form)

    cell(form, "candidate_number", 1).fill("0777")
    form.wait_for_timeout(1200)

    assert len(drafts(form)) == 2
    form.get_by_role("button", name="Open it").click()
    shows_what_was_typed(form)


def test_a_draft_of_an_older_form_names_what_is_no_longer_asked(form):
    type_something(form)
    form.goto("/faq/")
    form.evaluate(
        """() => {
          const key = Object.keys(localStorage).find(key => key.startsWith("gp-draft:"));
          const draft = JSON.parse(localStorage[key]);
          const learners = draft.sheets.find(([list]) => list === "learners");
          learners[1].unshift(["predicted", "Predicted grade"]);
          for (const row of learners[2]) row.unshift("Merit");
          draft.sheets.push(["tutors", [["name", "Tutor"]], [["somebody"]]]);
          localStorage[key] = JSON.stringify(draft);
        }"""
    )
    form.goto("/forms/tags/")
    ready(form)

    form.get_by_role("button", name="Open it").click()

    shows_what_was_typed(form)
    expect(said(form)).to_contain_text("No longer asked for, and left out: Predicted grade, Tutor.")


def test_a_draft_of_more_than_thirty_days_ago_is_thrown_away(form):
    type_something(form)
    age = """age => { for (const key of Object.keys(localStorage)) if (key.startsWith("gp-draft:"))
      localStorage[key] = JSON.stringify({ ...JSON.parse(localStorage[key]), at: Date.now() - age }); }"""

    form.goto("/faq/")
    form.evaluate(age, 29 * DAY)
    form.goto("/forms/tags/")
    ready(form)
    expect(offer(form)).to_be_visible()

    form.evaluate(age, 31 * DAY)
    form.reload()
    ready(form)
    expect(offer(form)).to_be_hidden()
    assert drafts(form) == []


def test_on_a_shared_computer_nothing_is_kept_what_was_is_wiped_and_leaving_asks(form):
    asked = []
    form.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    type_something(form)

    form.get_by_label("This is a shared computer").check()

    assert drafts(form) == []
    cell(form, "candidate_number", 1).fill("0777")
    form.wait_for_timeout(1200)
    assert drafts(form) == []
    form.goto("/forms/tags/")
    assert asked == ["beforeunload"]
    ready(form)
    expect(offer(form)).to_be_hidden()
    expect(form.get_by_label("This is a shared computer")).to_be_checked()


def test_leaving_asks_nothing_while_drafts_are_kept_and_the_last_key_is_in_the_draft(form):
    asked = []
    form.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    type_something(form)
    cell(form, "rationale", 1).fill("the last words")

    form.goto("/faq/")

    assert asked == []
    assert "the last words" in json.dumps(drafts(form))


def test_where_there_is_no_room_it_is_said_and_leaving_asks(form):
    asked = []
    form.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    form.evaluate("() => { localStorage.filling = 'x'.repeat(5_242_000 - 200) }")

    paste(form, cell(form, "candidate_number", 1), learners(300))

    expect(said(form)).to_contain_text("This browser has no room for a draft.")
    form.goto("/faq/")
    assert asked == ["beforeunload"]


def test_what_came_back_from_a_check_goes_on_in_the_same_draft(form):
    type_something(form)

    form.get_by_role("button", name="Check answers").last.click()
    expect(form).to_have_title("Error: Submit teacher assessed grades - Gradepost")
    ready(form)
    form.wait_for_timeout(1200)

    expect(offer(form)).to_be_hidden()
    assert len(drafts(form)) == 1


def test_the_receipt_ends_the_draft_and_the_names(visit, fresh_demo):
    page = officer_at(visit, fresh_demo, "/forms/schedule/")
    send(page, "schedule")
    page.goto("/forms/tags/?example=clean")
    ready(page)
    page.evaluate("() => { sessionStorage['gp-names:10234'] = JSON.stringify({'0001': 'Zephyrine Quill'}) }")
    cell(page, "rationale", 1).fill("Judged on the mock examination and on classwork.")
    until_kept(page)

    submit(page)
    page.wait_for_url("**/receipts/*")

    assert receipt_path(page)
    assert drafts(page) == []
    assert page.evaluate("() => Object.keys(sessionStorage).filter(key => key.startsWith('gp-'))") == []
