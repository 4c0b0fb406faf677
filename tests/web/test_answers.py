"""Check answers, and what stands around it: rows, repairs, fails, what changes. No script runs here."""

import json

import pytest

BROWSER = {"Accept": "text/html"}
JSON = {"Accept": "application/json"}
REASON = "The mock and every class test of the year show work below the level of a pass."


@pytest.fixture
def officer(fresh):
    return fresh.client("p-10234-officer")


@pytest.fixture
def scheduled(fresh):
    """A gateway where centre 10234's example learners are scheduled."""
    assert fresh.submit(fresh.software(), fresh.schedule()).status_code == 201
    return fresh


def example(client, page_of, form="tags", kind="clean"):
    return page_of(client.get(f"/forms/{form}/?example={kind}"))


def check(client, fields, form_of, form="tags", **headers):
    return client.post(f"/check/{form}", data=form_of(fields), headers={**BROWSER, **headers})


def document_in(page):
    return json.loads(dict(page.fields)["_document"])


def test_a_form_that_is_right_is_shown_as_text_and_nothing_is_stored(scheduled, officer, page_of, form_of):
    before = scheduled.stored()

    answer = check(officer, example(officer, page_of).fields, form_of)
    page = page_of(answer)

    assert answer.status_code == 200
    assert page.title.startswith("Check your answers: Submit teacher assessed grades")
    assert "Nothing is in the way of submitting." in page.text
    assert "Mock examination" in page.text
    assert "0028" in page.text
    assert scheduled.stored() == before


def test_what_is_checked_is_what_is_submitted(scheduled, officer, page_of, form_of):
    page = page_of(check(officer, example(officer, page_of).fields, form_of))

    answer = officer.post("/submit/tags", data=form_of(page.fields), headers=BROWSER)

    stored = scheduled.state.inbox.submission(answer.headers["location"].rpartition("/")[2])
    assert answer.status_code == 303
    assert json.loads(stored.document) == document_in(page)
    assert json.loads(stored.receipt)["channel"] == "form"


def test_submitting_twice_from_the_same_page_is_received_once(scheduled, officer, page_of, form_of):
    page = page_of(check(officer, example(officer, page_of).fields, form_of))

    first, second = (officer.post("/submit/tags", data=form_of(page.fields), headers=BROWSER) for _ in range(2))

    assert first.headers["location"] == second.headers["location"]


def test_change_answers_opens_the_form_with_all_of_them_and_judges_nothing(scheduled, officer, page_of, form_of):
    typed = example(officer, page_of)
    checked = page_of(check(officer, typed.fields, form_of))

    back = page_of(check(officer, [*checked.fields, ("_change", "1")], form_of))

    assert {n: v for n, v in back.fields if v} == {n: v for n, v in typed.fields if v}
    assert not back.title.startswith("Error")
    assert "There is a problem" not in back.text


def test_a_form_with_mistakes_comes_back_and_not_the_answers(scheduled, officer, page_of, form_of):
    answer = check(officer, example(officer, page_of, kind="mistakes").fields, form_of)

    assert answer.status_code == 200
    assert page_of(answer).title.startswith("Error: ")
    assert "_document" not in dict(page_of(answer).fields)


def test_a_teacher_reads_the_answers_and_cannot_submit_them(scheduled, page_of, form_of):
    teacher = scheduled.client("p-10234-teacher-1")

    answer = check(teacher, example(teacher, page_of).fields, form_of)

    assert "The exams officer submits it." in answer.text
    assert "Submit grades" not in answer.text


def test_a_document_that_a_page_carried_is_judged_as_any_other(scheduled, officer, page_of, form_of):
    page = page_of(check(officer, example(officer, page_of).fields, form_of))
    document = document_in(page)
    document["learners"][0]["uln"] = "1000000052"

    answer = officer.post("/submit/tags", data=form_of(page.with_(_document=json.dumps(document))), headers=BROWSER)

    assert answer.status_code == 422
    assert page_of(answer).title.startswith("Error: ")


@pytest.mark.parametrize(
    "carried",
    ["", "no JSON", "[]", "{}", '{"learners": 5}', '{"learners": [[[]]]}', "[" * 90_000, '{"form": "schedule"}'],
)
def test_whatever_a_page_says_it_carried_is_refused_in_words(scheduled, officer, form_of, carried):
    for door in ("check", "submit"):
        answer = officer.post(f"/{door}/tags", data={"_document": carried}, headers=BROWSER)

        assert answer.status_code in (200, 422)
        assert "There is a problem" in answer.text


def test_another_centres_document_cannot_be_carried(scheduled, officer):
    carried = json.dumps(scheduled.tags("10235"))

    for door in ("check", "submit"):
        assert officer.post(f"/{door}/tags", data={"_document": carried}, headers=BROWSER).status_code == 403


