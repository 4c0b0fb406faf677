"""The commands around a gateway: `init`, `token`, `submit`, `publish`, `status`; and help that a person understands."""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gradepost.doors.cli import COMMANDS
from gradepost.doors.clock import DemoClock
from gradepost.doors.demo import examples
from gradepost.doors.demo.people import STARTS_AT
from gradepost.doors.demo.seeding import make_demo_ledger
from gradepost.doors.state import clock_file, open_state
from gradepost.forge.local import LocalForge
from gradepost.intake import Accepted, Submission
from gradepost.people import actor_of_secret
from gradepost.receipt import SigningKey
from gradepost.settings import Settings

ROOT = Path(__file__).parents[1]
AT = datetime(2021, 5, 18, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A demo's state with its ledger and its clock, and no submission."""
    folder = tmp_path_factory.mktemp("made") / "state"
    make_demo_ledger(LocalForge.create(folder / "ledger.git"), folder, Settings(ROOT, "", None, None))
    DemoClock.start(clock_file(folder), STARTS_AT)
    return folder


@pytest.fixture
def folder(made, tmp_path):
    return Path(shutil.copytree(made, tmp_path / "state"))


def opened(folder):
    return open_state(folder, Settings(ROOT, "http://127.0.0.1:8000/", None, None))


# Help


@pytest.mark.parametrize("command", ["", *COMMANDS, "receipt verify"])
def test_help_says_what_it_is_for_and_explains_every_option(gradepost, command):
    ran = gradepost(*command.split(), "--help")

    assert ran.code == 0
    said = ran.out.splitlines()
    assert said[0].startswith("Usage: gradepost")
    assert re.match(r"  [A-Z].*", said[2]), "a sentence that says what it is for"
    options = re.findall(r"^  (?:-\w, )?(--[a-z-]+)(?: [A-Z\[<].*?)?(?:  +(\S.*))?$", ran.out, re.MULTILINE)
    assert ("--help", "Show this message and exit.") in options
    described = re.sub(r"\s+", " ", ran.out)
    for option, words in options:
        assert words or re.search(rf"{option} .{{10,}}", described), option


@pytest.mark.parametrize("arguments", [["nonsense"], ["serve", "--nonsense"], ["serve", "--port", "x"], ["submit"]])
def test_a_command_used_wrongly_ends_with_2_and_a_hint(gradepost, arguments):
    ran = gradepost(*arguments)

    assert ran.code == 2
    assert "Usage:" in ran.err


# init


def test_init_makes_a_ledger_that_pins_the_book_and_knows_its_key(gradepost, tmp_path, book):
    ran = gradepost("init", tmp_path / "ledger")

    toml = tomllib.loads((tmp_path / "ledger/ledger.toml").read_text())
    key = SigningKey.from_pem((tmp_path / "ledger.keys/receipt.pem").read_bytes())
    assert ran.code == 0
    assert (toml["book"], toml["demo"], toml["keys"][0]["id"]) == (book.digest, False, key.id)
    assert (tmp_path / "ledger.keys/receipt.pem").stat().st_mode & 0o777 == 0o600
    assert gradepost("check", tmp_path / "ledger").code == 0
    log = subprocess.run(
        ["git", "status", "--porcelain"], cwd=tmp_path / "ledger", capture_output=True, text=True, check=True
    )
    assert log.stdout == ""


def test_what_init_says_to_do_next_serves_the_ledger(gradepost, tmp_path, monkeypatch):
    said = gradepost("init", tmp_path / "ledger").out

    steps = re.search(r"To serve it here: (.*); gradepost serve$", said, re.MULTILINE)[1]
    monkeypatch.chdir(tmp_path)
    subprocess.run(steps, shell=True, check=True, capture_output=True)

    state = opened(tmp_path / "var")
    assert state.demo is False
    assert gradepost("status", "--state", tmp_path / "var").code == 0


def test_init_leaves_alone_what_is_there(gradepost, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").write_text("mine")
    gradepost("init", tmp_path / "ledger")
    key = (tmp_path / "ledger.keys/receipt.pem").read_bytes()
    shutil.rmtree(tmp_path / "ledger")

    into_full, over_a_key = gradepost("init", tmp_path / "full"), gradepost("init", tmp_path / "ledger")

    assert (into_full.code, over_a_key.code) == (2, 2)
    assert (tmp_path / "ledger.keys/receipt.pem").read_bytes() == key
    assert not (tmp_path / "ledger").exists()


def test_init_works_in_the_folder_where_one_stands(gradepost, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    assert gradepost("init", ".").code == 0
    assert (tmp_path / "here.keys/receipt.pem").exists()


# token


def test_tokens_last_line_is_a_token_that_works(gradepost, folder):
    ran = gradepost("token", "--centre", "10234", "--role", "exams-officer", "--state", folder)

    secret = ran.out.splitlines()[-1]
    actor = actor_of_secret(opened(folder).inbox, secret, "token", AT)
    assert ran.code == 0
    assert (actor.centre, actor.role) == ("10234", "exams-officer")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--centre", "99999", "--role", "exams-officer"],
        ["--centre", "10234", "--role", "reviewer"],
        ["--centre", "10234"],
    ],
)
def test_no_token_is_made_for_whom_the_register_does_not_know_or_for_another_role(gradepost, folder, arguments):
    ran = gradepost("token", *arguments, "--state", folder)

    assert ran.code == 2
    assert opened(folder).inbox.credentials("token") == []


@pytest.mark.parametrize(
    "command", [["token", "--centre", "10234", "--role", "teacher"], ["status"], ["publish", "--once"]]
)
def test_a_folder_without_a_ledger_is_2_with_words(gradepost, tmp_path, command):
    ran = gradepost(*command, "--state", tmp_path)

    assert ran.code == 2
    assert "no ledger here" in ran.err
    assert list(tmp_path.iterdir()) == []


# publish and status


def received(folder):
    state = opened(folder)
    from gradepost.people import Actor

    actor = Actor("p-10234-officer", "exams-officer", "10234", "session")
    document = examples.schedule(state.book, "10234", "AM20530", "UV21578", state.now())
    outcome = state.intake.receive(Submission(json.dumps(document).encode(), "schedule", actor, "form"))
    assert isinstance(outcome, Accepted)
    return state


def test_publish_once_files_and_judges_what_waits_and_says_so(gradepost, folder):
    state = received(folder)

    first, second = (gradepost("publish", "--once", "--state", folder) for _ in range(2))

    assert (first.code, first.out) == (0, "1 filed, 1 judged, 0 merged; 0 waiting.\n")
    assert (second.code, second.out) == (0, "0 filed, 0 judged, 0 merged; 0 waiting.\n")
    assert len(state.forge.pulls()) == 1


def test_status_says_where_every_dossier_stands_and_what_waits(gradepost, folder, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    received(folder)

    before = gradepost("status", "--state", folder).out
    gradepost("publish", "--once", "--state", folder)
    after, other = (gradepost("status", "--state", folder, "--centre", c).out for c in ("10234", "10235"))

    assert "1 submissions wait to be filed" in before
    assert "AM20530" in after
    assert "0 submissions wait" in after
    assert "AM20530" not in other


# submit


@pytest.fixture(scope="module")
def served(made, tmp_path_factory):
    """A gateway that serves, as a process: its address and a token for it."""
    folder = Path(shutil.copytree(made, tmp_path_factory.mktemp("served") / "state"))
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    gradepost = [sys.executable, "-m", "gradepost"]
    environment = {"PYTHONPATH": str(ROOT / "scripts"), "PATH": "/usr/bin:/bin"}
    token = subprocess.run(
        [*gradepost, "token", "--centre", "10234", "--role", "exams-officer", "--state", str(folder)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()[-1]
    server = subprocess.Popen(
        [*gradepost, "serve", "--demo", "--state", str(folder), "--port", str(port)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}/"
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{address}readyz", timeout=5)
            break
        except OSError:
            time.sleep(0.05)
    yield address, token, folder
    server.send_signal(signal.SIGTERM)
    server.wait(timeout=30)


@pytest.fixture
def sending(gradepost, served, monkeypatch):
    """`gradepost submit` to that gateway."""
    address, token, _ = served
    monkeypatch.setenv("GRADEPOST_TOKEN", token)
    return lambda *files: gradepost("submit", *files, "--to", address)


@pytest.fixture
def schedule(tmp_path, book):
    path = tmp_path / "UV21578.schedule.json"
    path.write_text(json.dumps(examples.schedule(book, "10234", "AM20530", "UV21578", AT)))
    return path


def test_the_program_for_a_centres_software_gets_the_receipt_that_it_keeps(served, gradepost, schedule):
    page = (ROOT / "docs" / "about" / "api.md").read_text()
    program = re.search(r"```python\n(.*?)```", page, re.DOTALL)[1]
    address, token, _ = served
    environment = {"PATH": "/usr/bin:/bin", "GATEWAY": address.rstrip("/"), "GRADEPOST_TOKEN": token}

    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=schedule.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert ran.stdout == "201\n"
    receipt = schedule.parent / "UV21578.schedule.receipt.json"
    key = schedule.parent / "key.pem"
    key.write_bytes(urllib.request.urlopen(f"{address}receipt-key.pem", timeout=5).read())
    assert gradepost("receipt", "verify", str(receipt), "--key", str(key)).code == 0


def test_submit_writes_the_receipt_beside_the_document_and_it_verifies(sending, gradepost, served, schedule):
    ran = sending(schedule)

    receipt = schedule.with_name("UV21578.schedule.receipt.json")
    key = served[2] / "keys/receipt.pub.pem"
    assert ran.code == 0
    assert "received as number" in ran.out
    assert gradepost("receipt", "verify", receipt, "--document", schedule, "--key", key).code == 0
    assert sorted(p.name for p in schedule.parent.glob(".*")) == []


def test_submit_sends_in_the_order_given_and_says_of_each_how_it_fared(sending, tmp_path, book, schedule):
    tags = tmp_path / "UV21578.tags.json"
    tags.write_text(json.dumps(examples.tags(book, "10234", "AM20530", "UV21578", AT)))
    wrong = tmp_path / "wrong.schedule.json"
    wrong.write_text(schedule.read_text().replace("UV21578", "UV99999"))

    ran = sending(schedule, wrong, tags)

    assert ran.code == 1
    assert ran.out.count("received as number") == 2
    assert "wrong.schedule.json: not received (HTTP 422)" in ran.err
    assert re.search(r"^  [A-Z]\d{3} line \d+: ", ran.err, re.MULTILINE)
    assert not wrong.with_suffix(".receipt.json").exists()


def test_what_is_sent_again_after_a_lost_answer_gets_the_same_receipt(sending, served, gradepost, schedule):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = gradepost("submit", schedule, "--to", f"http://127.0.0.1:{nobody.getsockname()[1]}")
    key = (schedule.parent / ".UV21578.schedule.json.key").read_text()

    sending(schedule)
    first = schedule.with_name("UV21578.schedule.receipt.json").read_bytes()
    (schedule.parent / ".UV21578.schedule.json.key").write_text(key)
    sending(schedule)

    assert (away.code, "send it again" in away.err) == (3, True)
    assert schedule.with_name("UV21578.schedule.receipt.json").read_bytes() == first


@pytest.mark.parametrize(
    "content", ["{", "[]", "{}", '{"form": 3}', '{"form": "é"}', '{"form": "../x"}', '{"form": "a", "form": "b"}']
)
def test_a_file_that_names_no_form_is_2_and_nothing_is_sent(sending, served, tmp_path, schedule, content):
    (tmp_path / "odd.json").write_text(content)
    before = len(opened(served[2]).inbox.branches())

    ran = sending(schedule, tmp_path / "odd.json")

    assert ran.code == 2
    assert "odd.json" in ran.err
    assert not schedule.with_name("UV21578.schedule.receipt.json").exists()
    assert len(opened(served[2]).inbox.branches()) == before


def test_an_unknown_token_is_1_and_says_so(gradepost, served, monkeypatch, schedule):
    monkeypatch.setenv("GRADEPOST_TOKEN", "gp_nobody")

    ran = gradepost("submit", schedule, "--to", served[0])

    assert ran.code == 1
    assert "HTTP 401" in ran.err


def test_without_a_token_or_an_address_it_is_2(gradepost, served, monkeypatch, schedule):
    monkeypatch.delenv("GRADEPOST_TOKEN", raising=False)
    assert gradepost("submit", schedule, "--to", served[0]).code == 2

    monkeypatch.setenv("GRADEPOST_TOKEN", "x")
    assert gradepost("submit", schedule, "--to", "ftp://elsewhere.example").code == 2


class Broken:
    """A gateway that answers each connection with the same bytes."""

    def __init__(self, answer):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        import threading

        threading.Thread(target=self._serve, args=(answer,), daemon=True).start()

    def _serve(self, answer):
        taken, _ = self._socket.accept()
        taken.recv(100_000)
        taken.sendall(answer)
        taken.close()
        self._socket.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\ncut sh",
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\n<ht>",
        b"HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_an_answer_that_leaves_it_open_is_3_and_the_key_is_kept_for_sending_again(
    gradepost, monkeypatch, schedule, answer
):
    monkeypatch.setenv("GRADEPOST_TOKEN", "x")

    ran = gradepost("submit", schedule, "--to", f"http://127.0.0.1:{Broken(answer).port}")

    assert ran.code == 3
    assert "again" in ran.err
    assert "Traceback" not in ran.err
    assert (schedule.parent / ".UV21578.schedule.json.key").exists()
    assert not schedule.with_name("UV21578.schedule.receipt.json").exists()
