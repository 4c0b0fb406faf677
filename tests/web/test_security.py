"""What every answer carries, what no page has, and where a redirect may lead."""

import base64
import hashlib
import re

import pytest
from signing_in import HTTPS, Gate

BROWSER = {"Accept": "text/html"}
PAGES = ("/", "/faq/", "/forms/", "/forms/tags/?example=clean", "/sign-in", "/demo/mail", "/nothing", "/declare/x")
SIGNED_IN = {
    "p-10234-officer": ("/status", "/forms/tags/?example=mistakes"),
    "p-10235-officer": ("/status",),
    "r-osei": ("/reviews", "/reviews/1", "/reviews/2", "/reviews/3", "/reviews/4"),
}


@pytest.fixture(scope="module")
def answers(house):
    """Every kind of page, whoever it is for, and the pages that refuse."""
    found = [house.client().get(path, headers=BROWSER) for path in PAGES]
    for ref, paths in SIGNED_IN.items():
        client = house.client(ref)
        found += [client.get(path, headers=BROWSER) for path in paths]
    officer = house.client("p-10234-officer")
    location = house.submit(officer, house.schedule()).headers["location"]
    found.append(officer.get(location, headers=BROWSER))
    house.submit(officer, house.tags())
    found.append(house.client().get(house.link()))
    found.append(officer.post("/submit/tags", data={"component": "x"}, headers=BROWSER))
    found.append(officer.post("/check/tags", data={"component": "x"}, headers=BROWSER))
    found.append(house.client().post("/submit/tags", data={}, headers=BROWSER))
    found.append(officer.put("/submit/tags", headers=BROWSER))
    found.append(officer.post("/submit/tags", content=b"x", headers=BROWSER | {"Content-Type": "text/plain"}))
    return found


def test_every_answer_carries_the_security_headers(house, answers):
    others = ["/assets/gradepost.css", "/healthz", "/readyz", "/metrics", "/receipt-key.pem", "/sitemap.xml", "/forms"]

    for answer in [*answers, *(house.client().get(path) for path in others)]:
        assert answer.headers["content-security-policy"].startswith("default-src 'none'"), answer.url
        assert answer.headers["x-content-type-options"] == "nosniff", answer.url
        assert answer.headers["referrer-policy"] in ("same-origin", "no-referrer"), answer.url
        assert answer.headers["cross-origin-opener-policy"] == "same-origin", answer.url
        assert "cache-control" in answer.headers, answer.url


def test_the_policy_allows_no_inline_script_but_by_hash_and_no_other_origin(answers):
    policy = answers[0].headers["content-security-policy"]

    assert "unsafe" not in policy
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy


def test_no_page_has_inline_styles_or_handlers_and_every_inline_script_is_in_the_policy(answers, page_of):
    for answer in answers:
        page, policy = page_of(answer), answer.headers["content-security-policy"]
        assert page.inline == [], answer.url
        assert page.styles == 0, answer.url
        for script in page.scripts:
            digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy, answer.url


def test_what_is_about_somebody_is_kept_in_no_cache(answers):
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(house):
    answer = house.client().post("/sign-in", data={"ref": "p-10234-officer"})

    cookie = answer.headers["set-cookie"]
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert cookie.startswith("gradepost=")
    assert {"httponly", "samesite=lax", "path=/"} <= attributes
    assert not any(attribute.startswith("domain") for attribute in attributes)


def test_over_https_every_cookie_is_bound_to_the_host(house):
    gate = Gate(house, site=HTTPS)
    browser = gate.browser()

    given = [gate.ask(browser).headers["set-cookie"], browser.get(gate.link()).headers["set-cookie"]]
    given.append(gate.confirm(browser).headers.get_list("set-cookie")[0])

    names = [cookie.partition("=")[0] for cookie in given]
    assert names == ["__Host-gradepost-asking", "__Host-gradepost-link", "__Host-gradepost"]
    for cookie in given:
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= {p.strip().lower() for p in cookie.split(";")[1:]}
        assert "domain" not in cookie.lower()


