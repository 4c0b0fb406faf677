"""Late is late by the receipt's time and the state's clock, to the millisecond; extensions on main are honoured."""

import json
from datetime import UTC, datetime, timedelta

EXTENSIONS = "extensions/2021-summer/10234.json"


def move(house, row, *, to):
    """Move the clock to a moment from a deadline of the papers."""
    deadline = house.state.book.series.deadline(row, "external-exam")
    assert house.gateway.clock.move_to(deadline + to)


def rules_of(response):
    return [f["rule"] for f in response.json()["findings"] if f["severity"] == "error"]


def grant(house, until, **what):
    """Put an extension on the ledger's main branch, as a reviewed pull request would."""
    value = {"series": "2021-summer", "centre": "10234", "extensions": []}
    value["extensions"].append({"what": what, "until": until, "why": "A flood.", "by": "r-osei"})
    forge = house.state.forge
    content = json.dumps(value).encode()
    forge.commit("main", {EXTENSIONS: content}, "Extend", house.state.now(), expected=forge.head("main"))


def test_a_schedule_one_minute_before_the_deadline_is_on_time(fresh):
    move(fresh, "schedule", to=timedelta(minutes=-1))

    receipt = fresh.submit(fresh.software(), fresh.schedule()).json()

    assert receipt["on_time"] is True
    assert receipt["deadline"] == "2021-05-20T22:59:59.999Z"
    assert receipt["received_at"] < receipt["deadline"]


def test_a_schedule_after_the_deadline_is_refused_and_nothing_is_stored(fresh):
    before = fresh.stored()
    move(fresh, "schedule", to=timedelta(milliseconds=1))

    answer = fresh.submit(fresh.software(), fresh.schedule())

    assert answer.status_code == 422
    assert rules_of(answer) == ["S003"]
    assert fresh.stored() == before


def test_tags_after_their_deadline_are_refused(fresh):
    fresh.submit(fresh.software(), fresh.schedule())
    move(fresh, "tags", to=timedelta(milliseconds=1))

    answer = fresh.submit(fresh.software(), fresh.tags())

    assert answer.status_code == 422
    assert rules_of(answer) == ["T001"]


def test_the_synoptic_is_never_late(fresh):
    move(fresh, "tags", to=timedelta(days=60))
    client = fresh.software()

    schedule = fresh.submit(client, fresh.schedule(qualification="BT2D1", component="BT2D1SY"))
    tags = fresh.submit(client, fresh.tags(qualification="BT2D1", component="BT2D1SY"))

    assert (schedule.status_code, tags.status_code) == (201, 201)
    assert (tags.json()["on_time"], tags.json()["deadline"]) == (True, None)


def test_an_extension_is_honoured_as_soon_as_main_has_it_and_the_receipt_names_it(fresh):
    client = fresh.software()
    move(fresh, "schedule", to=timedelta(hours=1))
    before = fresh.submit(client, fresh.schedule())

    grant(fresh, "2021-05-27T17:00:00+01:00", deadline="schedule", kind="external-exam")
    after = fresh.submit(client, fresh.schedule())

    assert before.status_code == 422
    assert after.status_code == 201
    assert (after.json()["on_time"], after.json()["deadline"]) == (True, "2021-05-27T16:00:00.000Z")


def test_an_extension_is_its_own_centres_rows_and_kinds_alone(fresh):
    move(fresh, "schedule", to=timedelta(hours=1))
    grant(fresh, "2021-05-27T17:00:00+01:00", deadline="schedule", qualification="BT2D1")

    assert fresh.submit(fresh.software(), fresh.schedule()).status_code == 422
    assert fresh.submit(fresh.software("10235"), fresh.schedule("10235", "BT2D1", "BT2D1P1")).status_code == 422
    assert fresh.submit(fresh.software(), fresh.schedule("10234", "BT2D1", "BT2D1P1")).status_code == 201


def test_moving_the_clock_past_a_deadline_signs_nobody_out(fresh):
    officer = fresh.client("p-10234-officer")

    answer = officer.post("/demo/clock", data={"to": "after-schedule-0"})

    assert answer.status_code == 303
    assert rules_of(fresh.submit(officer, fresh.schedule())) == ["S003"]


def test_the_panel_moves_the_clock_forward_only(fresh):
    client = fresh.client()
    client.post("/demo/clock", data={"to": "after-tags-0"})
    now = fresh.state.now()

    backwards = client.post("/demo/clock", data={"to": "before-tags-0"})
    nowhere = client.post("/demo/clock", data={"to": "1999"})

    assert (backwards.status_code, nowhere.status_code) == (409, 409)
    assert fresh.state.now() >= now


def test_the_panel_moves_past_the_release_of_results_where_the_series_names_one(fresh):
    client, release = fresh.client("p-10235-officer"), datetime(2021, 8, 10, 7, 0, tzinfo=UTC)
    unnamed = client.post("/demo/clock", data={"to": "after-release"})
    object.__setattr__(fresh.state.book.series, "embargo_until", release)

    seen = []
    for to in ("before-release", "after-release"):
        client.post("/demo/clock", data={"to": to})
        seen.append(client.get("/centre/results").status_code)

    assert (unnamed.status_code, seen) == (409, [403, 200])


def test_the_home_page_says_by_the_gateways_clock_which_dates_have_passed(fresh):
    passed = []
    for row, minutes in (("schedule", -1), ("schedule", 1), ("tags", 1)):
        move(fresh, row, to=timedelta(minutes=minutes))
        passed.append(fresh.client().get("/").text.count("This date has passed."))

    assert passed == [0, 1, 2]
