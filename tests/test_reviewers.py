"""Whose verdict counts where a forge names accounts, and when closing a pull request rejects it."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from back_office import AT

from gradepost.document.filing import Dossier
from gradepost.forge.base import Pull, PullState, Review, Verdict
from gradepost.ledger import LedgerSettings
from gradepost.model.register import Centre, Person
from gradepost.publish.reviewers import Reviewers

DOSSIER = Dossier("2021-summer", "10234", "AM20530", "external-exam")
HEAD, EARLIER = "a" * 40, "b" * 40
PULL = Pull(7, DOSSIER.branch, "", HEAD, PullState.CLOSED, AT, AT, closed_by="Ana")
REVIEWERS = [Person(f"r-{name}", "reviewer", (), name, f"{name}@example.org") for name in ("ana", "ben", "cy")]
WHY = "It belongs to another component."


@pytest.fixture
def reviewers():
    settings = LedgerSettings(
        "2021-summer", "", "", (), False, tuple(REVIEWERS), timedelta(0), {"r-cy": frozenset({"10234"})},
        {person.name: person.ref for person in REVIEWERS},
    )  # fmt: skip
    inbox = SimpleNamespace(of_branch=lambda branch: [])
    return Reviewers(settings, inbox, lambda number: Centre(number, "", (), ()))


def review(by, verdict=Verdict.CHANGES_REQUESTED, head=HEAD, reason=WHY):
    return Review(7, head, by, verdict, reason, AT)


def last(reviewers, *given, pull=PULL):
    found = reviewers.counted(DOSSIER, given, pull)
    return (found[-1].by, found[-1].verdict) if found else None


def test_who_asks_for_changes_and_closes_it_rejects_it(reviewers):
    assert last(reviewers, review("Ana")) == ("r-ana", Verdict.REJECTED)


def test_a_rejection_is_the_last_word(reviewers):
    given = [review("ana"), review("ben"), review("ben", Verdict.APPROVED)]

    assert last(reviewers, *given) == ("r-ana", Verdict.REJECTED)


@pytest.mark.parametrize(
    "given",
    [
        review("ben"),
        review("Ana", head=EARLIER),
        review("Ana", reason=" \n"),
    ],
    ids=["another's", "of an earlier head", "without a reason"],
)
def test_closing_on_such_a_verdict_is_no_rejection(reviewers, given):
    assert last(reviewers, given)[1] is Verdict.CHANGES_REQUESTED


def test_an_approval_after_it_takes_the_verdict_back(reviewers):
    assert last(reviewers, review("ana"), review("ana", Verdict.APPROVED)) == ("r-ana", Verdict.APPROVED)


@pytest.mark.parametrize("changed", [{"state": PullState.OPEN}, {"closed_by": None}, {"closed_by": "ben"}])
def test_what_is_open_or_another_closed_is_only_returned(reviewers, changed):
    assert last(reviewers, review("ana"), pull=replace(PULL, **changed)) == ("r-ana", Verdict.CHANGES_REQUESTED)


@pytest.mark.parametrize("account", ["cy", "nobody", "ghost"])
def test_an_account_that_does_not_count_rejects_nothing(reviewers, account):
    assert last(reviewers, review(account), pull=replace(PULL, closed_by=account)) is None
