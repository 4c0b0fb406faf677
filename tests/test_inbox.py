"""The durable store: what is acknowledged is on the disk, whole, once, and in order, whatever fails."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import textwrap
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gradepost.inbox import Credential, Entry, migrations
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.model.trouble import StoreError

AT = datetime(2021, 5, 18, 9, 0, tzinfo=UTC)
SCRIPTS = Path(__file__).parents[1] / "scripts"


def entry(number=1, *, centre="10234", branch="dossier/a", key=None, path=None):
    return Entry(
        form="tags",
        series="2021-summer",
        centre=centre,
        branch=branch,
        path=path or f"submissions/{centre}/{branch}/{number}.json",
        receipt_id=f"{centre}-{branch}-{number}",
        document=b"document\n" * 300,
        sha256="0" * 64,
        body_sha256=f"body {number}",
        received_at=AT + timedelta(seconds=number),
        key=key,
    )


def receipt_of(seq):
    return json.dumps({"seq": seq}).encode()


def store(inbox, made):
    with inbox.desk(made.centre) as desk:
        return desk.store(made, receipt_of)


def everything(path):
    """Every row of every table, as another program sees them."""
    with sqlite3.connect(path) as other:
        tables = ("submissions", "current", "outbox", "keys")
        return {table: other.execute(f"SELECT * FROM {table}").fetchall() for table in tables}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "inbox.sqlite3"


@pytest.fixture
def inbox(path):
    return SqliteInbox(path)


# Durability


def test_every_connection_of_every_thread_syncs_each_commit(inbox):
    found = []

    def look():
        rows = [inbox._rows(f"PRAGMA {name}")[0][0] for name in ("journal_mode", "synchronous")]
        found.append((*rows, id(inbox._connection)))

    threads = [threading.Thread(target=look) for _ in range(5)]
    for thread in [*threads, threading.Thread(target=look)]:
        thread.start()
        thread.join()
    look()

    assert {row[:2] for row in found} == {("wal", 2)}


def test_what_is_stored_is_seen_by_another_program_as_soon_as_it_is_acknowledged(inbox, path):
    stored = store(inbox, entry(key="k"))

    seen = everything(path)

    assert [row[0] for row in seen["submissions"]] == [stored.seq]
    assert [len(rows) for rows in seen.values()] == [1, 1, 1, 1]


def test_nothing_is_left_of_a_submission_whose_key_is_taken(inbox, path):
    store(inbox, entry(1, key="k"))
    before = everything(path)

    with pytest.raises(StoreError):
        store(inbox, entry(2, key="k"))

    assert everything(path) == before


def test_nothing_is_left_of_a_submission_whose_receipt_could_not_be_made(inbox, path):
    def no_receipt(seq):
        raise RuntimeError("no key")

    with pytest.raises(RuntimeError), inbox.desk("10234") as desk:
        desk.store(entry(), no_receipt)

    assert set(map(len, everything(path).values())) == {0}
    assert store(inbox, entry()).seq == 1


CHILD = """
    import os, sys
    sys.path.insert(0, sys.argv[2])
    from datetime import UTC, datetime
    from pathlib import Path
    from gradepost.inbox import Entry
    from gradepost.inbox.sqlite import SqliteInbox
    from gradepost.model.trouble import StoreError

    inbox = SqliteInbox(Path(sys.argv[1]))
    at = datetime(2021, 5, 18, 9, tzinfo=UTC)
    if "normal" in sys.argv:
        inbox._connection.execute("PRAGMA synchronous = NORMAL")
    os.write(1, b"begin\\n")
    for number in range(int(sys.argv[3])):
        made = Entry("tags", "2021-summer", "10234", "dossier/a", f"path-{number % 7}", f"id-{number}", b"x" * 3000,
                     "0" * 64, "body", at, f"key-{number}")
        try:
            with inbox.desk("10234") as desk:
                stored = desk.store(made, lambda seq: b"receipt")
        except StoreError:
            os.write(1, b"refused\\n")
            continue
        os.write(1, b"ack %s\\n" % made.receipt_id.encode())
    if "die" in sys.argv:
        os.kill(os.getpid(), 9)
