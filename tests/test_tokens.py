"""Tokens for a centre's own software: limited, good for a time, listed without their secrets, taken back."""

import re
from datetime import timedelta

import pytest

from gradepost.doors.clock import system_now
from gradepost.doors.demo.seeding import make_demo_ledger
from gradepost.doors.state import open_state
from gradepost.forge.local import LocalForge
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.people import actor_of_secret
from gradepost.settings import from_environment


@pytest.fixture
def folder(tmp_path, gradepost):
    made = tmp_path / "state"
    make_demo_ledger(LocalForge.create(made / "ledger.git"), made, from_environment())
    return made


@pytest.fixture
def make(gradepost, folder):
    """Make a token; its secret."""

    def run(*more):
        ran = gradepost("token", "--centre", "10234", "--role", "exams-officer", "--state", folder, *more)
        assert ran.code == 0, ran.err
        return ran.out.splitlines()[-1]

    return run


def actor(folder, secret, at=None):
    return actor_of_secret(SqliteInbox(folder / "inbox.sqlite3"), secret, "token", at or system_now())


def ref_in(out):
    return re.search(r"token-[0-9a-f]{12}", out)[0]


def test_a_token_is_good_for_a_year_unless_it_says_otherwise(make, folder):
    a_year, a_day = make(), make("--days", "1")

    assert actor(folder, a_year, system_now() + timedelta(days=364)) is not None
    assert actor(folder, a_year, system_now() + timedelta(days=366)) is None
    assert actor(folder, a_day, system_now() + timedelta(hours=25)) is None


def test_a_token_carries_its_limits(make, folder):
    found = actor(folder, make("--form", "tags", "--action", "check", "--action", "submit"))

    assert (found.forms, found.actions) == (("tags",), ("check", "submit"))


def test_a_token_that_was_taken_back_opens_nothing_and_the_others_still_do(make, folder, gradepost):
    first, second = make(), make()

    ran = gradepost("token", "--revoke", actor(folder, first).ref, "--state", folder)

    assert ran.code == 0
    assert actor(folder, first) is None
    assert actor(folder, second) is not None


def test_the_list_shows_refs_and_limits_and_no_secret(make, folder, gradepost):
    secret = make("--form", "tags")

    ran = gradepost("token", "--list", "--state", folder)

    assert ref_in(ran.out) == actor(folder, secret).ref
    assert "tags" in ran.out
    assert secret not in ran.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("--centre", "10234"),
        ("--role", "teacher"),
        ("--centre", "10234", "--role", "teacher", "--form", "nothing"),
        ("--centre", "10234", "--role", "teacher", "--action", "review"),
        ("--centre", "10234", "--role", "teacher", "--days", "0"),
        ("--revoke", "token-000000000000"),
    ],
)
def test_what_cannot_be_meant_makes_and_takes_back_nothing(make, folder, gradepost, arguments):
    secret = make()

    ran = gradepost("token", *arguments, "--state", folder)

    assert ran.code == 2
    assert len(SqliteInbox(folder / "inbox.sqlite3").credentials("token")) == 1
    assert actor(folder, secret) is not None


def test_the_trail_says_who_got_a_token_and_that_it_was_taken_back(make, folder, gradepost):
    ref = actor(folder, make()).ref
    gradepost("token", "--revoke", ref, "--state", folder)

    trail = [
        (event.what, event.centre, event.about) for event in open_state(folder, from_environment()).inbox.audit_trail()
    ]
    assert trail == [("token-made", "10234", ref), ("token-revoked", "10234", ref)]
