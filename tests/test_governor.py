"""The governor: one budget for all workers, nothing sent while the forge asks for rest, and a forecast that holds."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from publishing import file_all

from gradepost.doors.outlook import filing_metrics
from gradepost.forge.budget import HOUR, MINUTE, Limits, Spending, Wait, forecast, room_at
from gradepost.forge.github import GitHubForge
from gradepost.forge.github_connection import App
from gradepost.forge.governor import Governor
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.model.trouble import ConfigurationError
from gradepost.settings import from_environment

AT = datetime(2021, 5, 18, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LIMITS = Limits(content_a_minute=5, content_an_hour=12, points_a_minute=100)


class Hand:
    """A hand on the clock."""

    def __init__(self):
        self.at = AT

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Hand()


@pytest.fixture
def inbox(tmp_path):
    return SqliteInbox(tmp_path / "inbox.sqlite3")


@pytest.fixture
def governor(inbox, clock):
    return Governor(inbox, LIMITS, clock)


def send(governor, times=1, method="POST"):
    for _ in range(times):
        governor.before(method)


def refused_until(act):
    with pytest.raises(Wait) as raised:
        act()
    return raised.value.until


# Windows


def test_as_many_as_a_minute_allows_and_not_one_more(governor, clock):
    send(governor, 5)

    assert refused_until(lambda: send(governor)) == AT + MINUTE + SECOND
    clock.at = AT + MINUTE + SECOND
    send(governor, 5)


def test_the_hour_holds_when_the_minutes_would_allow_more(governor, clock):
    for minutes in (0, 2, 4):
        clock.at = AT + minutes * MINUTE
        send(governor, 4)
    clock.at = AT + 10 * MINUTE

    assert refused_until(lambda: send(governor)) == AT + HOUR + SECOND


def test_reading_spends_points_and_no_content(governor, inbox):
    send(governor, 90, "GET")

    assert (len(inbox.spending(AT).sent), inbox.spending(AT).points) == (0, 90)
    assert refused_until(lambda: send(governor, 11, "GET")) == AT + MINUTE + SECOND


def test_two_workers_with_a_file_each_open_share_one_budget(governor, clock, tmp_path):
    other = Governor(SqliteInbox(tmp_path / "inbox.sqlite3"), LIMITS, clock)
    send(governor, 3)
    send(other, 2)

    refused_until(lambda: send(governor))
    refused_until(lambda: send(other))


def test_threads_at_once_never_send_more_than_the_limit(governor):
    sent = []

    def work():
        for _ in range(4):
            try:
                governor.before("POST")
                sent.append(1)
            except Wait:
                return

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(sent) == 5


# Room for what belongs together


def test_what_was_promised_is_kept_from_others(governor, clock, tmp_path):
    other = Governor(SqliteInbox(tmp_path / "inbox.sqlite3"), LIMITS, clock)

    with governor.room(4):
        send(other)
        refused_until(lambda: send(other))
        send(governor, 4)


def test_room_that_is_not_there_is_told_before_anything_is_sent(governor, inbox):
    send(governor, 2)

    assert refused_until(lambda: governor.room(4).__enter__()) == AT + MINUTE + SECOND
    assert len(inbox.spending(AT).sent) == 2


def test_what_was_promised_and_not_sent_is_given_back(governor, inbox):
    with governor.room(4):
        send(governor)

    assert len(inbox.spending(AT).sent) == 1


def test_the_promise_of_a_worker_that_died_runs_out(governor, inbox, clock):
    inbox.promise("a worker that died", 5, 0, AT, LIMITS)
    clock.at = AT + 10 * MINUTE

    send(governor, 5)


# What the forge says


@pytest.mark.parametrize("status", [403, 429, 503])
def test_nothing_is_sent_before_the_forge_said_to_come_back(governor, clock, status):
    assert refused_until(lambda: governor.after(status, {"retry-after": "90"}, "")) == AT + 90 * SECOND

    clock.at = AT + 89 * SECOND
    refused_until(lambda: send(governor, method="GET"))
    clock.at = AT + 90 * SECOND
    send(governor, method="GET")


def test_a_rest_holds_for_every_worker_and_after_a_restart(governor, clock, tmp_path):
    refused_until(lambda: governor.after(429, {"retry-after": "90"}, ""))

    after_a_restart = Governor(SqliteInbox(tmp_path / "inbox.sqlite3"), LIMITS, clock)

    refused_until(lambda: send(after_a_restart))


def test_without_a_time_the_pause_is_a_minute_and_doubles_until_the_forge_does_as_asked(governor, clock):
    pauses = []
    for _ in range(3):
        until = refused_until(lambda: governor.after(429, {}, ""))
        pauses.append((until - clock.at) // MINUTE)
        clock.at = until
    governor.after(201, {}, "")

    assert pauses == [1, 2, 4]
    assert (
        refused_until(lambda: governor.after(403, {}, "You have exceeded a secondary rate limit")) == clock.at + MINUTE
    )


def test_the_forge_s_own_reset_is_waited_for_once_nothing_remains(governor):
    reset = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int((AT + 20 * MINUTE).timestamp()))}

    governor.after(200, reset, "")

    assert refused_until(lambda: send(governor, method="GET")) == AT + 20 * MINUTE


@pytest.mark.parametrize(
    "status, headers, body",
    [
        (403, {}, "Resource not accessible by integration"),
        (500, {}, "rate limit"),
        (403, {"retry-after": "soon"}, ""),
        (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "never"}, ""),
        (200, {"x-ratelimit-remaining": "17"}, ""),
    ],
)
def test_what_is_no_limit_holds_nothing(governor, status, headers, body):
    governor.after(status, headers, body)

    send(governor)


# Forecast


def test_a_forecast_of_nothing_is_now():
    assert forecast(Spending([], 0), 0, AT, LIMITS) == AT


def test_a_forecast_counts_what_was_sent_and_the_rest_that_was_asked_for():
    rested = forecast(Spending([AT] * 5, 0, AT + 30 * MINUTE), 1, AT, LIMITS)

    assert forecast(Spending([AT] * 5, 0), 1, AT, LIMITS) == AT + MINUTE + SECOND
    assert rested == AT + 30 * MINUTE
    assert forecast(Spending([], 0), 13, AT, LIMITS) == AT + HOUR + SECOND


def test_there_is_room_now_where_both_windows_have_it():
    assert room_at([AT - MINUTE - SECOND] * 5, 4, AT, LIMITS) == AT


# All of it, on a clock that is turned by hand


def test_a_season_in_small_is_filed_within_the_budget_and_as_foreseen(tmp_path):
    done = file_all(40, a_minute=20, an_hour=40, folder=tmp_path)

    assert (done.filed, done.pulls, done.over, done.per_dossier) == (120, 40, 0, 4)
    assert done.used >= 0.95
    assert done.forecast_error < 0.1


def test_no_request_is_sent_inside_a_rest_and_nothing_is_lost(tmp_path):
    done = file_all(20, rests=(2, 23, 44), folder=tmp_path)

    assert (done.filed, done.pulls, done.inside_a_rest, done.over) == (60, 20, 0, 0)


# Settings


ON_GITHUB = {"GRADEPOST_FORGE": "github", "GRADEPOST_GITHUB_REPOSITORY": "o/ledger"}
APP = {
    "GRADEPOST_GITHUB_APP_ID": "12",
    "GRADEPOST_GITHUB_INSTALLATION_ID": "34",
    "GRADEPOST_GITHUB_PRIVATE_KEY_FILE": "app.pem",
}


def test_an_app_needs_no_token():
    github = from_environment(ON_GITHUB | APP).github

    assert (github.app.id, github.app.installation, github.token) == (12, 34, None)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"GRADEPOST_GITHUB_APP_ID": "12"},
        APP | {"GRADEPOST_GITHUB_APP_ID": "twelve"},
        APP | {"GRADEPOST_GITHUB_TOKEN": "a-token"},
        APP | {"GRADEPOST_GITHUB_REQUESTS_PER_MINUTE": "81"},
        APP | {"GRADEPOST_GITHUB_REQUESTS_PER_HOUR": "501"},
        APP | {"GRADEPOST_GITHUB_REQUESTS_PER_HOUR": "3"},
    ],
)
def test_settings_that_do_not_go_together_are_told_at_once(changed):
    with pytest.raises(ConfigurationError):
        from_environment(ON_GITHUB | changed)


class AppServer(BaseHTTPRequestHandler):
    """Hands a token to whoever signs in as an App, and has nothing else."""

    def answer(self):
        self.server.asked.append((self.command, self.path, self.headers["Authorization"]))
        is_token = self.path.endswith("/access_tokens")
        body = {"token": "made-for-an-hour", "expires_at": "2099-01-01T00:00:00Z"} if is_token else {"message": "None"}
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(201 if is_token else 404)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    do_GET = do_POST = answer  # noqa: N815

    def log_message(self, *_):
        pass


@pytest.fixture
def app_server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), AppServer)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_an_app_signs_in_with_its_key_once_and_asks_with_the_token_it_gets(app_server):
    key = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    forge = GitHubForge(f"http://127.0.0.1:{app_server.server_port}", "o/ledger", App(12, 34, key.decode()))

    assert (forge.head("main"), forge.head("other")) == (None, None)

    (signed_in, *asked) = app_server.asked
    assert signed_in[:2] == ("POST", "/app/installations/34/access_tokens")
    assert signed_in[2].startswith("Bearer ey")
    assert [what[2] for what in asked] == ["token made-for-an-hour"] * 2


def test_an_app_s_key_is_not_shown():
    assert "secret" not in repr(App(12, 34, "secret"))


# What operators see


def test_the_metrics_tell_queue_budget_and_forecast(inbox, clock, governor):
    send(governor, 2)
    state = SimpleNamespace(inbox=inbox, governor=governor, now=clock)

    text = filing_metrics(state)

    assert "gradepost_outbox_waiting 0\n" in text
    assert "gradepost_forge_requests_last_minute 2\n" in text
    assert "gradepost_forge_requests_per_hour_limit 12\n" in text
    assert "gradepost_forge_all_filed_in_seconds 0\n" in text
