"""What the gateway says while somebody types: beside the field, in its own words, and never in the way."""

import pytest
from playwright.sync_api import expect
from typing_in import cell, officer_at, said, ulns


@pytest.fixture
def form(visit, demo):
    """The TAG form, empty, with a component chosen that nobody has scheduled."""
    page = officer_at(visit, demo)
    page.get_by_label("Assessment component").select_option("UV21578")
    return page


def test_the_gateways_own_words_come_beside_the_field_and_the_focus_stays(form):
    cell(form, "candidate_number", 2).fill("0001")
    cell(form, "uln", 2).fill(ulns(1)[0])
    cell(form, "outcome", 4).focus()

    said_there = form.locator("#f-component-error")

    expect(said_there).to_contain_text("There is no schedule for this component.")
    expect(form.locator("#f-learners-1-outcome-error")).to_contain_text("this is missing")
    expect(cell(form, "outcome", 4)).to_be_focused()
    expect(form.locator("#gp-entries")).to_contain_text("1 learner")


def test_typing_on_calls_an_earlier_check_off(form):
    called_off = []
    form.on("requestfailed", lambda request: called_off.append(request.url))
    form.route("**/check/tags", lambda route: None, times=1)
    cell(form, "candidate_number", 1).fill("0001")
    with form.expect_request("**/check/tags"):
        pass

    cell(form, "candidate_number", 1).fill("0002")

    with form.expect_response("**/check/tags") as answered:
        pass
    assert answered.value.ok
    assert len(called_off) == 1


def test_somebody_who_is_signed_out_meanwhile_is_told_and_loses_nothing(form):
    form.context.clear_cookies()

    cell(form, "candidate_number", 1).fill("0001")

    expect(said(form)).to_contain_text("You are no longer signed in.")
    expect(cell(form, "candidate_number", 1)).to_have_value("0001")


def test_what_is_said_meanwhile_does_not_move_a_button_that_is_being_pressed(form):
    cell(form, "uln", 1).fill("1000000052")
    button = form.get_by_role("button", name="Add 10 rows to Learners")
    button.scroll_into_view_if_needed()
    before = button.bounding_box()
    form.mouse.move(before["x"] + 5, before["y"] + 5)

    form.mouse.down()
    form.wait_for_timeout(2000)
    held = button.bounding_box()
    form.mouse.up()

    assert held == before
    expect(said(form)).to_have_text("Ten rows were added.")
    expect(form.locator("#f-learners-0-uln-error")).to_be_visible()
