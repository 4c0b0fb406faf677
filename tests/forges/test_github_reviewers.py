"""Reviewers on GitHub: what a pull request shows, whose word counts, and the whole road by a running gateway."""

import hashlib
import hmac
import json
import re
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import github_emulator
import pytest
import signing_in
from github_emulator import Fault, client
from github_road import BRANCH, CENTRE, KIND, QUALIFICATION, SECRET, name_account
from starlette.testclient import TestClient

from gradepost.document.filing import dossier_of_branch
from gradepost.doors.demo import examples, people
from gradepost.doors.serving import Worker
from gradepost.doors.state import new_secret
from gradepost.doors.web import build_app
from gradepost.doors.web.gateway import Gateway
from gradepost.doors.web.site_files import SiteFiles
from gradepost.forge.base import CheckState, PullState
from gradepost.forge.github_board import MARKER, GitHubBoard
from gradepost.people import make_token
from gradepost.settings import from_environment

pytestmark = pytest.mark.github

REVIEWER, OTHER = github_emulator.REVIEWERS
MERGED = "It was approved and stands in the record."
GRADES = re.compile(r"\b(pass|merit|distinction|fail)\b", re.IGNORECASE)


def test_grades_without_a_declaration_are_pending_and_say_who_is_waited_for(road):
    road.schedule()
    road.grade()

    road.carry_on()

    (comment,) = road.comments
    assert road.status == "pending"
    assert road.labels == ["gradepost: awaiting declaration"]
    assert comment["body"].startswith(MARKER)
    assert "The Head of Centre: the grades are not declared yet." in comment["body"]
    assert "/rules/#h005" in comment["body"]
    assert f"/reviews/{CENTRE}/{QUALIFICATION}/{KIND}" in comment["body"]
    assert "| UV21578 | 28 | 28 | 0 |" in comment["body"]


def test_the_comment_holds_nothing_that_was_submitted(road):
    road.schedule()
    road.grade()
    road.carry_on()

    (comment,) = road.comments

    assert not GRADES.search(comment["body"])
    for stored in road.state.inbox.of_branch(BRANCH):
        document = json.loads(stored.document)
        for learner in document["learners"]:
            assert learner["uln"] not in comment["body"]
            assert learner["candidate_number"] not in comment["body"]
        for entry in document.get("sign_off", ()):
            assert entry["name"] not in comment["body"]


def test_the_comment_is_found_again_and_edited(road):
    road.schedule()
    road.carry_on()
    before = road.comments[0]["id"]
    road.grade()
    road.carry_on()

    road.declare()
    road.carry_on()

    assert [comment["id"] for comment in road.comments] == [before]
    assert "### In review" in road.comments[0]["body"]
    assert road.labels == ["gradepost: in review"]
    assert road.status == "success"


def test_a_comment_whose_reply_was_lost_is_not_made_twice(road):
    road.schedule()
    road.api.faults.append(Fault("POST", "/comments$", after_the_deed=True))
    road.carry_on()
    number = road.pull.number
    with road.state.inbox._transaction() as connection:
        connection.execute("UPDATE pulls_seen SET due = '2000-01-01T00:00:00' WHERE number = ?", (number,))

    road.carry_on()

    assert len(road.comments) == 1


def test_labels_of_people_stay(road):
    road.schedule()
    road.carry_on()
    road.api.issues.labels[road._issue].append("ask Dana")

    road.grade()
    road.carry_on()

    assert road.labels == ["ask Dana", "gradepost: awaiting declaration"]


def test_who_quotes_our_comment_keeps_theirs(road):
    road.schedule()
    road.carry_on()
    theirs = client(road.api, REVIEWER).get_repo(road.repository).get_pull(road.pull.number)
    ours = road.comments.pop()
    theirs.create_issue_comment(f"{MARKER}\nmine")
    road.comments.append(ours)

    road.grade()
    road.carry_on()

    assert road.comments[0]["body"] == f"{MARKER}\nmine"
    assert "Awaiting declaration" in road.comments[1]["body"]


def test_what_has_not_changed_is_not_written_again(road):
    road.walk_to_review()
    road.api.asked.clear()
    road.wake()

    road.carry_on()

    assert road.api.writes() == []


def test_a_round_with_nothing_due_asks_github_nothing(road):
    road.walk_to_review()
    road.api.asked.clear()

    road.state.publisher.judge_due()
    road.state.merger.merge_due()
    road.state.merger.record_due()

    assert road.api.asked == []


