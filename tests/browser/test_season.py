"""A whole season of three centres, from their schedules to their results: docs/about/a-season.md, played."""

import csv
import io
import re

from axe import violations
from demonstration import running_demo
from playwright.sync_api import expect
from releasing import add_centre, git, site_with_release
from walking import approve, check, continue_as, declare, open_declaration, open_form, submit, until

AMENDS, IS_RETURNED, IS_LATE = "10234", "10235", "10236"
LEARNERS = 28
EXAM = {"component": "UV21578", "kind": "external examination", "folder": "external-exam"}
PROJECT = {"component": "UV21579", "kind": "internal assignment", "folder": "internal-assignment"}
# Centre 10235 has had its written paper merged before the demo begins.
OF = {AMENDS: EXAM, IS_RETURNED: PROJECT, IS_LATE: EXAM}


def test_three_centres_play_a_season_from_schedules_to_results(visit, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADEPOST_ROOT", str(site_with_release(tmp_path / "site")))
    with running_demo(tmp_path, GRADEPOST_ROOT=str(tmp_path / "site")) as demo:
        add_centre(demo.ledger, tmp_path / "work", IS_LATE, like=AMENDS)
        officers = {centre: visit(demo) for centre in OF}
        first, second = visit(demo), visit(demo)
        everybody_signs_in(officers, first, second)

        for centre, officer in officers.items():
            send(officer, centre, "schedule")
        for centre in (AMENDS, IS_RETURNED):
            send(officers[centre], centre, "tags")
            ask_and_declare(officers[centre], centre)

        amend_and_declare_again(officers[AMENDS], AMENDS)
        is_returned_and_corrected(officers[IS_RETURNED], first, IS_RETURNED)
        is_late_and_has_an_extension(officers[IS_LATE], first, second, IS_LATE)
        for centre in OF:
            open_review(first, centre)
            approve(first)

        nothing_is_shown_before_the_release(officers)
        move_the_clock(first, "After the results are released")
        for centre, officer in officers.items():
            sees_results_slips_and_certificates(officer, centre)
        git(tmp_path / "work", "pull", "--quiet")
        assert demo.run("check", tmp_path / "work")[0] == 0


def everybody_signs_in(officers, first, second):
    for centre, officer in officers.items():
        continue_as(officer, "exams officer", centre)
    for number, reviewer in enumerate((first, second)):
        continue_as(reviewer, "reviewer", None, then="/reviews", nth=number)


def send(page, centre, form):
    fill(page, centre, form)
    submit(page)
    page.wait_for_url("**/receipts/*")
    expect(page.get_by_text("On time")).to_be_visible()


def fill(page, centre, form):
    open_form(page, form, example="clean")
    page.get_by_label("Assessment component").select_option(OF[centre]["component"])


def dossier(page, centre):
    return page.get_by_role("region", name=re.compile(f"^AM20530 .*{OF[centre]['kind']}"))


def ask_and_declare(page, centre):
    """As the exams officer; the link in the newest letter is the Head of Centre's."""
    until(page, "Awaiting declaration", "/status")
    ask(page, centre)


def ask(page, centre):
    dossier(page, centre).get_by_role("button", name=re.compile("^Ask the Head of Centre")).click()
    expect(dossier(page, centre)).to_contain_text("The Head of Centre was asked at")
    open_declaration(page)
    declare(page)
    expect(page.get_by_role("heading", name="Your declaration was received")).to_be_visible()


def change_the_first_grade(page, centre):
    """From the status page, by the link that opens the form filled in."""
    name = f"Correct and submit again: {OF[centre]['component']}.tags.json"
    dossier(page, centre).get_by_role("link", name=name).click()
    expect(page.get_by_label("Grade, row 1", exact=True)).to_have_value("Distinction")
    page.get_by_label("Grade, row 1", exact=True).fill("Merit")
    submit(page)
    page.wait_for_url("**/receipts/*")
    expect(page.get_by_role("region", name="What this brings about")).to_contain_text("has changed since it was")


def amend_and_declare_again(page, centre):
    page.goto("/status")
    change_the_first_grade(page, centre)
    until(page, "Declaration void", "/status")
    ask(page, centre)


def is_returned_and_corrected(officer, reviewer, centre):
    open_review(reviewer, centre)
    until(reviewer, "Checks passed")
    reviewer.get_by_label("Why you return it").fill("The first grade is not the one that its record describes.")
    reviewer.get_by_role("button", name="Return for correction").click()
    expect(reviewer.get_by_text("Returned for correction")).to_be_visible()

    officer.goto("/status")
    expect(dossier(officer, centre)).to_contain_text("The first grade is not the one that its record describes.")
    change_the_first_grade(officer, centre)
    until(officer, "Declaration void", "/status")
    ask(officer, centre)


def is_late_and_has_an_extension(officer, first, second, centre):
    move_the_clock(officer, "After the TAG deadline")
    fill(officer, centre, "tags")
    check(officer)
    expect(officer.get_by_role("alert").get_by_role("link", name="T001")).to_be_visible()

    propose_an_extension(first, centre)
    expect(first.get_by_text("You proposed it, so another reviewer decides.")).to_be_visible()
    expect(first.get_by_role("button", name="Approve the extension")).to_have_count(0)
    approve_the_extension(second, first.url)

    officer.goto("/status")
    send(officer, centre, "tags")
    ask_and_declare(officer, centre)


def propose_an_extension(page, centre):
    page.goto("/reviews/requests")
    page.get_by_label("National centre number").fill(centre)
    page.get_by_label("Qualification").select_option("AM20530")
    page.get_by_label("Kind of component").select_option(OF[centre]["folder"])
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Propose an extension").click()
    page.get_by_label("Which deadline").select_option("tags")
    page.get_by_label("Until when").fill("2021-05-28T12:00")
    page.get_by_label("Why").fill("The centre was closed.")
    page.locator("#gp-ask").get_by_role("button", name="Propose extension").last.click()
    page.wait_for_url("**/requests#*")


def approve_the_extension(page, url):
    page.goto(url)
    page.get_by_role("button", name="Approve the extension").click()
    until(page, "Granted", url.partition("#")[0])


def open_review(page, centre):
    """The centre's dossier of this season, from the list of what waits."""
    page.goto("/reviews")
    waiting = page.get_by_role("region", name="Open reviews").get_by_role("row").filter(has_text=centre)
    waiting.get_by_role("link", name=re.compile(f"^AM20530 .*{OF[centre]['kind']}")).click()


def move_the_clock(page, label):
    page.get_by_text("Move the clock").click()
    page.get_by_role("button", name=label).click()


def nothing_is_shown_before_the_release(officers):
    for officer in officers.values():
        officer.goto("/centre/results")
        expect(officer.locator(".gp-shell")).to_contain_text("08:00 on Tuesday 10 August 2021")
        expect(officer.get_by_role("heading", name="Every result")).to_have_count(0)


def sees_results_slips_and_certificates(page, centre):
    page.goto("/centre/results")
    component = OF[centre]["component"]
    rows = page.get_by_role("region", name="Every result").get_by_role("row").filter(has_text=component)
    expect(rows).to_have_count(LEARNERS)
    first = rows.filter(has=page.get_by_role("rowheader", name="0001", exact=True))
    expect(first).to_contain_text("Distinction" if centre == IS_LATE else "Merit")
    expect(page.get_by_text("Nobody is outstanding.")).to_be_visible()
    file = page.request.get("/centre/results.csv").body().decode("utf-8-sig")
    assert {row["Centre"] for row in csv.DictReader(io.StringIO(file))} == {centre}

    page.get_by_role("link", name="A slip to each learner, to be printed").click()
    expect(page.get_by_role("heading", name=re.compile("^Candidate "))).to_have_count(LEARNERS)
    page.get_by_role("link", name="Results").last.click()
    page.get_by_role("link", name="Certificates").last.click()
    expect(page.get_by_text("Nothing changes in how you claim.")).to_be_visible()
    expect(page.get_by_role("region", name="Complete", exact=True)).to_contain_text("All grades are in")
    assert violations(page) == []
