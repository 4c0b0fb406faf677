"""Idempotency keys: the same key and bytes get the same receipt, and nothing is received twice or lost."""

import json
import threading
from dataclasses import replace

import pytest

KEY = "7f9b9f30-0b4c-4a4c-9a53-2f6f2c0f7d11"


def test_the_same_key_and_bytes_get_the_original_receipt_byte_for_byte(house):
    client, document, before = house.software(), house.schedule(), house.stored()

    first = house.submit(client, document, Idempotency_Key=KEY)
    again = house.submit(client, document, Idempotency_Key=KEY)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert house.stored() == before + 1


def test_they_do_so_even_after_a_restart_and_after_the_deadline(opened, fresh):
    client, document = fresh.software(), fresh.schedule()
    first = fresh.submit(client, document, Idempotency_Key=KEY)

    restarted = opened(fresh.state.folder)
    deadline = restarted.state.book.series.deadline("schedule", "external-exam")
    restarted.gateway.clock.move_to(deadline.replace(year=2022))
    later = restarted.client()
    later.headers["Authorization"] = client.headers["authorization"]
    again = restarted.submit(later, document, Idempotency_Key=KEY)

    assert again.status_code == 201
    assert again.content == first.content


def test_the_same_key_with_other_bytes_is_refused_and_nothing_is_stored(house):
    client, before = house.software(), house.stored()
    house.submit(client, house.schedule(), Idempotency_Key="other-bytes")

    other = house.submit(client, house.schedule(component="UV21579"), Idempotency_Key="other-bytes")
    spaced = house.submit(client, json.dumps(house.schedule(), indent=1).encode(), Idempotency_Key="other-bytes")

    assert other.status_code == 422
    assert other.json()["findings"] == []
    assert spaced.status_code == 422
    assert house.stored() == before + 1


def test_a_refused_submission_uses_up_no_key(house):
    client, document = house.software(), house.schedule()
    wrong = document | {"starts_at": "2020-05-20T09:00:00+01:00"}

    refused = house.submit(client, wrong, Idempotency_Key="refused-first")
    corrected = house.submit(client, document, Idempotency_Key="refused-first")

    assert (refused.status_code, corrected.status_code) == (422, 201)


def test_a_key_is_the_centres_and_the_forms_own(house):
    here = house.submit(house.software("10234"), house.schedule(), Idempotency_Key="shared")
    there = house.submit(house.software("10235"), house.schedule("10235"), Idempotency_Key="shared")
    other_form = house.submit(house.software("10234"), house.tags(), Idempotency_Key="shared")

    assert [here.status_code, there.status_code, other_form.status_code] == [201, 201, 201]
    assert len({here.json()["id"], there.json()["id"], other_form.json()["id"]}) == 3


def test_without_a_key_each_sending_is_received(house):
    client, before = house.software(), house.stored()

    first, second = (house.submit(client, house.schedule()).json() for _ in range(2))

    assert first["id"] != second["id"]
    assert house.stored() == before + 2


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_that_is_none_is_refused(house, key):
    assert house.submit(house.software(), house.schedule(), Idempotency_Key=key).status_code == 400


def test_a_key_may_hold_any_bytes_that_a_header_can(house):
    client, key = house.software(), "ÿ\t\x7f'; DROP TABLE keys --".encode("latin-1")

    answers = [
        client.post("/submit/schedule", json=house.schedule(), headers={b"Idempotency-Key": key}) for _ in range(2)
    ]

    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].content == answers[1].content


class HeldAtTheRegister:
    """The real ledger, but whoever asks it for a register waits at the gate."""

    def __init__(self, ledger):
        self._ledger, self.reached, self.go_on = ledger, threading.Event(), threading.Event()

    def register(self, centre):
        self.reached.set()
        self.go_on.wait(10)
        return self._ledger.register(centre)


def test_while_a_key_is_being_answered_the_same_key_is_told_to_wait(fresh):
    client, document = fresh.software(), fresh.schedule()
    held = HeldAtTheRegister(fresh.state.ledger)
    intake = fresh.state.intake
    intake._with = replace(intake._with, register=held.register)
    answers = []
    first = threading.Thread(target=lambda: answers.append(fresh.submit(client, document, Idempotency_Key=KEY)))

    first.start()
    held.reached.wait(10)
    meanwhile = fresh.submit(client, document, Idempotency_Key=KEY)
    held.go_on.set()
    first.join()
    afterwards = fresh.submit(client, document, Idempotency_Key=KEY)

    assert meanwhile.status_code == 409
    assert answers[0].status_code == 201
    assert afterwards.content == answers[0].content


def test_ten_at_once_with_one_key_are_received_once(fresh, at_once):
    clients, document, before = [fresh.software() for _ in range(10)], fresh.schedule(), fresh.stored()

    answers = at_once([lambda c=client: fresh.submit(c, document, Idempotency_Key=KEY) for client in clients])

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert fresh.stored() == before + 1


def test_a_form_that_is_sent_twice_is_received_once(fresh, page_of, form_of):
    client = fresh.client("p-10234-officer")
    fields = form_of(page_of(client.get("/forms/schedule/?example=clean")).fields)
    before = fresh.stored()

    first, second = (client.post("/submit/schedule", data=fields) for _ in range(2))

    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert fresh.stored() == before + 1


def test_a_button_pressed_many_times_at_once_leads_to_one_receipt(fresh, page_of, form_of, at_once):
    browsers = [fresh.client("p-10234-officer") for _ in range(5)]
    fields = form_of(page_of(browsers[0].get("/forms/schedule/?example=clean")).fields)
    before = fresh.stored()

    answers = at_once([lambda b=browser: b.post("/submit/schedule", data=fields) for browser in browsers])

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert fresh.stored() == before + 1


def test_a_page_that_is_changed_and_sent_again_is_received_again_and_so_is_changing_it_back(fresh, page_of, form_of):
    client = fresh.client("p-10234-officer")
    page = page_of(client.get("/forms/schedule/?example=clean"))
    one, other = form_of(page.fields), form_of(page.with_(starts_at="2021-05-25T10:30"))
    before = fresh.stored()

    told = [client.post("/submit/schedule", data=fields).headers["location"] for fields in (one, other, one)]

    (current,) = fresh.rows("SELECT document FROM submissions ORDER BY seq DESC LIMIT 1")
    assert len(set(told)) == 3
    assert fresh.stored() == before + 3
    assert b"2021-05-25" not in current[0]
