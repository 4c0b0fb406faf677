"""A proxy before GitHub's stand-in that lets things go wrong, as a seed decides: the same seed, the same faults."""

import http.client
import json
import random
import socket
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

LIMITED = b'{"message": "You have exceeded a secondary rate limit. Try again later."}'
PAGE = b"<!doctype html><title>Unicorn!</title>"


class FaultProxy:
    """Passes on to `url`, but for one request in so many, until `healed`. What went wrong is counted in `seen`."""

    def __init__(self, url, seed, share=0.2):
        self.target, self.share, self.healed = urlsplit(url), share, False
        self.chance, self.seen, self.before = random.Random(seed), Counter(), {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method, path, body, headers):
        """Status, headers and body; None where the line is cut."""
        if self.healed or self.chance.random() >= self.share:
            return self._passed_on(method, path, body, headers)
        fault = self.chance.choice(FAULTS)
        self.seen[fault.__name__] += 1
        return fault(self, method, path, body, headers)

    def _passed_on(self, method, path, body, headers):
        line = http.client.HTTPConnection(self.target.hostname, self.target.port, timeout=15)
        kept = {name: text for name, text in headers.items() if name.lower() not in ("host", "connection")}
        if method == "POST" and path.endswith("/pulls"):
            # GitHub has one open pull request to a branch and refuses a second; the emulator opens it.
            line.request("GET", f"{path}?state=open&per_page=100", None, {"Authorization": headers["Authorization"]})
            if json.loads(body)["head"] in [pull["head"]["ref"] for pull in json.loads(line.getresponse().read())]:
                return 422, {}, b'{"message": "Validation Failed: A pull request already exists"}'
        line.request(method, path, body, kept)
        answer = line.getresponse()
        # Addresses in an answer lead through this proxy too, or changes of a branch would go past it.
        text = answer.read().replace(self.target.geturl().encode(), self.url.encode())
        shown = {name: text for name, text in answer.getheaders() if name.lower() in ("content-type", "link")}
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
