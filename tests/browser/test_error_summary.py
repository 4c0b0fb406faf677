"""What is wrong, listed at the top: in the order of the page, each line a way to its field."""

import pytest
from playwright.sync_api import expect
from typing_in import cell, officer_at

_ORDER = """links => {
  const fields = links.map((link) => document.getElementById(link.hash.slice(1)));
  return fields.map((field, i) => !i || fields[i - 1] === field
    || Boolean(fields[i - 1].compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING));
}"""


@pytest.mark.parametrize("script", [True, False])
def test_each_line_leads_to_its_field_and_they_come_as_the_fields_do(visit, demo, script):
    page = (
        officer_at(visit, demo, "/forms/tags/?example=mistakes")
        if script
        else _without_script(visit(demo, java_script_enabled=False))
    )
    page.locator("[name='sign_off.1.name']").fill("")
    page.locator("[name='evidence.0.source']").fill("A guess")
    cell(page, "uln", 20).fill("12")
    page.get_by_role("button", name="Check answers").last.click()
    lines = page.locator(".gp-error-summary li > a:first-child")
    expect(lines.first).to_be_visible()

    follows = lines.evaluate_all(_ORDER) if script else []
    targets = [link.get_attribute("href") for link in lines.all()]

    assert len(targets) > 4
    assert all(follows)
    for number, target in enumerate(targets):
        lines.nth(number).click()
        expect(page.locator(target)).to_be_focused()


def _without_script(page):
    page.goto("/sign-in?next=/forms/tags/")
    page.get_by_role("button", name="exams officer").first.click()
    page.goto("/forms/tags/?example=mistakes")
    return page
