"""What a decision weighs beside the dossier: other centres, the last series, samples, decisions so far."""

import json
import re

import pytest
from drawn_charts import drawn

from gradepost.doors.demo import people
from gradepost.doors.samples import draw, keep
from gradepost.forge.base import MAIN, PullState, Verdict

REVIEWER = people.REVIEWERS[0].ref
BROWSER = {"Accept": "text/html"}
BENCH = "/reviews/10234/AM20530/external-exam"
EARLIER = "submissions/2020-summer/10/10234/AM20530/external-exam/UV21578.tags.json"


@pytest.fixture(scope="module")
def graded(opened, tmp_path_factory):
    """A dossier of 10234 beside one of 10235 for the same component, with a series before it."""
    house = opened(tmp_path_factory.mktemp("graded") / "state")
    client = house.software()
    assert house.submit(client, house.schedule()).status_code == 201
    assert house.submit(client, house.tags()).status_code == 201
    learners = [{"candidate_number": f"{n:04d}", "outcome": "graded", "grade": "fail"} for n in range(4)]
    raw = json.dumps({"form": "tags", "learners": learners}).encode()
    forge = house.state.forge
    forge.commit(MAIN, {EARLIER: raw}, "Earlier", house.state.now(), expected=forge.head(MAIN))
    return house


@pytest.fixture
def bench(graded, monkeypatch):
    monkeypatch.setattr("gradepost.doors.web.bench.earlier_series", lambda root, series: ["2020-summer"])
    return graded.client(REVIEWER).get(BENCH, headers=BROWSER)


def compared(bench):
    return bench.text[bench.text.index("How the grades compare") :].partition("<h3>Evidence")[0]


def test_the_grades_stand_beside_the_last_series_and_other_centres(bench):
    heads = re.findall(r'<th scope="col">([^<]*)</th>', compared(bench))
    fails = re.search(r'<th scope="row">Fail</th><td>(\d+) %</td><td>(\d+) %</td><td>(\d+) %</td>', compared(bench))

    assert heads == ["Grade", "This dossier", "The centre in 2020-summer", "1 other centre"]
    assert fails[2] == "100"


def test_the_chart_that_compares_and_its_table_say_the_same(bench):
    svg, end, table = compared(bench)[compared(bench).index("<svg") :].partition("</svg>")
    chart = drawn(svg + end)

    told = re.findall(r"<td>(\d+ %)</td>", table)
    assert [list(row) for row in zip(*chart.values, strict=True)] == [told[n : n + 3] for n in range(0, 12, 3)]
    assert chart.labels == re.findall(r'<th scope="row">([^<]*)</th>', table)
    assert chart.key == ["This dossier", "The centre in 2020-summer", "1 other centre"]


def test_the_chart_that_compares_says_where_the_profiles_differ_most(bench):
    said = re.search(r'aria-label="([^"]*)"', compared(bench))[1]

    assert re.match(r"Grades of UV21578 compared. They differ most at Fail: This dossier \d+ %, The centre in", said)
    assert said.endswith("The table says the same.")


def test_a_sample_says_why_and_whom_to_look_at(graded):
    drawn = draw(graded.state, graded.gateway.settings.root, "7")
    assert keep(graded.state, "7", drawn)
    one = drawn.chosen[0]
    path = f"/reviews/{one.dossier.centre}/{one.dossier.qualification}/{one.dossier.kind}"

    page = graded.client(REVIEWER).get(path, headers=BROWSER)

    assert "Sample 7. It was drawn at random." in page.text
    for component, numbers in one.learners.items():
        assert f"{component}: look at {', '.join(numbers)}" in page.text


def test_a_second_reviewer_is_waited_for_by_name_of_the_role(fresh):
    object.__setattr__(fresh.state.book.series, "reviewers", 2)
    pull = next(
        p for p in fresh.state.forge.pulls(PullState.OPEN) if str(fresh.state.forge.check(p.head).state) == "success"
    )
    while fresh.state.forge.reviews(pull.number):
        pull = fresh.state.forge.pull(pull.number - 1)
    sent = {"head": pull.head}
    assert fresh.client(REVIEWER).post(f"/reviews/{pull.number}/approve", data=sent).status_code == 303
    _, _, centre, qualification, kind = pull.branch.split("/")

    page = fresh.client(people.REVIEWERS[1].ref).get(f"/reviews/{centre}/{qualification}/{kind}", headers=BROWSER)

    assert "Another reviewer: 1 approved it, and one alone does not decide." in page.text
    assert "Verified" in page.text.partition("Decisions so far")[2]
    assert [r.verdict for r in fresh.state.forge.reviews(pull.number)] == [Verdict.APPROVED]
