"""Reporting a problem with a page: by anybody, without a script, kept until a reviewer has dealt with it."""

import re
from pathlib import Path

import pytest

from gradepost.doors.web import problems

ROOT = Path(__file__).parents[2]
REVIEWER = "r-osei"
SAID = {"page": "/faq/", "kind": "not-right", "words": "The date of <b>paper 2</b> is another."}


def kept(house):
    return [(p.page, p.kind, p.words) for p in house.state.inbox.problems()]


def test_each_page_leads_to_the_form_with_its_own_address(house, page_of):
    page = house.client().get("/guidance/teacher/", headers={"Accept": "text/html"}).text

    link = re.search(r'<a href="([^"]*report/\?page=/guidance/teacher/)">', page)[1]
    form = page_of(house.client().get("/report/?" + link.partition("?")[2]))
    assert dict(form.fields)["page"] == "/guidance/teacher/"
    assert not {"name", "email"} & set(dict(form.fields))


def test_a_report_is_kept_and_a_reviewer_sees_it_as_text_and_takes_it_away(fresh):
    assert fresh.client().post("/report", data=SAID).headers["location"] == "/report/thanks"
    reviewer = fresh.client(REVIEWER)

    page = reviewer.get("/reviews/problems").text
    assert "&lt;b&gt;paper 2&lt;/b&gt;" in page
    assert 'href="/faq/"' in page
    number = fresh.state.inbox.problems()[0].number
    assert reviewer.post(f"/reviews/problems/{number}").status_code == 303
    assert kept(fresh) == []
    assert reviewer.post(f"/reviews/problems/{number}").status_code == 404


def test_a_report_outlives_the_process(fresh, opened):
    fresh.client().post("/report", data=SAID)

    assert kept(opened(fresh.state.folder)) == [("/faq/", "not-right", SAID["words"])]


def test_nothing_of_whoever_reports_is_kept(fresh):
    fresh.client("p-10234-officer").post("/report", data={**SAID, "email": "canary@x.example", "name": "Canary"})

    rows = str(fresh.rows("SELECT * FROM page_problems"))
    assert "canary" not in rows.lower()
    assert "10234" not in rows


@pytest.mark.parametrize(
    ("field", "value"), [("kind", "hacked"), ("kind", ""), ("words", "x"), ("words", "x" * 1001), ("words", " \n ")]
)
def test_what_is_not_a_report_is_told_beside_the_field_and_not_kept(house, field, value):
    answer = house.client().post("/report", data={**SAID, field: value})

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert kept(house) == []


@pytest.mark.parametrize(
    "page", ["//evil.example/", "/no/such/page/", "javascript:x", "/faq/?x=1", "/../etc", "/" * 300]
)
def test_a_page_that_the_site_has_not_is_not_kept(fresh, page):
    fresh.client().post("/report", data={**SAID, "page": page})

    assert kept(fresh) == [("", "not-right", SAID["words"])]


def test_whoever_fills_in_what_nobody_sees_is_thanked_and_not_kept(house):
    answer = house.client().post("/report", data={**SAID, "_leave_empty": "x"})

    assert answer.headers["location"] == "/report/thanks"
    assert kept(house) == []


def test_one_network_reports_so_often_and_then_waits(fresh, monkeypatch):
    monkeypatch.setattr(problems, "_FROM_NETWORK", 2)
    client = fresh.client()

    codes = [client.post("/report", data=SAID).status_code for _ in range(3)]

    assert codes == [303, 303, 429]
    assert len(kept(fresh)) == 2


def test_no_more_are_kept_than_can_be_read(fresh, monkeypatch):
    monkeypatch.setattr(problems, "MOST_KEPT", 1)
    client = fresh.client()

    codes = [client.post("/report", data=SAID).status_code for _ in range(2)]

    assert codes == [303, 503]
    assert len(kept(fresh)) == 1


def test_another_sites_form_reports_nothing(house):
    answer = house.client().post("/report", data=SAID, headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403
    assert kept(house) == []


def test_reports_are_for_reviewers_alone(house):
    assert house.client("p-10234-officer").get("/reviews/problems").headers["location"].startswith("/sign-in")
    assert house.client("p-10234-officer").post("/reviews/problems/1").status_code == 403
    assert house.client().post("/reviews/problems/1").status_code == 401


def test_where_no_gateway_answers_the_link_leads_to_whom_to_ask(house):
    built = (house.gateway.site.folder / "report/index.html").read_text("utf-8")

    assert "whom to ask what" in built
    assert 'href="../contact/"' in built
    assert "<textarea" not in built


def test_the_status_of_a_gateway_counts_the_reports(fresh, gradepost):
    fresh.client().post("/report", data=SAID)

    assert "Problems reported with pages: 1," in gradepost("status", "--state", fresh.state.folder).out
