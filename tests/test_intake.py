"""Receiving: judged against what was last acknowledged, at the gateway's own time, one centre at a time."""

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gradepost.document.canonical import sha256
from gradepost.doors.demo import examples, people
from gradepost.doors.state import new_receipt_id
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.intake import Accepted, Intake, KeyReused, OtherCentre, Refused, Submission, Surroundings
from gradepost.ledger import centre_of
from gradepost.model.register import Extension, Register
from gradepost.model.trouble import StoreError
from gradepost.people import Actor
from gradepost.receipt import SigningKey

AT = datetime(2021, 5, 18, 9, 0, tzinfo=UTC)
OFFICER = Actor("p-10234-officer", "exams-officer", "10234", "session")
EXTERNAL = "dossier/2021-summer/10234/AM20530/external-exam"


class Clock:
    """A clock that stands until it is set."""

    def __init__(self, at):
        self.at = at

    def __call__(self):
        return self.at


class Desk:
    """The receiving end with its clock and its register, and documents to hand in."""

    def __init__(self, book, folder):
        self.book, self.clock, self.extensions = book, Clock(AT), ()
        self.inbox = SqliteInbox(folder / "inbox.sqlite3")
        self.centres = {raw["centre"]: centre_of(raw) for raw in people.centres(book)}
        surroundings = Surroundings(self.register, self.clock, new_receipt_id, SigningKey.make(), demo=True)
        self.intake = Intake(book, self.inbox, surroundings)

    def register(self, centre):
        return Register(self.centres.get(centre), self.extensions)

    def schedule(self, component="UV21578", centre="10234", qualification="AM20530"):
        return examples.schedule(self.book, centre, qualification, component, AT)

    def tags(self, component="UV21578", centre="10234", qualification="AM20530"):
        return examples.tags(self.book, centre, qualification, component, AT)

    def receive(self, document, *, actor=OFFICER, key=None, channel="api", **more):
        raw = document if isinstance(document, bytes) else json.dumps(document).encode()
        form = "tags" if isinstance(document, bytes) else document["form"]
        return self.intake.receive(Submission(raw, form, actor, channel, key, **more))


@pytest.fixture
def desk(book, tmp_path):
    return Desk(book, tmp_path)


def receipt(outcome):
    return json.loads(outcome.receipt)


def rules(outcome):
    return {f.rule for f in outcome.report.errors}


# Time


def test_the_time_of_receipt_is_the_gateways_in_utc_to_the_millisecond(desk):
    desk.clock.at = datetime(2021, 5, 18, 9, 0, 0, 123_987, tzinfo=UTC)

    assert receipt(desk.receive(desk.schedule()))["received_at"] == "2021-05-18T09:00:00.123Z"


def test_the_last_millisecond_before_the_deadline_is_on_time_and_the_next_is_late(desk):
    deadline = desk.book.series.deadline("schedule", "external-exam")
    document = desk.schedule() | {"starts_at": "2021-06-01T09:00:00+01:00"}

    desk.clock.at = deadline
    on_time = desk.receive(document)
    desk.clock.at = deadline + timedelta(milliseconds=1)
    late = desk.receive(document)

    assert (receipt(on_time)["on_time"], receipt(on_time)["deadline"]) == (True, receipt(on_time)["received_at"])
    assert rules(late) == {"S003"}


def test_an_extension_moves_the_deadline_that_the_receipt_names(desk):
    until = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)
    desk.extensions = (Extension("schedule", until, qualification="AM20530"),)
    desk.clock.at = until
    document = desk.schedule() | {"starts_at": "2021-06-02T09:00:00+01:00"}

    outcome = desk.receive(document)

    assert receipt(outcome)["deadline"] == "2021-06-01T16:00:00.000Z"
    assert receipt(outcome)["on_time"] is True


def test_a_clock_that_is_set_back_never_makes_a_chain_run_backwards(desk):
    first = desk.receive(desk.schedule())
    desk.clock.at = AT - timedelta(hours=3)
    second = desk.receive(desk.tags())
    third = desk.receive(desk.schedule("UV21579"))

    times = [receipt(outcome)["received_at"] for outcome in (first, second, third)]
    assert times == sorted(times)
    assert len(set(times)) == 1


