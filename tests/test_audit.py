"""The audit trail: rows are only added, by ids alone; a change to one shows; `gradepost audit` tells it."""

import json
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from gradepost.doors.trail import MergeTrail, tell_extensions
from gradepost.inbox import Entry
from gradepost.inbox.audit import HAPPENINGS, START, WITHHELD, first_break
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.model.trouble import StoreError

AT = datetime(2021, 5, 18, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SCRIPTS = Path(__file__).parents[1] / "scripts"


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def inbox(state):
    return SqliteInbox(state / "inbox.sqlite3")


def fill(inbox):
    inbox.audit(AT, "signed-in", "p-10234-officer", "exams-officer", "10234")
    inbox.audit(AT + HOUR, "submitted", "p-10234-officer", "exams-officer", "10234", "receipt-1", {"form": "tags"})
    inbox.audit(AT + 2 * HOUR, "signed-in", "p-10235-officer", "exams-officer", "10235")
    inbox.audit(AT + 3 * HOUR, "reviewed", "r-osei", "reviewer", None, "pull-1")


def tamper(state, *statements):
    """As somebody who has the file."""
    with sqlite3.connect(state / "inbox.sqlite3") as other:
        for name in ("audit_is_not_changed", "audit_is_not_shortened", "audit_grows_at_its_end"):
            other.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            other.execute(statement)
    other.close()


# Append-only


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'p-other' WHERE number = 2",
        "UPDATE audit SET number = 9 WHERE number = 4",
        "DELETE FROM audit WHERE number = 4",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT number, at, what, 'p', role, centre, about, facts, digest FROM audit",
        "REPLACE INTO audit VALUES (4, '', '', '', '', '', '', '', '')",
        "INSERT INTO audit VALUES (9, '', '', '', '', '', '', '', '')",
        "UPDATE OR REPLACE audit SET number = 1 WHERE number = 2",
    ],
)
def test_no_statement_changes_or_removes_a_row(inbox, statement):
    fill(inbox)
    before = list(inbox.audit_trail())

    with pytest.raises(StoreError):
        inbox._rows(statement)

    assert list(inbox.audit_trail()) == before


def test_rows_of_many_threads_and_processes_form_one_chain(inbox, state):
    program = (
        "import sys; from datetime import *; from pathlib import Path; from gradepost.inbox.sqlite import SqliteInbox\n"
        f"inbox = SqliteInbox(Path({str(state / 'inbox.sqlite3')!r}))\n"
        "for _ in range(50): inbox.audit(datetime.now(UTC), 'signed-in', 'p-other')"
    )
    other = subprocess.Popen([sys.executable, "-c", program], env={"PYTHONPATH": str(SCRIPTS)})
    threads = [threading.Thread(target=lambda: [inbox.audit(AT, "signed-in") for _ in range(10)]) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert other.wait() == 0
    trail = list(inbox.audit_trail())
    assert [event.number for event in trail] == list(range(1, 101))
    assert first_break(trail) is None


# The chain


def test_a_whole_trail_holds_together(inbox):
    fill(inbox)

    assert first_break(inbox.audit_trail()) is None
    assert first_break([]) is None


@pytest.mark.parametrize("column", ["at", "what", "actor", "role", "centre", "about", "facts", "digest"])
def test_a_row_that_was_changed_shows(inbox, state, column):
    fill(inbox)
    changed = {"at": "2021-05-18T10:00:01.000000+00:00", "facts": '{"form": "schedule"}', "digest": START}

    tamper(state, f"UPDATE audit SET {column} = '{changed.get(column, 'other')}' WHERE number = 2")

    assert first_break(inbox.audit_trail()) == 2


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("DELETE FROM audit WHERE number = 1", 1),
        ("DELETE FROM audit WHERE number = 3", 3),
        ("UPDATE audit SET number = 10 WHERE number = 4", 4),
    ],
)
def test_a_row_that_was_taken_out_shows(inbox, state, statement, number):
    fill(inbox)

    tamper(state, statement)

    assert first_break(inbox.audit_trail()) == number