def test_more_rows_than_a_document_may_have_are_not_made_into_a_page(scheduled, officer):
    carried = json.dumps({**scheduled.tags(), "learners": [0] * 5001})

    answer = officer.post("/submit/tags", data={"_document": carried}, headers=BROWSER)

    assert answer.status_code == 413
    assert "5,000 rows" in answer.text


def test_rows_that_are_only_numbered_make_no_endless_page(officer):
    fields = {f"learners.{n}.uln": "" for n in range(9000)}

    answer = officer.post("/check/tags", data=fields | {"_add_rows": "learners"}, headers=BROWSER)

    assert answer.text.count('data-row="') < 5020


# Rows


def test_a_row_is_removed_with_all_that_was_typed_in_it_and_the_rest_stays(scheduled, officer, page_of, form_of):
    typed = example(officer, page_of)

    back = page_of(check(officer, [*typed.fields, ("_remove_row", "learners.1")], form_of))

    before, after = (
        [v for n, v in p.fields if n.startswith("learners.") and n.endswith("candidate_number")] for p in (typed, back)
    )
    assert [n for n in after if n] == ["0001", *[n for n in before if n][2:]]
    assert len(after) == len(before) - 1
    assert not back.title.startswith("Error")


def test_a_row_that_is_not_there_is_removed_without_harm(scheduled, officer, page_of, form_of):
    typed = example(officer, page_of)

    for row in ("learners.99", "learners", "", "learners.", "_document"):
        back = page_of(check(officer, [*typed.fields, ("_remove_row", row)], form_of))

        assert len([v for n, v in back.fields if n.endswith(".uln") and v]) in (28, 0 if row == "learners" else 28)


# Lists that are typed into


def test_a_label_is_read_as_what_it_stands_for(scheduled, officer, page_of, form_of):
    typed = example(officer, page_of).with_(
        learners__0__grade=" distinction ", learners__1__outcome="WITHDRAWN", learners__1__grade=""
    )

    page = page_of(check(officer, typed, form_of))

    assert document_in(page)["learners"][0]["grade"] == "distinction"
    assert document_in(page)["learners"][1]["outcome"] == "withdrawn"


def test_what_no_entry_is_called_stays_as_typed_and_is_told(scheduled, officer, page_of, form_of):
    typed = example(officer, page_of).with_(learners__0__grade="Excelent")

    answer = check(officer, typed, form_of)

    assert dict(page_of(answer).fields)["learners.0.grade"] == "Excelent"
    assert 'id="f-learners-0-grade-error"' in answer.text


# The entries line


def test_the_line_counts_against_the_schedule_and_names_who_is_missing(scheduled, officer, page_of, form_of):
    typed = example(officer, page_of)

    back = page_of(check(officer, [*typed.fields, ("_remove_row", "learners.27")], form_of))

    assert "28 scheduled · 26 graded · 1 with too little evidence · 1 missing (0028) · 0 not scheduled" in back.text


def test_a_form_that_asks_for_json_gets_the_report_and_the_entries(scheduled, officer, page_of, form_of):
    typed = example(officer, page_of).with_(learners__27__candidate_number="0099")

    answer = check(officer, typed, form_of, **JSON)

    assert answer.headers["content-type"] == "application/json"
    assert {f["rule"] for f in answer.json()["findings"]} >= {"T004"}
    assert answer.json()["entries"]["missing"] == ["0028"]
    assert answer.json()["entries"]["unexpected"] == ["0099"]


# What changes


def test_the_first_time_nothing_is_compared(scheduled, officer, page_of, form_of):
    assert "What changes" not in page_of(check(officer, example(officer, page_of).fields, form_of)).text


def test_a_resubmission_shows_field_by_field_what_changes(scheduled, officer, page_of, form_of):
    scheduled.submit(scheduled.software(), scheduled.tags())
    before = scheduled.tags()["learners"][0]["grade"]
    grade = "merit" if before != "merit" else "pass"
    typed = example(officer, page_of).with_(
        learners__0__grade=grade,
        learners__2__candidate_number="",
        learners__2__uln="",
        learners__2__outcome="",
        learners__2__grade="",
        decision_record="Another record.",
    )

    text = page_of(check(officer, typed, form_of)).text

    assert "What changes" in text
    assert f"Learner 0001, Grade{before.capitalize()}{grade.capitalize()}" in text.replace("Changed: ", "")
    assert "Taken away: Learner 0003" in text
    assert "Record of decisions for all learners" in text
    assert "Learner 0004" not in text


def test_a_resubmission_that_changes_nothing_says_so(scheduled, officer, page_of, form_of):
    scheduled.submit(scheduled.software(), scheduled.tags())

    assert (
        "Nothing differs from what was received"
        in page_of(check(officer, example(officer, page_of).fields, form_of)).text
    )