def test_a_clock_that_is_set_back_over_a_deadline_makes_nothing_on_time(desk):
    deadline = desk.book.series.deadline("schedule", "external-exam")
    desk.clock.at = deadline + timedelta(hours=1)
    assert isinstance(desk.receive(desk.schedule("BT2D1SY", qualification="BT2D1")), Refused | Accepted)
    synoptic = desk.schedule("BT2D1SY", qualification="BT2D1") | {"starts_at": "2021-06-02T09:00:00+01:00"}
    assert isinstance(desk.receive(synoptic), Accepted)

    desk.clock.at = deadline - timedelta(hours=1)

    assert "S003" in rules(desk.receive(desk.schedule() | {"starts_at": "2021-06-02T09:00:00+01:00"}))


# What it is judged against


def test_tags_need_a_schedule_and_one_that_waits_to_be_filed_will_do(desk):
    before = desk.receive(desk.tags())
    desk.receive(desk.schedule())
    after = desk.receive(desk.tags())

    assert isinstance(before, Refused)
    assert isinstance(after, Accepted)
    assert desk.inbox.waiting()["waiting"] == 2


def test_a_refusal_says_everything_at_once_of_the_document_alone_and_stores_nothing(desk):
    desk.receive(desk.schedule())
    document = desk.tags()
    document["learners"][3]["uln"] = "1000000050"
    document["sign_off"] = document["sign_off"][:1]
    document["qualification"] = "XX1"

    outcome = desk.receive(document)

    assert {"L001", "P001"} <= rules(outcome)
    assert {f.path for f in outcome.report.findings} == {"tags.json"}
    assert len(desk.inbox.of_branch(EXTERNAL)) == 1


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"{", b'{"form": "schedule"}', b"\xff\xfe", b"[" * 5000])
def test_whatever_bytes_come_are_refused_with_findings(desk, raw):
    outcome = desk.receive(raw)

    assert isinstance(outcome, Refused)
    assert outcome.report.errors


def test_another_centres_document_is_neither_judged_nor_stored(desk):
    other = replace(OFFICER, centre="10235", ref="p-10235-officer")

    assert isinstance(desk.receive(desk.schedule(), actor=other), OtherCentre)
    assert isinstance(
        desk.intake.check(Submission(json.dumps(desk.schedule()).encode(), "schedule", other, "api")), OtherCentre
    )
    assert desk.inbox.branches() == []


def test_errors_that_it_causes_in_others_are_told_and_do_not_block_it(desk):
    desk.receive(desk.schedule())
    desk.receive(desk.tags())
    declare(desk)
    amended = desk.tags() | {"decision_record": "Compared once more."}

    outcome = desk.receive(amended)
    again = desk.receive(amended | {"decision_record": "And once more."})

    assert isinstance(outcome, Accepted)
    assert {(f.rule, f.path.rpartition("/")[2]) for f in outcome.told} == {("H003", "declaration.json")}
    assert again.told == []


def declare(desk):
    covers = [
        {"document": "UV21578.tags.json", "sha256": s.sha256, "learners": 28}
        for s in desk.inbox.of_centre("10234", "2021-summer")
        if s.form == "tags"
    ]
    document = {
        "form": "declaration",
        "series": "2021-summer",
        "centre": "10234",
        "qualification": "AM20530",
        "kind": "external-exam",
        "covers": covers,
        "signatory": {"name": "Helen Achterberg", "role": "principal"},
        "statements": [statement.id for statement in desk.book.series.statements],
    }
    head = Actor("p-10234-head", "principal", "10234", "link")
    attested = {"ref": head.ref, "method": "email-link", "at": "2021-05-18T09:00:00.000Z"}
    outcome = desk.receive(document, actor=head, channel="declaration-link", attested=attested)
    assert isinstance(outcome, Accepted), outcome
    return outcome


