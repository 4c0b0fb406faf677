"""Every page, at two widths, in light and dark: whole, legible, named. And the pages that lead somebody on."""

import re

import pytest
from auditing import faults_of, nameless
from looking import NARROW, PAGES, WIDE, review_of
from playwright.sync_api import expect
from walking import check, continue_as, open_form

SCHEMES = {"light": "default", "dark": "slate"}
# Each width and each scheme; the other pairs by hand.
LOOKS = [(WIDE, "light"), (NARROW, "dark")]
OTHER_LOOKS = [(WIDE, "dark"), (NARROW, "light")]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    "looks", [LOOKS, pytest.param(OTHER_LOOKS, marks=pytest.mark.campaign)], ids=["", "other looks"]
)
def test_a_page_is_whole_at_each_width_in_light_and_dark(demo, visit, name, looks):
    page = visit(demo, viewport=WIDE)

    PAGES[name](page)

    for size, scheme in looks:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(f"() => document.body?.dataset.mdColorScheme === '{SCHEMES[scheme]}'")
        assert faults_of(page) == [], f"{size['width']} pixels, {scheme}"
        assert nameless(page) == []


def test_leaving_a_form_that_keeps_no_draft_asks_first_and_checking_it_does_not(demo, visit):
    page = visit(demo)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    continue_as(page, "exams officer")

    open_form(page, "schedule")
    page.goto("/faq/")
    assert asked == []

    open_form(page, "schedule")
    page.get_by_label("ULN, row 1", exact=True).fill("1")
    check(page)
    expect(page.get_by_role("alert")).to_be_visible()
    assert asked == []

    page.get_by_label("This is a shared computer. Keep no drafts here.").check()
    page.get_by_label("ULN, row 1", exact=True).fill("12")
    page.goto("/faq/")
    assert asked == ["beforeunload"]


def test_somebody_who_is_not_signed_in_comes_back_to_the_form(demo, visit):
    page = visit(demo)
    page.goto("/forms/tags/")

    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name="Continue as exams officer").first.click()

    expect(page.get_by_role("heading", name="Submit teacher assessed grades")).to_be_visible()
    expect(page.get_by_text("10234 Northfield College")).to_be_visible()


def test_a_teacher_can_check_grades_and_is_told_who_submits_them(demo, visit):
    page = visit(demo)
    continue_as(page, "teacher", then="/forms/tags/")

    expect(page.get_by_text("The exams officer submits it.")).to_be_visible()
    check(page)
    expect(page).to_have_title(re.compile("^Error: "))


def test_a_reviewer_who_asks_for_the_status_page_lands_at_the_reviews(demo, visit):
    page = visit(demo)
    page.goto("/status")

    page.get_by_role("button", name="Continue as reviewer").first.click()

    expect(page.get_by_role("heading", name="Reviews", exact=True)).to_be_visible()


def test_a_pull_request_that_lacks_its_declaration_can_be_returned_and_not_approved(demo, visit):
    page = visit(demo)
    review_of("BT2D1")(page)

    expect(page.get_by_text("It cannot be approved.")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    expect(page.get_by_role("button", name="Return for correction")).to_be_visible()