def test_two_rows_that_were_swapped_show(inbox, state):
    fill(inbox)

    tamper(
        state,
        "UPDATE audit SET number = 99 WHERE number = 1",
        "UPDATE audit SET number = 1 WHERE number = 3",
        "UPDATE audit SET number = 3 WHERE number = 99",
    )

    assert first_break(inbox.audit_trail()) == 1


# Ids only


@pytest.mark.parametrize(
    "content",
    [
        "Helen Achterberg",
        "head@centre.example",
        "two\nlines",
        "ü",
        "x" * 301,
        "A7" * 21 + "B",
        "gp_" + "a-_9" * 10 + "xyz",
        "https://grades.example/declare/" + "A7" * 21 + "B",
        "\x1b[31m",
        "",
    ],
)
def test_what_does_not_look_like_an_id_or_looks_like_a_secret_is_withheld(inbox, content):
    inbox.audit(AT, "signed-in", content, content, content, content, {"from": content})

    (event,) = inbox.audit_trail()
    found = {event.actor, event.role, event.centre, event.about, event.facts["from"]}
    assert found == ({WITHHELD} if content else {""})


@pytest.mark.parametrize(
    "content",
    [
        "p-10234-officer",
        "q5rbb5pwpwdz8996dmzx",
        "c777d6b17856c98bd8ef7e95700e1e88413c3c74a57627ae08fcac7ec31e82dc",
        "dossier/2021-summer/10234/AM20530/external-exam",
        "submissions/2021-summer/10/10235/BT3D7/external-exam/BT3D7P2.schedule.json",
        "token-0123456789ab",
        "192.0.2.0/24",
        "2001:db8::/64",
    ],
)
def test_every_kind_of_id_is_kept(inbox, content):
    inbox.audit(AT, "signed-in", about=content)

    assert next(inbox.audit_trail()).about == content


def test_a_word_that_no_reader_of_the_trail_knows_is_our_mistake(inbox):
    with pytest.raises(ValueError, match="HAPPENINGS"):
        inbox.audit(AT, "did-something")

    assert list(inbox.audit_trail()) == []


# With what it tells of


def entry(number):
    return Entry(
        form="tags",
        series="2021-summer",
        centre="10234",
        branch="dossier/a",
        path=f"submissions/{number}.json",
        receipt_id=f"receipt-{number}",
        document=b"{}",
        sha256="0" * 64,
        body_sha256="0" * 64,
        received_at=AT,
        key=None,
        by="p-10234-officer",
        role="exams-officer",
        channel="form",
    )


def test_a_submission_and_its_row_are_stored_together_or_not_at_all(inbox):
    def failing(_seq):
        raise RuntimeError

    with inbox.desk("10234") as desk:
        desk.store(entry(1), lambda seq: b"{}")
        with pytest.raises(RuntimeError):
            desk.store(entry(2), failing)

    (event,) = inbox.audit_trail()
    assert (event.what, event.actor, event.role, event.centre) == (
        "submitted",
        "p-10234-officer",
        "exams-officer",
        "10234",
    )
    assert (event.about, event.facts["form"], event.facts["channel"]) == ("receipt-1", "tags", "form")


# The command


def test_the_trail_is_printed_oldest_first_a_row_to_a_line(inbox, state, gradepost):
    fill(inbox)

    ran = gradepost("audit", "--state", state)

    assert ran.code == 0
    lines = ran.out.splitlines()
    assert len(lines) == 4
    expected = "2021-05-18T10:00:00Z  submitted  p-10234-officer (exams-officer)  10234  receipt-1  form=tags"
    assert lines[1] == expected
    assert lines[3] == "2021-05-18T12:00:00Z  reviewed  r-osei (reviewer)  -  pull-1"


def test_a_centre_and_an_instant_narrow_it(inbox, state, gradepost):
    fill(inbox)

    of_centre = gradepost("audit", "--state", state, "--centre", "10234").out.splitlines()
    since = gradepost("audit", "--state", state, "--since", "2021-05-18T11:00:00+01:00").out.splitlines()
    both = gradepost("audit", "--state", state, "--since", "2021-05-18T10:00:00Z", "--centre", "10235").out.splitlines()

    assert (len(of_centre), len(since), len(both)) == (2, 3, 1)


