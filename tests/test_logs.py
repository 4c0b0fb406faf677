"""The log: lines of JSON, by ids alone, whatever somebody tries to write into it."""

import io
import json
import logging
from datetime import UTC, datetime

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from gradepost.doors import logs
from gradepost.doors.logs import KEYS, log_of, set_up, trace_of
from gradepost.doors.rounds import tried
from gradepost.doors.web.request_log import RequestLog

CANARY = "Canary Quillfeather"
SECRET = "A7" * 21 + "B"


@pytest.fixture
def lines():
    """What is logged at level info, read back line by line."""
    stream = io.StringIO()
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    set_up("info", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers, root.level = kept, level
    logs._configure("error")


# What passes


def test_a_line_is_one_json_object_with_time_level_part_and_event(lines):
    log_of("mail").warning("letter-put-off", letter=7, trouble="rcpt-451", tries=2)

    (line,) = lines()
    assert datetime.fromisoformat(line.pop("at")).tzinfo is not None
    assert line == {
        "level": "warning",
        "part": "mail",
        "event": "letter-put-off",
        "letter": 7,
        "trouble": "rcpt-451",
        "tries": 2,
    }


@pytest.mark.parametrize(
    "key", ["name", "email", "grade", "document", "url", "path", "body", "to", "token", "exc_info"]
)
def test_a_key_that_nobody_allowed_is_dropped_and_counted(lines, key):
    log_of("gateway").warning("x", **{key: "harmless"})

    (line,) = lines()
    assert key not in line
    assert line["dropped"] == 1 or key == "exc_info"


@pytest.mark.parametrize("key", sorted(KEYS - {"at", "level", "part", "event"}))
@pytest.mark.parametrize(
    "content",
    [
        CANARY,
        "head@centre.example",
        SECRET,
        f"gp_{SECRET}",
        f"/declare/{SECRET}?{CANARY}",
        "two\nlines",
        ["distinction"],
        {"grade": "merit"},
        b"bytes",
        "x" * 2001,
        "\x1b[31m",
    ],
    ids=lambda content: repr(content)[:20],
)
def test_no_key_lets_through_what_has_not_the_shape_of_an_id(lines, key, content):
    log_of("gateway").warning("x", **{key: content})

    (line,) = lines()
    assert key not in line


def test_an_event_of_more_than_a_word_is_dropped(lines):
    log_of("gateway").warning(f"{CANARY} wrote")

    (line,) = lines()
    assert "event" not in line


# What libraries log


def test_a_library_says_its_own_words_but_not_what_it_puts_into_them(lines):
    logging.getLogger("uvicorn.error").warning("%s asked for %s %d times", CANARY, f"/declare/{SECRET}", 3)

    (line,) = lines()
    assert line["event"] == "… asked for … 3 times"
    assert line["part"] == "uvicorn.error"


def test_our_own_lower_floors_may_name_ids_and_nothing_else(lines):
    log = logging.getLogger("gradepost.publisher")
    log.warning("number %d could not be filed: %s", 7, "ForgeError")
    log.warning("number %d could not be filed: %s", 7, CANARY)

    assert [line["event"] for line in lines()] == [
        "number 7 could not be filed: ForgeError",
        "number 7 could not be filed: …",
    ]


@pytest.mark.parametrize("part", ["gradepost.publisher", "uvicorn.error"])
def test_a_trace_names_places_and_never_what_the_exception_said(lines, part):
    try:
        int(CANARY)
    except ValueError:
        logging.getLogger(part).exception("it broke")

    (line,) = lines()
    assert line["error"] == "ValueError"
    assert "test_logs.py" in line["trace"]
    assert CANARY not in json.dumps(line)


def test_a_line_break_in_what_is_logged_makes_no_second_line(lines):
    logging.getLogger("uvicorn.error").warning('x\n{"event": "signed-in"}')

    assert len(lines()) == 1


def test_a_round_that_failed_is_told_by_its_kind_and_place(lines):
    def failing():
        raise KeyError(CANARY)

    tried(failing)

    (line,) = lines()
    assert (line["event"], line["error"], line["level"]) == ("round-failed", "KeyError", "error")
    assert "failing" in line["trace"]
    assert CANARY not in json.dumps(line)


def test_a_trace_passes_the_filter_itself():
    def inner():
        return [1 / number for number in (0,)]

    try:
        inner()
    except ZeroDivisionError as error:
        assert logs._harmless("trace", trace_of(error))


# Requests


@pytest.fixture
def client():
    def declare(_request):
        log_of("gateway").info("seen")
        return PlainTextResponse("x")

    def broken(_request):
        raise ValueError(CANARY)

    routes = [Route("/declare/{secret}", declare, methods=["GET", "POST"]), Route("/broken", broken)]
    app = Starlette(routes=routes, middleware=[Middleware(RequestLog)])
    return TestClient(app, raise_server_exceptions=False)


def test_a_request_is_told_by_its_route_never_by_its_address(lines, client):
    answer = client.get(
        f"/declare/{SECRET}?q={CANARY}", headers={"Referer": f"http://x/{CANARY}", "User-Agent": CANARY}
    )

    line = lines()[-1]
    assert (line["event"], line["method"], line["route"], line["status"]) == (
        "request",
        "GET",
        "/declare/{secret}",
        200,
    )
    assert 0 <= line["ms"] < 5000
    assert line["request"] == answer.headers["x-request-id"]
    said = json.dumps(lines())
    assert SECRET not in said
    assert "Quillfeather" not in said


def test_every_line_of_a_request_carries_its_number_and_the_next_request_has_another(lines, client):
    client.get("/declare/x")
    client.get("/declare/x")

    first, second, third, fourth = (line["request"] for line in lines())
    assert first == second != third == fourth


def test_the_number_is_ours_whatever_the_client_sends(lines, client):
    client.get("/declare/x", headers={"X-Request-Id": CANARY})

    assert "Canary" not in json.dumps(lines())


def test_a_method_that_somebody_made_up_is_not_repeated(lines, client):
    client.request("QUILLFEATHER", "/declare/x")

    assert lines()[-1]["method"] == "other"


def test_what_matched_no_route_is_told_without_its_address(lines, client):
    client.get(f"/{SECRET}")

    line = lines()[-1]
    assert (line["route"], line["status"]) == (None, 404)
    assert SECRET not in json.dumps(lines())


def test_a_request_that_broke_is_an_error(lines, client):
    client.get("/broken")

    line = lines()[-1]
    assert (line["status"], line["level"], line["route"]) == (500, "error", "/broken")
    assert CANARY not in json.dumps(lines())


# Levels


def test_at_level_warning_requests_are_not_logged(client):
    stream = io.StringIO()
    set_up("warning", stream)
    try:
        client.get("/declare/x")
    finally:
        logs._configure("error")

    assert stream.getvalue() == ""


def test_before_anybody_sets_it_up_errors_alone_are_logged_and_by_ids_alone(capsys):
    log_of("mail").warning("x")
    log_of("mail").error("y", name=CANARY)

    said = capsys.readouterr()
    assert (said.out, json.loads(said.err)["event"]) == ("", "y")
    assert CANARY not in said.err


def test_the_clock_of_the_log_is_utc(lines):
    log_of("mail").warning("x")

    assert abs((datetime.fromisoformat(lines()[0]["at"]) - datetime.now(UTC)).total_seconds()) < 60
