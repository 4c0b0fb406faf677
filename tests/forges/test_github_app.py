"""As a GitHub App: the road, its own comment, and findings beside their lines, which none but an App may show."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import github_emulator
import github_road
import pytest
from github_emulator import Fault
from github_road import CENTRE

from gradepost.document.filing import dossier_of_branch
from gradepost.doors.demo import people
from gradepost.forge.board import Conclusion, Findings, Note
from gradepost.forge.budget import Limits
from gradepost.forge.github_board import MARKER, GitHubBoard
from gradepost.forge.github_check_runs import NAME
from gradepost.forge.github_connection import App
from gradepost.forge.governor import Governor
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.model.trouble import ForgeError

pytestmark = pytest.mark.github
REVIEWER = github_emulator.REVIEWERS[0]
BOT = f"{github_emulator.APP['slug']}[bot]"


@pytest.fixture
def road(github_api, github_repository, tmp_path, monkeypatch):
    """The demo's ledger on GitHub, reached as the App."""
    return github_road.begun(github_api, github_repository, tmp_path, monkeypatch.setenv, as_app=True)


def runs(road):
    return road.api.check_runs.of(road.repository, road.pull.head)


def test_the_whole_road_is_walked_as_an_app(road):
    road.walk_to_review()
    assert (road.status, road.labels) == ("success", ["gradepost: in review"])

    road.review(REVIEWER, "APPROVE", "")

    assert road.carry_on() == (0, 1)
    assert road.labels == ["gradepost: merged"]
    assert [comment["user"]["login"] for comment in road.comments] == [BOT]
    assert runs(road) == []


# Its own comment


@pytest.fixture
def board(github_api, github_repository):
    account = App(github_emulator.APP["id"], github_emulator.INSTALLATION, github_emulator.private_key())
    return GitHubBoard(github_api.url, github_repository, account)


@pytest.fixture
def comments(board, github_api, github_repository):
    """Those of a pull request on which the App has shown something."""
    board.show(7, (), "first")
    return github_api.issues.comments[f"/repos/{github_repository}/issues", 7]


def test_the_apps_comment_is_found_again_and_edited(board, comments):
    board.show(7, (), "second")

    assert [(comment["user"]["login"], comment["body"]) for comment in comments] == [(BOT, f"{MARKER}\nsecond")]


def test_the_apps_comment_is_found_again_where_github_does_not_name_the_app(board, comments):
    comments[0]["performed_via_github_app"] = None

    board.show(7, (), "second")

    assert [comment["body"] for comment in comments] == [f"{MARKER}\nsecond"]


@pytest.mark.parametrize(
    ("login", "kind", "app"),
    [
        ("reviewer-one", "User", None),
        ("reviewer-one", "User", github_emulator.APP),
        ("gradepost-publisher", "User", None),
        ("another[bot]", "Bot", {"id": 99, "slug": "another"}),
        (BOT, "Bot", {"id": 99, "slug": "another"}),
        ("another[bot]", "Bot", None),
        (BOT, "User", None),
    ],
    ids=["a person", "via the App", "its owner", "another App", "its login alone", "an App not named", "a namesake"],
)
def test_who_copies_the_mark_of_the_apps_comment_keeps_theirs(board, comments, login, kind, app):
    user = {"login": login, "type": kind, "url": f"{comments[0]['user']['url']}x"}
    theirs = {"id": 1_000_000, "url": f"{comments[0]['url'].rpartition('/')[0]}/1000000", "user": user}
    theirs |= {"body": f"{MARKER}\nmine", "performed_via_github_app": app}
    comments.insert(0, theirs)

    board.show(7, (), "second")

    assert [comment["body"] for comment in comments] == [f"{MARKER}\nmine", f"{MARKER}\nsecond"]


# Findings beside their lines


@pytest.fixture
def found(github_api, github_repository, at):
    """120 findings at a head."""
    forge = github_road.GitHubForge(github_api.url, github_repository, github_emulator.PUBLISHER)
    head = forge.commit("main", {"ledger.toml": b"series\n"}, "Start", at, expected=None)
    notes = tuple(Note("a.json", line, "failure", "T005", "The grade is on the scale.") for line in range(1, 121))
    return Findings(head, Conclusion.FAILURE, "120 errors", "- T005: 120", "https://x.example/reviews", notes)


@pytest.fixture
def runs_of(github_api, github_repository):
    """The check runs of what was found, oldest first."""
    return lambda found: github_api.check_runs.of(github_repository, found.head)


def content_requests(api):
    return [method for method, path in api.writes() if "/check-runs" in path]


def lines_of(api, run):
    return [note["start_line"] for note in api.check_runs.annotations[run["id"]]]


def test_120_findings_are_one_check_run_in_three_requests(board, github_api, found, runs_of):
    board.annotate(found)

    (run,) = runs_of(found)
    assert content_requests(github_api) == ["POST", "PATCH", "PATCH"]
    assert (run["name"], run["conclusion"], run["status"]) == (NAME, "failure", "completed")
    assert (run["output"]["title"], run["details_url"]) == ("120 errors", "https://x.example/reviews")
    assert lines_of(github_api, run) == list(range(1, 121))
    assert github_api.check_runs.annotations[run["id"]][0] == {
        "path": "a.json",
        "start_line": 1,
        "end_line": 1,
        "annotation_level": "failure",
        "title": "T005",
        "message": "The grade is on the scale.",
    }


