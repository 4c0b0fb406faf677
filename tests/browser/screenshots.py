"""Takes pictures to look at: `python tests/browser/screenshots.py OUT`. Wide and narrow, light and dark."""

import sys
import tempfile
from pathlib import Path

from demonstration import launch, running_demo
from playwright.sync_api import sync_playwright
from walking import ask_for_declaration, check, continue_as, declare, open_declaration, open_form, open_review, send

WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")


def main(out):
    """Walk the road once and picture each page on the way in every size and scheme."""
    out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_demo(Path(folder)) as demo,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        context = browser.new_context(base_url=demo.url, locale="en-GB", reduced_motion="reduce")
        walk(context.new_page(), lambda page, name: picture(page, out, name))
        browser.close()


def walk(page, picture):
    """Show each page once; `picture` is called with the page and its name."""
    for name, path in {"home": "/", "faq": "/faq/", "rules": "/rules/", "sign-in": "/sign-in"}.items():
        page.goto(path)
        picture(page, name)
    open_form(page, "tags")
    picture(page, "tags-not-signed-in")
    continue_as(page, "exams officer")
    picture(page, "status-empty")
    open_form(page, "schedule", example="mistakes")
    check(page)
    picture(page, "schedule-errors")
    send(page, "schedule")
    picture(page, "schedule-receipt")
    open_form(page, "tags", example="mistakes")
    check(page)
    picture(page, "tags-errors")
    open_form(page, "tags", example="clean")
    check(page)
    picture(page, "tags-answers")
    send(page, "tags")
    picture(page, "receipt")
    ask_for_declaration(page)
    picture(page, "status")
    page.goto("/demo/mail")
    picture(page, "mailbox")
    open_declaration(page)
    picture(page, "declaration")
    declare(page)
    picture(page, "declared")
    open_review(page)
    picture(page, "review")
    page.goto("/reviews")
    picture(page, "reviews")
    page.goto("/reviews/2")
    picture(page, "review-pending")
    continue_as(page, "exams officer", "10235")
    picture(page, "status-states")
    page.goto("/nowhere")
    picture(page, "not-found")


def picture(page, out, name):
    """The page as it stands, in every size and scheme."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=out / f"{name}-{width}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"))