def test_pages_ask_nothing_of_github_to_say_where_a_dossier_stands(road):
    road.walk_to_review()
    road.api.asked.clear()

    assert road.standing.state == "in review"
    assert road.api.asked == []


def test_changes_requested_on_github_return_the_dossier(road):
    road.walk_to_review()

    road.review(REVIEWER, "REQUEST_CHANGES")
    judged_and_merged = road.carry_on()

    assert judged_and_merged == (0, 0)
    assert road.standing.state == "returned"
    assert road.standing.returned_because == "Look at the date of the mock."
    assert road.labels == ["gradepost: returned"]
    assert "Look at the date" not in road.comments[0]["body"]


def test_an_approval_on_github_merges_and_keeps_the_record(road):
    road.walk_to_review()
    number, head = road.pull.number, road.pull.head

    road.review(REVIEWER, "APPROVE", "")
    judged_and_merged = road.carry_on()

    folder = dossier_of_branch(BRANCH).reviews
    record = json.loads(road.forge.read("main", f"{folder}/{number:012d}.json"))
    assert judged_and_merged == (0, 1)
    assert road.standing.state == "merged"
    assert [(r["by"], r["verdict"], r["head"]) for r in record["reviews"]] == [
        (people.REVIEWERS[0].ref, "approved", head)
    ]
    assert road.forge.head(BRANCH) is None
    assert road.labels == ["gradepost: merged"]


def test_an_approval_of_an_account_that_the_ledger_does_not_name_counts_nothing(road):
    road.walk_to_review()

    road.review(OTHER, "APPROVE", "")
    road.carry_on()

    assert road.pull.state is PullState.OPEN
    assert road.standing.approvals == 0


def test_a_reviewer_of_the_same_centre_does_not_count(road):
    name_account(road.forge, "nobody", f'\nnot_centres = ["{CENTRE}"]\nx = ""')
    toml = road.forge.read("main", "ledger.toml").decode().replace('\ngithub = "nobody"', "").replace('\nx = ""', "")
    at = datetime(2021, 5, 18, 9, 2, tzinfo=UTC)
    road.forge.commit("main", {"ledger.toml": toml.encode()}, "Conflict", at, expected=road.forge.head("main"))
    road.open_again()
    road.walk_to_review()

    road.review(REVIEWER, "APPROVE", "")
    road.carry_on()

    assert road.pull.state is PullState.OPEN


def test_a_reviewer_who_submitted_does_not_count(road):
    road.schedule()
    road.grade()
    road.declare()
    submitter = road.state.settings.reviewers[0].ref
    (tags,) = [s for s in road.state.inbox.of_branch(BRANCH) if s.form == "tags" and "UV21578" in s.path]
    road.send(json.loads(tags.document), "exams-officer", submitter)
    road.declare()
    road.carry_on()
    assert road.status == "success"

    road.review(REVIEWER, "APPROVE", "")
    road.carry_on()

    assert road.pull.state is PullState.OPEN
    assert road.standing.approvals == 0


def test_an_approval_of_an_earlier_head_counts_no_more(road):
    road.schedule()
    road.grade()
    road.carry_on()
    road.review(REVIEWER, "APPROVE", "")
    road.declare()

    road.carry_on()

    assert road.pull.state is PullState.OPEN
    assert road.status == "success"


def test_a_status_that_somebody_else_set_merges_nothing(road):
    road.schedule()
    road.grade()
    road.carry_on()
    commit = client(road.api, REVIEWER).get_repo(road.repository).get_commit(road.pull.head)
    commit.create_status("success", description="Nothing to put right", context="gradepost/review")

    road.review(REVIEWER, "APPROVE", "")
    road.carry_on()

    assert road.pull.state is PullState.OPEN
    assert road.state.forge.check(road.pull.head).state is CheckState.PENDING


def test_a_verdict_is_found_by_polling_without_a_message(road, monkeypatch):
    monkeypatch.setenv("GRADEPOST_GITHUB_POLL_SECONDS", "1")
    road.walk_to_review()
    pull = client(road.api, REVIEWER).get_repo(road.repository).get_pull(road.pull.number)
    pull.create_review(body="", event="APPROVE")
    road.open_again()

    assert road.carry_on() == (0, 1)


