"""The whole road in a browser: from a form to a merged pull request, with scripts and without."""

import re
import subprocess

import pytest
from playwright.sync_api import expect
from walking import (
    approve,
    ask_for_declaration,
    check,
    continue_as,
    declare,
    open_declaration,
    open_review,
    submit,
)

FOLDER = "submissions/2021-summer/10/10234/AM20530/external-exam"
DOCUMENTS = ["UV21578.schedule.json", "UV21578.tags.json", "declaration.json"]
BITS_TRIED = 8


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_newcomer_walks_from_a_form_to_a_merged_pull_request(fresh_demo, visit, gradepost, tmp_path, scripts):
    page = visit(fresh_demo, java_script_enabled=scripts)
    merges = len(git(fresh_demo, "rev-list", "--merges", "main"))

    schedule_the_learners(page, scripts)
    submit_the_grades(page, scripts)
    ask_and_declare(page)
    see_it_merged(page)

    assert len(git(fresh_demo, "rev-list", "--merges", "main")) == merges + 1
    assert_the_ledger_is_whole(fresh_demo, gradepost, tmp_path)


def schedule_the_learners(page, scripts):
    page.goto("/")
    page.get_by_role("link", name="Continue as …").click()
    page.get_by_role("button", name="Continue as exams officer").first.click()
    page.get_by_role("link", name="Schedule learners").first.click()

    page.get_by_role("link", name="Fill with planted mistakes").click()
    check(page)
    assert_problems_are_told(page, "Error: Schedule learners - Gradepost", scripts)

    page.get_by_role("link", name="Fill with 28 example learners").click()
    submit(page)
    expect(page.get_by_role("heading", name="Your submission was received")).to_be_visible()
    expect(page.get_by_text("On time")).to_be_visible()


def submit_the_grades(page, scripts):
    page.get_by_role("link", name="Next: submit teacher assessed grades").click()

    page.get_by_role("link", name="Fill with planted mistakes").click()
    check(page)
    assert_problems_are_told(page, "Error: Submit teacher assessed grades - Gradepost", scripts)

    page.get_by_role("link", name="Fill with 28 example learners").click()
    type_a_learner_again(page)
    submit(page)
    expect(page.get_by_role("heading", name="Your submission was received")).to_be_visible()


def assert_problems_are_told(page, title, scripts):
    summary = page.get_by_role("alert")
    expect(page).to_have_title(title)
    if scripts:
        expect(summary).to_be_focused()
    links = [link.get_attribute("href") for link in summary.locator("li > a").all()]
    assert links
    for link in links:
        assert page.locator(link).count() == 1
    summary.locator("li > a").first.click()
    expect(page.locator(links[0])).to_be_focused()
    assert_rules_have_pages(page, {link.get_attribute("href") for link in summary.locator(".gp-rule").all()})


def assert_rules_have_pages(page, links):
    for link in links:
        address, _, anchor = link.partition("#")
        answer = page.request.get(address)
        assert answer.status == 200
        assert f'id="{anchor}"' in answer.text()


def type_a_learner_again(page):
    """Row 3 out, checked, and in again by hand in the last row, its ULN with spaces as on a card."""
    uln = cell(page, "ULN", 3).input_value()
    page.get_by_role("button", name="Remove learner 3", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="scheduled")).to_contain_text("1 missing (0003)")
    check(page)
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    expect(page.get_by_role("region", name="Check before you submit")).to_contain_text("not accounted for")
    page.get_by_role("button", name="Change answers").click()

    page.get_by_role("button", name="Add 10 rows to Learners").click()
    rows = page.get_by_role("textbox", name=re.compile("^ULN, row"))
    expect(rows.nth(36)).to_be_attached()
    last = rows.count()
    expect(cell(page, "ULN", 27)).not_to_be_empty()
    cell(page, "Candidate number", last).fill("0003")
    cell(page, "ULN", last).fill(f"{uln[:3]} {uln[3:6]} {uln[6:]}")
    cell(page, "Outcome", last).fill("Graded")
    cell(page, "Grade", last).fill("merit")
    check(page)
    expect(page.get_by_text("Nothing is in the way of submitting.")).to_be_visible()
    expect(page.get_by_text("28 scheduled · 27 graded")).to_be_visible()
    expect(page.get_by_role("region", name="Check before you submit")).to_have_count(0)
    page.get_by_role("button", name="Change answers").click()


def cell(page, column, row):
    return page.get_by_label(f"{column}, row {row}", exact=True)


def ask_and_declare(page):
    page.get_by_role("link", name="See where it stands").click()
    ask_for_declaration(page)
    expect(page.get_by_text("The Head of Centre was asked at")).to_be_visible()
    expect(page.get_by_role("button", name="Ask the Head of Centre again")).to_be_visible()
    page.get_by_role("link", name="the mailbox").click()
    open_declaration(page)
    expect(page.get_by_role("heading", name="UV21578 Understanding the hair and beauty sector")).to_be_visible()
    page.get_by_text("Show each learner's result").click()
    expect(page.get_by_role("region", name=re.compile("^Results for UV21578")).get_by_role("row")).to_have_count(29)
    page.get_by_role("button", name="Make the declaration").click()
    expect(page.get_by_role("alert")).to_contain_text("Your full name")
    declare(page)
    expect(page.get_by_role("heading", name="Your declaration was received")).to_be_visible()


def see_it_merged(page):
    open_review(page)
    approve(page)
    continue_as(page, "exams officer")
    expect(page.get_by_text("It was approved and stands in the record.")).to_be_visible()


def assert_the_ledger_is_whole(demo, gradepost, tmp_path):
    clone, key = tmp_path / "clone", demo.state / "keys" / "receipt.pub.pem"
    subprocess.run(["git", "clone", "--quiet", str(demo.ledger), str(clone)], check=True)
    receipts = sorted((clone / FOLDER / "receipts").iterdir())

    assert [path.name for path in sorted((clone / FOLDER).glob("*.json"))] == DOCUMENTS
    assert [path.name.partition("-")[2] for path in receipts] == DOCUMENTS
    assert gradepost("check", clone).code == 0
    for receipt, document in zip(receipts, DOCUMENTS, strict=True):
        genuine = gradepost("receipt", "verify", receipt, "--document", clone / FOLDER / document, "--key", key)
        assert (genuine.code, "genuine" in genuine.out) == (0, True)
        assert_no_bit_can_change(receipt, gradepost, key)


def assert_no_bit_can_change(receipt, gradepost, key):
    raw = receipt.read_bytes()
    bits = len(raw) * 8
    for bit in range(3, bits, bits // BITS_TRIED):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        receipt.write_bytes(changed)
        assert gradepost("receipt", "verify", receipt, "--key", key).code == 1, f"bit {bit}"


def git(demo, *arguments):
    command = ["git", "--git-dir", str(demo.ledger), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
