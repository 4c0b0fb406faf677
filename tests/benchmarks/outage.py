"""GitHub is away for 72 hours while centres go on submitting; then everything is filed, in order and within the budget.

Run by hand: `python tests/benchmarks/outage.py [--hours N] [--dossiers N] [--seed N]`, once for each way in which
GitHub can be away, on a simulated clock. The publisher, its forge, its inbox and its budget are the real ones.
"""

import argparse
import logging
import random
import re
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from publishing import HOUR, Clock, CountingGitHub

from gradepost.forge.budget import Limits
from gradepost.forge.github import GitHubForge
from gradepost.forge.governor import Governor
from gradepost.inbox import Entry
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.publish import Publisher

# How GitHub can be away: what every request then gets.
AWAY = {
    "503": lambda: (503, {}, {"message": "Service Unavailable"}),
    "a cut line": lambda: None,
    "a page with 200": lambda: (200, {"Content-Type": "text/html"}, "<!doctype html><title>Unicorn!</title>"),
    "401": lambda: (401, {}, {"message": "Bad credentials"}),
}
FORMS = ("schedule", "tags", "tags", "declaration")
_BEFORE = timedelta(hours=1)
_RECEIPT_NUMBER = re.compile(r"^Receipt-Number: (\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    """What the server counted. `lost`, `doubled` and `disordered` are numbers of submissions, and should be 0."""

    received: int
    lost: int
    doubled: int
    disordered: int
    pulls: int
    asked_while_away: int
    over: int
    most_pushes: int
    drained_in: timedelta


def arrivals(chance, dossiers, hours, start):
    """Each dossier's documents in their order, at any time before or during the outage: instant, dossier, form."""
    span = _BEFORE + timedelta(hours=hours)
    for number in range(dossiers):
        for form, share in zip(FORMS, sorted(chance.random() for _ in FORMS), strict=True):
            yield start + share * span, number, form


def receive(inbox, number, form, at):
    centre = f"{10000 + number}"
    folder = f"submissions/2021-summer/{centre[:2]}/{centre}/AM20530/external-exam"
    branch = f"dossier/2021-summer/{centre}/AM20530/external-exam"
    document = f'{{"form": "{form}", "at": "{at.isoformat()}"}}\n'.encode()
    with inbox.desk(centre) as desk:
        desk.store(
            Entry(
                form, "2021-summer", centre, branch, f"{folder}/{form}.json", f"{number:08}{at:%d%H%M%S%f}",
                document, "0" * 64, "0" * 64, at, None,
            ),
            lambda seq: f'{{"seq": {seq}}}\n'.encode(),
        )  # fmt: skip


def sit_out(dossiers, hours, *, away, folder, seed=20210521, between_rounds=120):
    """An hour of work, the outage, and the time until nothing waits."""
    clock, limits = Clock(), Limits()
    server = CountingGitHub(clock, a_minute=limits.content_a_minute, an_hour=limits.content_an_hour)
    server.begin({"ledger.toml": "series\n"})
    inbox = SqliteInbox(Path(folder, "inbox.sqlite3"))
    gone, back = clock() + _BEFORE, clock() + _BEFORE + timedelta(hours=hours)
    to_come = sorted(arrivals(random.Random(seed), dossiers, hours, clock()))
    asked_before, asked_while_away = None, 0
    while to_come or inbox.waiting()["waiting"]:
        if gone <= clock() < back and server.down_until != back:
            server.down_until, server.down_as, asked_before = back, AWAY[away], server.asked
        if clock() < back and asked_before is not None:
            asked_while_away = server.asked - asked_before
        while to_come and to_come[0][0] <= clock():
            at, number, form = to_come.pop(0)
            receive(inbox, number, form, at)
        governor = Governor(inbox, limits, clock)
        Publisher(inbox, GitHubForge(server.url, "o/ledger", "t", governor), None, clock, governor).file_due()
        clock.pass_by(between_rounds if clock() < back else 5)
        assert clock() < back + timedelta(days=7), "the outbox is not drained"
    server.stop()
    return outcome(server, inbox, asked_while_away, clock() - back)


def receipt_numbers(server, branch):
    """The numbers of the receipts that a branch's commits name, in the order in which it grew."""
    commits = [server.objects["commits", sha] for sha in server.grown[f"heads/{branch}"]]
    return [int(number) for commit in commits for number in _RECEIPT_NUMBER.findall(commit["message"])]


def outcome(server, inbox, asked_while_away, drained_in):
    filed, disordered = Counter(), 0
    for branch in inbox.branches():
        numbers = receipt_numbers(server, branch)
        disordered += sum(one > other for one, other in pairwise(numbers))
        filed.update(numbers)
    received = [stored.seq for branch in inbox.branches() for stored in inbox.of_branch(branch)]
    return Outcome(
        len(received), len(set(received) - set(filed)), sum(filed.values()) - len(filed), disordered,
        len(server.pulls), asked_while_away, server.over, server.pushes_in_a_minute(), drained_in,
    )  # fmt: skip


def main():
    logging.disable(logging.WARNING)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=72)
    parser.add_argument("--dossiers", type=int, default=300)
    parser.add_argument("--seed", type=int, default=20210521)
    asked = parser.parse_args()
    for away in AWAY:
        with tempfile.TemporaryDirectory() as folder:
            done = sit_out(asked.dossiers, asked.hours, away=away, folder=folder, seed=asked.seed)
        print(f"{asked.hours:g} hours of {away}: {done.received:,} submissions, {done.pulls:,} pull requests")
        print(f"  {done.lost} lost, {done.doubled} filed twice, {done.disordered} out of order")
        print(f"  asked {done.asked_while_away} times while away; drained in {done.drained_in / HOUR:.1f} hours,")
        print(f"  {done.over} over the limits, at most {done.most_pushes} pushes a minute", flush=True)


if __name__ == "__main__":
    main()