"""


def child(path, count, *more, strace=()):
    command = [sys.executable, "-c", textwrap.dedent(CHILD), str(path), str(SCRIPTS), str(count), *more]
    return subprocess.run([*strace, *command], capture_output=True, text=True, timeout=120, check=False)


def acknowledged(printed):
    return re.findall(r"ack (\S+)", printed)


def test_what_was_acknowledged_outlives_the_process_that_is_killed(path):
    done = child(path, 20, "die")

    assert done.returncode == -9
    assert [row[6] for row in everything(path)["submissions"]] == acknowledged(done.stdout)
    assert len(acknowledged(done.stdout)) == 20


needs_strace = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")


def unsynced_at_acknowledgements(path, *more):
    """At each acknowledgement, whether a write to the database or its log was not synced yet."""
    log = path.with_name("trace")
    calls = "pwrite64,write,pwritev,fsync,fdatasync,ftruncate"
    done = child(path, 30, *more, strace=["strace", "-f", "-y", "-s", "40", "-o", str(log), "-e", f"trace={calls}"])
    assert done.returncode == 0, done.stderr
    dirty, found = set(), []
    for line in log.read_text().splitlines():
        match = re.search(r"(\w+)\(\d+<([^>]*)>(.*)", line)
        if match is None:
            continue
        call, file, rest = match.groups()
        if call == "write" and '"ack ' in rest:
            found.append(bool(dirty))
        elif path.name in file and not file.endswith("-shm"):
            (dirty.discard if "sync" in call else dirty.add)(file)
    assert len(found) == 30
    return found


@needs_strace
def test_at_each_acknowledgement_every_write_has_been_synced(path):
    assert not any(unsynced_at_acknowledgements(path))


@needs_strace
def test_the_test_above_would_tell_if_commits_were_not_synced(path):
    assert all(unsynced_at_acknowledgements(path, "normal"))


@pytest.mark.slow
@needs_strace
@pytest.mark.parametrize(
    ("call", "fault"), [("pwrite64", "error=ENOSPC"), ("fdatasync", "error=EIO"), ("pwrite64", "signal=KILL")]
)
def test_whichever_system_call_fails_no_acknowledged_submission_is_lost_or_half_there(tmp_path, call, fault):
    in_doubt = 0
    for number in range(1, 26):
        path = tmp_path / f"{number}.sqlite3"
        SqliteInbox(path)
        inject = [
            "strace",
            "-f",
            "-o",
            "/dev/null",
            "-e",
            f"trace={call}",
            "-e",
            f"inject={call}:{fault}:when={number}",
        ]

        done = child(path, 4, strace=[*inject, "-P", str(path), "-P", f"{path}-wal"])

        rows = everything(path)
        in_doubt += len(acknowledged(done.stdout)) < 4
        stored = {row[6] for row in rows["submissions"]}
        assert set(acknowledged(done.stdout)) <= stored
        assert {row[0] for row in rows["submissions"]} == {row[0] for row in rows["outbox"]}
        assert {row[0] for row in rows["submissions"]} == {row[3] for row in rows["keys"]}
        assert {row[3] for row in rows["current"]} <= {row[0] for row in rows["submissions"]}
    assert in_doubt > 3


def test_a_store_that_cannot_be_written_says_so_and_goes_on_when_it_can(path):
    inbox = SqliteInbox(path, wait_seconds=0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreError):
        store(inbox, entry(1))
    with pytest.raises(StoreError):
        inbox.try_storing()
    other.execute("ROLLBACK")

    inbox.try_storing()
    assert store(inbox, entry(1)).seq == 1


def test_a_file_that_is_no_database_is_trouble_of_the_store(tmp_path):
    (tmp_path / "inbox.sqlite3").write_bytes(b"not a database" * 1000)

    with pytest.raises(StoreError):
        SqliteInbox(tmp_path / "inbox.sqlite3")


# Order


def test_numbers_follow_the_order_of_storing_across_centres(inbox):
    made = [store(inbox, entry(n, centre=centre)).seq for n in range(3) for centre in ("10234", "10235")]

    assert made == [1, 2, 3, 4, 5, 6]


def test_a_centres_desk_serves_one_at_a_time_and_other_centres_meanwhile(inbox):
    order = []

    def second():
        with inbox.desk("10234"):
            order.append("second")

    def other_centre():
        with inbox.desk("10235"):
            order.append("other centre")

    with inbox.desk("10234"):
        threads = [threading.Thread(target=second), threading.Thread(target=other_centre)]
        for thread in threads:
            thread.start()
        threads[1].join()
        order.append("first")
    threads[0].join()

    assert order == ["other centre", "first", "second"]


def test_what_another_process_stored_meanwhile_makes_the_judgement_void(path):
    here, elsewhere = SqliteInbox(path), SqliteInbox(path)

    with here.desk("10234") as desk:
        desk.current()
        store(elsewhere, entry(1))
        with pytest.raises(StoreError):
            desk.store(entry(2), receipt_of)

    assert [row[6] for row in everything(path)["submissions"]] == [entry(1).receipt_id]


def test_current_is_the_latest_at_each_path_of_the_centre(inbox):
    for number, name in enumerate(("a", "b", "a"), start=1):
        store(inbox, entry(number, path=name))
    store(inbox, entry(4, path="c", centre="10235"))

    with inbox.desk("10234") as desk:
        assert [(s.path, s.seq) for s in desk.current()] == [("b", 2), ("a", 3)]
        assert desk.last("dossier/a").seq == 4
    assert [(s.path, s.seq) for s in inbox.of_centre("10234", "2021-summer")] == [("b", 2), ("a", 3)]
    assert inbox.of_centre("10234", "2022-summer") == []


# The outbox


def test_the_outbox_gives_what_is_due_in_order_until_it_is_filed(inbox):
    for number in (1, 2, 3):
        store(inbox, entry(number))
    assert [s.seq for s in inbox.unfiled(AT)] == [1, 2, 3]

    inbox.filed(1, 7, AT)

    assert [s.seq for s in inbox.unfiled(AT)] == [2, 3]
    assert (inbox.submission(entry(1).receipt_id).pull, inbox.submission(entry(1).receipt_id).filed_at) == (7, AT)
    assert inbox.waiting() == {"waiting": 2, "oldest": entry(2).received_at}


def test_a_held_dossier_waits_whole_and_no_other_does(inbox):
    for number, branch in enumerate(("dossier/a", "dossier/b", "dossier/a"), start=1):
        store(inbox, entry(number, branch=branch))

    inbox.postpone("dossier/a", AT + timedelta(seconds=30), "ForgeError")

    assert [s.seq for s in inbox.unfiled(AT + timedelta(seconds=29))] == [2]
    assert [s.seq for s in inbox.unfiled(AT + timedelta(seconds=30))] == [1, 2, 3]


def test_the_last_instant_is_the_latest_time_of_receipt(inbox):
    assert inbox.last_instant() is None

    store(inbox, entry(5))
    store(inbox, entry(2, centre="10235"))

    assert inbox.last_instant() == entry(5).received_at


# Keys, credentials, letters


def test_a_key_is_known_by_centre_and_form(inbox):
    store(inbox, entry(1, key="k"))

    with inbox.desk("10234") as desk:
        assert desk.answered("tags", "k").body_sha256 == "body 1"
        assert desk.answered("schedule", "k") is None
    with inbox.desk("10235") as desk:
        assert desk.answered("tags", "k") is None


CREDENTIAL = Credential("hash", "link", "10234", "p-1", "principal", {"kind": "x"}, AT, AT + timedelta(days=7))


def test_a_credential_is_kept_as_it_was_made_and_forgotten_when_ended(inbox):
    inbox.keep_credential(CREDENTIAL)

    assert inbox.credential("hash") == CREDENTIAL
    assert inbox.credentials("link") == inbox.credentials("link", "10234") == [CREDENTIAL]
    assert inbox.credentials("link", "10235") == inbox.credentials("session") == []
    inbox.forget_credential("hash")
    assert inbox.credential("hash") is None


def test_a_credential_is_used_once_however_many_try(inbox):
    inbox.keep_credential(CREDENTIAL)
    gate, won = threading.Barrier(10), []

    def use():
        gate.wait()
        won.append(inbox.use_credential("hash", AT))

    threads = [threading.Thread(target=use) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(won) == [False] * 9 + [True]
    assert inbox.credential("hash") == replace(CREDENTIAL, used_at=AT)


def test_letters_are_queued_in_order_until_they_are_sent(inbox):
    for name in ("one", "two"):
        inbox.queue_message(f"{name}@centre.example", name, "Dear …", AT)

    inbox.message_sent(1, AT)

    assert [m.subject for m in inbox.messages()] == ["one", "two"]
    assert [m.subject for m in inbox.messages(unsent=True)] == ["two"]


def test_the_inbox_can_be_read_by_its_owner_alone(path, inbox):
    store(inbox, entry())

    assert {os.stat(file).st_mode & 0o077 for file in path.parent.glob("inbox.sqlite3*")} == {0}


# A file that an earlier version made

FIRST_VERSION = """
CREATE TABLE credentials (
    hash TEXT PRIMARY KEY, kind TEXT NOT NULL, centre TEXT, ref TEXT NOT NULL, role TEXT NOT NULL,
    facts TEXT NOT NULL, made_at TEXT NOT NULL, expires_at TEXT, used_at TEXT
) STRICT;
CREATE TABLE messages (
    number INTEGER PRIMARY KEY, recipient TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL,
    queued_at TEXT NOT NULL, sent_at TEXT
) STRICT;
INSERT INTO messages VALUES (1, 'head@centre.example', 'old', 'Dear …', '2021-05-18T09:00:00.000000+00:00', NULL);
"""


def first_version(path):
    with sqlite3.connect(path) as other:
        other.executescript(FIRST_VERSION)
    other.close()


def test_a_file_of_the_first_version_opens_and_its_letters_are_still_to_be_sent(path):
    first_version(path)

    inbox = SqliteInbox(path)
    inbox.queue_message("p@centre.example", "new", "Dear …", AT, html="<p>", until=AT)

    assert [(m.subject, m.html, m.tries) for m in inbox.due_messages(AT)] == [("old", None, 0), ("new", "<p>", 0)]
    inbox.audit(AT, "signed-in")
    assert len(list(inbox.audit_trail())) == 1


def test_a_file_of_the_first_version_may_be_opened_by_several_at_once(path):
    first_version(path)
    gate, troubles = threading.Barrier(8), []

    def open_it():
        gate.wait()
        try:
            SqliteInbox(path)
        except StoreError as error:
            troubles.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert troubles == []
    assert [m.subject for m in SqliteInbox(path).messages()] == ["old"]


def test_columns_that_another_process_added_meanwhile_are_not_added_again(path):
    first_version(path)
    inbox = SqliteInbox(path)

    migrations._add(inbox._connection, "messages", migrations._ADDED["messages"])

    assert [m.subject for m in inbox.messages()] == ["old"]


def test_a_letter_that_was_put_off_or_given_up_is_not_due(inbox):
    for name in ("put off", "given up", "due"):
        inbox.queue_message("p@centre.example", name, "Dear …", AT)

    inbox.postpone_message(1, AT + timedelta(seconds=1), "rcpt-451")
    inbox.give_up_message(2, AT, "rcpt-550")

    assert [m.subject for m in inbox.due_messages(AT)] == ["due"]
    assert [m.subject for m in inbox.due_messages(AT + timedelta(seconds=1))] == ["put off", "due"]
    assert inbox.mail() == {"waiting": 2, "oldest": AT, "given_up": 1, "sent": 0}
