"""Signing by an image, printing a receipt, and what rows that the script adds can do."""

import struct

import pytest
from playwright.sync_api import expect
from typing_in import cell, learners, officer_at, paste, ready

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 300, 80) + b"\x00" * 40
FIRST = "#f-sign_off-0-signature-image_sha256"


@pytest.mark.parametrize("script", [True, False])
def test_an_image_is_chosen_checked_and_told_where_it_is_none(visit, demo, script):
    page = visit(demo, java_script_enabled=script)
    page.goto("/sign-in?next=/forms/tags/")
    page.get_by_role("button", name="exams officer").first.click()
    page.goto("/forms/tags/?example=clean")

    page.locator(FIRST).set_input_files({"name": "mine.png", "mimeType": "image/png", "buffer": b"GIF89a"})
    page.get_by_role("button", name="Check answers").click()
    expect(page.locator(f"{FIRST}-error")).to_contain_text("neither a PNG nor a JPEG")

    page.locator(FIRST).set_input_files({"name": "mine.png", "mimeType": "image/png", "buffer": PNG})
    page.get_by_role("button", name="Check answers").click()
    expect(page.locator(f"{FIRST}-error")).to_have_count(0)


def test_a_row_that_the_script_added_can_be_taken_out(visit, demo):
    page = officer_at(visit, demo)
    paste(page, cell(page, "candidate_number", 1), learners(40))

    with page.expect_navigation():
        page.locator("[name=_remove_row][value='learners.34']").click()
    ready(page)

    expect(cell(page, "candidate_number", 35)).to_have_value("0036")
    expect(cell(page, "candidate_number", 39)).to_have_value("0040")


def test_a_receipts_print_button_is_shown_and_prints(visit, demo):
    page = visit(demo)
    body = (
        '<!doctype html><title>x</title><button data-print hidden>Print</button><script src="/assets/a11y.js"></script>'
    )
    page.route("**/receipts/x", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.add_init_script("window.print = () => { document.title = 'printed'; }")
    page.goto("/receipts/x")

    page.get_by_role("button", name="Print").click()

    expect(page).to_have_title("printed")


def test_what_the_gateway_said_of_a_row_is_said_again_with_its_label_once(visit, demo):
    page = officer_at(visit, demo, "/forms/tags/?example=clean")
    cell(page, "uln", 1).fill("1000000052")
    page.get_by_role("button", name="Check answers").click()
    line = page.locator("#f-learners-0-uln-error")
    expect(line).to_have_text("Error: ULN: The ULN's check digit is wrong.")
    ready(page)

    cell(page, "uln", 1).fill("12")
    page.keyboard.press("Tab")
    expect(line).to_contain_text("ten digits")
    cell(page, "uln", 1).fill("1000000052")
    page.keyboard.press("Tab")

    expect(line).to_have_text("Error: ULN: The ULN's check digit is wrong.")
