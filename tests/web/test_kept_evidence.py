"""How long files that a centre sent on request are kept: never less than their time, and not much longer."""

import os
from datetime import datetime

import pytest
from hostile_files import PDF, png

from gradepost.doors.asked import asked_of
from gradepost.doors.demo import people
from gradepost.doors.pictures import EVIDENCE, keep, kept
from gradepost.doors.upkeep import DailyUpkeep
from gradepost.doors.web.sent import as_bytes
from gradepost.intake import Accepted, Submission
from gradepost.ledger.settings import read_settings
from gradepost.model.trouble import ConfigurationError
from gradepost.people import Actor

REVIEWER = people.REVIEWERS[0].ref
OFFICER = Actor("p-10234-officer", "exams-officer", "10234", "session")
DAY = 24 * 60 * 60
LONG_AFTER = 1_900_000_000.0
ABOUT = {"series": "2021-summer", "centre": "10234", "qualification": "AM20530", "kind": "external-exam"}


def receive(house, document, by):
    raw = as_bytes({**document, "reference": "k7m2p9qd", **ABOUT})
    outcome = house.state.intake.receive(Submission(raw, document["form"], by, "form"))
    assert isinstance(outcome, Accepted), outcome


def ask(house, until):
    asked = {"asked_for": ["learner-evidence"], "learners": [{"candidate_number": "0001"}]}
    reviewer = Actor(REVIEWER, "reviewer", "10234", "session")
    receive(house, {"form": "evidence-request", "until": until, **asked}, reviewer)


def send(house, *raws):
    """A request is answered with files, as old on the disk as can be."""
    ask(house, "2021-05-21T12:00:00+01:00")
    names = [keep(house.state.folder, "10234", raw, under=EVIDENCE) for raw in raws]
    files = [{"sha256": n, "type": "pdf", "bytes": len(raw)} for n, raw in zip(names, raws, strict=True)]
    receive(house, {"form": "evidence", "files": files}, OFFICER)
    for name in names:
        os.utime(house.state.folder / EVIDENCE / "10234" / name, (0, 0))
    return names


def move(house, text):
    house.gateway.clock.move_to(datetime.fromisoformat(text))


def tidy(house):
    return DailyUpkeep(house.state, lambda: LONG_AFTER).run_due()


def cleared(house):
    return [e for e in house.state.inbox.audit_trail() if e.what == "evidence-cleared"]


def test_what_was_sent_is_kept_for_a_year_to_the_day(fresh):
    (name,) = send(fresh, PDF)
    move(fresh, "2022-05-17T10:00:00+01:00")

    assert tidy(fresh) == 0
    assert kept(fresh.state.folder, "10234", name, under=EVIDENCE) == PDF
    assert cleared(fresh) == []


def test_a_year_after_it_was_sent_a_file_goes_and_the_trail_says_how_many(fresh):
    names = send(fresh, PDF, png())
    move(fresh, "2022-05-19T10:00:00+01:00")

    assert tidy(fresh) == 2
    assert [kept(fresh.state.folder, "10234", name, under=EVIDENCE) for name in names] == [None, None]
    (event,) = cleared(fresh)
    assert (event.centre, event.facts) == ("10234", {"files": "2"})


def test_a_file_that_is_sent_again_later_is_kept_from_then_on(fresh):
    (name,) = send(fresh, PDF)
    move(fresh, "2022-03-01T10:00:00+00:00")
    file = {"sha256": name, "type": "pdf", "bytes": len(PDF)}
    ask(fresh, "2022-03-08T12:00:00+00:00")
    receive(fresh, {"form": "evidence", "files": [file]}, OFFICER)
    move(fresh, "2022-05-19T10:00:00+01:00")

    assert tidy(fresh) == 0


def test_a_file_that_no_submission_names_goes_after_thirty_days(fresh):
    name = keep(fresh.state.folder, "10234", PDF, under=EVIDENCE)
    path = fresh.state.folder / EVIDENCE / "10234" / name
    os.utime(path, (LONG_AFTER - 29 * DAY,) * 2)
    early = tidy(fresh)
    os.utime(path, (LONG_AFTER - 31 * DAY,) * 2)

    assert (early, tidy(fresh)) == (0, 1)


def test_a_reviewer_is_told_that_a_file_is_no_longer_kept(fresh):
    (name,) = send(fresh, PDF)
    move(fresh, "2022-05-19T10:00:00+01:00")
    tidy(fresh)
    (one,) = asked_of(fresh.state, "10234")

    answer = fresh.client(REVIEWER).get(f"/reviews/files/10234/{one.reference}/{name}", headers={"Accept": "text/html"})

    assert answer.status_code == 404
    assert "This file is no longer kept" in answer.text


@pytest.mark.parametrize("days", ["0", "3661", "true", '"365"'])
def test_a_time_of_keeping_that_is_none_is_told(days):
    with pytest.raises(ConfigurationError, match="evidence_days is a whole number from 1 to 3660"):
        read_settings(f'series = "2021-summer"\n[retention]\nevidence_days = {days}\n'.encode())
