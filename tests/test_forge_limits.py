"""Limits besides requests: how many branches move in a minute, how many pull requests stand open, and a forge that does
not answer. One budget for all workers, however many processes they are in."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from conftest import ROOT
from outage import sit_out
from publishing import Clock, CountingGitHub, receive

from gradepost.doors.outlook import filing_metrics, outlook_of, told
from gradepost.forge.budget import HOUR, MINUTE, Limits, NoRoom, Spending, Wait, forecast
from gradepost.forge.github import GitHubForge
from gradepost.forge.github_objects import GitHubObjects
from gradepost.forge.governor import Governor
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.publish import Publisher
from gradepost.settings import from_environment

AT, SECOND = Clock().at, timedelta(seconds=1)
ON_GITHUB = {
    "GRADEPOST_FORGE": "github",
    "GRADEPOST_GITHUB_REPOSITORY": "o/ledger",
    "GRADEPOST_GITHUB_TOKEN": "a-token",
}
LIMITS = Limits(content_a_minute=50, content_an_hour=400, points_a_minute=800, open_pulls=3, pushes_a_minute=2)
REFS, TREES = "/repos/o/ledger/git/refs/heads/x", "/repos/o/ledger/git/trees"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def inbox(tmp_path):
    return SqliteInbox(tmp_path / "inbox.sqlite3")


@pytest.fixture
def governor(inbox, clock):
    return Governor(inbox, LIMITS, clock)


@pytest.fixture
def other(clock, tmp_path):
    """A worker in another process."""
    return Governor(SqliteInbox(tmp_path / "inbox.sqlite3"), LIMITS, clock)


def refused_until(act):
    with pytest.raises(Wait) as raised:
        act()
    return raised.value.until


# Pushes


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/repos/o/ledger/git/refs"),
        ("PATCH", REFS),
        ("DELETE", "https://github.example.org/api/v3/repos/o/ledger/git/refs/heads/x"),
        ("PUT", "/repos/o/ledger/pulls/7/merge"),
    ],
)
def test_a_branch_that_is_made_moved_removed_or_merged_is_a_push(governor, other, clock, method, path):
    governor.before(method, path)
    other.before(method, path)

    assert refused_until(lambda: governor.before(method, path)) == AT + MINUTE + SECOND
    clock.at = AT + MINUTE + SECOND
    governor.before(method, path)


@pytest.mark.parametrize(
    ("method", "path"), [("POST", TREES), ("GET", REFS), ("POST", "/repos/o/ledger/pulls"), ("PATCH", "/x/pulls/7")]
)
def test_what_moves_no_branch_is_no_push(governor, method, path):
    for _ in range(3):
        governor.before(method, path)


def test_a_filing_is_not_begun_whose_push_would_be_one_too_many(governor, other):
    with governor.room(4, 1), other.room(4, 1):
        assert refused_until(lambda: governor.room(4, 1).__enter__()) == AT + MINUTE + SECOND
        other.before("POST", TREES)
        other.before("PATCH", REFS)
        governor.before("PATCH", REFS)


def test_a_forecast_counts_pushes():
    assert forecast(Spending([], 0), 20, AT, LIMITS) == AT
    assert forecast(Spending([], 0), 20, AT, LIMITS, pushes=5) == AT + 2 * (MINUTE + SECOND)
    assert forecast(Spending([AT], 0, pushes=[AT]), 4, AT, LIMITS, pushes=2) == AT + MINUTE + SECOND


# Open pull requests


def test_no_more_pull_requests_are_granted_than_may_stand_open(governor, other):
    asked = []
    count = lambda: asked.append(1) or 1  # noqa: E731

    governor.take_slot("one", count)
    other.take_slot("two", count)

    for worker in (governor, other):
        with pytest.raises(NoRoom):
            worker.take_slot("three", count)
    assert len(asked) == 1


def test_what_was_granted_is_granted_again_after_a_restart(governor, other):
    for branch in ("one", "two", "three"):
        governor.take_slot(branch, lambda: 0)

    other.take_slot("three", lambda: 0)


def test_a_count_that_began_before_a_pull_request_was_opened_does_not_forget_it(governor, clock):
    governor.take_slot("one", lambda: 0)
    clock.at += 2 * HOUR

    def count():
        governor.opened("one")
        return 2

    with pytest.raises(NoRoom):
        governor.take_slot("two", count)


def test_there_is_room_again_a_minute_after_one_was_closed(governor, clock):
    governor.take_slot("one", lambda: 2)
    governor.opened("one")
    clock.at += 59 * SECOND
    with pytest.raises(NoRoom):
        governor.take_slot("two", lambda: 2)

    clock.at += 62 * SECOND

    governor.take_slot("two", lambda: 2)


class Season:
    """A publisher, a server that counts, and reviewers who merge."""

    def __init__(self, folder, clock, limits=LIMITS):
        self.clock, self.limits, self.inbox = clock, limits, SqliteInbox(folder / "inbox.sqlite3")
        self.server = CountingGitHub(clock, a_minute=80, an_hour=500)
        self.server.begin({"ledger.toml": "series\n"})

    def file(self, minutes=3):
        """Work for some minutes, each time as another process."""
        for _ in range(minutes * 4):
            self.governor = Governor(self.inbox, self.limits, self.clock)
            forge = GitHubForge(self.server.url, "o/ledger", "token", self.governor)
            Publisher(self.inbox, forge, None, self.clock, self.governor).file_due()
            self.clock.at += 15 * SECOND

    def state(self, book):
        return SimpleNamespace(inbox=self.inbox, governor=self.governor, now=self.clock, book=book)


@pytest.fixture
def season(tmp_path, clock):
    made = Season(tmp_path, clock)
    yield made
    made.server.stop()


def test_at_the_limit_no_pull_request_is_opened_and_open_ones_are_added_to(season, book):
    receive(season.inbox, 5, season.clock(), forms=("schedule",))
    season.file()
    receive(season.inbox, 5, season.clock(), forms=("tags",))
    season.file(4)

    assert len(season.server.open) == 3
    assert [len(season.server.grown[f"heads/{branch}"]) for branch in season.server.open] == [2, 2, 2]
    assert season.inbox.waiting()["waiting"] == 4
    assert season.server.pushes_in_a_minute() <= 2
    said, metrics = told(outlook_of(season.state(book)), season.state(book)), filing_metrics(season.state(book))
    assert "Pull requests: 3 of 3 open." in said
    assert "2 dossiers wait until pull requests are merged or closed; open ones are added to." in said
    assert "gradepost_forge_open_pulls 3\n" in metrics
    assert "gradepost_forge_open_pulls_limit 3\n" in metrics
    assert "gradepost_forge_pushes_per_minute_limit 2\n" in metrics
    assert "gradepost_outbox_blocked_dossiers 2\n" in metrics


def test_when_one_is_merged_the_next_is_opened_and_in_the_end_all_are_filed(season):
    receive(season.inbox, 5, season.clock(), forms=("schedule",))
    season.file()

    for branch in sorted(season.server.open)[:2]:
        season.server.merge(branch)
    season.file(4)

    assert (len(season.server.open), len(season.server.pulls)) == (3, 5)
    assert season.inbox.waiting()["waiting"] == 0


def test_a_dossier_merged_while_all_are_open_waits_with_what_comes_after(season):
    receive(season.inbox, 4, season.clock(), forms=("schedule",))
    season.file()
    merged = min(season.server.open)
    season.server.merge(merged)
    season.file(3)
    receive(season.inbox, 1, season.clock(), forms=("tags",))
    season.file()

    assert merged not in season.server.open
    assert len(season.server.open) == 3
    assert season.inbox.waiting()["waiting"] == 1


# A forge that does not answer


def test_after_some_failures_in_a_row_a_forge_is_asked_seldom(governor, other, clock):
    for _ in range(5):
        governor.failed()
    pauses = []
    for _ in range(6):
        until = refused_until(other.failed)
        refused_until(lambda: governor.before("GET"))
        pauses.append((until - clock.at) // MINUTE)
        clock.at = until

    assert pauses == [1, 2, 4, 8, 8, 8]


def test_one_answer_ends_it(governor):
    for _ in range(5):
        governor.failed()

    governor.after(404, {}, "")

    governor.failed()


@pytest.mark.parametrize("away", ["503", "a cut line"])
def test_three_days_without_github_lose_double_and_disorder_nothing(tmp_path, away):
    done = sit_out(3, 72, away=away, folder=tmp_path, between_rounds=1_800)

    assert (done.received, done.lost, done.doubled, done.disordered, done.pulls) == (12, 0, 0, 0, 3)
    assert done.asked_while_away < 72 * 60 / 8
    assert (done.over, done.drained_in < timedelta(minutes=30)) == (0, True)


# Settings


def test_both_limits_can_be_set():
    changed = {"GRADEPOST_GITHUB_OPEN_PULLS": "1", "GRADEPOST_GITHUB_PUSHES_PER_MINUTE": "9"}

    limits = from_environment(ON_GITHUB | changed).github.limits

    assert (limits.open_pulls, limits.pushes_a_minute) == (1, 9)


def test_the_page_for_operators_explains_every_setting_that_is_read():
    settings = (ROOT / "scripts/gradepost/settings.py").read_text()
    read = set(re.findall(r"GRADEPOST_(?:GITHUB_|WEBHOOK_|FORGE)[A-Z_]*", settings))
    rows = [line for line in (ROOT / "docs/about/github-ledger.md").read_text().splitlines() if line.startswith("| `")]

    explained = set(re.findall(r"GRADEPOST_[A-Z_]+", "".join(row.split("|")[1] for row in rows)))

    assert explained == read


# GitHub's own listing of a folder


def listed(*entries):
    """A folder as GitHub lists it."""
    tree = [SimpleNamespace(path=name, sha=sha, mode="100644", type="blob") for name, sha in entries]
    return SimpleNamespace(tree=tree)


@pytest.mark.parametrize(
    "entries", [[("a.json", "1"), ("a.json", "2")], [("b/c.json", "1")], [("..", "1")], [(".GIT", "1")]]
)
def test_an_entry_that_no_git_tool_writes_is_told_as_one(entries):
    (found,) = GitHubObjects(None).differences(listed(), listed(*entries))

    assert found.kind == "malformed"
    assert "/" not in found.path


def test_an_honest_entry_is_a_file():
    (found,) = GitHubObjects(None).differences(listed(), listed(("a.json", "1")))

    assert (found.path, found.kind) == ("a.json", "file")
