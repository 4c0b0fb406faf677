"""Every kind of page of the site, for everybody: axe-core finds nothing, at two widths, in light and dark."""

import pytest
from axe import violations
from looking import NARROW, PAGES, WIDE
from playwright.sync_api import expect
from walking import continue_as

SCHEMES = {"light": "default", "dark": "slate"}
OF_THE_SITE = [
    "home", "questions", "question", "rules", "rule", "forms", "guidance", "stage", "deadlines", "webinars", "webinar",
    "contact", "qualifications", "qualification", "documents", "document", "what changed", "architecture", "nothing",
    "for a centre's software", "reporting a problem", "question form", "status", "outstanding", "bench",
]  # fmt: skip
EACH_TIME = ["document", "status"]


def faults_at_every_size(page):
    found = {}
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        for scheme, name in SCHEMES.items():
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function(f"() => document.body?.dataset.mdColorScheme === '{name}'")
            found[f"{size['width']} pixels, {scheme}"] = violations(page)
    return {where: faults for where, faults in found.items() if faults}


# A page takes two seconds: some each time, the others by hand.
@pytest.mark.parametrize(
    "name", [name if name in EACH_TIME else pytest.param(name, marks=pytest.mark.campaign) for name in OF_THE_SITE]
)
def test_axe_finds_nothing_on_a_page_of_the_site(demo, visit, name):
    page = visit(demo, viewport=WIDE)

    PAGES[name](page)

    assert faults_at_every_size(page) == {}


def test_the_area_for_centres_is_read_by_a_centre_and_by_nobody_else(demo, visit):
    stranger, officer = visit(demo), visit(demo, viewport=WIDE)

    stranger.goto("/webinars/2021-05-07/")
    stranger.get_by_role("link", name="Watch the recording").click()
    assert "/sign-in?next=" in stranger.url
    bytes_of_it = ["/centre/", "/centre/search/search_index.json", "/centre/sitemap.xml"]
    answers = [stranger.request.get(path, max_redirects=0) for path in bytes_of_it]
    assert {(answer.status, answer.body()) for answer in answers} == {(303, b"")}

    continue_as(officer, "exams officer", then="/centre/webinar-recordings/")
    assert officer.url.endswith("/centre/webinar-recordings/")
    expect(officer.get_by_text("An invented example of a page")).to_be_visible()
    assert faults_at_every_size(officer) == {}


def test_a_document_is_fetched_for_word_and_printed_from_its_page(demo, visit):
    page = visit(demo, viewport=WIDE)
    page.goto("/faq/two-signatures/")
    page.get_by_role("link", name="the TAG template").click()

    with page.expect_download() as fetched:
        page.get_by_role("link", name="Word document").click()

    assert fetched.value.suggested_filename == "tag-template.docx"
    page.emulate_media(media="print")
    assert not page.locator(".gp-trust").is_visible()


def test_an_address_that_moved_leads_on(demo, visit):
    page = visit(demo)

    page.goto("/faqs/")
    page.wait_for_url("**/faq/")