def test_what_it_brings_about_elsewhere_is_told_and_stops_nothing(scheduled, officer, page_of, form_of):
    scheduled.submit(scheduled.software(), scheduled.tags())
    assert scheduled.declared(scheduled.link()).status_code == 200
    grade = "Merit" if scheduled.tags()["learners"][0]["grade"] != "merit" else "Pass"

    checked = page_of(check(officer, example(officer, page_of).with_(learners__0__grade=grade), form_of))

    assert checked.title.startswith("Check your answers")
    assert "What this brings about in other documents" in checked.text
    assert "has changed since it was declared" in checked.text
    assert officer.post("/submit/tags", data=form_of(checked.fields), headers=BROWSER).status_code == 303


# Fails


@pytest.fixture
def failed(scheduled, officer, page_of, form_of):
    """The answers with one fail in the first row."""
    typed = example(officer, page_of).with_(learners__0__grade="Fail", learners__0__rationale=REASON)
    return page_of(check(officer, typed, form_of))


def test_a_fail_is_asked_about(failed):
    assert "One learner has a fail" in failed.text
    assert "There is too little evidence for a grade" in failed.text


def test_a_fail_without_an_answer_is_asked_again_and_not_submitted(failed, scheduled, officer, page_of, form_of):
    before = scheduled.stored()

    answer = officer.post("/submit/tags", data=form_of(failed.fields), headers=BROWSER)

    assert answer.status_code == 422
    assert page_of(answer).title.startswith("Error: ")
    assert 'href="#f-fail-0"' in answer.text
    assert scheduled.stored() == before


@pytest.mark.parametrize(
    ("given", "outcome", "grade"), [("evidence", "graded", "fail"), ("too-little", "insufficient-evidence", None)]
)
def test_the_answer_about_a_fail_is_in_what_is_submitted(failed, scheduled, officer, form_of, given, outcome, grade):
    answer = officer.post("/submit/tags", data=form_of([*failed.fields, ("_fail.0", given)]), headers=BROWSER)

    stored = scheduled.state.inbox.submission(answer.headers["location"].rpartition("/")[2])
    learner = json.loads(stored.document)["learners"][0]
    assert (learner["outcome"], learner.get("grade")) == (outcome, grade)
    assert learner["rationale"] == REASON


def test_what_comes_as_json_or_straight_from_the_fields_is_not_asked_about(scheduled, officer, page_of, form_of):
    document = scheduled.tags()
    document["learners"][0] |= {"grade": "fail", "rationale": REASON}
    typed = example(officer, page_of).with_(learners__0__grade="Fail", learners__0__rationale=REASON)

    assert scheduled.submit(scheduled.software(), document).status_code == 201
    assert officer.post("/submit/tags", data=form_of(typed), headers=BROWSER).status_code == 303


# By which road it came


@pytest.mark.parametrize(
    ("said", "channel"), [("spreadsheet", "spreadsheet"), ("api", "form"), ("declaration-link", "form")]
)
def test_only_an_upload_may_be_said_to_be_where_it_came_from(scheduled, officer, page_of, form_of, said, channel):
    page = page_of(check(officer, [*example(officer, page_of).fields, ("_channel", said)], form_of))

    answer = officer.post("/submit/tags", data=form_of(page.fields), headers=BROWSER)

    receipt = scheduled.state.inbox.submission(answer.headers["location"].rpartition("/")[2]).receipt
    assert json.loads(receipt)["channel"] == channel


# Repairs


def test_what_one_repair_mends_is_changed_told_and_undone(scheduled, officer, page_of, form_of):
    typed = [(n, v.lstrip("0") if n.endswith(".candidate_number") else v) for n, v in example(officer, page_of).fields]
    told = check(officer, typed, form_of)
    assert 'name="_repair"' in told.text

    mended = check(officer, [*page_of(told).fields, ("_repair", "all")], form_of)
    undo = mended.text.partition('name="_undo" value="')[2].partition('"')[0].replace("&#34;", '"')
    undone = check(officer, [*page_of(mended).fields, ("_undo", undo)], form_of)

    assert dict(page_of(mended).fields)["learners.0.candidate_number"] == "0001"
    assert "28 values were changed." in mended.text
    assert dict(page_of(undone).fields)["learners.0.candidate_number"] == "1"


@pytest.mark.parametrize(
    "undo", ["", "x", "[]", "[[1,2,3]]", '[["/learners/0/uln","",{}]]', '[["",1,2]]', '{"a":1}', "[[[]]]"]
)
def test_an_undo_that_is_none_changes_nothing(scheduled, officer, page_of, form_of, undo):
    typed = example(officer, page_of)

    back = page_of(check(officer, [*typed.fields, ("_undo", undo)], form_of))

    assert {n: v for n, v in back.fields if v} == {n: v for n, v in typed.fields if v}
