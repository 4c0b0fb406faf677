"""The road on GitHub: what the gateway received becomes a pull request, exactly once, by `gradepost publish`."""

import json
from datetime import UTC, datetime

import github_emulator
import pytest
from github_emulator import Fault, client

from gradepost.doors.clock import DemoClock
from gradepost.doors.demo import examples
from gradepost.doors.demo.seeding import make_demo_ledger
from gradepost.doors.state import clock_file, open_state
from gradepost.forge.base import PullState
from gradepost.forge.github import GitHubForge
from gradepost.intake import Accepted, Submission
from gradepost.model.trouble import ConfigurationError
from gradepost.people import Actor
from gradepost.settings import from_environment

CENTRE, QUALIFICATION, COMPONENT = "10234", "AM20530", "UV21578"
FOLDER = "submissions/2021-summer/10/10234/AM20530/external-exam"
BRANCH = "dossier/2021-summer/10234/AM20530/external-exam"
ON_GITHUB = {
    "GRADEPOST_FORGE": "github",
    "GRADEPOST_GITHUB_REPOSITORY": "owner/ledger",
    "GRADEPOST_GITHUB_TOKEN": "a-token",
}


@pytest.fixture
def forge(github_api, github_repository):
    return GitHubForge(github_api.url, github_repository, github_emulator.PUBLISHER)


@pytest.fixture
def state(github_api, github_repository, forge, tmp_path, monkeypatch, gradepost):
    """A state folder whose ledger is on GitHub, with the demo's register on main; settings by the environment."""
    monkeypatch.setenv("GRADEPOST_FORGE", "github")
    monkeypatch.setenv("GRADEPOST_GITHUB_API", github_api.url)
    monkeypatch.setenv("GRADEPOST_GITHUB_REPOSITORY", github_repository)
    monkeypatch.setenv("GRADEPOST_GITHUB_TOKEN", github_emulator.PUBLISHER)
    make_demo_ledger(forge, tmp_path, from_environment())
    DemoClock.start(clock_file(tmp_path), datetime(2021, 5, 18, 9, 0, tzinfo=UTC))
    return tmp_path


def receive(state, component=COMPONENT):
    """One schedule, received as the gateway does; what the inbox keeps of it."""
    opened = open_state(state, from_environment())
    document = examples.schedule(opened.book, CENTRE, QUALIFICATION, component, opened.now())
    officer = Actor("p-10234-officer", "exams-officer", CENTRE, "session")
    outcome = opened.intake.receive(Submission(json.dumps(document).encode(), "schedule", officer, "form"))
    assert isinstance(outcome, Accepted)
    return opened.inbox.of_branch(BRANCH)[-1]


def due_again(state):
    """What was postponed is due half a minute later."""
    opened = open_state(state, from_environment())
    DemoClock(clock_file(state)).move_to(opened.now().replace(hour=23))


@pytest.mark.github
def test_a_submission_becomes_one_pull_request_with_document_and_receipt(github_api, forge, state, gradepost):
    stored = receive(state)

    ran = gradepost("publish", "--once", "--state", state)

    assert (ran.code, ran.out) == (0, "1 filed, 1 judged, 0 merged; 0 waiting.\n")
    (pull,) = forge.pulls()
    receipt = f"{FOLDER}/receipts/{stored.seq:012d}-UV21578.schedule.json"
    assert (pull.branch, pull.title, pull.state) == (
        BRANCH,
        "10234 AM20530 external-exam (2021-summer)",
        PullState.OPEN,
    )
    assert forge.changed("main", pull.head) == {f"{FOLDER}/UV21578.schedule.json": "file", receipt: "file"}
    assert forge.read(pull.head, f"{FOLDER}/UV21578.schedule.json") == stored.document
    assert forge.read(pull.head, receipt) == stored.receipt


@pytest.mark.github
def test_publishing_again_writes_nothing_to_github(github_api, state, gradepost):
    receive(state)
    gradepost("publish", "--once", "--state", state)
    github_api.asked.clear()

    ran = gradepost("publish", "--once", "--state", state)

    assert ran.out == "0 filed, 0 judged, 0 merged; 0 waiting.\n"
    assert github_api.writes() == []
    assert len(github_api.asked) <= 25  # a pull request that changed within the last minute is looked at once more


