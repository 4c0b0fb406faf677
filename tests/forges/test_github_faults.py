"""Whatever goes wrong between the publisher and GitHub, in the end everything is filed, once, in its order.

A run prints its seed with what differs; `GRADEPOST_TEST_SEED=7 pytest -n 0 -m github -k smoke` repeats it. The campaign
is `pytest -n 0 -m campaign tests/forges/test_github_faults.py`, of GRADEPOST_TEST_RUNS runs (500), with a new emulator
every few runs, for it too allows an account 5,000 requests an hour, by the clock on the wall. Many more runs, without a
line between: `tests/test_short_faults.py`.
"""

import os
import random
from collections import Counter

import github_emulator
import pytest
from counting_server import Clock
from fault_proxy import FAULTS, TRUE_READS, FaultProxy, a_page, cut_off_after_the_deed

from gradepost.document.filing import receipt_path
from gradepost.forge.base import PullState
from gradepost.forge.budget import Limits
from gradepost.forge.github import GitHubForge
from gradepost.forge.governor import Governor
from gradepost.inbox import Entry
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.model.trouble import ForgeError
from gradepost.publish import Publisher

SEED = int(os.environ.get("GRADEPOST_TEST_SEED", "20210521"))
RUNS = int(os.environ.get("GRADEPOST_TEST_RUNS", "500"))
SMOKE = 1
_MOST_ROUNDS = 3_000
_RUNS_TO_AN_EMULATOR = 8


def receive(inbox, number, form, at, receipt_id):
    centre = f"{10234 + number}"
    folder = f"submissions/2021-summer/10/{centre}/AM20530/external-exam"
    branch = f"dossier/2021-summer/{centre}/AM20530/external-exam"
    document = f'{{"form": "{form}", "at": "{at}"}}\n'.encode()
    facts = (receipt_id, document, "0" * 64, "0" * 64, at, None)
    with inbox.desk(centre) as desk:
        desk.store(
            Entry(form, "2021-summer", centre, branch, f"{folder}/{form}.json", *facts),
            lambda seq: f'{{"seq": {seq}}}\n'.encode(),
        )


def one_run(api, folder, seed, **how):
    """Two dossiers whose documents arrive while things go wrong; what went wrong, counted."""
    chance, clock = random.Random(seed), Clock()
    repository = github_emulator.make_repository(api)
    straight = GitHubForge(api.url, repository, github_emulator.PUBLISHER)
    straight.commit("main", {"ledger.toml": b"series\n"}, "Start", clock(), expected=None)
    inbox = SqliteInbox(folder / f"{seed}.sqlite3")
    proxy = FaultProxy(api.url, seed, **how)
    try:
        publish_all(inbox, proxy, repository, clock, chance)
    finally:
        proxy.stop()
    insist_on_the_model(inbox, straight, seed)
    return proxy.seen


def publish_all(inbox, proxy, repository, clock, chance):
    to_come = [(number, form) for form in ("schedule", "tags", "tags", "declaration") for number in range(2)]
    for _ in range(_MOST_ROUNDS):
        # Each round another process, which knows nothing but what is stored.
        governor = Governor(inbox, Limits(), clock)
        forge = GitHubForge(proxy.url, repository, github_emulator.PUBLISHER, governor)
        if to_come and chance.random() < 0.4:
            receive(inbox, *to_come.pop(0), clock(), f"{chance.getrandbits(80):020x}")
        Publisher(inbox, forge, None, clock, governor).file_due()
        clock.pass_by(chance.uniform(1, 120))
        if not to_come and not inbox.waiting()["waiting"]:
            return
    raise AssertionError("the outbox was not drained")


def insist_on_the_model(inbox, forge, seed):
    opened = Counter(pull.branch for pull in forge.pulls())
    assert opened == Counter(inbox.branches()), f"seed {seed}"
    for branch in inbox.branches():
        head, received = forge.head(branch), inbox.of_branch(branch)
        pull = forge.pull_of(branch)
        expected = {"ledger.toml": b"series\n"}
        for stored in received:
            expected |= {stored.path: stored.document, receipt_path(stored.path, stored.seq): stored.receipt}
        assert {path: forge.read(head, path) for path in forge.list(head)} == expected, f"seed {seed}"
        assert {stored.pull for stored in received} == {pull.number}, f"seed {seed}"
        assert (pull.state, pull.head) == (PullState.OPEN, head), f"seed {seed}"


