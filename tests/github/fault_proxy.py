"""A proxy before GitHub's stand-in that lets things go wrong, as a seed decides: the same seed, the same faults."""

import http.client
import json
import random
import socket
import threading
import time
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import requests
from github.Requester import HTTPSRequestsConnectionClass, Requester

LIMITED = b'{"message": "You have exceeded a secondary rate limit. Try again later."}'
PAGE = b"<!doctype html><title>Unicorn!</title>"


class Faults:
    """Passes on (`_passed_on`), but for one request in so many, until `healed`. `seen` counts what went wrong."""

    def __init__(self, seed, share=0.2, faults=None):
        self.share, self.healed, self.faults = share, False, faults or FAULTS
        self.chance, self.seen, self.before = random.Random(seed), Counter(), {}

    def answer(self, method, path, body, headers):
        """Status, headers and body; None where the line is cut."""
        if self.healed or self.chance.random() >= self.share:
            return self._passed_on(method, path, body, headers)
        fault = self.chance.choice(self.faults)
        self.seen[fault.__name__] += 1
        return fault(self, method, path, body, headers)


class FaultProxy(Faults):
    """Before a server at `url`. With `takes_doubles` a second pull request of a branch is passed on as well."""

    def __init__(self, url, seed, share=0.2, faults=None, takes_doubles=False):
        super().__init__(seed, share, faults)
        self.target, self.takes_doubles = urlsplit(url), takes_doubles
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def _passed_on(self, method, path, body, headers):
        line = http.client.HTTPConnection(self.target.hostname, self.target.port, timeout=15)
        kept = {name: text for name, text in headers.items() if name.lower() not in ("host", "connection")}
        if method == "POST" and path.endswith("/pulls") and not self.takes_doubles:
            # GitHub has one open pull request to a branch and refuses a second; the emulator opens it.
            line.request("GET", f"{path}?state=open&per_page=100", None, {"Authorization": headers["Authorization"]})
            if json.loads(body)["head"] in [pull["head"]["ref"] for pull in json.loads(line.getresponse().read())]:
                return 422, {}, b'{"message": "Validation Failed: A pull request already exists"}'
        line.request(method, path, body, kept)
        answer = line.getresponse()
        # Addresses in an answer lead through this proxy too, or changes of a branch would go past it.
        text = answer.read().replace(self.target.geturl().encode(), self.url.encode())
        shown = {name: text for name, text in answer.getheaders() if name.lower() in ("content-type", "link", "etag")}
        shown = {name: text.replace(self.target.geturl(), self.url) for name, text in shown.items()}
        line.close()
        if method == "GET":
            self.before.setdefault(path, []).append((answer.status, shown, text))
        return answer.status, shown, text


def late(proxy, *request):
    time.sleep(proxy.chance.uniform(0.005, 0.03))
    return proxy._passed_on(*request)


def cut_off_before_the_deed(proxy, *request):
    return None


def cut_off_after_the_deed(proxy, *request):
    proxy._passed_on(*request)


def failing_before_the_deed(proxy, *request):
    return proxy.chance.choice((500, 502, 503)), {}, b'{"message": "Server Error"}'


def failing_after_the_deed(proxy, *request):
    proxy._passed_on(*request)
    return proxy.chance.choice((500, 502, 503)), {}, b'{"message": "Server Error"}'


def limited(proxy, *request):
    return proxy.chance.choice((403, 429)), {}, LIMITED


def limited_for_a_time(proxy, *request):
    return proxy.chance.choice((403, 429)), {"Retry-After": str(proxy.chance.randrange(1, 90))}, LIMITED


def a_page(proxy, *request):
    return 200, {"Content-Type": "text/html"}, PAGE


def signed_out(proxy, *request):
    return 401, {}, b'{"message": "Bad credentials"}'


def stale(proxy, method, path, *rest):
    """What was there before, of what changes: branches and pull requests."""
    if method == "GET" and ("/git/ref" in path or "/pulls" in path) and proxy.before.get(path):
        return proxy.before[path][max(0, len(proxy.before[path]) - proxy.chance.randrange(1, 4))]
    return proxy._passed_on(method, path, *rest)


class FaultsInside(Faults):
    """Before a stand-in in this process, without a line between: many short runs in the time of one."""

    def __init__(self, github, seed, **how):
        super().__init__(seed, **how)
        self.github = github

    def _passed_on(self, method, path, body, headers):
        status, told, value = self.github.answer(method, path, json.loads(body) if body else {})
        answer = status, {"Content-Type": "application/json", **told}, json.dumps(value).encode()
        if method == "GET":
            self.before.setdefault(path, []).append(answer)
        return answer

    @contextmanager
    def in_place(self):
        """PyGithub asks here instead of opening a line."""
        Requester.injectConnectionClasses(lambda *_, **__: _Line(self), HTTPSRequestsConnectionClass)
        try:
            yield
        finally:
            Requester.resetConnectionClasses()


class _Line:
    """What PyGithub takes for a connection."""

    def __init__(self, faults):
        self._faults = faults

    def request(self, verb, url, input, headers, stream=False):
        self._asked = verb, url, input, headers

    def getresponse(self):
        answer = self._faults.answer(*self._asked)
        if answer is None:
            raise requests.ConnectionError("cut off")
        self.status, headers, self._body = answer
        self._headers = {name.lower(): text for name, text in headers.items()}
        return self

    def getheaders(self):
        return self._headers.items()

    def read(self):
        return self._body.decode()

    def close(self):
        pass


FAULTS = (
    late,
    cut_off_before_the_deed,
    cut_off_after_the_deed,
    failing_before_the_deed,
    failing_after_the_deed,
    limited,
    limited_for_a_time,
    a_page,
    signed_out,
    stale,
    stale,
)


# GitHub refuses a second pull request of a branch. Where that is not to be relied upon, what is read must be true.
TRUE_READS = tuple(fault for fault in FAULTS if fault is not stale)


def _handler(proxy):
    class Front(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_one(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = proxy.answer(self.command, self.path, body, self.headers)
            if answer is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, headers, text = answer
            self.send_response(status)
            shown = {"Content-Type": "application/json", "Content-Length": str(len(text))}
            for name, value in {**shown, **{name.title(): value for name, value in headers.items()}}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
        setattr(Front, f"do_{method}", Front.handle_one)
    return Front
