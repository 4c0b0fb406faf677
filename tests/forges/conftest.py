"""The forges, each by name with how an empty one is made. A new forge is a line here and keeps the whole contract."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gradepost.forge.github import GitHubForge
from gradepost.forge.local import LocalForge

sys.path.append(str(Path(__file__).parents[1] / "github"))
import github_emulator
import github_road

AT = datetime(2021, 5, 18, 9, 0, tzinfo=UTC)


# What a forge cannot promise, by test. The reason is the forge's or its stand-in's, never ours.
CANNOT = {
    "github": {
        "test_verdicts_are_kept_oldest_first": "GitHub says itself who gave a verdict: the account that did",
        "test_a_merge_happened_when_it_is_said_to": "GitHub stamps what it does with its own time",
    }
}


def local(request):
    forge = LocalForge.create(request.getfixturevalue("tmp_path") / "ledger.git")
    yield forge
    forge.close()


def github(request):
    api, repository = request.getfixturevalue("github_api"), request.getfixturevalue("github_repository")
    yield GitHubForge(api.url, repository, github_emulator.PUBLISHER)


FORGES = {"local": local, "github": github}


@pytest.fixture(scope="session")
def github_session():
    """The emulator of GitHub's API, one for all tests of a worker."""
    command = github_emulator.installed()
    if command is None:
        missing = "no GitHub API emulator: `tests/github/setup PYTHON FOLDER`, then GRADEPOST_TEST_EMULATOR=FOLDER"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    emulator = github_emulator.Emulator(command)
    yield emulator
    emulator.stop()


@pytest.fixture
def github_api(github_session):
    """The emulator, with nothing asked of it yet and nothing going wrong."""
    github_session.renew()
    github_session.faults.clear()
    github_session.asked.clear()
    return github_session


@pytest.fixture
def github_repository(github_api):
    """The name of an empty repository of its own."""
    return github_emulator.make_repository(github_api)


@pytest.fixture
def at():
    return AT


@pytest.fixture(params=["local", pytest.param("github", marks=pytest.mark.github)])
def forge(request):
    """An open forge with one commit on main."""
    reason = CANNOT.get(request.param, {}).get(request.node.originalname)
    if reason is not None:
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    made = FORGES[request.param](request)
    forge = next(made)
    forge.commit("main", {"ledger.toml": b"series\n", "centres/10/10234.json": b"{}\n"}, "Start", AT, expected=None)
    yield forge
    next(made, None)


@pytest.fixture
def road(github_api, github_repository, tmp_path, monkeypatch):
    """The demo's ledger on GitHub; its reviewer has an account there, reviewer-one."""
    return github_road.begun(github_api, github_repository, tmp_path, monkeypatch.setenv)
