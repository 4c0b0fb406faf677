"""What is special to GitHub: lost replies, its own words for trouble, what may be logged, whose pull request it is."""

import json
import logging
import sys
from concurrent.futures import ThreadPoolExecutor

import github_emulator
import pytest
from github import InputGitTreeElement
from github_emulator import Fault, client

from gradepost.forge.base import Check, CheckState, PullState, Review, Verdict
from gradepost.forge.github import GitHubForge
from gradepost.model.trouble import ForgeError, Moved

pytestmark = pytest.mark.github

BRANCH = "dossier/2021-summer/10234/AM20530/external-exam"
TAGS = "submissions/2021-summer/10/10234/AM20530/external-exam/UV21578.tags.json"
SECRET = "a sentence that a centre submitted"


@pytest.fixture
def forge(github_api, github_repository, at):
    forge = GitHubForge(github_api.url, github_repository, github_emulator.PUBLISHER)
    forge.commit("main", {"ledger.toml": b"series\n", "a/old.json": b"{}\n"}, "Start", at, expected=None)
    github_api.asked.clear()
    return forge


@pytest.fixture
def rest(github_api, github_repository):
    """The repository as the publisher sees it past the forge."""
    return client(github_api, github_emulator.PUBLISHER).get_repo(github_repository)


def file(forge, at, content=b"tags\n", branch=BRANCH):
    return forge.commit(branch, {TAGS: content}, "File", at, expected=forge.head(branch))


def filed_pull(forge, at):
    file(forge, at)
    return forge.open_pull(BRANCH, "Dossier", "", at)


# Replies that are lost


@pytest.mark.parametrize("method, path", [("POST", "/git/trees"), ("POST", "/git/commits"), ("POST", "/git/refs")])
def test_a_commit_whose_reply_was_lost_is_found_by_repeating_it(github_api, forge, at, method, path):
    github_api.faults.append(Fault(method, path, after_the_deed=True))

    with pytest.raises(ForgeError):
        forge.commit(BRANCH, {TAGS: b"tags\n"}, "File", at, expected=None)
    again = forge.commit(BRANCH, {TAGS: b"tags\n"}, "File", at, expected=None)

    assert again == forge.head(BRANCH)
    assert forge.parent(again) == forge.head("main")


def test_a_moved_branch_whose_reply_was_lost_is_found_by_repeating_it(github_api, forge, at):
    seen = file(forge, at)
    github_api.faults.append(Fault("PATCH", "/git/refs", after_the_deed=True))

    with pytest.raises(ForgeError):
        forge.commit(BRANCH, {TAGS: b"amended\n"}, "File", at, expected=seen)
    again = forge.commit(BRANCH, {TAGS: b"amended\n"}, "File", at, expected=seen)

    assert again == forge.head(BRANCH)
    assert forge.parent(again) == seen


def test_a_pull_request_whose_reply_was_lost_is_not_opened_twice(github_api, forge, at):
    file(forge, at)
    github_api.faults.append(Fault("POST", "/pulls$", after_the_deed=True))

    with pytest.raises(ForgeError):
        forge.open_pull(BRANCH, "Dossier", "", at)
    pull = forge.open_pull(BRANCH, "Dossier", "", at)

    assert forge.pulls() == [pull]


def test_a_merge_whose_reply_was_lost_is_found_by_repeating_it(github_api, forge, at):
    pull = filed_pull(forge, at)
    candidate = forge.merge_candidate(pull.number, "Merge", at)
    github_api.faults.append(Fault("PUT", "/merge$", after_the_deed=True))

    with pytest.raises(ForgeError):
        forge.merge(pull.number, pull.head, candidate, at)
    merged = forge.merge(pull.number, pull.head, candidate, at)

    assert merged == forge.head("main") == forge.pull(pull.number).merged_as
    assert forge.head(BRANCH) is None


def test_nothing_is_sent_twice_unasked(github_api, forge, at):
    github_api.faults.append(Fault("POST", "/git/trees", answer=(502, {"message": "Bad gateway"})))

    with pytest.raises(ForgeError):
        file(forge, at)

    assert [method for method, _ in github_api.writes()] == ["POST"]


# What GitHub says


