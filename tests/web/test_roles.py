"""Who may do what through the gateway: each role's refusals, and that no centre sees another's."""

import pytest

BROWSER = {"Accept": "text/html"}
OFFICER, TEACHER, HEAD, REVIEWER = "p-10234-officer", "p-10234-teacher-1", "p-10234-head", "r-osei"


def rules_of(response):
    return [f["rule"] for f in response.json()["findings"] if f["severity"] == "error"]


def test_a_teachers_schedule_is_judged_and_told_who_may_send_it(house):
    answer = house.submit(house.client(TEACHER), house.schedule())

    assert answer.status_code == 422
    assert rules_of(answer) == ["S004"]


def test_a_teachers_software_has_no_more_rights_than_the_teacher(house):
    answer = house.submit(house.software(role="teacher"), house.schedule())

    assert answer.status_code == 422
    assert rules_of(answer) == ["S004"]


@pytest.mark.parametrize("ref", [TEACHER, HEAD, REVIEWER])
def test_nobody_but_the_exams_officer_submits_grades(house, ref):
    before = house.stored()

    assert house.submit(house.client(ref), house.tags()).status_code == 403
    assert house.stored() == before


@pytest.mark.parametrize("ref", [OFFICER, TEACHER, HEAD])
def test_everybody_of_the_centre_may_check_what_was_prepared(house, ref):
    assert house.client(ref).post("/check/tags", json=house.tags()).status_code == 200


@pytest.mark.parametrize("form", ["schedule", "tags", "declaration"])
@pytest.mark.parametrize("act", ["check", "submit"])
def test_a_reviewer_neither_checks_nor_submits(house, act, form):
    assert house.client(REVIEWER).post(f"/{act}/{form}", json={}).status_code == 403


@pytest.mark.parametrize("ref", [OFFICER, TEACHER, HEAD])
def test_reviews_are_closed_to_a_centres_people(house, ref):
    client = house.client(ref)

    for path in ("/reviews", "/reviews/2"):
        answer = client.get(path, headers=BROWSER)
        assert (answer.status_code, answer.headers["location"].startswith("/sign-in?")) == (303, True)
    assert client.post("/reviews/2/approve", data={"head": ""}).status_code == 403


def test_reviews_are_closed_to_whoever_is_not_signed_in(house):
    client = house.client()

    assert client.get("/reviews").headers["location"] == "/sign-in?next=%2Freviews"
    assert client.post("/reviews/2/approve", data={"head": ""}).status_code == 401


def test_a_receipt_is_for_its_own_centre_and_for_reviewers(house):
    location = house.submit(house.software(), house.schedule()).headers["location"]

    seen = {ref: house.client(ref).get(location).status_code for ref in (OFFICER, TEACHER, HEAD, REVIEWER)}

    assert seen == dict.fromkeys((OFFICER, TEACHER, HEAD, REVIEWER), 200)
    assert house.client("p-10235-officer").get(location).status_code == 403
    assert house.software("10235").get(location).status_code == 403
    assert house.client().get(location, headers={"Accept": "application/json"}).status_code == 401
    assert house.client().get(location, headers=BROWSER).headers["location"].startswith("/sign-in?")


def test_an_earlier_submission_is_filled_in_for_its_own_centre_alone(house, page_of):
    document = house.tags()
    document["decision_record"] = "Only Northfield knows this sentence."
    house.submit(house.software(), house.schedule())
    receipt = house.submit(house.software(), document).json()["id"]

    own = house.client(OFFICER).get(f"/forms/tags/?from={receipt}")
    other = house.client("p-10235-officer").get(f"/forms/tags/?from={receipt}")

    assert "Only Northfield" in own.text
    assert "Only Northfield" not in other.text
    assert "Only Northfield" not in house.client().get(f"/forms/tags/?from={receipt}").text


def test_the_status_page_shows_ones_own_centre_alone(house):
    house.submit(house.software(), house.schedule())
    shown = house.client(OFFICER).get("/status").text

    assert "UV21578" in shown
    assert "HB2D1P1" not in shown
    assert "HB2D1P1" in house.client("p-10235-officer").get("/status").text


@pytest.mark.parametrize("ref", [TEACHER, HEAD, REVIEWER])
def test_only_the_exams_officer_asks_for_a_declaration(house, ref):
    asked = {"series": "2021-summer", "qualification": "AM20530", "kind": "external-exam"}
    before = len(house.letters())

    assert house.client(ref).post("/ask-declaration", data=asked).status_code == 403
    assert house.client().post("/ask-declaration", data=asked).status_code == 401
    assert len(house.letters()) == before


def test_no_declaration_is_asked_for_of_another_centre(house):
    asked = {"series": "2021-summer", "centre": "10235", "qualification": "HB2D1", "kind": "external-exam"}

    assert house.client(OFFICER).post("/ask-declaration", data=asked).status_code == 404


def test_a_reviewer_approves_and_it_is_merged(fresh, page_of):
    reviewer = fresh.client(REVIEWER)
    page = page_of(reviewer.get("/reviews/3", headers=BROWSER))

    answer = reviewer.post("/reviews/3/approve", data={"head": dict(page.fields)["head"]})
    fresh.carry_on()

    assert answer.status_code == 303
    assert str(fresh.state.forge.pull(3).state) == "merged"


def test_an_approval_of_what_has_changed_since_is_not_taken(fresh, page_of):
    reviewer = fresh.client(REVIEWER)
    head = dict(page_of(reviewer.get("/reviews/3", headers=BROWSER)).fields)["head"]
    amended = fresh.tags("10235", "HB2D1", "HB2D1P1")
    amended["decision_record"] = "Compared once more."
    assert fresh.submit(fresh.software("10235"), amended).status_code == 201
    fresh.carry_on()

    answer = reviewer.post("/reviews/3/approve", data={"head": head})

    assert answer.status_code == 409
    assert fresh.state.forge.reviews(3) == []


def test_a_return_needs_a_reason(fresh, page_of):
    reviewer = fresh.client(REVIEWER)
    head = dict(page_of(reviewer.get("/reviews/3", headers=BROWSER)).fields)["head"]

    without = reviewer.post("/reviews/3/return", data={"head": head, "reason": " \n"})
    with_one = reviewer.post("/reviews/3/return", data={"head": head, "reason": "The mock's date is missing."})

    assert (without.status_code, with_one.status_code) == (422, 303)
    assert len(fresh.state.forge.reviews(3)) == 1


def test_what_lacks_its_declaration_cannot_be_approved(fresh, page_of):
    reviewer = fresh.client(REVIEWER)
    head = fresh.state.forge.pull(2).head

    answer = reviewer.post("/reviews/2/approve", data={"head": head})

    assert answer.status_code == 409
    assert "declaration" in answer.text
