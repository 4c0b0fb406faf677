"""A centre's results in its own area: nothing before the release, then its own alone, and each handing out is told."""

import csv
import io
import json
from datetime import timedelta

import pytest

from gradepost.doors.files import write_durably

BROWSER = {"Accept": "text/html"}
RESULTS = ("/centre/results", "/centre/results.csv", "/centre/results/slips")
PATHS = (*RESULTS, "/centre/certificates", "/centre/certificates.csv")
OFFICER, OTHER = "p-10235-officer", "p-10234-officer"


def released_in(house, hours):
    """Let the series' release be so many hours from now; each state has loaded a book of its own."""
    at = house.state.now() + timedelta(hours=hours)
    object.__setattr__(house.state.book.series, "embargo_until", at)
    return house


@pytest.fixture(scope="module")
def released(opened, tmp_path_factory):
    return released_in(opened(tmp_path_factory.mktemp("released") / "state"), -1)


def told(house):
    return [e for e in house.state.inbox.audit_trail() if e.what == "results-given"]


@pytest.mark.parametrize("path", RESULTS)
@pytest.mark.parametrize("hours", [None, 1])
def test_before_the_release_nothing_is_shown_and_nothing_is_told_as_given(fresh, path, hours):
    house = fresh if hours is None else released_in(fresh, hours)

    answer = house.client(OFFICER).get(path, headers=BROWSER)

    assert answer.status_code == 403
    assert "<h1>The results are not released yet</h1>" in answer.text
    assert "so none are shown" in answer.text or "and not shown before" in answer.text
    assert "0001" not in answer.text
    assert told(house) == []


@pytest.mark.parametrize("path", PATHS)
def test_whoever_is_not_signed_in_is_led_to_sign_in(released, path):
    assert released.client().get(path, headers=BROWSER).status_code == 303


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("ref", ["p-10235-head", "p-10235-teacher-1"])
def test_whoever_may_not_read_grades_gets_no_results(released, path, ref):
    answer = released.client(ref).get(path, headers=BROWSER)

    assert answer.status_code == 403
    assert "0001" not in answer.text


def test_a_centre_sees_its_own_results_and_no_others(released):
    own = released.client(OFFICER).get("/centre/results", headers=BROWSER)
    others = released.client(OTHER).get("/centre/results", headers=BROWSER)

    assert "0001" in own.text and own.headers["cache-control"] == "private, no-store"
    assert "Nothing of this centre stands in the record." in others.text and "0001" not in others.text


def test_the_file_has_a_row_for_each_result_and_no_name(released):
    answer = released.client(OFFICER).get("/centre/results.csv", headers=BROWSER)

    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["Centre"] for row in rows} == {"10235"} and len(rows) == 28
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "Name" not in rows[0]


def test_each_learner_has_one_slip(released, page_of):
    answer = released.client(OFFICER).get("/centre/results/slips", headers=BROWSER)

    assert answer.text.count('aria-labelledby="slip-') == 28
    assert page_of(answer).inline == []


def claims(house, ref=OFFICER):
    file = house.client(ref).get("/centre/certificates.csv", headers=BROWSER).content.decode("utf-8-sig")
    return {row["Candidate number"]: (row["Complete"], row["Open"]) for row in csv.DictReader(io.StringIO(file))}


def read_of_the_other_system(house, *learners):
    """What the organisation's own system says of centre 10235, in the place in which an import puts it."""
    about = {"form": "completions", "series": "2021-summer", "centre": "10235", "qualification": "AM20530"}
    data = {**about, "as_of": "2021-06-01", "learners": learners}
    write_durably(house.state.folder / "completions/2021-summer/10235/AM20530.json", json.dumps(data).encode())


def test_claims_stay_as_they_are_and_who_is_complete_is_listed(released):
    answer = released.client(OFFICER).get("/centre/certificates", headers=BROWSER)
    file = released.client(OFFICER).get("/centre/results.csv").content.decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(file)))
    complete = answer.text.partition("<h2>Complete</h2>")[2].partition("<h2>Not complete yet</h2>")[0]
    wanted = {r["Candidate number"]: r["Grade"] not in ("", "fail") and r["Certificating"] != "no" for r in rows}
    assert "Nothing changes in how you claim." in answer.text
    assert {number: f">{number}</th>" in complete for number in wanted} == wanted
    assert set(wanted.values()) == {True, False}


def test_before_the_release_only_who_needs_no_grade_is_listed(fresh):
    house = released_in(fresh, 1)
    read_of_the_other_system(
        house,
        {"candidate_number": "0001", "uln": "1000000051", "completed": True},
        {"candidate_number": "0901", "uln": "1000000051", "completed": True},
        {"candidate_number": "0902", "uln": "1000000132", "completed": False, "units_open": "UV21580 X9"},
    )

    page, found = house.client(OFFICER).get("/centre/certificates", headers=BROWSER), claims(house)

    assert found.pop("0901") == ("No teacher assessed grade is needed", "")
    assert found.pop("0902") == ("Not complete yet", "UV21580 Enterprise: open; X9: open")
    assert set(found.values()) == {("Told once results are released", "")} and "0001" in found
    assert "said on 1 June 2021." in page.text
    assert "28 learners have grades to come and are listed once results are released." in page.text
    assert ">0901</th>" in page.text and ">0001</th>" not in page.text
    assert told(house) == []


def test_after_the_release_both_kinds_are_listed_with_why(fresh):
    house = released_in(fresh, -1)
    read_of_the_other_system(house, {"candidate_number": "0901", "uln": "1000000051", "completed": True})

    found = claims(house)

    assert found["0901"] == ("No teacher assessed grade is needed", "")
    assert found["0001"] == ("All grades are in", "")
    assert found["0009"] == ("Not complete yet", "Does not certificate this year")
    assert claims(house, OTHER) == {}


@pytest.mark.parametrize(
    ("path", "what"), [*zip(PATHS, ("page", "csv", "slips", "certificates", "certificates-csv"), strict=True)]
)
def test_every_handing_out_is_in_the_audit_trail(released, path, what):
    before = len(told(released))

    released.client(OFFICER).get(path, headers=BROWSER)

    (event,) = told(released)[before:]
    assert (event.actor, event.centre, event.facts) == (OFFICER, "10235", {"as": what})