def test_a_pull_request_that_somebody_opened_meanwhile_is_looked_up(github_api, forge, at):
    file(forge, at)
    message = {"message": "A pull request already exists for gradepost-publisher:dossier."}
    github_api.faults.append(Fault("POST", "/pulls$", answer=(422, message), after_the_deed=True))

    pull = forge.open_pull(BRANCH, "Dossier", "", at)

    assert forge.pulls() == [pull]


def test_a_head_that_a_reviewer_merged_belongs_to_that_pull_request(forge, rest, at):
    pull = filed_pull(forge, at)
    rest.get_pull(pull.number).merge()

    again = forge.open_pull(BRANCH, "Dossier", "", at)

    assert (again.number, again.state) == (pull.number, PullState.MERGED)
    assert len(forge.pulls()) == 1


def test_a_pull_request_that_was_closed_at_another_head_stays_closed(forge, rest, at):
    pull = filed_pull(forge, at)
    rest.get_pull(pull.number).edit(state="closed")
    file(forge, at, b"amended\n")

    again = forge.open_pull(BRANCH, "Dossier", "", at)

    assert again.number != pull.number
    assert [p.number for p in forge.pulls(PullState.CLOSED)] == [pull.number]


def test_who_closed_a_pull_request_is_known(github_api, forge, at):
    pull = filed_pull(forge, at)
    client(github_api, github_emulator.REVIEWERS[0]).get_repo(forge._name).get_pull(pull.number).edit(state="closed")

    assert forge.pull(pull.number).closed_by == forge.last_pull_of(BRANCH).closed_by == "reviewer-one"
    assert forge.open_pull(BRANCH, "Dossier", "", at).closed_by is None


@pytest.mark.parametrize(("method", "path"), [("PATCH", "/pulls/"), ("DELETE", "/git/refs/")])
@pytest.mark.parametrize("after_the_deed", [False, True], ids=["before it was done", "after it was done"])
def test_a_closing_that_is_cut_off_is_whole_once_repeated(github_api, forge, at, method, path, after_the_deed):
    pull = filed_pull(forge, at)
    github_api.faults.append(Fault(method, path, after_the_deed=after_the_deed))

    with pytest.raises(ForgeError):
        forge.close_pull(pull.number, pull.head, at)
    forge.close_pull(pull.number, pull.head, at)

    assert (forge.pull(pull.number).state, forge.head(BRANCH)) == (PullState.CLOSED, None)


def test_an_answer_that_does_not_say_closed_is_not_taken_for_it(github_api, forge, at):
    pull = filed_pull(forge, at)
    github_api.faults.append(Fault("PATCH", "/pulls/", answer=(200, {})))

    with pytest.raises(ForgeError):
        forge.close_pull(pull.number, pull.head, at)

    assert forge.head(BRANCH) == pull.head


def test_where_github_will_not_open_it_again_another_is_opened(github_api, forge, rest, at):
    pull = filed_pull(forge, at)
    rest.get_pull(pull.number).edit(state="closed")
    github_api.faults.append(Fault("PATCH", "/pulls/", answer=(422, {"message": "Validation Failed"})))

    again = forge.open_pull(BRANCH, "Dossier", "", at)

    assert (again.number != pull.number, again.state) == (True, PullState.OPEN)


@pytest.mark.parametrize(
    "status, message, trouble",
    [
        (405, "Base branch was modified. Review and try the merge again.", Moved),
        (409, "Head branch was modified. Review and try the merge again.", Moved),
        (405, "Pull Request is not mergeable", ForgeError),
        (403, "Resource not accessible by personal access token", ForgeError),
    ],
)
def test_only_a_merge_that_came_too_late_is_worth_another_look(github_api, forge, at, status, message, trouble):
    pull = filed_pull(forge, at)
    candidate = forge.merge_candidate(pull.number, "Merge", at)
    github_api.faults.append(Fault("PUT", "/merge$", answer=(status, {"message": message})))

    with pytest.raises(ForgeError) as raised:
        forge.merge(pull.number, pull.head, candidate, at)

    assert type(raised.value) is trouble
    assert forge.pull(pull.number).state is PullState.OPEN


def test_a_merge_that_is_not_what_was_judged_is_told(forge, at):
    # The emulator merges onto main as it was when the pull request was opened.
    pull = filed_pull(forge, at)
    forge.commit("main", {"a/new.json": b"{}\n"}, "Later", at, expected=forge.head("main"))
    candidate = forge.merge_candidate(pull.number, "Merge", at)

    with pytest.raises(ForgeError, match="not what was judged"):
        forge.merge(pull.number, pull.head, candidate, at)


