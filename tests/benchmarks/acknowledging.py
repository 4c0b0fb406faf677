"""Submissions acknowledged per second, full judgement included, against raw SQLite commits of the same bytes.

Run by hand: `python tests/benchmarks/acknowledging.py [--submissions N] [--rounds N] [--in DIR] [--profile]`. A
submission is a schedule or TAGs of 28 learners, received by the gateway's own intake on disk: parsed, judged by every
rule, signed, and stored durably. Raw is one committed insert (write-ahead log, synchronous FULL) of the very documents
and receipts that came of it. Rounds take turns, so that a busy machine slows both alike. At the end, as information,
the same over HTTP: uvicorn and a few clients that keep their connections.
"""

import argparse
import cProfile
import gc
import http.client
import json
import pstats
import sqlite3
import statistics
import tempfile
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from gradepost.book import load
from gradepost.doors.demo import examples, people
from gradepost.doors.demo.people import STARTS_AT
from gradepost.doors.state import new_receipt_id, new_secret
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.intake import Accepted, Intake, Submission, Surroundings
from gradepost.ledger import centre_of
from gradepost.model.register import Register
from gradepost.people import Actor, make_token
from gradepost.receipt import SigningKey

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = 4
FEW = 2


class Gateway:
    """The receiving end over a fresh store, and what it acknowledged."""

    def __init__(self, folder, book, centres):
        self.book, self.acknowledged = book, []
        self.inbox = SqliteInbox(folder / "inbox.sqlite3")
        pattern = centre_of(people.centres(book)[0])
        self._registers = {c: Register(replace(pattern, number=c)) for c in centres}
        ticks = count()
        surroundings = Surroundings(
            self._registers.__getitem__,
            lambda: STARTS_AT.replace(microsecond=0) + next(ticks) * _MILLISECOND,
            new_receipt_id,
            SigningKey.make(),
            demo=True,
        )
        self.intake = Intake(book, self.inbox, surroundings)

    def receive(self, submissions):
        for centre, form, raw in submissions:
            actor = Actor("p-10234-officer", "exams-officer", centre, "session")
            outcome = self.intake.receive(Submission(raw, form, actor, "api", key=new_receipt_id()))
            if not isinstance(outcome, Accepted):
                raise SystemExit(f"refused: {outcome}")
            self.acknowledged.append(outcome.receipt_id)

    def bytes_of(self, receipt_ids):
        """What was stored for them, for the other side to store too."""
        found = map(self.inbox.submission, receipt_ids)
        return [(stored.document, stored.receipt) for stored in found]


_MILLISECOND = datetime(2021, 1, 1, 0, 0, 0, 1000, tzinfo=UTC) - datetime(2021, 1, 1, tzinfo=UTC)


