"""What happens when somebody changes their mind, is told to, or comes too late."""

import re
import subprocess

from playwright.sync_api import expect
from walking import (
    approve,
    check,
    continue_as,
    declare,
    open_declaration,
    open_form,
    open_review,
    submit,
    until,
    walk_to_review,
)


def test_a_grade_changed_after_the_declaration_voids_it_until_it_is_declared_again(fresh_demo, visit):
    officer, reviewer = visit(fresh_demo), visit(fresh_demo)
    walk_to_review(officer)
    open_review(reviewer)
    until(reviewer, "Checks passed")
    before = main_of(fresh_demo)

    change_a_grade(officer)

    told = officer.get_by_role("region", name="What this brings about")
    expect(told).to_contain_text("has changed since it was declared")
    expect(told.get_by_role("link", name="H003")).to_be_visible()
    until(officer, "Declaration void", "/status")
    expect(officer.get_by_role("link", name="H003").first).to_be_visible()

    reviewer.get_by_role("button", name="Approve").click()
    expect(reviewer.get_by_role("alert")).to_be_visible()
    expect(reviewer.get_by_role("button", name="Approve")).to_have_count(0)
    expect(reviewer.get_by_role("button", name="Return for correction")).to_be_visible()
    assert main_of(fresh_demo) == before

    officer.get_by_role("button", name=re.compile("^Ask the Head of Centre")).click()
    open_declaration(officer)
    declare(officer)
    open_review(reviewer)
    approve(reviewer)
    assert main_of(fresh_demo) != before


def change_a_grade(page):
    continue_as(page, "exams officer")
    page.get_by_role("link", name="Correct and submit again: UV21578.tags.json").click()
    grade = page.get_by_label("Grade, row 1", exact=True)
    before = grade.input_value()
    grade.fill("Pass" if before != "Pass" else "Merit")
    check(page)
    expect(page.get_by_role("row", name=re.compile("Learner 0001, Grade"))).to_contain_text(before)
    page.get_by_role("button", name="Submit grades").click()
    page.wait_for_url("**/receipts/*")


def test_what_is_returned_comes_with_a_reason_and_is_corrected_in_the_filled_form(fresh_demo, visit):
    officer, reviewer = visit(fresh_demo), visit(fresh_demo)
    continue_as(reviewer, "reviewer", None)
    reviewer.get_by_role("link", name=re.compile("^HB2D1")).click()

    reviewer.get_by_role("button", name="Return for correction").click()
    expect(reviewer).to_have_title(re.compile("^Error: "))
    reviewer.get_by_role("alert").get_by_role("link").click()
    expect(reviewer.get_by_label("Why you return it")).to_be_focused()
    reviewer.get_by_label("Why you return it").fill("Two rows of Paper 2 look swapped.")
    reviewer.get_by_role("button", name="Return for correction").click()
    expect(reviewer.get_by_text("Returned for correction")).to_be_visible()

    continue_as(officer, "exams officer", "10235")
    dossier = officer.get_by_role("region", name=re.compile("^HB2D1"))
    expect(dossier).to_contain_text("Two rows of Paper 2 look swapped.")
    dossier.get_by_role("link", name="Correct and submit again: HB2D1P2.tags.json").click()
    expect(officer.get_by_label("Assessment component")).to_have_value("HB2D1P2")
    expect(officer.get_by_label("ULN, row 28", exact=True)).not_to_be_empty()
    expect(officer.get_by_label("Name, row 2", exact=True)).not_to_be_empty()
    submit(officer)
    expect(officer.get_by_role("heading", name="Your submission was received")).to_be_visible()


def test_after_its_deadline_a_schedule_is_refused_in_words_and_the_synoptic_is_never_late(fresh_demo, visit):
    page = visit(fresh_demo)
    continue_as(page, "exams officer", then="/")

    move_the_clock(page, "After the schedule deadline")
    open_form(page, "schedule", example="clean")
    check(page)
    problems = page.get_by_role("alert")
    expect(problems).to_contain_text("was 23:59:59 on Thursday 20 May 2021.")
    expect(problems.get_by_role("link", name="S003")).to_be_visible()

    move_the_clock(page, "After the TAG deadline")
    schedule_the_synoptic(page)
    grade_the_synoptic(page)
    expect(page.get_by_text("There is no fixed date for this.")).to_be_visible()
    expect(page.get_by_text("Late")).to_have_count(0)


def move_the_clock(page, label):
    page.get_by_text("Move the clock").click()
    page.get_by_role("button", name=label).click()


def schedule_the_synoptic(page):
    open_form(page, "schedule", example="clean")
    page.get_by_label("Qualification").select_option("BT2D1")
    page.get_by_label("Assessment component").select_option("BT2D1SY")
    submit(page)
    page.wait_for_url("**/receipts/*")


def grade_the_synoptic(page):
    open_form(page, "tags", example="clean")
    page.get_by_label("Qualification").select_option("BT2D1")
    page.get_by_label("Assessment component").select_option("BT2D1SY")
    check(page)
    expect(page.get_by_role("alert")).to_contain_text("27 learners")
    for row in range(1, 29):
        page.get_by_label(f"All unit practicals undertaken, row {row}", exact=True).check()
    submit(page)
    page.wait_for_url("**/receipts/*")


def main_of(demo):
    command = ["git", "--git-dir", str(demo.ledger), "rev-parse", "main"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