@pytest.mark.parametrize(
    "answer",
    [
        (200, "<html>Please sign in to the network</html>"),
        (200, {}),
        (200, []),
        (401, {"message": "Bad credentials"}),
        (403, {"message": "You have exceeded a secondary rate limit."}),
        (429, {"message": "Too many requests"}),
        (500, "<html>Oh no</html>"),
        (503, ["no"]),
    ],
)
def test_every_odd_answer_is_trouble_of_the_forge(github_api, forge, at, answer):
    head = forge.head("main")
    acts = {
        r"/git/ref/": lambda: forge.head("main"),
        r"/git/commits/": lambda: GitHubForge(github_api.url, forge._name, "publisher-token").list(head),
        r"/git/trees/": lambda: forge.read(head, "a/old.json"),
        r"/pulls/1": lambda: forge.pull(1),
        r"/statuses/": lambda: forge.check(head),
    }
    for path, act in acts.items():
        if path == "/statuses/" and answer == (200, []):
            continue  # no status was set
        github_api.faults[:] = [Fault("GET", path, answer=answer)]

        with pytest.raises(ForgeError):
            act()


def test_a_folder_that_github_cuts_short_is_refused(github_api, forge):
    head = forge.head("main")
    cut = {"sha": forge._commit(head).tree.sha, "tree": [], "truncated": True}

    for act, path in ((forge.read, "ledger.toml"), (forge.list, "")):
        github_api.faults[:] = [Fault("GET", "recursive" if act == forge.list else "/git/trees/", answer=(200, cut))]
        with pytest.raises(ForgeError):
            act(head, path)


def test_a_repository_that_is_not_there_has_no_main(github_api):
    forge = GitHubForge(github_api.url, "gradepost-publisher/nowhere", github_emulator.PUBLISHER)

    assert forge.head("main") is None
    with pytest.raises(ForgeError):
        forge.pulls()


def test_a_server_that_is_away_is_trouble_of_the_forge(at):
    forge = GitHubForge("http://127.0.0.1:9", "owner/ledger", "token")

    with pytest.raises(ForgeError, match="could not be reached"):
        forge.head("main")


# Files


def test_bytes_that_are_no_text_are_written_as_they_are(forge, at):
    content = bytes(range(256))

    assert forge.read(file(forge, at, content), TAGS) == content


def test_a_file_and_a_folder_never_replace_each_other(forge, at):
    for files in ({"a": b"x"}, {"a": None}, {"ledger.toml/deeper": b"x"}):
        with pytest.raises(ForgeError):
            forge.commit(BRANCH, files, "File", at, expected=None)


def test_a_file_where_main_has_a_folder_is_a_conflict(forge, at):
    forge.commit(BRANCH, {"b": b"file"}, "File", at, expected=None)
    pull = forge.open_pull(BRANCH, "Dossier", "", at)
    forge.commit("main", {"b/c": b"in a folder"}, "Later", at, expected=forge.head("main"))

    with pytest.raises(ForgeError):
        forge.merge_candidate(pull.number, "Merge", at)


def test_what_is_no_plain_file_is_a_link_and_is_never_read(forge, rest, at):
    main = rest.get_git_commit(forge.head("main"))
    link = InputGitTreeElement("link", "120000", "blob", content="ledger.toml")
    program = InputGitTreeElement("program", "100755", "blob", content="#!/bin/sh\n")
    tree = rest.create_git_tree([link, program], main.tree)
    commit = rest.create_git_commit("Hostile", tree, [main]).sha

    assert forge.changed(main.sha, commit) == {"link": "link", "program": "link"}
    assert forge.read(commit, "link") is forge.read(commit, "program") is None


# Who and what


def test_a_verdict_is_its_account_s(github_api, forge, at):
    pull = filed_pull(forge, at)
    one, two = (GitHubForge(github_api.url, forge._name, token) for token in github_emulator.REVIEWERS)

    one.add_review(Review(pull.number, pull.head, "", Verdict.APPROVED, "", at))
    one.add_review(Review(pull.number, pull.head, "", Verdict.APPROVED, "", at))
    two.add_review(Review(pull.number, pull.head, "", Verdict.CHANGES_REQUESTED, "See L001.", at))

    assert [(r.by, r.verdict, r.head, r.reason) for r in forge.reviews(pull.number)] == [
        ("reviewer-one", Verdict.APPROVED, pull.head, ""),
        ("reviewer-two", Verdict.CHANGES_REQUESTED, pull.head, "See L001."),
    ]