def test_nothing_new_is_said_in_one_request(road):
    road.walk_to_review()
    board = GitHubBoard(road.api.url, road.repository, github_emulator.PUBLISHER)
    (seen,) = board.touched(lambda _: False)
    road.api.asked.clear()

    again = board.touched(lambda _: False)

    assert seen.branch == BRANCH
    assert again == []
    assert len(road.api.asked) == 1


def test_filing_goes_first(road):
    road.schedule()
    road.api.faults.append(Fault("POST", "/git/trees$"))
    road.state.inbox.postpone = lambda *_: None

    road.state.publisher.file_due()
    road.api.asked.clear()
    road.state.publisher.judge_due()

    assert road.api.asked == []


# What GitHub tells by itself


@pytest.fixture
def site(tmp_path):
    """As much of a built site as answers are framed in."""
    (tmp_path / "site").mkdir()
    frame = "<html><title>x</title><!--gradepost:top--><!--gradepost:content--><!--/gradepost:content--></html>"
    (tmp_path / "site" / "404.html").write_text(frame)
    return SiteFiles(tmp_path / "site")


@pytest.fixture
def gateway(road, site):
    return Gateway(road.state, site, from_environment())


@pytest.fixture
def heard(gateway):
    """Send a message as GitHub does; the answer."""
    browser = TestClient(build_app(gateway), base_url="http://127.0.0.1:8000", raise_server_exceptions=False)

    def send(message, *, secret=SECRET, **headers):
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": signature, "X-GitHub-Event": "pull_request_review"} | headers
        return browser.post("/hooks/github", content=body, headers=headers)

    return send


def about(road, number):
    return {"repository": {"full_name": road.repository}, "pull_request": {"number": number}}


def due(road):
    return road.state.inbox.due_pulls(datetime.now(UTC) + timedelta(minutes=1), 10)


def test_a_signed_message_wakes_the_worker_once_however_often_it_comes(road, gateway, heard):
    answers = [heard(about(road, 7)).status_code for _ in range(3)]

    assert answers == [202, 202, 202]
    assert gateway.wake.is_set()
    assert due(road) == [7]


def test_a_message_without_the_right_signature_is_refused(road, gateway, heard):
    for signature in ("", "sha256=", "sha256=00", "sha1=00", "sha256=\xff"):
        answer = heard(about(road, 7), **{"X-Hub-Signature-256": signature.encode("latin-1")})
        assert answer.status_code == 401

    assert not gateway.wake.is_set()
    assert due(road) == []


def test_a_message_signed_with_another_secret_is_refused(road, heard):
    assert heard(about(road, 7), secret="another").status_code == 401
    assert due(road) == []


def test_a_message_that_is_too_large_is_refused_before_it_is_read(road, heard):
    assert heard(b"{}" + b" " * 1_048_577).status_code == 413


def test_a_signed_message_about_nothing_of_ours_wakes_nobody(road, gateway, heard):
    odd = (b"", b"[", b"[]", b"[" * 100_000, b'{"pull_request": 7}', b'{"pull_request": {"number": 7}}')

    assert {heard(message).status_code for message in odd} == {202}
    assert not gateway.wake.is_set()
    assert due(road) == []


def test_without_a_secret_there_is_no_such_address(road, site, monkeypatch):
    monkeypatch.delenv("GRADEPOST_WEBHOOK_SECRET")
    browser = TestClient(build_app(Gateway(road.state, site, from_environment())), base_url="http://127.0.0.1:8000")

    assert browser.post("/hooks/github", json={}, headers={"Accept": "application/json"}).status_code == 404


# The whole road