@pytest.mark.github
@pytest.mark.parametrize("verb", ["POST", "PATCH"])
def test_a_page_with_200_is_not_taken_for_a_branch_that_moved(github_api, verb):
    repository, at = github_emulator.make_repository(github_api), Clock()()
    straight = GitHubForge(github_api.url, repository, github_emulator.PUBLISHER)
    first = straight.commit("main", {"ledger.toml": b"series\n"}, "Start", at, expected=None)
    proxy = FaultProxy(github_api.url, SEED, share=0)
    passed_on = proxy.answer
    proxy.answer = lambda method, path, *rest: (
        a_page(proxy) if method == verb and "/git/refs" in path else passed_on(method, path, *rest)
    )
    forge, branch = GitHubForge(proxy.url, repository, github_emulator.PUBLISHER), "main" if verb == "PATCH" else "new"

    with pytest.raises(ForgeError):
        forge.commit(
            branch,
            {"a.json": b"{}\n"},
            "More",
            at,
            expected=first if verb == "PATCH" else None,
            parent=None if verb == "PATCH" else first,
        )

    proxy.stop()


@pytest.mark.github
def test_a_smoke_of_faults_ends_as_the_model_says(github_api, tmp_path, capsys):
    with capsys.disabled():
        print(f"\nfaults from seed {SEED}")

    for number in range(SMOKE):
        one_run(github_api, tmp_path, SEED + number)


@pytest.mark.github
def test_a_pull_request_whose_answer_was_lost_is_found_though_a_second_one_would_be_taken(github_api, tmp_path):
    taken = []

    class Lost(FaultProxy):
        def answer(self, method, path, body, headers):
            if method == "POST" and path.endswith("/pulls"):
                taken.append(path)
                if len(taken) == 1:
                    return cut_off_after_the_deed(self, method, path, body, headers)
            return self._passed_on(method, path, body, headers)

    repository, clock, inbox = github_emulator.make_repository(github_api), Clock(), SqliteInbox(tmp_path / "x.sqlite3")
    straight = GitHubForge(github_api.url, repository, github_emulator.PUBLISHER)
    straight.commit("main", {"ledger.toml": b"series\n"}, "Start", clock(), expected=None)
    proxy = Lost(github_api.url, SEED, takes_doubles=True)
    receive(inbox, 0, "schedule", clock(), "0" * 20)

    for _ in range(2):
        governor = Governor(inbox, Limits(), clock)
        forge = GitHubForge(proxy.url, repository, github_emulator.PUBLISHER, governor)
        Publisher(inbox, forge, None, clock, governor).file_due()
        clock.pass_by(60)
    proxy.stop()

    assert (len(taken), inbox.waiting()["waiting"]) == (1, 0)
    insist_on_the_model(inbox, straight, SEED)


@pytest.mark.campaign
@pytest.mark.parametrize("how", [{}, {"takes_doubles": True, "faults": TRUE_READS}], ids=["stale", "doubles taken"])
def test_a_campaign_of_faults_ends_as_the_model_says(github_session, tmp_path, capsys, how):
    seen = Counter()
    for first in range(0, RUNS, _RUNS_TO_AN_EMULATOR):
        api = github_emulator.Emulator(github_emulator.installed())
        try:
            for number in range(first, min(first + _RUNS_TO_AN_EMULATOR, RUNS)):
                seen += one_run(api, tmp_path, SEED + number, **how)
        finally:
            api.stop()

    with capsys.disabled():
        print(f"\n{RUNS} runs from seed {SEED}: {sum(seen.values()):,} faults, {dict(seen)}")
    assert set(seen) == {fault.__name__ for fault in how.get("faults", FAULTS)}
