"""What every answer carries, what no page has, and where a redirect may lead."""

import base64
import hashlib
import re

import pytest

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
        assert answer.headers["referrer-policy"] == "same-origin", answer.url
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


def test_over_https_the_cookie_is_bound_to_the_host(house):
    from dataclasses import replace

    from gradepost.doors.web import build_app
    from gradepost.doors.web.gateway import Gateway

    site_url = "https://127.0.0.1:8000/"
    gateway = Gateway(
        house.state, house.gateway.site, replace(house.gateway.settings, site_url=site_url), house.gateway.clock
    )
    client = house.client()
    client.app = client._transport.app = build_app(gateway)

    cookie = client.post("/sign-in", data={"ref": "p-10234-officer"}).headers["set-cookie"]

    assert cookie.startswith("__Host-gradepost=")
    assert "secure" in cookie.lower()


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