def test_an_extension_or_a_right_that_main_takes_away_counts_at_once(desk):
    assert isinstance(desk.receive(desk.schedule()), Accepted)
    centre = desk.centres["10234"]

    desk.centres["10234"] = replace(centre, people=tuple(replace(p, rights=()) for p in centre.people))

    assert rules(desk.receive(desk.schedule())) == {"S004"}


# Storing


def test_receipts_of_a_dossier_form_a_chain_and_each_dossier_has_its_own(desk):
    outcomes = [desk.receive(d) for d in (desk.schedule(), desk.schedule("UV21579"), desk.tags(), desk.schedule())]

    first, other_kind, second, third = map(receipt, outcomes)
    assert (first["previous"], other_kind["previous"]) == (None, None)
    assert second["previous"] == sha256(outcomes[0].receipt)
    assert third["previous"] == sha256(outcomes[2].receipt)


def test_the_same_key_and_bytes_get_the_same_receipt_and_other_bytes_none(desk):
    first = desk.receive(desk.schedule(), key="k")
    desk.clock.at = AT + timedelta(days=100)

    again, other = desk.receive(desk.schedule(), key="k"), desk.receive(desk.schedule("UV21579"), key="k")

    assert (again.receipt, again.repeated) == (first.receipt, True)
    assert isinstance(other, KeyReused)
    assert len(desk.inbox.branches()) == 1


def test_a_refusal_uses_up_no_key(desk):
    desk.receive(desk.tags(), key="k")
    desk.receive(desk.schedule())

    assert isinstance(desk.receive(desk.tags(), key="k"), Accepted)


def test_whether_a_submission_still_stands(desk):
    first = desk.receive(desk.schedule())
    second = desk.receive(desk.schedule() | {"starts_at": "2021-06-02T09:00:00+01:00"})

    assert desk.intake.stands(second.receipt_id)
    assert not desk.intake.stands(first.receipt_id)
    assert not desk.intake.stands("nothing")


def test_a_check_says_what_receiving_would_and_stores_nothing(desk):
    raw = json.dumps(desk.tags()).encode()

    checked = desk.intake.check(Submission(raw, "tags", OFFICER, "api"))
    received = desk.receive(desk.tags())

    assert checked.findings == received.report.findings
    assert desk.inbox.branches() == []


def test_when_storing_fails_nothing_is_stored_and_the_next_one_is_received(desk):
    key, sign = "k", desk.intake._with.signing_key

    class Failing:
        def sign(self, receipt, layout):
            raise StoreError("The disk is full.")

    desk.intake._with = replace(desk.intake._with, signing_key=Failing())
    with pytest.raises(StoreError):
        desk.receive(desk.schedule(), key=key)
    desk.intake._with = replace(desk.intake._with, signing_key=sign)

    assert receipt(desk.receive(desk.schedule(), key=key))["seq"] == 1


def test_many_at_once_for_many_centres_keep_each_centres_order(desk):
    ticking = iter(range(10**6))
    desk.intake._with = replace(desk.intake._with, now=lambda: AT + timedelta(milliseconds=next(ticking)))
    actors = [OFFICER, Actor("p-10235-officer", "exams-officer", "10235", "session")]
    jobs = [(actor, component) for component in ("UV21578", "UV21579", "UV21580", "UV21581") for actor in actors] * 3

    threads = [
        threading.Thread(target=desk.receive, args=(desk.schedule(component, actor.centre),), kwargs={"actor": actor})
        for actor, component in jobs
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    stored = sorted((s for b in desk.inbox.branches() for s in desk.inbox.of_branch(b)), key=lambda s: s.seq)
    assert [s.seq for s in stored] == list(range(1, len(jobs) + 1))
    for centre in ("10234", "10235"):
        times = [s.received_at for s in stored if s.centre == centre]
        assert times == sorted(times)


def test_a_document_is_remembered_just_as_it_would_be_read_again(desk):
    desk.receive(desk.schedule())
    desk.receive(json.dumps(desk.tags(), indent=5).encode())
    declare(desk)
    remembered = dict(desk.intake._remembered)

    desk.intake._remembered.clear()
    read_again = {s.seq: desk.intake._document(s) for s in desk.inbox.of_branch(EXTERNAL)}

    assert len(remembered) == 3
    assert remembered == read_again