def test_for_programs_each_row_is_one_json_object(inbox, state, gradepost):
    fill(inbox)

    rows = [json.loads(line) for line in gradepost("audit", "--state", state, "--format", "json").out.splitlines()]

    assert [row["number"] for row in rows] == [1, 2, 3, 4]
    assert rows[1] | {"digest": ""} == {
        "number": 2,
        "at": "2021-05-18T10:00:00+00:00",
        "what": "submitted",
        "actor": "p-10234-officer",
        "role": "exams-officer",
        "centre": "10234",
        "about": "receipt-1",
        "facts": {"form": "tags"},
        "digest": "",
    }
    assert rows[3]["centre"] is None


def test_a_whole_trail_verifies_and_ends_with_a_digest_to_note(inbox, state, gradepost):
    fill(inbox)

    ran = gradepost("audit", "--verify", "--state", state)

    last = list(inbox.audit_trail())[-1]
    assert ran.code == 0
    assert ran.out.splitlines()[-1] == f"4:{last.digest}"


def test_an_empty_trail_verifies(inbox, state, gradepost):
    assert gradepost("audit", "--verify", "--state", state).code == 0


def test_a_trail_with_a_changed_row_ends_with_1_and_the_number(inbox, state, gradepost):
    fill(inbox)
    tamper(state, "UPDATE audit SET actor = 'p-other' WHERE number = 3")

    ran = gradepost("audit", "--verify", "--state", state)

    assert ran.code == 1
    assert "breaks at number 3" in ran.out


def test_a_noted_digest_shows_a_trail_that_was_cut_or_written_anew(inbox, state, gradepost):
    fill(inbox)
    noted = gradepost("audit", "--verify", "--state", state).out.splitlines()[-1]

    inbox.audit(AT, "signed-out")
    grown = gradepost("audit", "--verify", "--noted", noted, "--state", state)
    tamper(state, "DELETE FROM audit WHERE number >= 4")
    cut = gradepost("audit", "--verify", "--noted", noted, "--state", state)
    tail_alone = gradepost("audit", "--verify", "--state", state)

    assert (grown.code, cut.code, tail_alone.code) == (0, 1, 0)


def test_a_folder_without_an_inbox_is_told_and_none_is_made_there(tmp_path, gradepost):
    ran = gradepost("audit", "--state", tmp_path / "nowhere")

    assert ran.code == 2
    assert not (tmp_path / "nowhere").exists()


def test_what_the_issue_asks_for_can_be_told():
    asked = {"signed-in", "submitted", "declared", "reviewed", "merged", "extension-granted", "token-made"}

    assert asked <= HAPPENINGS


# What happens in Git


class Merges:
    """A forge that knows merged pull requests alone."""

    def __init__(self, *numbers):
        self.numbers = numbers

    def pulls(self, _state):
        return [
            SimpleNamespace(
                number=number,
                branch="dossier/2021-summer/10234/AM20530/external-exam",
                head="a" * 40,
                merged_as="b" * 40,
                closed_at=AT,
            )
            for number in reversed(self.numbers)
        ]


def test_each_merge_is_told_once_whatever_restarts(inbox):
    MergeTrail(Merges(1), inbox, lambda: AT).tell()
    trail = MergeTrail(Merges(1, 2), inbox, lambda: AT)
    trail.tell()
    trail.tell()

    events = list(inbox.audit_trail())
    assert [(e.what, e.about, e.centre) for e in events] == [
        ("merged", "pull-1", "10234"),
        ("merged", "pull-2", "10234"),
    ]
    assert events[0].facts["merged_as"] == "b" * 40


def test_a_change_of_extensions_is_told_and_other_changes_are_not(inbox):
    paths = ["extensions/2021-summer/10234.json", "centres/10/10234.json", "extensions/x/10234.json.txt"]

    tell_extensions(inbox, paths, "c" * 40, AT)

    (event,) = inbox.audit_trail()
    assert (event.what, event.centre, event.about) == ("extension-granted", "10234", "c" * 40)
