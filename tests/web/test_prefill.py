"""A form opens with what the centre has sent before, and with nobody else's."""

import json
from dataclasses import replace

OFFICER, OTHERS = "p-10234-officer", "p-10235-officer"
TAGS = "/forms/tags/?qualification=AM20530&component=UV21578"


def numbers(page):
    return [value for name, value in page.fields if name.endswith(".candidate_number") and value]


def test_grades_open_with_the_learners_of_the_schedule(fresh, page_of):
    fresh.submit(fresh.software(), fresh.schedule())

    page = page_of(fresh.client(OFFICER).get(TAGS))

    assert numbers(page) == [learner["candidate_number"] for learner in fresh.schedule()["learners"]]
    assert ("component", "UV21578") in page.fields
    assert "The 28 learners on your schedule for UV21578 are filled in." in page.text


def test_grades_open_empty_where_only_another_centre_has_a_schedule(fresh, page_of):
    fresh.submit(fresh.software("10235"), fresh.schedule("10235"))

    page = page_of(fresh.client(OFFICER).get(TAGS))

    assert numbers(page) == []
    assert ("component", "UV21578") in page.fields


def test_a_schedule_opens_with_the_learners_of_another_component(fresh, page_of):
    fresh.submit(fresh.software(), fresh.schedule())

    page = page_of(fresh.client(OFFICER).get("/forms/schedule/?qualification=AM20530&component=UV21579"))

    assert numbers(page) == [learner["candidate_number"] for learner in fresh.schedule()["learners"]]
    assert "schedule for UV21578 are filled in. Check who takes this component." in page.text


def test_a_schedule_opens_with_the_learners_of_the_last_series(fresh, page_of, tmp_path):
    fresh.submit(fresh.software(), fresh.schedule())
    for series in ("2019-summer", "2020-summer", "2021-summer"):
        (tmp_path / "forms" / series).mkdir(parents=True)
    fresh.gateway = replace(fresh.gateway, settings=replace(fresh.gateway.settings, root=tmp_path))
    earlier = {**fresh.schedule(), "series": "2020-summer", "learners": [{"candidate_number": "0777"}]}
    path = "submissions/2020-summer/10/10234/AM20530/external-exam/UV21578.schedule.json"
    put_on_main(fresh, {path: json.dumps(earlier).encode()})

    page = page_of(fresh.client(OFFICER).get("/forms/schedule/?qualification=AM20530&component=UV21578"))

    assert numbers(page) == ["0777"]
    assert "schedule for 2020-summer" in page.text


def test_a_component_that_the_book_lacks_fills_nothing(fresh, page_of):
    page = page_of(fresh.client(OFFICER).get("/forms/tags/?qualification=AM20530&component=NOTHING"))

    assert numbers(page) == []


def test_what_was_submitted_opens_again_by_its_receipt(fresh, page_of):
    receipt = fresh.submit(fresh.software(), fresh.schedule()).json()["id"]

    page = page_of(fresh.client(OFFICER).get(f"/forms/schedule/?from={receipt}"))
    others = page_of(fresh.client(OTHERS).get(f"/forms/schedule/?from={receipt}"))

    assert len(numbers(page)) == 28
    assert "This is what was received at" in page.text
    assert numbers(others) == []
    assert "This is what was received at" not in others.text


def test_a_return_opens_at_the_learners_that_the_reviewer_names(fresh, page_of):
    pull = returned(fresh, "Look at 0003 and 0999 again, there is too little evidence.")

    page = page_of(answer := fresh.client(OFFICER).get(f"/forms/tags/?return={pull}"))
    others = page_of(fresh.client(OTHERS).get(f"/forms/tags/?return={pull}"))

    assert len(numbers(page)) == 28
    assert "Look at 0003 and 0999 again" in page.text
    assert '<a href="#f-learners-2-candidate_number">0003: the reviewer names this learner.</a>' in answer.text
    assert "0999: the reviewer" not in page.text
    assert numbers(others) == []
    assert "Look at 0003" not in others.text


def test_a_number_that_is_no_pull_request_fills_nothing(fresh, page_of):
    for asked in ("return=0", "return=99999999999999999999", "return=x", "from=", "from=%00"):
        assert numbers(page_of(fresh.client(OFFICER).get(f"/forms/tags/?{asked}"))) == []


def put_on_main(house, files):
    forge = house.state.forge
    forge.commit("main", files, "Put", house.state.now(), expected=forge.head("main"))


def returned(house, reason):
    """The number of a pull request of centre 10234 that a reviewer has returned."""
    client = house.software()
    for document in (house.schedule(), house.tags()):
        assert house.submit(client, document).status_code == 201
    house.carry_on()
    pull = next(p for p in house.state.forge.pulls() if "10234" in p.branch)
    answer = house.client("r-osei").post(f"/reviews/{pull.number}/return", data={"head": pull.head, "reason": reason})
    assert answer.status_code == 303, answer.text
    return pull.number
