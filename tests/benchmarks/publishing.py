"""A season filed on GitHub within its limits: 6,000 submissions in 2,000 dossiers, 80 content requests a minute, 500 an
hour, on a simulated clock.

Run by hand: `python tests/benchmarks/publishing.py [--dossiers N] [--seed N]`. The server counts and refuses; the
publisher, its forge and its budget are the real ones. Waits cost no time, so a day passes in a few minutes.
"""

import argparse
import logging
import random
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "github"))
from counting_server import HOUR, Clock, CountingGitHub

from gradepost.forge.budget import Limits, forecast
from gradepost.forge.github import GitHubForge
from gradepost.forge.governor import Governor
from gradepost.inbox import Entry
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.publish import Publisher

FORMS = ("schedule", "tags", "declaration")


@dataclass(frozen=True)
class Outcome:
    """What the server counted and the clock showed."""

    filed: int
    dossiers: int
    pulls: int
    requests: int
    accepted: int
    over: int
    inside_a_rest: int
    hours: float
    used: float
    forecast_error: float

    @property
    def per_dossier(self):
        return self.accepted / self.dossiers


def receive(inbox, dossiers, at, forms=FORMS):
    """The schedules of all, then the TAGs of all, then the declarations: the worst order for batching."""
    for form in forms:
        for number in range(dossiers):
            centre = f"{10000 + number:05}"
            folder = f"submissions/2021-summer/{centre[:2]}/{centre}/AM20530/external-exam"
            branch = f"dossier/2021-summer/{centre}/AM20530/external-exam"
            document = f'{{"form": "{form}", "centre": "{centre}"}}\n'.encode()
            entry = Entry(
                form, "2021-summer", centre, branch, f"{folder}/{form}.json", f"{form[:3]}{number:017}",
                document, "0" * 64, "0" * 64, at, None,
            )  # fmt: skip
            with inbox.desk(centre) as desk:
                desk.store(entry, lambda seq: f'{{"seq": {seq}}}\n'.encode())


def file_all(dossiers, *, a_minute=80, an_hour=500, rests=(), folder):
    clock = Clock()
    server = CountingGitHub(clock, a_minute=a_minute, an_hour=an_hour, rests=rests)
    server.begin({"ledger.toml": "series\n"})
    inbox = SqliteInbox(Path(folder, "inbox.sqlite3"))
    receive(inbox, dossiers, clock())
    limits = Limits(a_minute, an_hour, 900, 100_000)
    governor = Governor(inbox, limits, clock)
    publisher = Publisher(inbox, GitHubForge(server.url, "o/ledger", "token", governor), None, clock, governor)
    start = clock()
    foreseen = forecast(governor.spending(), dossiers * 4, start, limits)
    filed = 0
    while inbox.waiting()["waiting"]:
        filed += publisher.file_due()
        clock.pass_by(5)
        assert clock() - start < timedelta(days=7), "the outbox is not drained"
    server.stop()
    took = clock() - start
    return Outcome(
        filed, dossiers, len(server.pulls), len(server.arrived), sum(server.accepted.values()), server.over,
        server.inside_a_rest, took / HOUR, _used(server.arrived, start, an_hour),
        abs(foreseen - clock()) / took,
    )  # fmt: skip


def _used(arrived: list[datetime], start: datetime, an_hour: int) -> float:
    """How much of the budget was used in the whole hours that had a queue."""
    hours = int((arrived[-1] - start) / HOUR)
    inside = sum(at < start + timedelta(hours=hours) for at in arrived)
    return inside / (hours * an_hour) if hours else 1.0


def main():
    logging.disable(logging.WARNING)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dossiers", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=20210521)
    asked = parser.parse_args()
    rests = random.Random(asked.seed).sample(range(1, asked.dossiers * 4), 3)
    for label, numbers in (("undisturbed", ()), (f"told to rest three times, seed {asked.seed}", rests)):
        with tempfile.TemporaryDirectory() as folder:
            done = file_all(asked.dossiers, rests=numbers, folder=folder)
        print(f"{label}: {done.filed:,} submissions in {done.pulls:,} pull requests, {done.hours:.1f} hours")
        print(f"  {done.requests:,} content requests, {done.over} over the limits, {done.inside_a_rest} inside a rest")
        print(
            f"  {done.per_dossier:.3f} accepted per dossier opened; {done.used:.1%} of the budget used in whole hours"
        )
        print(f"  the forecast at the start was wrong by {done.forecast_error:.1%}", flush=True)


if __name__ == "__main__":
    main()
