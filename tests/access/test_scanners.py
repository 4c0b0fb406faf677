"""Twelve ways in which programs open links of e-mails: none uses up a link, none signs, and a person then signs.

Three of them need a real browser and are marked so.
"""

import re
import threading
from datetime import timedelta
from html.parser import HTMLParser

import pytest
import signing_house
from signing_house import declarations

SCANNER = {"User-Agent": "Mozilla/5.0 (compatible; LinkScanner/2.0)"}


class Forms(HTMLParser):
    """Every form of a page with all that could be sent with it."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag == "form":
            self.found.append((found.get("action"), found.get("method", "get"), []))
        elif self.found and tag in ("input", "select", "textarea", "button") and "name" in found:
            self.found[-1][2].append((tag, found))


@pytest.fixture
def linked(fresh):
    """A house with grades in, and the path of the Head's link."""
    signing_house.graded(fresh)
    return fresh, fresh.link()


def posted(house, path, values):
    """Submit every form on the page, each field as `values` makes it."""
    client = house.client()
    for action, method, fields in Forms(client.get(path).text).found:
        if action and action.startswith("/declare/") and method == "post":
            sent = {}
            for tag, field in fields:
                value = values(tag, field)
                if value is not None:
                    sent.setdefault(field["name"], []).append(value)
            client.post(path, data=sent, headers=SCANNER)


def head_only(house, path):
    assert house.client().head(path, headers=SCANNER).status_code == 200


def twenty_gets(house, path):
    assert {house.client().get(path, headers=SCANNER).status_code for _ in range(20)} == {200}


def prefetch(house, path):
    for headers in ({"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"X-Moz": "prefetch"}):
        house.client().get(path, headers=SCANNER | headers)


def other_methods(house, path):
    for method in ("OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
        house.client().request(method, path, headers=SCANNER)


def rewritten(house, path):
    for changed in (f"{path}?utm_source=mail", f"{path}?url=1&data=2", f"{path}/", f"{path}%20", f"{path}.", path[:-1]):
        house.client().get(changed, headers=SCANNER)
        house.client().post(changed, data={}, headers=SCANNER)


def in_parallel(house, path):
    threads = [threading.Thread(target=twenty_gets, args=(house, path)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def delayed(house, path):
    house.client().get(path, headers=SCANNER)
    house.gateway.clock.move_to(house.gateway.clock.now() + timedelta(days=2))
    house.client().get(path, headers=SCANNER)


def submits_as_it_is(house, path):
    posted(house, path, lambda tag, field: field.get("value", "") if field.get("type") != "checkbox" else None)


def ticks_and_submits(house, path):
    def value(tag, field):
        return "principal" if tag == "select" else field.get("value", "")

    posted(house, path, value)


def fills_in_everything(house, path):
    def value(tag, field):
        if field.get("type") in ("hidden", "checkbox", "radio"):
            return field.get("value", "")
        return "principal" if tag == "select" else "test"

    posted(house, path, value)


PROFILES = [
    head_only,
    twenty_gets,
    prefetch,
    other_methods,
    rewritten,
    in_parallel,
    delayed,
    submits_as_it_is,
    ticks_and_submits,
    fills_in_everything,
]


@pytest.mark.parametrize("scan", PROFILES, ids=lambda scan: scan.__name__)
def test_a_scanner_uses_up_no_link_and_signs_nothing_and_a_person_then_signs(linked, scan):
    house, path = linked

    scan(house, path)

    assert declarations(house) == []
    assert house.rows("SELECT used_at FROM credentials WHERE kind = 'link'") == [(None,)]
    assert house.declared(path).status_code == 200
    assert len(declarations(house)) == 1


@pytest.mark.parametrize("scan", PROFILES, ids=lambda scan: scan.__name__)
def test_a_scanner_objects_to_nothing(opened, site, settings, house, tmp_path, scan):
    found = signing_house.house_of_series(type(house), tmp_path, site, settings, "second_contact: { hours: 72 }")
    governor = signing_house.person("governor", "governor", "objects")
    signing_house.add(found, governor)
    signing_house.graded(found)
    found.declared(found.link())
    (path,) = signing_house.links(found, governor["email"], "object")

    scan(found, path)

    assert len(declarations(found)) == 1
    assert found.client().post(path, data={"reason": "No.", "sure": "yes"}).status_code == 200


# In a real browser


@pytest.fixture
def asked(fresh_demo, visit):
    """A demo in which the Head was asked: the demo, and the address of the link."""
    import walking

    page = visit(fresh_demo)
    walking.walk_to_declaration(page)
    return fresh_demo, page.url


def scanned(chromium, url, script):
    """Let a scanner's own browser run a script on every page that it gets to."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(url)
    script(page)
    page.wait_for_timeout(500)
    context.close()


def renders(page):
    page.mouse.wheel(0, 5000)


def presses_every_button(page):
    for number in range(page.locator(".gp-shell button, .gp-shell a[role=button]").count()):
        page.locator(".gp-shell button, .gp-shell a[role=button]").nth(number).click(force=True)
        page.goto(page.url)


def ticks_and_presses(page):
    for box in page.locator(".gp-shell input[type=checkbox]").all():
        box.check(force=True)
    for choice in page.locator(".gp-shell select").all():
        choice.select_option(index=1)
    page.get_by_role("button", name=re.compile("^Make the declaration")).click()


@pytest.mark.browser
@pytest.mark.parametrize(
    "script",
    [
        pytest.param(renders, marks=pytest.mark.campaign),
        pytest.param(presses_every_button, marks=pytest.mark.campaign),
        ticks_and_presses,
    ],
    ids=lambda s: s.__name__,
)
def test_a_scanner_with_a_browser_of_its_own_signs_nothing_and_a_person_then_signs(chromium, visit, asked, script):
    import walking

    demo, url = asked

    scanned(chromium, url, script)

    page = visit(demo)
    page.goto(url)
    walking.declare(page)
    page.get_by_role("heading", name=re.compile("received", re.IGNORECASE)).first.wait_for()
