"""The reviewer's bench: everything about one dossier, for those alone who may review it; and what is outstanding."""

import re

import pytest
from drawn_charts import drawn

from gradepost.document.filing import dossier_of_branch
from gradepost.doors.demo import people
from gradepost.page.dossier_facts import evidence_used

BENCH = "/reviews/10234/AM20530/external-exam"
REVIEWER = people.REVIEWERS[0].ref
BROWSER = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def amended(opened, tmp_path_factory):
    """A dossier whose grades were sent twice, not declared."""
    house = opened(tmp_path_factory.mktemp("amended") / "state")
    client, tags = house.software(), house.tags()
    assert house.submit(client, house.schedule()).status_code == 201
    assert house.submit(client, tags).status_code == 201
    tags["learners"][0]["grade"] = "fail"
    tags["learners"][0]["rationale"] = "The mock and the classwork of the year both lie below the standard of a pass."
    del tags["learners"][27]
    assert house.submit(client, tags).status_code == 201
    house.carry_on()
    return house


@pytest.fixture(scope="module")
def bench(amended):
    return amended.client(REVIEWER).get(BENCH, headers=BROWSER)


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


def test_the_bench_says_who_is_waited_for_and_since_when(bench):
    assert bench.status_code == 200
    assert "The Head of Centre: the grades are not declared yet. Since " in text_of(bench)


def test_the_bench_says_what_is_missing(bench):
    assert "The Head of Centre's declaration." in bench.text.replace("&#39;", "'")
    assert "UV21578: an outcome for 1 scheduled learner." in bench.text


def test_the_chart_and_its_table_say_the_same(bench):
    svg, end, after = chart_of(bench).partition("</svg>")
    chart = drawn(svg + end)
    told = re.findall(r'<th scope="row">([^<]*)</th><td>(\d+)</td>', after.partition("</table>")[0])

    assert told == list(zip(chart.labels, chart.values[0], strict=True))
    assert ("Fail", "1") in told
    assert sum(int(count) for _, count in told) == 27


def chart_of(bench):
    grades = bench.text[bench.text.index("<h3>Grades") :]
    return grades[grades.index("<svg") :]


def test_the_charts_need_no_style_and_no_script_of_their_own(bench, page_of):
    svg = chart_of(bench).partition("</svg>")[0]

    assert page_of(bench).inline == []
    assert "<rect" in svg
    assert "<style" not in svg and "<script" not in svg and "style=" not in svg


def test_the_bench_shows_evidence_by_source_and_the_record_of_each_fail(bench):
    assert "Evidence of UV21578" in bench.text
    assert re.search(r"0001 Fail The mock and the classwork of the year", text_of(bench))
    assert "Too little evidence for a grade" in text_of(bench)


def test_sources_that_as_many_learners_have_stand_as_the_series_lists_them(book):
    listed = [(choice.id, choice.label) for choice in book.series.evidence_sources]
    pieces = [{"source": name} for name, _ in reversed(listed)]
    learners = [{"evidence": pieces}, {"evidence": pieces[:1]}]

    used = evidence_used(book.series, {"learners": learners})

    assert used == [(listed[-1][1], 2), *((label, 1) for _, label in listed[:-1])]


def test_the_bench_shows_amendments_field_by_field(bench):
    amendments = text_of(bench).partition("Amendments")[2].partition("Declaration")[0]

    assert re.search(r"Learner 0001, Grade \S+ Fail", amendments)
    assert "Learner 0028" in amendments


def test_the_bench_says_that_receipts_are_verified(bench):
    receipts = text_of(bench).rpartition("Receipts")[2]

    assert receipts.count("Verified") == 3
    assert "Not verified" not in receipts


@pytest.mark.parametrize("path", [BENCH, "/reviews/outstanding"])
def test_whoever_is_not_signed_in_is_led_to_sign_in(amended, path):
    answer = amended.client().get(path, headers=BROWSER)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("ref", ["p-10234-officer", "p-10235-officer"])
@pytest.mark.parametrize("path", [BENCH, "/reviews/outstanding"])
def test_a_centres_people_do_not_get_to_the_bench(amended, ref, path):
    answer = amended.client(ref).get(path, headers=BROWSER)

    assert answer.status_code == 303
    assert "0001" not in answer.text


def test_a_reviewer_with_a_conflict_does_not_see_the_centres_dossier(amended, monkeypatch):
    monkeypatch.setattr("gradepost.doors.web.reviews.may_review", lambda *_: False)

    answer = amended.client(REVIEWER).get(BENCH, headers=BROWSER)

    assert answer.status_code == 403
    assert "UV21578" not in answer.text


@pytest.mark.parametrize("path", ["/reviews/10234/BT2D1/external-exam", "/reviews/00000/XX/yy", "/reviews/..%2f/a/b"])
def test_what_nobody_submitted_has_no_bench(amended, path):
    assert amended.client(REVIEWER).get(path, headers=BROWSER).status_code == 404


def test_the_dashboard_tells_who_has_not_scheduled_graded_or_declared(amended):
    said = text_of(amended.client(REVIEWER).get("/reviews/outstanding", headers=BROWSER))

    assert re.search(r"10234 AM20530 [^:]*: external examination 1 of 1 1 of 1 No", said)
    assert re.search(r"10234 AM20530 [^:]*: internal assignment 0 of 5 0 of 5 No", said)
    assert "23:59 on Thursday 20 May 2021" in said and "no fixed date" in said


def test_a_dossier_that_is_declared_is_not_outstanding(amended):
    said = text_of(amended.client(REVIEWER).get("/reviews/outstanding", headers=BROWSER))
    lasts = [amended.state.inbox.of_branch(branch)[-1] for branch in amended.state.inbox.branches()]
    declared = dossier_of_branch(next(last.branch for last in lasts if last.form == "declaration"))

    title = rf"{declared.centre} {declared.qualification} [^:]*: "

    assert re.search(title, said)
    assert not re.search(title + amended.state.book.series.kinds[declared.kind].lower(), said)


def test_a_review_leads_to_the_bench_and_back(amended, bench):
    number = re.search(r'href="/reviews/(\d+)"', bench.text)[1]

    assert f'href="{BENCH}"' in amended.client(REVIEWER).get(f"/reviews/{number}", headers=BROWSER).text


def test_what_is_decided_asks_for_no_decision(amended, bench):
    merged = amended.client(REVIEWER).get("/reviews/10235/AM20530/external-exam", headers=BROWSER)

    assert "Decide on pull request" in bench.text
    assert "Decide on pull request" not in merged.text
    assert "See pull request" in merged.text
