"""Every page to look at, by name, with the way to it."""

import re

from playwright.sync_api import expect
from walking import check, continue_as, open_declaration, open_form

ASKING = "/reviews/10235/BT2D1/external-exam/requests/evidence-request"
NARROW, WIDE = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


def at(path):
    return lambda page: page.goto(path)


def form(name, *, example=None, sent=False):
    def go(page):
        continue_as(page, "exams officer")
        open_form(page, name, example=example)
        if sent:
            check(page)
            expect(
                page.get_by_role("alert").or_(page.get_by_role("heading", name="Check your answers"))
            ).to_be_visible()

    return go


def of_centre(path):
    return lambda page: continue_as(page, "exams officer", "10235", then=path)


def of_reviewers(path):
    return lambda page: continue_as(page, "reviewer", None, then=path)


def a_receipt(page):
    continue_as(page, "exams officer", "10235")
    page.get_by_role("link", name="Receipt for BT3D7P2.tags.json").click()


def review_of(beginning):
    def go(page):
        continue_as(page, "reviewer", None)
        page.get_by_role("link", name=re.compile(f"^{beginning}.*external")).first.click()

    return go


def a_declaration(page):
    continue_as(page, "exams officer", "10235")
    page.get_by_role("region", name=re.compile("^BT2D1")).get_by_role("button").click()
    open_declaration(page)


def an_unsigned_declaration(page):
    a_declaration(page)
    page.get_by_role("button", name="Make the declaration").click()
    expect(page.get_by_role("alert")).to_be_visible()


def a_mailbox(page):
    a_declaration(page)
    page.goto("/demo/mail")


PAGES = {
    "home": at("/"),
    "questions": at("/faq/"),
    "rules": at("/rules/"),
    "forms": at("/forms/"),
    "guidance": at("/guidance/exams-officer/"),
    "stage": at("/guidance/stages/declare/"),
    "question": at("/faq/two-signatures/"),
    "rule": at("/rules/t005/"),
    "deadlines": at("/deadlines/"),
    "webinars": at("/webinars/"),
    "webinar": at("/webinars/2021-05-07/"),
    "contact": at("/contact/"),
    "qualifications": at("/series/"),
    "qualification": at("/series/bt2d1/"),
    "documents": at("/documents/"),
    "document": at("/documents/tag-template/"),
    "what changed": at("/what-changed/"),
    "for a centre's software": at("/about/api/"),
    "reporting a problem": at("/report?page=/faq/"),
    "question form": of_centre("/forms/question/"),
    "architecture": at("/architecture/"),
    "nothing": at("/nowhere/"),
    "sign-in": at("/sign-in"),
    "schedule, not signed in": at("/forms/schedule/"),
    "schedule, empty": form("schedule"),
    "schedule, with errors": form("schedule", example="mistakes", sent=True),
    "schedule, answers": form("schedule", example="clean", sent=True),
    "grades, empty": form("tags"),
    "grades, filled in": form("tags", example="clean"),
    "grades, with errors": form("tags", example="mistakes", sent=True),
    "declaration form": at("/forms/declaration/"),
    "nothing received yet": lambda page: continue_as(page, "exams officer"),
    "status": of_centre("/status"),
    "receipt": a_receipt,
    "mailbox": a_mailbox,
    "declaration": a_declaration,
    "declaration, with errors": an_unsigned_declaration,
    "reviews": of_reviewers("/reviews"),
    "outstanding": of_reviewers("/reviews/outstanding"),
    "bench": of_reviewers("/reviews/10235/BT2D1/external-exam"),
    "asking for evidence": of_reviewers(ASKING),
    "review, to decide": review_of("HB2D1"),
    "review, not to be approved": review_of("BT2D1"),
    "review, merged": review_of("AM20530"),
}
