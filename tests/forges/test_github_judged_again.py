"""On GitHub a judgement follows what main says as well, and nothing is asked for it while main has not moved."""

import json
from datetime import UTC, datetime, timedelta

import github_emulator
import pytest
from github_emulator import Fault
from github_road import BRANCH, CENTRE

from gradepost.forge.base import CheckState
from gradepost.forge.github import GitHubForge
from gradepost.model.trouble import ForgeError
from gradepost.publish import attending

pytestmark = pytest.mark.github
REGISTER = f"centres/{CENTRE[:2]}/{CENTRE}.json"
AT = datetime(2021, 5, 18, 9, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_shares_a_second(monkeypatch):
    """What was just seen to change is not looked at once more, as it is where another change may share its second."""
    monkeypatch.setattr(attending, "_SETTLES", timedelta(minutes=-1))


def main_says(road, path, raw):
    """Another hand than ours moves main."""
    road.forge.commit("main", {path: raw}, "Put right", AT, expected=road.forge.head("main"))


def offers(road, *qualifications):
    raw = json.loads(road.forge.read("main", REGISTER))
    main_says(road, REGISTER, (json.dumps(raw | {"qualifications": qualifications}) + "\n").encode())
    return raw["qualifications"]


def asked_in_a_round(road):
    """What a round asks in which GitHub is asked what has changed."""
    road.state.publisher._attendant._polls_at = None
    road.api.asked.clear()
    road.carry_on()
    return [
        (method, path.partition("?")[0].removeprefix(f"/repos/{road.repository}")) for method, path in road.api.asked
    ]


def test_a_register_that_is_put_right_makes_the_dossier_clean_by_itself(road):
    road.schedule()
    offered = offers(road, "AM20531")
    road.carry_on()
    assert (road.status, road.labels) == ("failure", ["gradepost: needs attention"])

    offers(road, *offered)
    asked_in_a_round(road)

    assert (road.status, road.labels) == ("success", ["gradepost: scheduled"])
    assert road.state.forge.check(road.pull.head).state is CheckState.SUCCESS


def test_while_main_stands_a_round_asks_what_has_changed_and_where_main_is(road):
    road.walk_to_review()
    for _ in range(2):
        asked_in_a_round(road)

    assert asked_in_a_round(road) == [("GET", "/pulls"), ("GET", "/git/ref/heads/main")]


def test_while_main_stands_a_pull_request_that_moved_has_no_file_read_and_nothing_written(road):
    road.walk_to_review()
    asked_in_a_round(road)
    road.wake()

    asked = asked_in_a_round(road)

    assert ("GET", f"/pulls/{road.pull.number}") in asked
    assert [path for _, path in asked if "/git/blobs" in path or "/git/trees" in path] == []
    assert [method for method, _ in asked if method != "GET"] == []


def test_main_that_moved_elsewhere_judges_nothing_again_and_writes_nothing(road):
    road.walk_to_review()
    for _ in range(2):
        asked_in_a_round(road)
    main_says(road, "centres/10/10235.json", b"{}\n")
    main_says(road, "submissions/2021-summer/10/10235/note.json", b"{}\n")

    asked = asked_in_a_round(road)

    assert not any(path.endswith(f"/pulls/{road.pull.number}") for _, path in asked)
    assert [method for method, _ in asked if method != "GET"] == []
    assert road.state.forge.check(road.pull.head).base != road.forge.head("main")


def test_what_could_not_be_judged_again_is_looked_at_with_the_next_poll(road):
    road.schedule()
    road.carry_on()
    offers(road, "AM20531")
    judge = road.state.publisher._judge
    judged, judge._run_review = judge._run_review, lambda *_: (3, "")
    asked_in_a_round(road)
    assert road.status == "success"
    judge._run_review = judged

    with road.state.inbox._transaction() as connection:
        ((due,),) = connection.execute("SELECT due FROM pulls_seen WHERE branch = ?", (BRANCH,)).fetchall()
        connection.execute("UPDATE pulls_seen SET due = '2000-01-01T00:00:00' WHERE due IS NOT NULL")
    assert due is not None
    asked_in_a_round(road)

    assert road.status == "failure"


def test_where_main_stands_is_asked_so_that_github_counts_nothing_while_it_stands(github_api, github_repository):
    forge = GitHubForge(github_api.url, github_repository, github_emulator.PUBLISHER)
    assert forge.head("main") is None
    first = forge.commit("main", {"ledger.toml": b"series\n"}, "Start", AT, expected=None)
    assert forge.head("main") == first
    github_api.unchanged = 0

    heads = [forge.head("main") for _ in range(3)]
    second = forge.commit("main", {"ledger.toml": b"more\n"}, "More", AT, expected=first)

    assert (heads, github_api.unchanged) == ([first] * 3, 3)
    assert forge.head("main") == second
    assert GitHubForge(github_api.url, github_repository, github_emulator.PUBLISHER).head("main") == second


@pytest.mark.parametrize("status", [200, 304])
def test_an_answer_that_names_no_commit_is_not_taken_for_an_unchanged_main(github_api, github_repository, status):
    forge = GitHubForge(github_api.url, github_repository, github_emulator.PUBLISHER)
    github_api.faults.append(Fault("GET", "/git/ref/heads/main$", (status, "")))

    with pytest.raises(ForgeError):
        forge.head("main")
