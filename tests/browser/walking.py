"""The steps that people take through the demo. Each is written as they would describe it."""

import html
import re
import time

from playwright.sync_api import Page, expect

SECONDS_TO_FILE = 15


def continue_as(page: Page, role: str, centre: str | None = "10234", *, then: str = "/status", nth: int = 0):
    """Sign in as the first, or nth, person of that role: at a centre, or (None) of the awarding organisation."""
    page.goto(f"/sign-in?next={then}")
    heading = f"Centre {centre}" if centre else "The awarding organisation"
    people = page.locator(".gp-cards").nth(page.locator(".gp-shell h2").all_inner_texts().index(_text(page, heading)))
    people.get_by_role("button", name=f"Continue as {role}").nth(nth).click()


def _text(page: Page, beginning: str) -> str:
    return next(text for text in page.locator(".gp-shell h2").all_inner_texts() if text.startswith(beginning))


def open_form(page: Page, form: str, *, example: str | None = None):
    """Open a form; with an example, by its own link."""
    page.goto(f"/forms/{form}/")
    if example:
        words = {"clean": "Fill with 28 example learners", "mistakes": "Fill with planted mistakes"}[example]
        page.get_by_role("link", name=words).click()


def check(page: Page):
    """Press the form's own button: what follows is the answers to check, or what is wrong with them."""
    page.locator("#gp-form").get_by_role("button", name="Check answers").click()
    page.wait_for_url("**/check/*")


def submit(page: Page):
    """Check the answers, and submit them from the page that shows them."""
    check(page)
    page.get_by_role("button", name=re.compile("^Submit (schedule|grades)$")).click()


def send(page: Page, form: str):
    """Fill a form with its example and submit it; gives the path of its receipt."""
    open_form(page, form, example="clean")
    submit(page)
    page.wait_for_url("**/receipts/*")
    return receipt_path(page)


def receipt_path(page: Page) -> str:
    """The path of the receipt that is shown."""
    return "/receipts/" + page.url.rpartition("/")[2]


def until(page: Page, words: str, path: str | None = None):
    """Load the page again until it shows the words: filing and judging take a moment. A tab is drawn only where the
    words are in the page, so that it does not hold up what it waits for."""
    end = time.monotonic() + SECONDS_TO_FILE
    address = path or page.url
    while True:
        if words.casefold() in _words_of(page.context.request.get(address).text()):
            page.goto(address)
            if page.get_by_text(words).first.is_visible():
                return
        if time.monotonic() > end:
            raise AssertionError(f"{address} never showed “{words}”:\n{page.locator('.gp-shell').inner_text()}")
        time.sleep(0.2)


def _words_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split()).casefold()


def ask_for_declaration(page: Page):
    """As the exams officer: wait until nothing but the declaration is missing, then ask for it."""
    until(page, "Awaiting declaration", "/status")
    page.get_by_role("button", name=re.compile("^Ask the Head of Centre")).click()
    page.wait_for_url("**/status")


def open_declaration(page: Page):
    """Follow the newest link of the mailbox."""
    page.goto("/demo/mail")
    page.locator(".gp-mail a[href*='/declare/']").first.click()


def declare(page: Page):
    """Tick every statement, sign, and make the declaration."""
    for box in page.locator("input[name=statements]").all():
        box.check()
    page.get_by_label("Your full name").fill("Dr Helen Achterberg")
    page.get_by_label("Your role").select_option("principal")
    page.get_by_role("button", name="Make the declaration").click()


def walk_to_declaration(page: Page):
    """As the exams officer of 10234: schedule, TAGs, ask; then the page where the Head of Centre declares."""
    continue_as(page, "exams officer")
    send(page, "schedule")
    send(page, "tags")
    ask_for_declaration(page)
    open_declaration(page)


def walk_to_review(page: Page):
    """All the way to the reviewer's page of centre 10234's dossier."""
    walk_to_declaration(page)
    declare(page)
    open_review(page)


def open_review(page: Page):
    """As a reviewer, open the newest pull request."""
    continue_as(page, "reviewer", None, then="/reviews")
    page.locator("tbody a").first.click()


def approve(page: Page):
    """As a reviewer with a pull request open: wait for its check, approve, wait until it is merged."""
    until(page, "Checks passed")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text(re.compile("^It is (approved|merged)"))).to_be_visible()
    until(page, "It is merged")