def test_over_https_a_cookie_without_the_prefix_is_nobodys(house):
    gate = Gate(house, site=HTTPS)
    secret = gate.signed_in().cookies["__Host-gradepost"]
    planted = gate.browser()
    planted.cookies.set("gradepost", secret)

    assert not gate.is_in(planted)


# What a page on another site can make a browser send along with a signed-in person's cookie.
FORGED = {
    "cross-site, as browsers say it": {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    "cross-site, with our origin made up": {"Sec-Fetch-Site": "cross-site"},
    "from a sibling of our host": {"Sec-Fetch-Site": "same-site", "Origin": "https://other.example"},
    "an older browser, another origin": {"Origin": "https://evil.example"},
    "an origin that begins like ours": {"Origin": f"{HTTPS}.evil.example"},
    "an origin that ends like ours": {"Origin": "https://evil-gradepost.example"},
    "our name before an @": {"Origin": "https://gradepost.example@evil.example"},
    "another port": {"Origin": f"{HTTPS}:8443"},
    "a sandboxed frame": {"Origin": "null"},
    "no origin, another referrer": {"Origin": "", "Referer": "https://evil.example/gradepost.example"},
    "no origin and no referrer": {"Origin": ""},
    "an origin that is none": {"Origin": "https://[broken"},
}
POSTS = ["/submit/tags", "/ask-declaration", "/sign-out", "/sign-out/everywhere", "/session/stay", "/sign-in"]


@pytest.fixture(scope="module")
def https(house):
    gate = Gate(house, site=HTTPS)
    return gate, gate.signed_in()


@pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED.keys())
@pytest.mark.parametrize("path", POSTS)
def test_no_other_site_posts_in_a_signed_in_persons_name(https, path, headers):
    gate, browser = https
    letters, stored = len(gate.inbox.messages()), gate.house.stored()
    sent = {name: value for name, value in {"Origin": HTTPS, **headers}.items() if value}
    if headers.get("Origin") == "":
        browser.headers.pop("Origin", None)

    answer = browser.post(path, data={"component": "UV21578", "email": "officer@centre-10234.example"}, headers=sent)
    browser.headers["Origin"] = HTTPS

    assert answer.status_code == 403
    assert gate.is_in(browser)
    assert (len(gate.inbox.messages()), gate.house.stored(), gate.inbox.asks()) == (letters, stored, [])


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": HTTPS},
        {"Origin": "", "Referer": f"{HTTPS}/account"},
    ],
)
def test_our_own_pages_posts_are_heeded_by_browsers_old_and_new(https, headers):
    _, browser = https
    if headers.get("Origin") == "":
        browser.headers.pop("Origin", None)

    answer = browser.post("/session/stay", headers={n: v for n, v in headers.items() if v})
    browser.headers["Origin"] = HTTPS

    assert answer.status_code == 303


def test_a_get_never_acts_for_anybody(https):
    gate, browser = https

    for path in POSTS:
        browser.get(path, headers={"Sec-Fetch-Site": "cross-site"})

    assert gate.is_in(browser)


def test_a_link_that_another_site_makes_the_browser_open_signs_nobody_in(house):
    gate = Gate(house, site=HTTPS)
    attacker, victim = gate.browser(), gate.browser()
    link = gate.asked(attacker)

    page = gate.open(victim, link)
    forced = victim.post("/sign-in/confirm", data={"who": "0"}, headers={"Sec-Fetch-Site": "cross-site"})
    pressed = gate.confirm(victim)

    assert "asked for in another browser" in page.text
    assert (forced.status_code, pressed.status_code) == (403, 422)
    assert not gate.is_in(victim)


FRAMED = [
    "/",
    "/sign-in",
    "/sign-in/sent",
    "/sign-in/confirm",
    "/sign-in/second",
    "/account",
    "/forms/tags/",
    "/status",
]


@pytest.mark.parametrize("path", FRAMED)
def test_no_page_can_be_framed(https, path):
    _, browser = https
    answer = browser.get(path)

    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"].upper() == "DENY"


