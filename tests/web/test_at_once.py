"""Many at once for one centre: one order, one chain, and the rules hold whoever comes first."""

import json
import threading
from datetime import UTC, datetime

from gradepost.document.canonical import sha256
from gradepost.model.receipts import Key
from gradepost.receipt import RECEIPT_SCHEMA, public_key_of, read_receipt

EXTERNAL = "dossier/2021-summer/10234/AM20530/external-exam"
ASSIGNMENTS = "dossier/2021-summer/10234/AM20530/internal-assignment"
COMPONENTS = ("UV21579", "UV21580", "UV21581", "UV21582", "UV21583")


def assert_one_sound_chain(house, branch):
    """Numbers and times rise together, each receipt names the one before, and every signature holds."""
    stored = house.state.inbox.of_branch(branch)
    receipts = [json.loads(s.receipt) for s in stored]
    public = public_key_of((house.state.folder / "keys/receipt.pub.pem").read_bytes())
    keys = [Key(receipts[0]["key"], public, datetime(2021, 1, 1, tzinfo=UTC), None)]
    schema = house.state.book.schemas[RECEIPT_SCHEMA]
    assert [r["seq"] for r in receipts] == sorted({r["seq"] for r in receipts})
    assert [r["received_at"] for r in receipts] == sorted(r["received_at"] for r in receipts)
    assert [r["previous"] for r in receipts] == [None, *(sha256(s.receipt) for s in stored[:-1])]
    assert all(read_receipt("x", s.receipt, schema, keys).fault is None for s in stored)
    assert all(r["sha256"] == sha256(s.document) for r, s in zip(receipts, stored, strict=True))


def test_ten_schedules_at_once_make_one_chain(fresh, at_once):
    clients = [fresh.software() for _ in range(10)]

    answers = at_once([lambda c=client: fresh.submit(c, fresh.schedule()) for client in clients])

    assert {answer.status_code for answer in answers} == {201}
    assert len(fresh.state.inbox.of_branch(EXTERNAL)) == 10
    assert_one_sound_chain(fresh, EXTERNAL)


def test_tags_that_race_with_their_schedules_never_get_in_before_them(fresh, at_once):
    documents = [make(component=component) for component in COMPONENTS for make in (fresh.tags, fresh.schedule)]
    clients = [fresh.software() for _ in documents]

    answers = at_once([lambda c=c, d=d: fresh.submit(c, d) for c, d in zip(clients, documents, strict=True)])

    outcomes = {(d["form"], d["component"]): a for d, a in zip(documents, answers, strict=True)}
    assert {a.status_code for a in answers} <= {201, 422}
    assert all(outcomes["schedule", component].status_code == 201 for component in COMPONENTS)
    for component in COMPONENTS:
        tags, schedule = outcomes["tags", component], outcomes["schedule", component]
        assert tags.status_code == 422 or tags.json()["seq"] > schedule.json()["seq"]
    assert_one_sound_chain(fresh, ASSIGNMENTS)


def test_two_centres_at_once_each_keep_their_own_chain(fresh, at_once):
    acts = []
    for centre in ("10234", "10235"):
        for client in [fresh.software(centre) for _ in range(5)]:
            document = fresh.schedule(centre, "AM20530", "UV21579")
            acts.append(lambda c=client, d=document: fresh.submit(c, d))

    answers = at_once(acts)

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["seq"] for answer in answers}) == 10
    assert_one_sound_chain(fresh, ASSIGNMENTS)
    assert_one_sound_chain(fresh, ASSIGNMENTS.replace("10234", "10235"))


def test_submissions_while_the_publisher_files_are_all_filed_in_order(fresh, at_once):
    done = threading.Event()

    def file():
        while not done.is_set():
            fresh.state.publisher.file_due()
        fresh.state.publisher.file_due()

    publishing = threading.Thread(target=file)
    publishing.start()
    clients = [fresh.software() for _ in range(10)]
    answers = at_once([lambda c=client: fresh.submit(c, fresh.schedule()) for client in clients])
    done.set()
    publishing.join()

    folder = "submissions/2021-summer/10/10234/AM20530/external-exam/receipts"
    filed = [fresh.state.forge.read(EXTERNAL, path) for path in fresh.state.forge.list(EXTERNAL, folder)]
    assert sorted(answer.content for answer in answers) == sorted(filed)
    assert fresh.state.inbox.waiting()["waiting"] == 0
    assert len([pull for pull in fresh.state.forge.pulls() if pull.branch == EXTERNAL]) == 1