class Raw:
    """The least that keeps the same bytes as safely."""

    def __init__(self, folder):
        self._connection = sqlite3.connect(folder / "raw.sqlite3", isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE TABLE kept (seq INTEGER PRIMARY KEY, document BLOB, receipt BLOB)")

    def store(self, rows):
        for row in rows:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("INSERT INTO kept (document, receipt) VALUES (?, ?)", row)
            self._connection.execute("COMMIT")


def submissions_of(book, centres, number):
    """Schedules and TAGs in turn, each TAG document after its schedule, with something of its own in each."""
    components = [c.code for c in book.series.qualifications["AM20530"].components.values() if c.takes_tag]
    made = []
    for turn in range(number // 2):
        centre, component = centres[turn % len(centres)], components[turn // len(centres) % len(components)]
        schedule = examples.schedule(book, centre, "AM20530", component, STARTS_AT)
        tags = examples.tags(book, centre, "AM20530", component, STARTS_AT)
        tags["decision_record"] += f" Turn {turn}."
        made += [(centre, document["form"], json.dumps(document).encode()) for document in (schedule, tags)]
    return made


def per_second(act, items):
    gc.collect()
    start = time.perf_counter()
    act(items)
    return len(items) / (time.perf_counter() - start)


def compare(name, folder, book, centres, asked):
    folder.mkdir()
    gateway, raw = Gateway(folder, book, centres), Raw(folder)
    gateway.receive(submissions_of(book, centres, 2 * len(centres)))
    rates, ratios = {"gradepost": [], "raw": []}, []
    for _ in range(asked.rounds):
        gateway.acknowledged.clear()
        rates["gradepost"].append(per_second(gateway.receive, submissions_of(book, centres, asked.submissions)))
        rates["raw"].append(per_second(raw.store, gateway.bytes_of(gateway.acknowledged)))
        ratios.append(rates["gradepost"][-1] / rates["raw"][-1])
    print(name)
    for side, rate in rates.items():
        print(f"  {side:10} {statistics.median(rate):8.1f} a second (from {min(rate):.1f} to {max(rate):.1f})")
    spread = f"from {min(ratios):.2f} to {max(ratios):.2f}"
    print(f"  ratio      {statistics.median(ratios):8.2f} ({spread}; aim: at least 0.2)")


def profile(folder, book, centres, asked):
    folder.mkdir()
    gateway = Gateway(folder, book, centres)
    gateway.receive(submissions_of(book, centres, 2 * len(centres)))
    work, profiler = submissions_of(book, centres, asked.submissions), cProfile.Profile()
    profiler.enable()
    gateway.receive(work)
    profiler.disable()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(30)


def over_http(folder, book, asked):
    """The whole gateway, worker and publisher included, with clients in threads of the same process."""
    import uvicorn

    from gradepost.doors.building import build_site
    from gradepost.doors.clock import DemoClock
    from gradepost.doors.demo.seeding import make_demo_ledger
    from gradepost.doors.state import clock_file, open_state
    from gradepost.doors.web import build_app
    from gradepost.doors.web import gateway as web
    from gradepost.doors.web.site_files import SiteFiles
    from gradepost.forge.local import LocalForge
    from gradepost.settings import Settings

    settings = Settings(ROOT, "http://127.0.0.1:8000/", None, None)
    make_demo_ledger(LocalForge.create(folder / "ledger.git"), folder, settings)
    clock = DemoClock.start(clock_file(folder), STARTS_AT)
    state = open_state(folder, settings, clock.now)
    build_site(settings, settings.site_url, folder / "site")
    gateway = web.Gateway(state, SiteFiles(folder / "site"), settings, clock)
    server = uvicorn.Server(uvicorn.Config(build_app(gateway), port=0, log_level="warning", access_log=False))
    serving = threading.Thread(target=server.run, daemon=True)
    serving.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    tokens = {c: make_token(state.inbox, c, "exams-officer", state.now(), new_secret) for c in ("10234", "10235")}
    shares = [submissions_of(book, [c], asked.submissions // CLIENTS) for c in ("10234", "10235") * (CLIENTS // 2)]
    clients = [threading.Thread(target=client, args=(port, tokens, share)) for share in shares]
    start = time.perf_counter()
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    rate = sum(map(len, shares)) / (time.perf_counter() - start)
    server.should_exit = True
    serving.join()
    print(f"over HTTP, {CLIENTS} clients of 2 centres in the same process: {rate:.1f} a second")


def client(port, tokens, submissions):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for centre, form, raw in submissions:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {tokens[centre]}"}
        connection.request("POST", f"/submit/{form}", raw, headers)
        answer = connection.getresponse()
        if (answer.status, answer.read())[0] != 201:
            raise SystemExit(f"not received: {answer.status}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=400, help="submissions in a round")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--in", dest="folder", help="where to work: the disk that is measured")
    parser.add_argument("--profile", action="store_true", help="show instead where the time goes")
    asked = parser.parse_args()
    book = load(ROOT)
    many = [f"{10300 + number:05}" for number in range(asked.submissions // 2)]
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        if asked.profile:
            profile(Path(folder) / "profile", book, many, asked)
            return
        compare("many centres", Path(folder) / "many", book, many, asked)
        compare("few centres", Path(folder) / "few", book, many[:FEW], asked)
        over_http(Path(folder) / "http", book, asked)


if __name__ == "__main__":
    main()
