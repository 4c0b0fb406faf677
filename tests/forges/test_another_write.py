"""Another write at once: whoever commits to main, or proposes to, looks again, and both writes stand."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from github_emulator import Fault

from gradepost.doors.samples import keep as keep_sample
from gradepost.forge.base import MAIN, PullState
from gradepost.forge.github import GitHubForge
from gradepost.model.trouble import Moved
from gradepost.publish.extending import branch_of, is_overtaken, propose
from gradepost.publish.records import Records
from gradepost.publish.sampling import sample_path

CONFLICT = (409, {"message": "Conflict"})
EXTENSIONS = "extensions/2021-summer/10234.json"
DOSSIER = "dossier/2021-summer/10234/AM20530/external-exam"
A_COMMIT = [("POST", "/git/trees$"), ("POST", "/git/commits$")]
both_sides_of_the_deed = pytest.mark.parametrize("after_the_deed", [False, True], ids=["before", "after the deed"])


def proposal(reference, at):
    data = {"form": "extension", "series": "2021-summer", "centre": "10234", "reference": reference}
    data |= {"qualification": "AM20530", "kind": "external-exam", "deadline": "tags", "why": "The hall was flooded."}
    data |= {"until": "2021-05-28T22:59:59.999Z"}
    receipt = {"submitted_by": {"ref": "r-osei"}}
    return SimpleNamespace(document=json.dumps(data), receipt=json.dumps(receipt), received_at=at)


def granted(forge, revision):
    raw = forge.read(revision, EXTENSIONS)
    return [extension["by"] for extension in json.loads(raw)["extensions"]] if raw else []


def another(forge, path, raw, at):
    forge.commit(MAIN, {path: raw}, "Another hand", at + timedelta(seconds=1), expected=forge.head(MAIN))


class Meddled:
    """A forge on which another hand writes to main just before the first commit of ours."""

    def __init__(self, forge, write):
        self._forge, self._write = forge, write

    def __getattr__(self, name):
        return getattr(self._forge, name)

    def commit(self, *given, **named):
        write, self._write = self._write, lambda: None
        write()
        return self._forge.commit(*given, **named)


def theirs():
    extension = {
        "what": {"deadline": "tags"},
        "until": "2021-05-24T22:59:59.999Z",
        "why": "Illness.",
        "by": "r-adeyemi",
    }
    return json.dumps({"series": "2021-summer", "centre": "10234", "extensions": [extension]}).encode()


def test_a_proposal_takes_back_nothing_that_another_hand_grants_meanwhile(forge, at):
    meddled = Meddled(forge, lambda: another(forge, EXTENSIONS, theirs(), at))

    pull = propose(meddled, proposal("x7m2p9qd", at), at)

    assert granted(forge, MAIN) == ["r-adeyemi"]
    assert is_overtaken(forge, pull)
    assert list(forge.changed(MAIN, pull.head)) == [EXTENSIONS]
    assert forge.parent(pull.head) != forge.head(MAIN)


def test_two_who_propose_the_same_at_once_open_one_pull_request(forge, at):
    first = []
    meddled = Meddled(forge, lambda: first.append(propose(forge, proposal("x7m2p9qd", at), at)))

    pull = propose(meddled, proposal("x7m2p9qd", at), at)

    assert [opened.number for opened in forge.pulls(PullState.OPEN)] == [pull.number] == [first[0].number]
    assert granted(forge, pull.head) == ["r-osei"]


def filed(forge, at):
    forge.commit(DOSSIER, {f"{DOSSIER.replace('dossier/', 'submissions/')}/a.json": b"{}\n"}, "File", at, expected=None)
    return forge.open_pull(DOSSIER, "10234", "", at)


def test_a_review_is_kept_beside_what_another_hand_writes_to_the_register(forge, at):
    pull = filed(forge, at)
    meddled = Meddled(forge, lambda: another(forge, "centres/10/10235.json", b"{}\n", at))

    Records(meddled, lambda: at).keep(pull)

    assert "centres/10/10235.json" in forge.list(MAIN)
    assert len(forge.list(MAIN, "reviews")) == 1


def a_state(forge, at):
    told = []
    return SimpleNamespace(
        book=SimpleNamespace(series=SimpleNamespace(id="2021-summer")),
        ledger=SimpleNamespace(head=lambda: forge.head(MAIN)),
        forge=forge,
        now=lambda: at,
        inbox=SimpleNamespace(audit=lambda *said, **_: told.append(said)),
        told=told,
    )


def test_a_sample_is_kept_beside_what_another_hand_writes(forge, at):
    state = a_state(Meddled(forge, lambda: another(forge, "centres/10/10235.json", b"{}\n", at)), at)

    assert keep_sample(state, "may", SimpleNamespace(record=b"{}\n"))
    assert "centres/10/10235.json" in forge.list(MAIN)
    assert forge.read(MAIN, sample_path("2021-summer", "may")) == b"{}\n"
    assert len(state.told) == 1


# GitHub says so with 409


@pytest.fixture
def on_github(github_api, github_repository, at):
    forge = GitHubForge(github_api.url, github_repository, "publisher-token")
    forge.commit("main", {"ledger.toml": b"series\n"}, "Start", at, expected=None)
    return forge


@pytest.mark.github
@both_sides_of_the_deed
@pytest.mark.parametrize(("method", "path"), [*A_COMMIT, ("POST", "/git/refs$"), ("POST", "/pulls$")])
def test_a_proposal_answered_with_a_conflict_is_opened_once(on_github, github_api, at, method, path, after_the_deed):
    github_api.faults.append(Fault(method, path, CONFLICT, after_the_deed))

    pull = propose(on_github, proposal("x7m2p9qd", at), at)

    assert github_api.faults == []
    assert [opened.number for opened in on_github.pulls()] == [pull.number]
    assert pull.branch == branch_of("2021-summer", "10234", "x7m2p9qd")
    assert granted(on_github, pull.head) == ["r-osei"]
    assert on_github.parent(pull.head) == on_github.head(MAIN)


@pytest.mark.github
@both_sides_of_the_deed
@pytest.mark.parametrize(("method", "path"), [*A_COMMIT, ("PATCH", "/git/refs/heads/main$")])
def test_what_main_is_to_keep_is_kept_once_after_a_conflict(on_github, github_api, at, method, path, after_the_deed):
    pull, before = filed(on_github, at), on_github.head(MAIN)
    github_api.faults.append(Fault(method, path, CONFLICT, after_the_deed))

    Records(on_github, lambda: at).keep(pull)

    assert github_api.faults == []
    assert len(on_github.list(MAIN, "reviews")) == 1
    assert on_github.parent(on_github.head(MAIN)) == before


@pytest.mark.github
@both_sides_of_the_deed
def test_a_sample_is_kept_once_after_a_conflict(on_github, github_api, at, after_the_deed):
    state = a_state(on_github, at)
    github_api.faults.append(Fault("PATCH", "/git/refs/heads/main$", CONFLICT, after_the_deed))

    assert keep_sample(state, "may", SimpleNamespace(record=b"{}\n"))
    assert on_github.read(MAIN, sample_path("2021-summer", "may")) == b"{}\n"
    assert len(state.told) == 1


@pytest.mark.github
def test_a_conflict_that_stays_is_told_as_one(on_github, github_api, at):
    github_api.faults.append(Fault("PATCH", "/git/refs/heads/main$", CONFLICT))

    with pytest.raises(Moved):
        another(on_github, "centres/10/10234.json", b"{}\n", at)