def test_a_comment_is_no_verdict(forge, rest, at):
    pull = filed_pull(forge, at)
    rest.get_pull(pull.number).create_review(body="I shall look tomorrow.", event="COMMENT")

    assert forge.reviews(pull.number) == []


def test_a_branch_of_the_same_name_in_a_fork_is_not_the_dossier_s(github_api, forge, rest, at):
    file(forge, at)
    fork = client(github_api, github_emulator.REVIEWERS[0]).get_repo(forge._name).create_fork()
    fork.create_git_ref(f"refs/heads/{BRANCH}", fork.get_git_ref("heads/main").object.sha)
    rest.create_pull(base="main", head=f"reviewer-one:{BRANCH}", title="Not ours")
    (theirs,) = rest.get_pulls()

    assert theirs.head.ref == BRANCH
    assert forge.pulls() == []
    assert forge.pull_of(BRANCH) is forge.pull(theirs.number) is None
    assert forge.open_pull(BRANCH, "Dossier", "", at).number != theirs.number


def test_of_a_report_github_keeps_the_rules_alone(github_api, forge, at):
    findings = [{"rule": rule, "severity": "error", "message": SECRET} for rule in ("L001", "H005", "L001")]
    warning = {"rule": "T008", "severity": "warning", "message": SECRET}
    head = filed_pull(forge, at).head

    forge.set_check(Check(head, CheckState.FAILURE, json.dumps({"findings": [*findings, warning]}), at))

    kept = forge.check(head)
    (status,) = github_api.statuses[f"/repos/{forge._name}/statuses/{head}"]
    assert status["description"] == "H005: 1, L001: 2"
    assert kept.state is CheckState.FAILURE
    assert [f["rule"] for f in json.loads(kept.report)["findings"]] == ["H005", "L001", "L001"]


def test_a_status_that_says_so_already_is_not_set_again(github_api, forge, at):
    check = Check(filed_pull(forge, at).head, CheckState.SUCCESS, '{"findings": []}', at)
    forge.set_check(check)
    github_api.asked.clear()

    forge.set_check(check)

    assert github_api.writes() == []


def test_a_report_of_more_rules_than_a_status_holds_is_cut_at_a_rule(forge, at):
    findings = [{"rule": f"L{number:03d}", "severity": "error"} for number in range(60)]
    head = filed_pull(forge, at).head

    forge.set_check(Check(head, CheckState.FAILURE, json.dumps({"findings": findings}), at))

    rules = [f["rule"] for f in json.loads(forge.check(head).report)["findings"]]
    assert rules == [f"L{number:03d}" for number in range(len(rules))]
    assert len(rules) > 10


def test_what_was_submitted_is_never_logged(github_api, forge, at, caplog):
    with caplog.at_level(logging.DEBUG):
        file(forge, at, SECRET.encode())
        forge.open_pull(BRANCH, "Dossier", "", at)
        github_api.faults.append(Fault("POST", "/git/trees", answer=(422, {"message": "Validation Failed"})))
        with pytest.raises(ForgeError) as raised:
            file(forge, at, f"{SECRET} again".encode())

    assert caplog.records
    assert SECRET not in caplog.text
    assert "token" not in caplog.text
    assert SECRET not in str(raised.value)


def test_threads_share_a_forge_without_mixing_their_requests(forge, at):
    def one(number):
        branch = f"dossier/{number}"
        commit = forge.commit(branch, {f"{number}.json": f"{number}\n".encode()}, f"{number}", at, expected=None)
        return forge.read(commit, f"{number}.json") == f"{number}\n".encode() and forge.head(branch) == commit

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            right = list(threads.map(one, range(24)))
    finally:
        sys.setswitchinterval(before)

    assert right == [True] * 24


def test_a_filing_costs_five_writes_at_most(github_api, forge, at):
    filed_pull(forge, at)

    assert [method for method, _ in github_api.writes()] == ["POST"] * 4  # tree, commit, ref, pull request
