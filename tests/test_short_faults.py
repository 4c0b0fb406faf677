"""Many short runs in which filing on GitHub goes wrong as a seed decides; in the end all is filed, once, in order.

Without a line between: the stand-in for GitHub is asked in this process, everything before it is the real thing. By
hand: `GRADEPOST_TEST_RUNS=5000 pytest -n 0 -m campaign tests/test_short_faults.py`, `GRADEPOST_TEST_SEED=7` for others.
With a line, an emulator and fewer runs: `tests/forges/test_github_faults.py`.
"""

import logging
import os
import random
from collections import Counter

import pytest
from outage import receipt_numbers, receive
from publishing import Clock, CountingGitHub

from gradepost.document.filing import receipt_path
from gradepost.forge.budget import Limits
from gradepost.forge.github import GitHubForge
from gradepost.forge.governor import Governor
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.publish import Publisher

from fault_proxy import FAULTS, TRUE_READS, FaultsInside, late  # isort: skip

SEED = int(os.environ.get("GRADEPOST_TEST_SEED", "20210521"))
RUNS = int(os.environ.get("GRADEPOST_TEST_RUNS", "500"))
# Five hundred together, in some ten seconds.
SMOKE, SMOKE_OF_DOUBLES = 400, 100
FORMS = ("schedule", "tags", "tags", "declaration")
NO_LIMITS = Limits(100_000, 100_000, 1_000_000, 100_000, 100_000)
_MOST_ROUNDS = 600


def without_waiting(faults):
    return tuple(fault for fault in faults if fault is not late)


class Campaign:
    """Runs that share a server, a clock and an inbox, each with dossiers of its own."""

    def __init__(self, folder, *, takes_doubles=False, faults=FAULTS):
        self.clock = Clock()
        self.github = CountingGitHub(
            self.clock, a_minute=10**9, an_hour=10**9, serve=False, takes_doubles=takes_doubles
        )
        self.github.begin({"ledger.toml": "series\n"})
        self.inbox = SqliteInbox(folder / "inbox.sqlite3")
        # Nobody pulls the plug here, and waiting for the disk takes five times as long as all the rest.
        self.inbox._connection.execute("PRAGMA synchronous = OFF")
        self.faults, self.seen = without_waiting(faults), Counter()

    def run(self, seed, number):
        """One dossier or two, whose documents arrive while things go wrong."""
        chance = random.Random(seed)
        dossiers = [2 * number, 2 * number + 1][: chance.randint(1, 2)]
        to_come = [(dossier, form) for form in FORMS[: chance.randint(1, 4)] for dossier in dossiers]
        faults = FaultsInside(self.github, seed, faults=self.faults, share=chance.uniform(0.05, 0.2))
        with faults.in_place():
            self._publish(faults, to_come, chance)
        self.seen += faults.seen
        self._insist_on_the_model(dossiers, seed)

    def _publish(self, faults, to_come, chance):
        publisher = self._started()
        for _ in range(_MOST_ROUNDS):
            if chance.random() < 0.2:
                # Another process, which knows nothing but what is stored.
                publisher = self._started()
            if to_come and chance.random() < 0.6:
                receive(self.inbox, *to_come.pop(0), self.clock())
            publisher.file_due()
            self.clock.pass_by(chance.uniform(30, 300))
            if not to_come and not self.inbox.waiting()["waiting"]:
                return
        raise AssertionError("the outbox was not drained")

    def _started(self):
        governor = Governor(self.inbox, NO_LIMITS, self.clock)
        forge = GitHubForge(self.github.url, "o/ledger", "a-token", governor)
        return Publisher(self.inbox, forge, None, self.clock, governor)

    def _insist_on_the_model(self, dossiers, seed):
        for dossier in dossiers:
            branch = f"dossier/2021-summer/{10000 + dossier}/AM20530/external-exam"
            received = self.inbox.of_branch(branch)
            expected = {"ledger.toml": "series\n"}
            for stored in received:
                expected |= {stored.path: stored.document.decode()}
                expected |= {receipt_path(stored.path, stored.seq): stored.receipt.decode()}
            opened = [number for number, pull in enumerate(self.github.pulls, 1) if pull["head"] == branch]
            assert len(opened) == 1, f"seed {seed}: {len(opened)} pull requests"
            assert self.github.files(branch) == expected, f"seed {seed}"
            assert receipt_numbers(self.github, branch) == [stored.seq for stored in received], f"seed {seed}"
            assert {stored.pull for stored in received} == set(opened), f"seed {seed}"
            self.github.merge(branch)


@pytest.fixture
def quiet():
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def campaign(folder, runs, **how):
    """So many runs; what went wrong, counted."""
    made = Campaign(folder, **how)
    for number in range(runs):
        made.run(SEED + number, number)
    return made.seen


@pytest.mark.usefixtures("quiet")
def test_many_short_runs_of_faults_end_as_the_model_says(tmp_path):
    seen = campaign(tmp_path, SMOKE)

    assert set(seen) == {fault.__name__ for fault in without_waiting(FAULTS)}, f"from seed {SEED}"


@pytest.mark.usefixtures("quiet")
def test_no_pull_request_is_doubled_even_where_a_second_one_would_be_taken(tmp_path):
    seen = campaign(tmp_path, SMOKE_OF_DOUBLES, takes_doubles=True, faults=TRUE_READS)

    assert seen["cut_off_after_the_deed"] > 0


@pytest.mark.campaign
@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("how", [{}, {"takes_doubles": True, "faults": TRUE_READS}], ids=["stale", "doubles taken"])
def test_a_campaign_of_short_runs_ends_as_the_model_says(tmp_path, capsys, how):
    seen = campaign(tmp_path, RUNS, **how)

    with capsys.disabled():
        print(f"\n{RUNS} runs from seed {SEED}: {sum(seen.values()):,} faults, {dict(seen)}")