POISONED = [
    "evil.example",
    "evil.example:443",
    "gradepost.example.evil.example",
    "127.0.0.1@evil.example",
    "EVIL.example",
]


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-URL"])
@pytest.mark.parametrize("host", POISONED)
def test_no_letter_page_or_redirect_believes_the_host_that_a_request_names(house, host, header):
    gate = Gate(house, site=HTTPS)
    browser = gate.browser(f"203.0.113.{len(host)}")
    value = f"host={host}" if header == "Forwarded" else host

    posted = browser.post(
        "/sign-in",
        data={"email": "officer@centre-10234.example"},
        headers={header: value, "Sec-Fetch-Site": "same-origin"},
    )
    seen = [
        posted,
        *(browser.get(path, headers={header: value}) for path in ("/", "/sign-in", "/status", "/forms/tags")),
    ]

    assert f"{HTTPS}/sign-in/link/" in gate.letters()[-1].body
    assert "evil" not in gate.letters()[-1].body.lower()
    for answer in seen:
        assert "evil" not in answer.headers.get("location", "").lower()
        assert "evil.example" not in answer.text.lower()


@pytest.mark.parametrize(
    "next_url",
    ["//evil.example", "/\\evil.example", "https://evil.example", "/%0d%0aSet-Cookie: x=y\r\n", "javascript:alert(1)"],
)
def test_a_link_that_was_asked_for_from_elsewhere_leads_nowhere_but_here(house, next_url):
    gate = Gate(house)
    browser = gate.browser()
    gate.open(browser, gate.asked(browser, next_url=next_url))

    landed = gate.confirm(browser).headers["location"]

    assert landed.startswith("/")
    assert not landed.startswith(("//", "/\\"))
    assert "evil" not in landed


@pytest.mark.parametrize(
    "next_url",
    [
        "//elsewhere.example",
        "///elsewhere.example",
        "/\\elsewhere.example",
        "\\\\elsewhere.example",
        "https://elsewhere.example",
        "https:elsewhere.example",
        "javascript:alert(1)",
        "/\t/elsewhere.example",
        "/\n/elsewhere.example",
        "\t//elsewhere.example",
        "/\r\nSet-Cookie: x=y",
        "",
        "elsewhere",
        "@elsewhere.example",
    ],
)
def test_signing_in_leads_nowhere_but_here(house, next_url):
    answer = house.client().post("/sign-in", data={"ref": "p-10234-officer", "next": next_url})

    assert answer.headers["location"] == "/"
    assert "x" not in answer.cookies


@pytest.mark.parametrize(
    ("ref", "next_url"),
    [
        ("p-10234-officer", "/forms/tags/"),
        ("p-10234-officer", "/receipts/abc?format=json"),
        ("r-osei", "/reviews/3"),
    ],
)
def test_signing_in_leads_back_to_where_one_was(house, ref, next_url):
    shown = house.client().get("/sign-in", params={"next": next_url})
    answer = house.client().post("/sign-in", data={"ref": ref, "next": next_url})

    assert next_url.replace("&", "&amp;") in shown.text
    assert answer.headers["location"] == next_url


def test_no_secret_of_a_session_or_a_token_stands_in_the_database(fresh):
    session = fresh.client("p-10234-officer").cookies["gradepost"]
    token = fresh.software().headers["authorization"].removeprefix("Bearer ")

    files = [path.read_bytes() for path in fresh.state.folder.glob("inbox.sqlite3*")]

    assert not any(session.encode() in content for content in files)
    assert not any(token.removeprefix("gp_").encode() in content for content in files)


def test_a_links_secret_stands_in_its_letter_alone(fresh):
    client = fresh.software()
    fresh.submit(client, fresh.schedule())
    fresh.submit(client, fresh.tags())
    secret = fresh.link().rpartition("/")[2]

    columns = fresh.rows("SELECT * FROM credentials")

    assert not any(secret in str(value) for row in columns for value in row)
    assert re.search(secret, fresh.letters()[-1].body)


def test_the_private_key_is_readable_by_its_owner_alone(house):
    assert (house.state.folder / "keys" / "receipt.pem").stat().st_mode & 0o777 == 0o600