def test_what_stands_beside_its_lines_is_not_written_again(board, github_api, found):
    board.annotate(found)
    github_api.asked.clear()

    board.annotate(found)

    assert content_requests(github_api) == []


@pytest.mark.parametrize("after_the_deed", [False, True])
@pytest.mark.parametrize(("method", "path"), [("POST", "/check-runs$"), ("PATCH", "/check-runs/")])
def test_a_line_that_is_cut_doubles_no_finding_and_loses_none(
    board, github_api, found, runs_of, method, path, after_the_deed
):
    github_api.faults.append(Fault(method, path, after_the_deed=after_the_deed))
    with pytest.raises(ForgeError):
        board.annotate(found)

    board.annotate(found)

    (run,) = runs_of(found)
    assert lines_of(github_api, run) == list(range(1, 121))
    assert len(content_requests(github_api)) == (3 if after_the_deed else 4)


def test_what_was_judged_anew_gets_a_check_run_of_its_own(board, found, runs_of):
    board.annotate(found)

    board.annotate(replace(found, conclusion=Conclusion.SUCCESS, title="Nothing to put right", notes=()))

    assert [run["conclusion"] for run in runs_of(found)] == ["failure", "success"]


def test_a_check_run_of_another_app_is_left_alone(board, found, runs_of):
    board.annotate(found)
    runs_of(found)[0]["app"] = {"id": 99, "slug": "another"}

    board.annotate(found)

    assert [run["app"]["id"] for run in runs_of(found)] == [99, github_emulator.APP["id"]]


def test_each_request_for_findings_is_counted(github_api, github_repository, found, tmp_path):
    inbox = SqliteInbox(tmp_path / "inbox.sqlite3")
    governor = Governor(inbox, Limits(), lambda: datetime.now(UTC))
    account = App(github_emulator.APP["id"], github_emulator.INSTALLATION, github_emulator.private_key())

    GitHubBoard(github_api.url, github_repository, account, governor).annotate(found)

    assert len(governor.spending().sent) == 3


def test_with_a_token_nothing_is_asked(github_api, github_repository, found):
    board = GitHubBoard(github_api.url, github_repository, github_emulator.PUBLISHER)
    github_api.asked.clear()

    board.annotate(found)

    assert not board.annotates
    assert github_api.asked == []


# On the road


def asked_for_check_runs(road):
    return [path for _, path in road.api.asked if "/check-runs" in path]


def test_a_clean_dossier_and_one_that_awaits_its_declaration_ask_nothing_for_findings(road):
    road.schedule()
    road.grade()
    road.carry_on()
    assert road.status == "pending"
    road.declare()
    road.carry_on()

    assert road.status == "success"
    assert asked_for_check_runs(road) == []


def offers(road, *qualifications):
    path = f"centres/{CENTRE[:2]}/{CENTRE}.json"
    raw = json.loads(road.forge.read("main", path))
    changed = (json.dumps(raw | {"qualifications": qualifications}) + "\n").encode()
    at = datetime(2021, 5, 18, 9, 5, tzinfo=UTC)
    road.forge.commit("main", {path: changed}, "Put right", at, expected=road.forge.head("main"))
    road.state.publisher._attendant._polls_at = None
    return raw["qualifications"]


def test_what_is_found_stands_beside_its_line_without_a_word_of_what_was_submitted(road):
    road.schedule()
    road.grade()
    offers(road, "AM20531")

    road.carry_on()

    (run,) = runs(road)
    notes = road.api.check_runs.annotations[run["id"]]
    dossier = dossier_of_branch(road.pull.branch)
    assert (run["conclusion"], run["details_url"].endswith(f"/reviews/{CENTRE}/AM20530/external-exam")) == (
        "failure",
        True,
    )
    assert {(note["title"], note["path"].startswith(dossier.folder)) for note in notes} >= {("D007", True)}
    shown = json.dumps([run, notes])
    for stored in road.state.inbox.of_branch(road.pull.branch):
        for learner in json.loads(stored.document)["learners"]:
            assert learner["uln"] not in shown
            assert learner.get("grade", "no such text") not in shown
    assert people.head(CENTRE) not in shown


def test_a_register_put_right_on_main_shows_that_nothing_is_left(road):
    road.schedule()
    offered = offers(road, "AM20531")
    road.carry_on()

    offers(road, *offered)
    road.carry_on()

    assert [run["conclusion"] for run in runs(road)] == ["failure", "success"]
    assert road.status == "success"


def test_findings_whose_showing_was_cut_are_shown_in_the_next_round(road):
    road.schedule()
    offers(road, "AM20531")
    road.api.faults.append(Fault("POST", "/check-runs$", after_the_deed=True))
    road.carry_on()
    with road.state.inbox._transaction() as connection:
        connection.execute("UPDATE pulls_seen SET due = '2000-01-01T00:00:00' WHERE due IS NOT NULL")

    road.carry_on()

    assert [run["conclusion"] for run in runs(road)] == ["failure"]
    road.api.asked.clear()
    road.wake()
    road.carry_on()
    assert asked_for_check_runs(road) == []


def test_without_the_right_to_checks_label_comment_and_status_follow_all_the_same(road):
    road.schedule()
    offers(road, "AM20531")
    road.api.faults.append(Fault("GET", "/check-runs", (403, {"message": "Resource not accessible by integration"})))

    road.carry_on()

    assert (road.status, road.labels) == ("failure", ["gradepost: needs attention"])
    assert len(road.comments) == 1
    assert runs(road) == []
