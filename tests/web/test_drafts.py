"""A draft is a file that opens again: at another time, for a colleague, after the form has changed."""

import json

import pytest

OFFICER, TEACHER = "p-10234-officer", "p-10234-teacher-1"
COUNT = "SELECT (SELECT count(*) FROM submissions) + (SELECT count(*) FROM messages) + (SELECT count(*) FROM outbox)"


def saved(client, page, form="tags", **changed):
    return client.post(f"/draft/{form}", data=dict(page.with_(**changed)))


def opened(client, raw, form="tags", name="draft.json"):
    return client.post(f"/upload/{form}", files={"file": (name, raw)}, data={"_idempotency_key": "k"})


def test_what_was_typed_comes_back_as_a_file(house, page_of):
    page = page_of(house.client(OFFICER).get("/forms/tags/?example=clean"))

    answer = saved(house.client(OFFICER), page, learners__3__uln="12")
    draft = answer.json()

    assert answer.headers["content-disposition"] == 'attachment; filename="UV21578.tags.draft.json"'
    assert (draft["gradepost_draft"], draft["form"], draft["book"]) == (1, "tags", house.state.book.digest)
    assert len(draft["document"]["learners"]) == 28
    assert draft["document"]["learners"][3]["uln"] == "12"


def test_a_draft_can_be_saved_by_whoever_was_signed_out_meanwhile(house, page_of):
    page = page_of(house.client().get("/forms/tags/?example=clean"))

    assert saved(house.client(), page).status_code == 200


def test_a_draft_opens_again_with_everything_that_was_typed(house, page_of):
    page = page_of(house.client(OFFICER).get("/forms/tags/?example=mistakes"))

    answer = opened(house.client(TEACHER), saved(house.client(OFFICER), page).content)
    again = page_of(answer)

    assert answer.status_code == 200
    assert "The draft is open. Nothing has been submitted yet." in again.text
    kept = {name: value for name, value in page.fields if value and not name.startswith("_")}
    assert {name: value for name, value in again.fields if value and not name.startswith("_")} == kept


def test_a_document_made_elsewhere_opens_as_a_draft_does(house, page_of):
    page = page_of(opened(house.client(OFFICER), json.dumps(house.tags()).encode(), name="UV21578.tags.json"))

    assert ("learners.27.candidate_number", "0028") in page.fields


def test_saving_and_opening_a_draft_stores_nothing(house, page_of):
    page, before = page_of(house.client(OFFICER).get("/forms/tags/?example=clean")), house.rows(COUNT)

    opened(house.client(OFFICER), saved(house.client(OFFICER), page).content)

    assert house.rows(COUNT) == before


def test_a_draft_of_an_older_form_says_so(house, page_of):
    draft = {"gradepost_draft": 1, "form": "tags", "book": "sha256:0", "document": house.tags()}

    page = page_of(opened(house.client(OFFICER), json.dumps(draft).encode()))

    assert "The form has changed since it was saved" in page.text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"document": {"form": "schedule"}}, "This is a draft of another form."),
        ({"document": {"form": "tags", "centre": "10235"}}, "This is a draft of another centre than yours."),
        ({"gradepost_draft": 2}, "This draft was saved by a newer version."),
        ({"document": []}, "This file is no draft of this form."),
    ],
)
def test_a_file_that_does_not_belong_here_is_told_so_and_what_was_typed_stays(house, page_of, change, words):
    draft = {"gradepost_draft": 1, "form": "tags", "book": "", "document": {"form": "tags"}} | change
    typed = page_of(house.client(OFFICER).get("/forms/tags/?example=clean"))

    answer = house.client(OFFICER).post(
        "/upload/tags", files={"file": ("x.json", json.dumps(draft))}, data=dict(typed.fields)
    )
    page = page_of(answer)

    assert answer.status_code == 422
    assert page.title.startswith("Error: ")
    assert words in page.text
    assert ("learners.27.candidate_number", "0028") in page.fields


@pytest.mark.parametrize("raw", [b'{"gradepost_draft": 1', b"{" * 100_000, b'{"a": 1, "a": 2}', b"\xef\xbb\xbf{}]"])
def test_a_file_that_only_begins_like_a_draft_is_refused(house, page_of, raw):
    answer = opened(house.client(OFFICER), raw)

    assert answer.status_code == 422
    assert "This file is no draft of this form." in page_of(answer).text


def test_a_draft_of_another_site_is_not_taken(house):
    headers = {"Sec-Fetch-Site": "cross-site"}

    assert house.client(OFFICER).post("/draft/tags", data={}, headers=headers).status_code == 403
    assert house.client(OFFICER).post("/draft/nothing", data={}).status_code == 404