@pytest.mark.github
@pytest.mark.parametrize("after_the_deed", [False, True], ids=["before it was done", "after it was done"])
@pytest.mark.parametrize("path", ["/git/trees$", "/git/commits$", "/git/refs$", "/pulls$"])
def test_a_publisher_cut_off_at_any_step_files_once(github_api, forge, state, gradepost, path, after_the_deed):
    stored = receive(state)
    github_api.faults.append(Fault("POST", path, after_the_deed=after_the_deed))
    cut_off = gradepost("publish", "--once", "--state", state)
    due_again(state)

    ran = gradepost("publish", "--once", "--state", state)

    counted, queue, budget, _, foreseen = cut_off.out.splitlines()
    assert counted.startswith("0 filed, ") and counted.endswith(" 0 merged; 1 waiting.")
    assert queue == "Queue: 1 waiting in 1 dossiers, 4 requests."
    assert budget.startswith("Budget: ") and " of 400 in the last hour" in budget
    assert foreseen.startswith("All filed by ")
    assert ran.out.startswith("1 filed, ") and ran.out.endswith(" 0 merged; 0 waiting.\n")
    (pull,) = forge.pulls()
    assert forge.parent(pull.head) == forge.head("main")
    assert forge.read(pull.head, stored.path) == stored.document


@pytest.mark.github
def test_what_a_reviewer_merged_before_the_publisher_noted_it_is_filed(github_api, forge, state, gradepost):
    receive(state)
    github_api.faults.append(Fault("POST", "/pulls$", after_the_deed=True))
    gradepost("publish", "--once", "--state", state)
    (pull,) = forge.pulls()
    client(github_api, github_emulator.PUBLISHER).get_repo(forge._name).get_pull(pull.number).merge()
    due_again(state)

    ran = gradepost("publish", "--once", "--state", state)

    assert ran.out == "1 filed, 0 judged, 0 merged; 0 waiting.\n"
    assert [p.state for p in forge.pulls()] == [PullState.MERGED]


@pytest.mark.github
def test_a_submission_is_received_while_github_is_away(github_api, state, gradepost):
    opened = open_state(state, from_environment())
    opened.ledger.register(CENTRE)
    github_api.faults += [Fault("GET", "", answer=(503, {"message": "Unicorn"}))] * 20
    document = examples.schedule(opened.book, CENTRE, QUALIFICATION, COMPONENT, opened.now())
    officer = Actor("p-10234-officer", "exams-officer", CENTRE, "session")

    outcome = opened.intake.receive(Submission(json.dumps(document).encode(), "schedule", officer, "form"))

    assert isinstance(outcome, Accepted)
    assert opened.publisher.file_due() == 0
    assert opened.inbox.waiting()["waiting"] == 1


@pytest.mark.github
def test_a_repository_without_a_ledger_is_a_mistake_in_settings(state, gradepost, monkeypatch):
    monkeypatch.setenv("GRADEPOST_GITHUB_REPOSITORY", "gradepost-publisher/nowhere")

    ran = gradepost("publish", "--once", "--state", state)

    assert ran.code == 2
    assert "gradepost-publisher/nowhere" in ran.err


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"GRADEPOST_FORGE": "gitlab"}, "GRADEPOST_FORGE"),
        ({"GRADEPOST_GITHUB_REPOSITORY": "ledger"}, "owner/name"),
        ({"GRADEPOST_GITHUB_REPOSITORY": ""}, "owner/name"),
        ({"GRADEPOST_GITHUB_TOKEN": ""}, "GRADEPOST_GITHUB_TOKEN"),
        ({"GRADEPOST_GITHUB_API": "http://git.example/api/v3"}, "https://"),
        ({"GRADEPOST_GITHUB_API": "git.example"}, "https://"),
    ],
)
def test_settings_that_do_not_go_together_are_told_at_once(changed, said):
    with pytest.raises(ConfigurationError, match=said):
        from_environment(ON_GITHUB | changed)


def test_the_ledger_is_on_this_machine_unless_github_is_asked_for():
    assert from_environment({**ON_GITHUB, "GRADEPOST_FORGE": "local"}).github is None
    assert from_environment({}).github is None


def test_a_token_is_not_shown_with_the_settings():
    settings = from_environment(ON_GITHUB)

    assert settings.github.api == "https://api.github.com"
    assert "a-token" not in repr(settings)


def test_the_demo_does_not_run_on_github(gradepost, monkeypatch, tmp_path):
    for name, value in ON_GITHUB.items():
        monkeypatch.setenv(name, value)

    ran = gradepost("serve", "--demo", "--port", 1, "--state", tmp_path)

    assert ran.code == 2
    assert "GRADEPOST_FORGE" in ran.err
