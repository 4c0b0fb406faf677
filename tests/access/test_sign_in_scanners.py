"""Link scanners at a sign-in link: whatever they do with it, nobody gets in, and the person still does."""

import email
import email.policy
import re
import threading
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from signing_in import OFFICER, Gate

WEBMAIL = {"Referer": "https://webmail.example/", "Sec-Fetch-Site": "cross-site"}


class Forms(HTMLParser):
    """Every form of a page: where it goes, its fields, and its buttons."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.found.append((given.get("method", "get"), given.get("action", ""), {}, []))
        elif self.found and tag == "input" and "name" in given:
            self.found[-1][2][given["name"]] = given.get("value") or "123456"
        elif self.found and tag == "button":
            self.found[-1][3].append((given.get("name"), given.get("value", "")))


def followed(scanner, path, **options):
    answer = scanner.get(path, **options)
    while answer.status_code in (302, 303, 307, 308):
        answer = scanner.get(answer.headers["location"], **options)
    return answer


def head_only(gate, scanner, link):
    assert scanner.head(link).content == b""


def get_once(gate, scanner, link):
    followed(scanner, link)


def get_twenty_times(gate, scanner, link):
    for _ in range(20):
        followed(scanner, link)


def prefetch(gate, scanner, link):
    followed(scanner, link, headers={"Sec-Purpose": "prefetch;prerender", "Purpose": "prefetch"})


def from_webmail(gate, scanner, link):
    followed(scanner, link, headers=WEBMAIL)


def rewritten_address(gate, scanner, link):
    for address in (f"{link}?utm_source=mail", f"{link}/", f"{link}%20", link.upper(), f"{link}."):
        followed(scanner, address)


def without_cookies(gate, scanner, link):
    scanner.get(link)
    scanner.cookies.clear()
    scanner.get("/sign-in/confirm")


def submits_every_form(gate, scanner, link):
    for method, action, fields, _ in Forms(followed(scanner, link).text).found:
        if method == "post":
            scanner.post(action, data=fields)


def presses_every_button(gate, scanner, link):
    for method, action, fields, buttons in Forms(followed(scanner, link).text).found:
        for name, value in buttons if method == "post" else []:
            scanner.post(action, data={**fields, **({name: value} if name else {})})


def posts_to_the_link_itself(gate, scanner, link):
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        scanner.request(method, link, data={"who": "0"})


def many_at_once(gate, scanner, link):
    threads = [threading.Thread(target=lambda: followed(gate.browser("203.0.113.5"), link)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def early_and_again_late(gate, scanner, link):
    presses_every_button(gate, scanner, link)
    get_twenty_times(gate, scanner, link)
    presses_every_button(gate, scanner, link)


PROFILES = [
    head_only,
    get_once,
    get_twenty_times,
    prefetch,
    from_webmail,
    rewritten_address,
    without_cookies,
    submits_every_form,
    presses_every_button,
    posts_to_the_link_itself,
    many_at_once,
    early_and_again_late,
]


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.__name__)
def test_no_scanner_gets_in_and_the_person_still_does(fresh, profile):
    gate = Gate(fresh)
    person, scanner = gate.browser(), gate.browser("203.0.113.5")
    scanner.headers.pop("Origin")
    link = gate.asked(person)

    profile(gate, scanner, link)

    assert not gate.is_in(scanner)
    assert gate.inbox.credentials("session") == []
    gate.open(person, link)
    assert gate.confirm(person).status_code == 303
    assert gate.is_in(person)


@pytest.mark.parametrize(
    "profile", [get_twenty_times, submits_every_form, presses_every_button], ids=lambda p: p.__name__
)
def test_on_another_device_the_person_gets_in_with_the_code_after_the_scanner(fresh, profile):
    gate = Gate(fresh)
    first, telephone, scanner = gate.browser(), gate.browser("192.0.2.9"), gate.browser("203.0.113.5")
    link = gate.asked(first)
    profile(gate, scanner, link)

    gate.open(telephone, link)

    assert gate.confirm(telephone, code=gate.code_shown(first)).status_code == 303


def asked_in(page, url):
    """Ask for a link in a real browser; the link in the letter in the demo's folder of letters."""
    page.goto(f"{url}/sign-in")
    page.get_by_label("E-mail address").fill(OFFICER)
    page.get_by_role("button", name="Send me a link").click()
    page.get_by_role("heading", name="Look in your mailbox").wait_for()


def link_of(demo):
    for _ in range(100):
        for written in sorted(Path(demo.state, "mail").glob("*.eml"), reverse=True):
            letter = email.message_from_bytes(written.read_bytes(), policy=email.policy.default)
            text = letter.get_body(("plain",)).get_content()
            if found := re.search(r"http://\S+/sign-in/link/\S+", text):
                return found[0]
        time.sleep(0.1)
    raise AssertionError("No letter came.")


@pytest.mark.browser
@pytest.mark.parametrize("presses", [False, True], ids=["renders with JavaScript", "presses every button"])
def test_a_scanner_in_a_real_browser_gets_no_further(chromium, fresh_demo, presses):
    own, scanners = chromium.new_context(), chromium.new_context()
    person, scanner = own.new_page(), scanners.new_page()
    asked_in(person, fresh_demo.url)
    link = link_of(fresh_demo)

    scanner.goto(link)
    scanner.wait_for_timeout(1000)
    if presses:
        for name in scanner.locator("main button[type=submit]").all_inner_texts():
            scanner.locator("main button[type=submit]", has_text=name).click()
            scanner.wait_for_load_state()
    person.goto(link)
    person.get_by_role("button", name="Sign in as exams officer").click()
    person.get_by_role("button", name="Sign out").wait_for()

    assert scanner.goto(f"{fresh_demo.url}/session").status == 401
    own.close()
    scanners.close()
