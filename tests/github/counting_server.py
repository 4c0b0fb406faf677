"""As much of GitHub as filing needs, on a clock of its own, that counts: it refuses what is over its limits, and keeps
every instant at which it was asked. An emulator would take a day for a season; this takes a minute."""

import base64
import hashlib
import json
import socket
import threading
from bisect import bisect_right
from collections import Counter
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Clock:
    """Time that passes only when it is told to."""

    def __init__(self, at=datetime(2021, 5, 18, 9, 0, tzinfo=UTC)):
        self.at = at

    def __call__(self):
        return self.at

    def pass_by(self, seconds):
        self.at += timedelta(seconds=seconds)


class CountingGitHub:
    """One repository. `rests` are the numbers of the content requests that are answered with a Retry-After. Without
    `serve` it is asked in this process. With `takes_doubles` it opens a second pull request of a branch, as GitHub does
    not."""

    def __init__(self, clock, *, a_minute, an_hour, rests=(), rest_seconds=600, serve=True, takes_doubles=False):
        self.clock, self.a_minute, self.an_hour = clock, a_minute, an_hour
        self.rests, self.rest_seconds = set(rests), rest_seconds
        self.refs, self.objects, self.pulls, self.open = {}, {}, [], {}
        self.arrived, self.accepted, self.over, self.inside_a_rest = [], Counter(), 0, 0
        self.pushed, self.grown, self.asked = [], {}, 0
        self.down_until, self.down_as = clock.at, lambda: None
        self.resting_until = clock.at
        self.takes_doubles, self.url = takes_doubles, "http://github.example:80"
        if not serve:
            return
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def begin(self, files):
        """Main with one commit."""
        tree = self._grown(None, [{"path": path, "content": text} for path, text in files.items()])
        self.refs["heads/main"] = self._put("commits", {"tree": tree, "parents": [], "message": "Start"})

    def answer(self, method, target, given):
        self.clock.pass_by(0.1 if method == "GET" else 0.4)
        self.asked += 1
        if self.clock.at < self.down_until:
            return self.down_as()
        if self.clock.at < self.resting_until:
            self.inside_a_rest += 1
        if method != "GET" and (refusal := self._refusal()):
            return refusal
        url = urlsplit(target)
        _, _, _, _, *rest = url.path.split("/")
        status, body = self._done(method, [unquote(part) for part in rest], parse_qs(url.query), given)
        if method != "GET" and status < 300:
            self.accepted[rest[-2] if rest[-1].isdigit() else "/".join(rest[:2])] += 1
        return status, {}, body

    def _refusal(self):
        at = self.clock.at
        self.arrived.append(at)
        for most, window in ((self.a_minute, MINUTE), (self.an_hour, HOUR)):
            self.over += len(self.arrived) - bisect_right(self.arrived, at - window) > most
        if len(self.arrived) in self.rests:
            self.resting_until = at + timedelta(seconds=self.rest_seconds)
            return (
                403,
                {"Retry-After": str(self.rest_seconds)},
                {"message": "You have exceeded a secondary rate limit."},
            )
        return None

    def _done(self, method, rest, query, given):
        match (method, *rest):
            case ("GET", "git", "ref" | "refs", *name):
                return self._ref("/".join(name))
            case ("GET", "git", "trees" | "commits" as kind, sha):
                return 200, self._shown(kind, sha)
            case ("GET", "git", "blobs", sha):
                text = self.objects["blobs", sha].encode()
                return 200, {"sha": sha, "encoding": "base64", "content": base64.b64encode(text).decode()}
            case ("POST", "git", "trees"):
                return 201, self._shown("trees", self._grown(given.get("base_tree"), given["tree"]))
            case ("POST", "git", "commits"):
                return 201, self._shown("commits", self._put("commits", given))
            case ("POST", "git", "refs"):
                return self._set(given["ref"].removeprefix("refs/"), given["sha"], is_new=True)
            case ("PATCH", "git", "refs", *name):
                return self._set("/".join(name), given["sha"], is_new=False)
            case ("GET", "pulls"):
                return 200, self._listed(query)
            case ("POST", "pulls"):
                return self._opened(given)
        return 404, {"message": "Not Found"}

    def _ref(self, name):
        if name not in self.refs:
            return 404, {"message": "Not Found"}
        url = f"{self.url}/repos/o/ledger/git/refs/{name}"
        return 200, {
            "ref": f"refs/{name}",
            "url": url,
            "object": {"type": "commit", "sha": self.refs[name], "url": url},
        }

    def _listed(self, query):
        if "head" in query:
            numbers = [self.open[branch] for branch in [query["head"][0].partition(":")[2]] if branch in self.open]
        else:
            numbers = sorted(self.open.values(), reverse=True)
        first = (int(query.get("page", ["1"])[0]) - 1) * 100
        return [self._pull(number) for number in numbers[first : first + 100]]

    def files(self, branch):
        """Every file of a branch, by path."""
        return dict(self._below(self.objects["commits", self.refs[f"heads/{branch}"]]["tree"], ""))

    def _below(self, tree, prefix):
        for name, entry in self.objects["trees", tree].items():
            if entry["type"] == "tree":
                yield from self._below(entry["sha"], f"{prefix}{name}/")
            else:
                yield prefix + name, self.objects["blobs", entry["sha"]]

    def merge(self, branch):
        """A reviewer merges a branch's pull request."""
        del self.open[branch], self.refs[f"heads/{branch}"]

    def pushes_in_a_minute(self):
        """The most branches moved within any one minute."""
        return max((sum(at - MINUTE < one <= at for one in self.pushed) for at in self.pushed), default=0)

    def _set(self, name, sha, *, is_new):
        if is_new and name in self.refs:
            return 422, {"message": "Reference already exists"}
        if not is_new and self.refs[name] not in self._history(sha):
            return 422, {"message": "Update is not a fast forward"}
        self.pushed.append(self.clock.at)
        if self.refs.get(name) != sha:
            self.grown.setdefault(name, []).append(sha)
        self.refs[name] = sha
        return 201 if is_new else 200, self._ref(name)[1]

    def _history(self, sha):
        while sha is not None:
            yield sha
            sha = next(iter(self.objects["commits", sha]["parents"]), None)

    def _opened(self, given):
        if given["head"] in self.open and not self.takes_doubles:
            return 422, {"message": "A pull request already exists"}
        self.open[given["head"]] = len(self.pulls) + 1
        self.pulls.append(given)
        return 201, self._pull(len(self.pulls))

    def _pull(self, number):
        given = self.pulls[number - 1]
        source = {"ref": given["head"], "sha": self.refs[f"heads/{given['head']}"], "repo": {"full_name": "o/ledger"}}
        at = "2021-05-18T09:00:00Z"
        into = {"ref": "main", "sha": self.refs["heads/main"]}
        facts = {"number": number, "state": "open", "title": given["title"], "created_at": at}
        facts["html_url"] = f"http://github.invalid/o/ledger/pull/{number}"
        return {**facts, "closed_at": None, "merged_at": None, "head": source, "base": into}

    def _put(self, kind, value):
        sha = hashlib.sha1(json.dumps([kind, value], sort_keys=True).encode()).hexdigest()
        self.objects[kind, sha] = value
        return sha

    def _shown(self, kind, sha):
        value = self.objects[kind, sha]
        if kind == "trees":
            return {"sha": sha, "tree": [{"path": name, **entry} for name, entry in value.items()], "truncated": False}
        return {"sha": sha, "message": value["message"], "tree": {"sha": value["tree"]}, "parents": []}

    def _grown(self, base, elements):
        tree, folders = dict(self.objects["trees", base]) if base else {}, {}
        for element in elements:
            name, _, below = element["path"].partition("/")
            if below:
                folders.setdefault(name, []).append({**element, "path": below})
            else:
                tree[name] = {"mode": "100644", "type": "blob", "sha": self._put("blobs", element["content"])}
        for name, inside in folders.items():
            sha = self._grown(tree[name]["sha"] if name in tree else None, inside)
            tree[name] = {"mode": "040000", "type": "tree", "sha": sha}
        return self._put("trees", tree)


def _handler(github):
    class Front(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_one(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = github.answer(self.command, self.path, json.loads(body) if body else {})
            if answer is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, headers, value = answer
            sent = value.encode() if isinstance(value, str) else json.dumps(value).encode()
            self.send_response(status)
            for name, text in {"Content-Type": "application/json", "Content-Length": str(len(sent)), **headers}.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_):
            pass

    for method in ("GET", "POST", "PATCH"):
        setattr(Front, f"do_{method}", Front.handle_one)
    return Front
