"""Security headers by route, over http and https, and on answers that are made when all else failed."""

from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from gradepost.doors.web import app as gateway_app
from gradepost.doors.web.headers import SecurityHeaders

POLICY = "default-src 'none'; frame-ancestors 'none'"
PLAIN = SimpleNamespace(site=SimpleNamespace(policy=POLICY), is_https=False)
SECURE = SimpleNamespace(site=SimpleNamespace(policy=POLICY), is_https=True)


def client_of(gateway):
    def page(_request):
        return PlainTextResponse("x")

    def own(_request):
        return PlainTextResponse("x", headers={"Cache-Control": "public", "Referrer-Policy": "no-referrer"})

    routes = [Route("/page", page), Route("/own", own), Route("/declare/{secret}", page), Route("/r/{id}", page)]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(SecurityHeaders, gateway=gateway)]))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Content-Security-Policy", POLICY),
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ("Cache-Control", "no-store"),
    ],
)
@pytest.mark.parametrize("path", ["/page", "/nothing"])
def test_every_answer_carries_it_also_one_that_is_not_found(path, name, value):
    assert client_of(PLAIN).get(path).headers.get_list(name) == [value]


def test_an_answer_keeps_what_it_sets_itself():
    answer = client_of(PLAIN).get("/own")

    assert answer.headers.get_list("cache-control") == ["public"]
    assert answer.headers.get_list("referrer-policy") == ["no-referrer"]


def test_a_page_with_a_secret_in_its_address_tells_its_address_to_nobody():
    assert client_of(PLAIN).get("/declare/abc").headers["referrer-policy"] == "no-referrer"
    assert client_of(PLAIN).get("/r/abc").headers["referrer-policy"] == "same-origin"


def test_every_route_of_the_gateway_with_a_secret_is_known_as_one():
    def is_secret(path):
        return any(word in path.lower() for word in ("secret", "token", "link/"))

    assert {route.path for route in gateway_app.ROUTES if is_secret(route.path)} == {
        route.path for route in gateway_app.ROUTES if "{secret}" in route.path
    }
    assert "/declare/{secret}" in {route.path for route in gateway_app.ROUTES}


def test_over_https_browsers_are_told_to_stay_there_and_over_http_not():
    assert client_of(SECURE).get("/page").headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert "strict-transport-security" not in client_of(PLAIN).get("/page").headers


def test_an_answer_to_a_bug_carries_them_too(monkeypatch):
    def broken(_request):
        raise RuntimeError

    monkeypatch.setattr(gateway_app, "ROUTES", [Route("/broken", broken)])
    shell = SimpleNamespace(page=lambda *_: "page")
    gateway = SimpleNamespace(site=SimpleNamespace(policy=POLICY, shell=shell), is_https=True, clock=None, demo=False)
    app = gateway_app.build_app(gateway)

    answer = TestClient(app, raise_server_exceptions=False).get("/broken", headers={"Accept": "application/json"})

    assert answer.status_code == 500
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-frame-options"] == "DENY"
    assert "strict-transport-security" in answer.headers
