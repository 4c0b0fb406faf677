"""Results: not a word before the release, and then every scheduled learner with what came of them."""

import csv
import io
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gradepost.doors.clock import DemoClock
from gradepost.doors.demo.seeding import make_demo_ledger
from gradepost.doors.state import clock_file
from gradepost.exchange.cells import as_meant, rows_of, safe, table
from gradepost.forge.base import MAIN
from gradepost.forge.local import LocalForge
from gradepost.settings import Settings

ROOT = Path(__file__).parents[1]
SUBMISSIONS = ROOT / "tests/ledger/submissions"
RELEASE = datetime(2021, 8, 10, 7, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def released_site(tmp_path_factory):
    """A site repository whose series names its release, at eight in the morning in London."""
    site = tmp_path_factory.mktemp("released")
    for name in ("schemas", "forms"):
        shutil.copytree(ROOT / name, site / name)
    shutil.copy(ROOT / "mkdocs.yml", site)
    series = site / "forms/2021-summer/series.yaml"
    words = series.read_text().replace("embargo_until: null", "embargo_until: 2021-08-10T08:00:00")
    series.write_text(words.replace("  embargo_until: No date of release was found.\n", ""))
    return site


def state_of(folder, site):
    """A state on whose main the miniature ledger's submissions stand."""
    forge = LocalForge.create(folder / "ledger.git")
    make_demo_ledger(forge, folder, Settings(site, "", None, None))
    files = {path: path.read_bytes() for path in SUBMISSIONS.rglob("*.json")}
    merged = {f"submissions/{path.relative_to(SUBMISSIONS).as_posix()}": raw for path, raw in files.items()}
    forge.commit(MAIN, merged, "Merged", RELEASE, expected=forge.head(MAIN))
    return folder


@pytest.fixture(scope="module")
def merged(tmp_path_factory, released_site):
    return state_of(tmp_path_factory.mktemp("merged") / "state", released_site)


@pytest.fixture
def results(gradepost, monkeypatch, merged, released_site):
    """The command at an instant, on the state's own clock."""

    def run(*arguments, at=RELEASE, state=merged):
        monkeypatch.setenv("GRADEPOST_ROOT", str(released_site))
        clock_file(state).unlink(missing_ok=True)
        DemoClock.start(clock_file(state), at)
        return gradepost("results", "--state", state, *arguments)

    return run


def of_centre(ran, number):
    return next(centre for centre in ran.json["centres"] if centre["centre"] == number)


def test_before_the_release_nothing_is_shown_and_it_ends_with_1(results):
    ran = results("--series", "2021-summer", at=RELEASE - timedelta(minutes=1))

    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "The results of 2021-summer are released at 08:00 on 10 August 2021, and not shown before.\n"


@pytest.mark.parametrize("report_format", ["text", "json", "csv"])
def test_no_format_gets_around_the_release(results, report_format):
    ran = results("--format", report_format, at=RELEASE - timedelta(minutes=1))

    assert (ran.code, ran.out) == (1, "")


def test_before_the_release_no_file_is_written(results, tmp_path):
    ran = results("--format", "csv", "--to", tmp_path / "out", at=RELEASE - timedelta(minutes=1))

    assert ran.code == 1
    assert not (tmp_path / "out").exists()


def test_at_the_very_instant_of_release_they_are_shown(results):
    assert results("--format", "json").code == 0


def test_a_series_without_a_date_of_release_keeps_its_results_back(gradepost, tmp_path):
    state = state_of(tmp_path / "state", ROOT)

    ran = gradepost("results", "--series", "2021-summer", "--state", state)

    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "The results of 2021-summer have no date of release, so none are shown.\n"


def test_every_learner_has_what_the_merged_grades_say(results):
    ran = results("--format", "json")

    said = [(r["candidate_number"], r["outcome"], r.get("grade")) for r in of_centre(ran, "10234")["results"]]
    assert said == [
        ("0001", "graded", "distinction"),
        ("0002", "graded", "pass"),
        ("0003", "graded", "merit"),
        ("0004", "graded", "fail"),
        ("0005", "insufficient-evidence", None),
    ]


def test_whoever_was_scheduled_and_has_no_outcome_is_outstanding(results):
    ran = results("--format", "json")

    assert {r["outcome"] for r in of_centre(ran, "10235")["results"]} == {"outstanding"}
    assert of_centre(ran, "10235")["counts"]["outstanding"] == len(of_centre(ran, "10235")["results"])


def test_whoever_does_not_certificate_may_resit(results):
    ran = results("--format", "json", "--centre", "10234")

    assert [r["candidate_number"] for r in of_centre(ran, "10234")["results"] if r["eligible_for_resit"]] == ["0005"]


def test_no_name_of_anybody_is_in_them(results):
    ran = results("--format", "json")

    assert {key for centre in ran.json["centres"] for r in centre["results"] for key in r} <= {
        "qualification",
        "component",
        "candidate_number",
        "uln",
        "outcome",
        "grade",
        "mark",
        "certificating",
        "eligible_for_resit",
    }


def test_one_file_for_each_centre_holds_that_centre_alone(results, tmp_path):
    ran = results("--format", "csv", "--to", tmp_path / "out")

    assert ran.code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["10234.csv", "10235.csv"]
    for path in (tmp_path / "out").iterdir():
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
        assert rows and {row["Centre"] for row in rows} == {path.stem}
        assert path.stat().st_mode & 0o077 == 0


def test_the_text_counts_what_is_missing(results):
    ran = results("--centre", "10235")

    assert "Centre 10235" in ran.out and "Centre 10234" not in ran.out
    assert "outstanding; 1 may resit." in ran.out


def test_a_centre_that_is_not_in_the_register_is_a_mistake_in_use(results):
    ran = results("--centre", "99999")

    assert (ran.code, ran.out) == (2, "")


def test_a_series_that_is_not_there_is_a_mistake_in_use(results):
    assert results("--series", "1999-winter").code == 2


def test_a_folder_without_a_ledger_is_a_mistake_in_use(gradepost, tmp_path):
    assert gradepost("results", "--state", tmp_path).code == 2


def test_a_damaged_document_stops_them_instead_of_being_left_out(results, tmp_path, released_site):
    state = state_of(tmp_path / "state", released_site)
    forge = LocalForge(state / "ledger.git")
    path = "submissions/2021-summer/10/10234/AM20530/external-exam/UV21578.tags.json"
    raw = forge.read(MAIN, path).replace(b'"graded"', b'"grated"', 1)
    forge.commit(MAIN, {path: raw}, "Damage", RELEASE, expected=forge.head(MAIN))

    ran = results("--format", "json", state=state)

    assert (ran.code, ran.out) == (2, "")
    assert "grated" not in ran.err


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1"])
def test_no_cell_begins_like_a_formula(cell):
    assert safe(cell).startswith("'")
    assert as_meant(safe(cell)) == cell


def test_cells_come_back_as_they_were():
    rows = [["a,b", 'say "x"', "two\nlines", "", " kept "], ["'quoted'", "''=", "-", "0042", "9999999999"]]

    assert rows_of(table(rows)) == rows


def test_what_is_not_merged_is_no_result(results, tmp_path, released_site):
    state = state_of(tmp_path / "state", released_site)
    forge = LocalForge(state / "ledger.git")
    path = "submissions/2021-summer/10/10234/AM20530/external-exam/UV21578.tags.json"
    raw = forge.read(MAIN, path).replace(b'"merit"', b'"distinction"')
    forge.commit("dossier/2021-summer/10234/AM20530/external-exam", {path: raw}, "Amend", RELEASE, expected=None)

    ran = results("--format", "json", state=state)

    assert [r.get("grade") for r in of_centre(ran, "10234")["results"]][2] == "merit"


def test_a_learners_own_number_counts_where_the_grades_still_have_the_placeholder(results, tmp_path, released_site):
    state = state_of(tmp_path / "state", released_site)
    forge = LocalForge(state / "ledger.git")
    path = "submissions/2021-summer/10/10234/AM20530/external-exam/UV21578.tags.json"
    own = of_centre(results("--format", "json"), "10234")["results"][0]["uln"]
    raw = forge.read(MAIN, path).replace(own.encode(), b"9999999999")
    forge.commit(MAIN, {path: raw}, "Placeholder", RELEASE, expected=forge.head(MAIN))

    ran = results("--format", "json", state=state)

    assert of_centre(ran, "10234")["results"][0]["uln"] == own


@pytest.fixture
def certificates(results, gradepost, merged):
    """The list of who is complete, at an instant."""

    def run(*arguments, at=RELEASE):
        results(at=at)
        return gradepost("certificates", "--state", merged, *arguments)

    return run


def listed(ran):
    rows = csv.DictReader(io.StringIO(ran.out))
    return {(r["Centre"], r["Candidate number"]): (r["Complete"], r["Open"]) for r in rows}


def test_the_list_for_certificates_says_who_is_complete_and_what_is_open(certificates):
    found = listed(certificates("--format", "csv"))

    assert found["10234", "0001"] == ("All grades are in", "")
    assert found["10234", "0004"][1].endswith(": fail")
    assert found["10234", "0005"][1].startswith("Does not certificate this year; ")
    assert {centre for centre, _ in found} == {"10234", "10235"}


def test_before_the_release_the_list_says_nothing_that_depends_on_a_grade(certificates):
    ran = certificates("--format", "json", at=RELEASE - timedelta(minutes=1))

    said = {learner["complete"] for centre in ran.json["centres"] for learner in centre["learners"]}
    assert (ran.code, said) == (0, {"after-release"})
    assert "and not shown before" in ran.err


def test_the_list_of_one_centre_holds_that_centre_alone(certificates):
    ran = certificates("--centre", "10234")

    assert "Centre 10234" in ran.out and "Centre 10235" not in ran.out
    assert certificates("--centre", "99999").code == 2
