"""`serve` as a process: its endings in words, its log without content, and that killing it loses nothing."""

import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gradepost.document.canonical import sha256
from gradepost.doors.demo import examples
from gradepost.doors.demo.seeding import make_demo_ledger
from gradepost.doors.state import new_secret, open_state
from gradepost.forge.base import MAIN, PullState
from gradepost.forge.local import LocalForge
from gradepost.people import make_token
from gradepost.settings import Settings

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GRADEPOST_")},
    "PYTHONPATH": str(ROOT / "scripts"),
    # So that the log's tests see everything that it can hold.
    "GRADEPOST_LOG_LEVEL": "info",
}
# By hand: GRADEPOST_STORM_KILLS=100 pytest tests/test_serving.py -k killed
KILLS = int(os.environ.get("GRADEPOST_STORM_KILLS", "2"))
AT = datetime(2021, 5, 18, 9, 0, tzinfo=UTC)
COMPONENTS = {
    "10234": ["UV21578", "UV21579", "UV21580"],
    "10235": ["UV21579", "UV21580", "UV21581"],
}


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def start(folder, port, *more):
    command = [sys.executable, "-m", "gradepost", "serve", "--state", str(folder), "--port", str(port), *more]
    return subprocess.Popen(
        command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def run(folder, port, *more):
    """Start it where it must end by itself; its exit code and what it said."""
    with start(folder, port, *more) as server:
        said, _ = server.communicate(timeout=60)
    return server.returncode, said


def until_ready(server, port):
    for _ in range(400):
        if server.poll() is not None:
            raise AssertionError(server.stdout.read())
        try:
            if ask(port, "GET", "/readyz")[0] == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("it did not become ready")


def ask(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        connection.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A state with the demo's ledger, the site built for any address, and no submission."""
    folder = tmp_path_factory.mktemp("made") / "state"
    make_demo_ledger(LocalForge.create(folder / "ledger.git"), folder, Settings(ROOT, "", None, None))
    return folder


@pytest.fixture
def folder(made, tmp_path):
    return Path(shutil.copytree(made, tmp_path / "state"))


def opened(folder):
    return open_state(folder, Settings(ROOT, "http://127.0.0.1:8000/", None, None))


# Endings


def test_a_port_that_is_taken_ends_it_with_3_and_words_before_anything_is_made(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, said = run(tmp_path / "state", taken.getsockname()[1], "--demo")

    assert code == 3
    assert "Choose another --port" in said
    assert "Traceback" not in said
    assert "Gradepost is ready" not in said
    assert not (tmp_path / "state").exists()


def test_a_state_folder_that_cannot_be_written_ends_it_with_3_and_words():
    code, said = run("/proc/gradepost", free_port(), "--demo")

    assert code == 3
    assert said.startswith("gradepost: ")
    assert "Traceback" not in said


def test_without_a_ledger_it_ends_with_2_and_says_how_to_get_one(tmp_path):
    code, said = run(tmp_path, free_port())

    assert code == 2
    assert "no ledger here" in said
    assert "Traceback" not in said


def test_a_book_that_differs_from_the_ledgers_pin_ends_it_with_2_and_names_both(folder):
    forge = LocalForge(folder / "ledger.git")
    toml = forge.read(MAIN, "ledger.toml").decode()
    pinned = tomllib.loads(toml)["book"]
    other = "sha256:" + "0" * 64
    forge.commit(
        MAIN, {"ledger.toml": toml.replace(pinned, other).encode()}, "Pin another", AT, expected=forge.head(MAIN)
    )

    code, said = run(folder, free_port(), "--demo")

    assert code == 2
    assert pinned in said.replace("\n", "")
    assert other in said.replace("\n", "")
    assert "Traceback" not in said


def test_a_key_that_the_ledger_does_not_know_ends_it_with_2(folder):
    shutil.rmtree(folder / "keys")
    missing = run(folder, free_port())
    subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path; from gradepost.doors.state import make_key;"
            " make_key(Path(sys.argv[1]))",
            str(folder / "keys"),
        ],
        env=ENVIRONMENT,
        check=True,
    )
    unknown = run(folder, free_port())

    assert (missing[0], "no key to sign receipts with" in missing[1]) == (2, True)
    assert (unknown[0], "not among the keys" in unknown[1]) == (2, True)


# A walk, and its log


def test_the_log_of_a_whole_walk_holds_no_name_no_grade_and_no_submitted_text(folder):
    port = free_port()
    canary = "Canary Quillfeather wrote this about distinction-level work"
    state = opened(folder)
    token = make_token(state.inbox, "10234", "exams-officer", AT, new_secret)
    server = start(folder, port, "--demo")
    until_ready(server, port)

    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    schedule = examples.schedule(state.book, "10234", "AM20530", "UV21578", AT)
    tags = examples.tags(state.book, "10234", "AM20530", "UV21578", AT) | {"decision_record": canary}
    wrong = tags | {"learners": [{"candidate_number": canary, "uln": canary, "grade": canary}], canary: canary}
    sent = [ask(port, "POST", f"/submit/{d['form']}", json.dumps(d), headers) for d in (schedule, tags, wrong)]
    asked = [
        ask(port, "POST", "/submit/tags", f'{{"{canary}', headers),
        ask(
            port,
            "POST",
            "/submit/tags",
            f"decision_record={canary}",
            {"Content-Type": "application/x-www-form-urlencoded"},
        ),
        ask(port, "GET", f"/receipts/{canary.replace(' ', '%20')}", None, headers),
        ask(port, "GET", f"/?q={canary.replace(' ', '%20')}"),
        ask(port, "GET", f"/declare/{canary.replace(' ', '%20')}"),
    ]
    until_filed(port)
    server.send_signal(signal.SIGINT)
    said, _ = server.communicate(timeout=20)

    assert [answer[0] for answer in sent] == [201, 201, 422]
    assert all(answer[0] < 500 for answer in asked)
    assert server.returncode in (0, 130), said
    log = "\n".join(line for line in said.splitlines() if "127.0.0.1" not in line).lower()
    for word in ("canary", "quillfeather", "distinction", "merit", "1000000078", "achterberg", token[-20:].lower()):
        assert word not in log
    assert "Traceback" not in said


# Killed


def until_filed(port):
    for _ in range(300):
        text = ask(port, "GET", "/metrics")[1].decode()
        if re.search(r"^gradepost_outbox_waiting 0$", text, re.MULTILINE):
            return
        time.sleep(0.1)
    raise AssertionError("the outbox was not drained")


class Sender(threading.Thread):
    """A centre's software that submits one thing after another, and sends again whatever got no answer."""

    def __init__(self, port, number, centre, token, documents):
        super().__init__(daemon=True)
        self.port, self.number = port, number
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._bodies = [json.dumps(document) for document in documents]
        self.stopping = threading.Event()
        self.acknowledged, self.in_doubt, self.odd = {}, {}, []

    def run(self):
        while not self.stopping.is_set():
            key = f"{self.number}-{len(self.acknowledged) + len(self.in_doubt)}"
            self.send(key, self._bodies[len(self.acknowledged) % len(self._bodies)])

    def send(self, key, body):
        try:
            status, answer, _ = ask(
                self.port, "POST", "/submit/schedule", body, {**self._headers, "Idempotency-Key": key}
            )
        except (OSError, http.client.HTTPException):
            self.in_doubt[key] = body
            time.sleep(0.1)
            return
        if status == 201:
            if self.acknowledged.setdefault(key, answer) != answer:
                self.odd.append("another receipt for the same key")
            self.in_doubt.pop(key, None)
        elif status != 409:
            self.odd.append(status)

    def settle(self):
        """What is in doubt is sent again with its key, until it is answered."""
        for key, body in list(self.in_doubt.items()):
            self.send(key, body)


def storm(folder, kills, seconds):
    """Submit from several threads while the server is killed again and again; who sent what, and the port."""
    state, port = opened(folder), free_port()
    senders = []
    for number, centre in enumerate(("10234", "10234", "10235")):
        token = make_token(state.inbox, centre, "exams-officer", AT, new_secret)
        documents = [examples.schedule(state.book, centre, "AM20530", c, AT) for c in COMPONENTS[centre]]
        senders.append(Sender(port, number, centre, token, documents))
    server = start(folder, port, "--demo")
    until_ready(server, port)
    for sender in senders:
        sender.start()
    for _ in range(kills):
        time.sleep(random.uniform(0.05, seconds))  # at any point of any step
        server.kill()
        server.wait()
        server.stdout.close()
        server = start(folder, port, "--demo")
        until_ready(server, port)
    for sender in senders:
        sender.stopping.set()
        sender.join()
        sender.settle()
    until_filed(port)
    server.send_signal(signal.SIGINT)
    server.communicate(timeout=30)
    return senders


@pytest.mark.slow
def test_a_server_that_is_killed_again_and_again_loses_and_doubles_nothing(folder, gradepost):
    senders = storm(folder, KILLS, 0.6)

    assert [sender.odd for sender in senders] == [[], [], []]
    assert [sender.in_doubt for sender in senders] == [{}, {}, {}]
    acknowledged = sorted(receipt for sender in senders for receipt in sender.acknowledged.values())
    assert len(acknowledged) > KILLS
    state = opened(folder)
    forge = state.forge
    branches = state.inbox.branches()
    filed = sorted(
        forge.read(branch, path) for branch in branches for path in forge.list(branch) if "/receipts/" in path
    )
    assert filed == acknowledged
    assert len({json.loads(receipt)["seq"] for receipt in filed}) == len(filed)
    assert state.inbox.waiting()["waiting"] == 0
    opens = [pull.branch for pull in forge.pulls(PullState.OPEN)]
    assert sorted(opens) == sorted(branches)
    for branch in branches:
        receipts = [forge.read(branch, path) for path in forge.list(branch) if "/receipts/" in path]
        assert [json.loads(r)["previous"] for r in receipts] == [None, *map(sha256, receipts[:-1])]
        clone = folder.parent / "clone"
        git = ["git", "clone", "--quiet", "--branch", branch, str(folder / "ledger.git"), str(clone)]
        subprocess.run(git, check=True)
        checked = gradepost("check", clone, "--format", "json")
        assert not {f["rule"] for f in checked.json["findings"] if f["rule"].startswith(("R", "D"))}
        shutil.rmtree(clone)
    fsck = subprocess.run(
        ["git", "fsck", "--full", "--strict"], cwd=folder / "ledger.git", capture_output=True, check=False
    )
    assert fsck.returncode == 0, fsck.stderr
