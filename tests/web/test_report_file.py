"""The report file beside the bench: made from the ledger alone, it says the same."""

import json
import re

import pytest

from gradepost.document.filing import Dossier
from gradepost.doors.demo import people
from gradepost.doors.samples import draw, keep
from gradepost.forge.base import MAIN

DOSSIER = Dossier("2021-summer", "10234", "AM20530", "external-exam")
BENCH = "/reviews/10234/AM20530/external-exam"
EARLIER = "submissions/2020-summer/10/10234/AM20530/external-exam/UV21578.tags.json"


@pytest.fixture(scope="module")
def house(opened, tmp_path_factory):
    """A dossier whose grades were filed, changed and filed again, with a series before it and a sample drawn."""
    house = opened(tmp_path_factory.mktemp("reported") / "state")
    client, tags = house.software(), house.tags()
    assert house.submit(client, house.schedule()).status_code == 201
    assert house.submit(client, tags).status_code == 201
    house.carry_on()
    tags["learners"][0] |= {"grade": "fail", "rationale": "The mock & the <b>classwork</b> both lie below a pass."}
    del tags["learners"][27]
    assert house.submit(client, tags).status_code == 201
    house.carry_on()
    learners = [{"candidate_number": f"{n:04d}", "outcome": "graded", "grade": "fail"} for n in range(4)]
    forge = house.state.forge
    raw = json.dumps({"form": "tags", "learners": learners}).encode()
    forge.commit(MAIN, {EARLIER: raw}, "Earlier", house.state.now(), expected=forge.head(MAIN))
    samples = ((str(n), draw(house.state, house.gateway.settings.root, str(n))) for n in range(100))
    assert keep(house.state, *next((seed, one) for seed, one in samples if DOSSIER in {c.dossier for c in one.chosen}))
    return house


@pytest.fixture
def report(house, gradepost, tmp_path, monkeypatch):
    earlier = lambda root, series: ["2020-summer"]  # noqa: E731 - forms/ has no series before the first
    monkeypatch.setattr("gradepost.doors.web.bench.earlier_series", earlier)
    monkeypatch.setattr("gradepost.doors.dossier_report.earlier_series", earlier)
    out = tmp_path / "report.html"
    ran = gradepost(
        "report", "--base", MAIN, "--head", DOSSIER.branch, "--ledger", house.state.folder / "ledger.git", "--out", out
    )
    assert ran.code == 0, ran.err
    return out.read_text()


def words_of(html, first, last):
    """What a page says between two headings, the first heading included."""
    part = html[html.index(f"<h2>{first}</h2>") :].partition(last)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part)).strip()


def test_the_report_says_what_the_bench_says(house, report):
    bench = house.client(people.REVIEWERS[0].ref).get(BENCH, headers={"Accept": "text/html"}).text

    said = words_of(report, "Who is waited for", "<footer>")

    assert said == words_of(bench, "Who is waited for", '<p><a href="/reviews/10234')
    for section in ("Sampled", "What the rules found", "How the grades compare", "Amendments", "Decisions so far"):
        assert section in said
    assert re.search(r"Learner 0001, Grade \S+ Fail", said)
    assert "The centre in 2020-summer" in said and "other centre" in said
    assert said.count("Verified") == 3
