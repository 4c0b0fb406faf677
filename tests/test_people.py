"""Sessions, tokens and links: known by a hash, good for a time, good for one thing; and the table of roles."""

from datetime import UTC, datetime, timedelta

import pytest

from gradepost.document.filing import Dossier
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.model.register import Person
from gradepost.people import Actor, actor_of_secret, declaration_link, end, make_session, make_token, may, open_link
from gradepost.people.credentials import IDLE_MINUTES, LINK_DAYS, SESSION_HOURS, hash_of
from gradepost.people.sessions import end_all, living, note_use

AT = datetime(2021, 5, 18, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DOSSIER = Dossier("2021-summer", "10234", "AM20530", "external-exam")
OFFICER = Person("p-10234-officer", "exams-officer", ("submits",), "Morgan Ellis", "officer@centre.example")
HEAD = Person("p-10234-head", "principal", ("declares",), "Helen Achterberg", "head@centre.example")


@pytest.fixture
def inbox(tmp_path):
    return SqliteInbox(tmp_path / "inbox.sqlite3")


def secret():
    return "secret-of-256-random-bits"


def test_a_session_is_its_persons_for_half_an_hour_of_rest(inbox):
    made = make_session(inbox, OFFICER, "10234", AT, secret)

    last = AT + timedelta(minutes=IDLE_MINUTES) - SECOND
    assert actor_of_secret(inbox, made, "session", last) == Actor(
        "p-10234-officer", "exams-officer", "10234", "session"
    )
    assert actor_of_secret(inbox, made, "session", last + SECOND) is None


def test_a_session_that_is_used_ends_after_eight_hours_all_the_same(inbox):
    made = make_session(inbox, OFFICER, "10234", AT, secret)
    ends = AT + timedelta(hours=SESSION_HOURS)

    note_use(inbox, made, ends - SECOND)

    assert actor_of_secret(inbox, made, "session", ends - SECOND) is not None
    assert actor_of_secret(inbox, made, "session", ends) is None


def test_a_session_that_was_ended_stays_so_when_its_use_is_noted_late(inbox):
    made = make_session(inbox, OFFICER, "10234", AT, secret)
    end(inbox, made)

    note_use(inbox, made, AT + SECOND)

    assert actor_of_secret(inbox, made, "session", AT + SECOND) is None
    assert inbox.seen(hash_of(made)) is None


def test_ending_all_of_one_persons_sessions_leaves_others_and_tokens(inbox):
    own = [make_session(inbox, OFFICER, "10234", AT, lambda n=n: f"own-{n}") for n in range(2)]
    other = make_session(inbox, HEAD, "10234", AT, lambda: "other")
    namesake = make_session(inbox, OFFICER, None, AT, lambda: "namesake")

    assert living(inbox, "10234", OFFICER.ref, AT) == 2
    assert end_all(inbox, "10234", OFFICER.ref) == 2
    assert [actor_of_secret(inbox, made, "session", AT) for made in own] == [None, None]
    assert actor_of_secret(inbox, other, "session", AT)
    assert actor_of_secret(inbox, namesake, "session", AT)


def test_a_session_that_was_ended_is_nobodys(inbox):
    made = make_session(inbox, OFFICER, "10234", AT, secret)

    end(inbox, made)

    assert actor_of_secret(inbox, made, "session", AT) is None


def test_a_token_has_a_ref_of_its_own_that_does_not_give_it_away(inbox):
    made = make_token(inbox, "10234", "exams-officer", AT, secret)

    actor = actor_of_secret(inbox, made, "token", AT + timedelta(days=300))
    assert (actor.role, actor.centre) == ("exams-officer", "10234")
    assert actor.ref.startswith("token-")
    assert made not in actor.ref


def test_each_kind_of_secret_opens_its_own_kind_of_door_alone(inbox):
    session = make_session(inbox, OFFICER, "10234", AT, lambda: "a")
    token = make_token(inbox, "10234", "teacher", AT, lambda: "b")
    link = declaration_link(inbox, DOSSIER, HEAD, AT, lambda: "c")

    for made, own in ((session, "session"), (token, "token"), (link, "link")):
        opens = [kind for kind in ("session", "token", "link") if actor_of_secret(inbox, made, kind, AT)]
        assert opens == [own]
    assert isinstance(open_link(inbox, session, AT), str)
    assert isinstance(open_link(inbox, token, AT), str)


def test_no_secret_is_stored(inbox):
    for made in (
        make_session(inbox, OFFICER, "10234", AT, lambda: "first-secret"),
        make_token(inbox, "10234", "teacher", AT, lambda: "second-secret"),
        declaration_link(inbox, DOSSIER, HEAD, AT, lambda: "third-secret"),
    ):
        assert inbox.credential(made) is None
    rows = inbox._rows("SELECT * FROM credentials")
    assert len(rows) == 3
    assert not any("secret" in str(value) for row in rows for value in row)


@pytest.mark.parametrize("guess", ["", "x", "\0", "\ud800", "é" * 1000])
def test_what_nobody_made_opens_nothing(inbox, guess):
    assert actor_of_secret(inbox, guess, "session", AT) is None
    assert isinstance(open_link(inbox, guess, AT), str)


def test_a_link_leads_to_its_dossier_for_seven_days(inbox):
    made = declaration_link(inbox, DOSSIER, HEAD, AT, secret)
    last = AT + timedelta(days=LINK_DAYS) - SECOND

    credential, dossier = open_link(inbox, made, last)

    assert (credential.ref, dossier) == (HEAD.ref, DOSSIER)
    assert "run out" in open_link(inbox, made, last + SECOND)


def test_a_link_that_was_used_says_so(inbox):
    made = declaration_link(inbox, DOSSIER, HEAD, AT, secret)
    credential, _ = open_link(inbox, made, AT)

    assert inbox.use_credential(credential.hash, AT)

    assert "used" in open_link(inbox, made, AT)


MAY = {
    "exams-officer": {"check", "submit:schedule", "submit:tags", "submit:declaration", "see", "ask-declaration"},
    "teacher": {"check", "submit:schedule", "see"},
    "principal": {"check", "see", "sign"},
    "deputy": {"check", "see", "sign"},
    "reviewer": {"review"},
    "nobody": set(),
}
ACTS = ["check", "submit:schedule", "submit:tags", "submit:declaration", "see", "ask-declaration", "sign", "review"]


@pytest.mark.parametrize("role", MAY)
def test_each_role_may_do_what_the_table_says_and_nothing_else(role, book):
    actor = Actor("p-1", role, "10234", "session")

    assert {act for act in ACTS if may(actor, act.partition(":")[0], book, act.partition(":")[2] or None)} == MAY[role]
