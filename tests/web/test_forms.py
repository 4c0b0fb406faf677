"""HTML in, a page out: what somebody sees who fills in a form with a browser, with no script running."""

import pytest

BROWSER = {"Accept": "text/html"}


def test_a_form_that_is_right_leads_to_the_page_of_its_receipt(fresh, page_of, form_of):
    client = fresh.client("p-10234-officer")
    page = page_of(client.get("/forms/schedule/?example=clean"))

    answer = client.post("/submit/schedule", data=form_of(page.fields), headers=BROWSER)
    shown = page_of(client.get(answer.headers["location"], headers=BROWSER))

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/receipts/")
    assert shown.title.startswith("Receipt")
    assert "Your submission was received" in shown.text


def test_what_comes_by_form_is_filed_as_what_comes_as_json(fresh, page_of, form_of):
    client = fresh.client("p-10234-officer")
    page = page_of(client.get("/forms/schedule/?example=clean"))

    by_form = client.post("/submit/schedule", data=form_of(page.fields)).headers["location"].rpartition("/")[2]
    document = fresh.schedule()
    for learner in document["learners"]:
        # A box that is not ticked is not sent: the form has no way to say false.
        learner["certificating"] or learner.pop("certificating")
    as_json = fresh.submit(fresh.software(), document).json()

    assert fresh.state.inbox.submission(by_form).sha256 == as_json["sha256"]


@pytest.mark.parametrize("form", ["schedule", "tags"])
def test_a_form_with_mistakes_comes_back_with_them_and_with_all_that_was_typed(fresh, page_of, form_of, form):
    client = fresh.client("p-10234-officer")
    page = page_of(client.get(f"/forms/{form}/?example=mistakes"))
    before = fresh.stored()

    answer = client.post(f"/submit/{form}", data=form_of(page.fields))
    back = page_of(answer)

    typed = {name: value for name, value in page.fields if value}
    assert answer.status_code == 422
    assert back.title.startswith("Error:")
    assert {name: value for name, value in back.fields if value} == typed
    assert fresh.stored() == before


def test_a_page_that_comes_back_can_be_corrected_and_sent_with_the_key_it_had(fresh, page_of, form_of):
    client = fresh.client("p-10234-officer")
    clean = page_of(client.get("/forms/schedule/?example=clean"))
    wrong = clean.with_(starts_at="2020-05-20T09:00")

    back = page_of(client.post("/submit/schedule", data=form_of(wrong)))
    corrected = back.with_(starts_at=dict(clean.fields)["starts_at"])
    answer = client.post("/submit/schedule", data=form_of(corrected))

    assert dict(back.fields)["_idempotency_key"] == dict(clean.fields)["_idempotency_key"]
    assert answer.status_code == 303


def test_more_rows_can_be_asked_for_without_losing_what_was_typed(fresh, page_of, form_of):
    client = fresh.client("p-10234-officer")
    page = page_of(client.get("/forms/schedule/?example=clean"))

    back = page_of(client.post("/check/schedule", data=form_of([*page.fields, ("_add_rows", "learners")])))

    before, after = ([v for n, v in of.fields if n.endswith(".candidate_number")] for of in (page, back))
    assert len(after) == len(before) + 10
    assert [number for number in after if number] == [number for number in before if number]


def test_somebody_who_is_not_signed_in_is_led_to_sign_in(fresh):
    client = fresh.client()

    answer = client.post("/submit/schedule", data={"centre": "10234"}, headers=BROWSER)

    assert answer.status_code == 401
    assert "You are not signed in" in answer.text
    assert 'action="/sign-in' in answer.text or 'href="/sign-in' in answer.text


def test_what_is_typed_is_shown_as_text_and_never_as_markup(fresh, page_of, form_of):
    client = fresh.client("p-10234-officer")
    page = page_of(client.get("/forms/tags/?example=clean"))
    planted = '"><script>alert(1)</script><b onmouseover=x>'

    back = client.post("/submit/tags", data=form_of(page.with_(decision_record=planted, component="UV00000")))

    assert back.status_code == 422
    assert "<script>alert" not in back.text
    assert page_of(back).inline == []
    assert dict(page_of(back).fields)["decision_record"] == planted


def test_an_amended_tag_tells_that_it_voids_the_declaration(fresh, page_of):
    client = fresh.software()
    fresh.submit(client, fresh.schedule())
    fresh.submit(client, fresh.tags())
    assert fresh.declared(fresh.link()).status_code == 200
    amended = fresh.tags()
    amended["learners"][0]["grade"] = "merit" if amended["learners"][0]["grade"] != "merit" else "pass"

    answer = fresh.submit(client, amended)

    shown = fresh.client("p-10234-officer").get(answer.headers["location"], headers=BROWSER)
    assert answer.status_code == 201
    assert answer.headers["gradepost-caused"] == "H003 declaration.json"
    assert "has changed since it was declared" in shown.text