def until(holds, seconds=30):
    """Wait for what another thread does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


@pytest.fixture
def gate(road, gateway):
    """The same gateway, for browsers that sign in by the letters it sends."""
    made = signing_in.Gate(SimpleNamespace(gateway=gateway, state=road.state))
    made.gateway, made.app = gateway, build_app(gateway)
    return made


def test_the_whole_road_on_github_by_a_running_gateway(road, gateway, gate, heard):
    """Schedule, grades, declaration, check, a return by mistake, approval, merge, status: as its people do it. The
    worker begins when all is received: the emulator merges only the head that a pull request was opened with."""
    receipts = sent_by_software(road, gateway)
    officer = gate.signed_in()
    declared_by_link(road, gate, officer)
    worker = Worker(gateway)
    worker.start()
    try:
        returned_then_merged(road, heard, lambda: told(officer.get("/status")))
    finally:
        worker.stop()

    assert MERGED in told(officer.get("/status"))
    for receipt in receipts:
        assert MERGED in told(officer.get(f"/receipts/{receipt}"))


def sent_by_software(road, gateway):
    """Schedules and grades of every component, by the centre's own software; the ids of the receipts."""
    secret = make_token(road.state.inbox, CENTRE, "exams-officer", road.state.now(), new_secret)
    software = TestClient(build_app(gateway), base_url=signing_in.ADDRESS)
    software.headers |= {"Authorization": f"Bearer {secret}", "Accept": "application/json"}
    receipts = []
    for make in (examples.schedule, examples.tags):
        for component in road.components:
            document = make(road.state.book, CENTRE, QUALIFICATION, component, road.state.now())
            answer = software.post(f"/submit/{document['form']}", json=document)
            assert answer.status_code == 201
            receipts.append(answer.json()["id"])
    return receipts


def declared_by_link(road, gate, officer):
    """The exams officer asks for the declaration, and the Head opens the link in the letter and signs."""
    asked = {"series": road.state.book.series.id, "qualification": QUALIFICATION, "kind": KIND}
    assert officer.post("/ask-declaration", data=asked).status_code == 303
    link = re.search(r"/declare/\S+", gate.inbox.messages()[-1].body)[0]
    head = gate.browser("198.51.100.8")
    page = head.get(link).text
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    fields = {name: [value for n, value in hidden if n == name] for name, _ in hidden}
    fields |= {"signatory.name": people.head(CENTRE), "signatory.role": "principal"}
    fields["statements"] = [statement.id for statement in road.state.book.series.statements]
    answer = head.post(link, data=fields)
    assert "Declaration received" in answer.text, told(answer)


def told(answer):
    """A page's text as it is read aloud."""
    assert answer.status_code in (200, 409), answer.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def returned_then_merged(road, heard, status_page):
    until(lambda: road.labels == ["gradepost: in review"])
    assert road.status == "success"

    theirs = client(road.api, REVIEWER).get_repo(road.repository)
    pull, seen = theirs.get_pull(road.pull.number), theirs.get_commit(road.pull.head)
    pull.create_review(seen, body="The mock has the wrong date.", event="REQUEST_CHANGES")
    heard(about(road, pull.number))
    until(lambda: road.labels == ["gradepost: returned"])
    assert "The mock has the wrong date." in status_page()
    assert MERGED not in status_page()

    pull.create_review(seen, body="", event="APPROVE")
    heard(about(road, pull.number))
    until(lambda: road.labels == ["gradepost: merged"])
    assert len(road.comments) == 1
    assert road.standing.state == "merged"
    assert road.standing.merged_as == road.forge.pull(pull.number).merged_as


# Where the gateway's own pages send reviewers


@pytest.fixture
def reviewer(gate):
    """A reviewer's browser, signed in."""
    return gate.signed_in(people.REVIEWERS[0].email)


def test_the_bench_and_the_review_page_lead_to_github_and_offer_no_decision(road, reviewer):
    road.walk_to_review()
    address = client(road.api, REVIEWER).get_repo(road.repository).get_pull(road.pull.number).html_url

    bench = reviewer.get(f"/reviews/{CENTRE}/{QUALIFICATION}/{KIND}").text
    review = reviewer.get(f"/reviews/{road.pull.number}").text

    assert f"/{road.repository}/pull/{road.pull.number}" in address
    assert f'<a href="{address}">Decide on pull request {road.pull.number} on GitHub</a>' in bench
    assert f'<a href="{address}">Decide on pull request {road.pull.number} on GitHub</a>' in review
    assert "Decisions are made on GitHub" in review
    assert "<button" not in review.partition('id="decision"')[2]


@pytest.mark.parametrize("verdict", ["approve", "return", "reject"])
def test_a_decision_sent_to_the_gateway_is_not_taken_and_says_where_to_decide(road, reviewer, verdict):
    road.walk_to_review()
    road.api.asked.clear()

    answer = reviewer.post(f"/reviews/{road.pull.number}/{verdict}", data={"head": road.pull.head, "reason": "No."})

    assert answer.status_code == 409
    assert "Decisions on this pull request are made on GitHub" in told(answer)
    assert road.api.writes() == []
    assert road.forge.reviews(road.pull.number) == []
