"""Who has completed a qualification: by grades, without any, or not yet and why; and nothing of grades too early."""

import json
import shutil
from pathlib import Path

import pytest

from gradepost.book import load
from gradepost.exchange.layouts import look_at_layouts
from gradepost.model.completions import Complete, Completion, Open
from gradepost.publish.certificates import claims_of
from gradepost.publish.results import Result

ROOT = Path(__file__).parents[1]
SERIES = load(ROOT).series
ULN, OTHER, PLACEHOLDER = "1000000051", "1000000132", "9999999999"
HEADERS = "Centre,Qualification code,Candidate number,ULN,All units completed,Units open"


def result(outcome="graded", grade="pass", component="UV21578", uln=ULN, certificating=True):
    grade = grade if outcome == "graded" else None
    return Result("10234", "AM20530", component, "0001", uln, outcome, grade, certificating=certificating)


def registered(*units_open, completed=None, uln=ULN):
    completed = not units_open if completed is None else completed
    return Completion("AM20530", "0001", uln, completed, units_open)


def claim(results=(), completions=(), *, is_released=True):
    (found,) = claims_of(results, completions, SERIES, is_released=is_released)
    return found.complete, list(found.open)


def test_with_a_grade_in_every_component_a_learner_is_complete():
    assert claim([result(), result(component="UV21579", grade="merit")]) == (Complete.BY_GRADES, [])


def test_a_learner_who_needs_no_grade_and_has_every_unit_is_complete():
    assert claim([], [registered()]) == (Complete.WITHOUT_GRADES, [])


@pytest.mark.parametrize("is_released", [True, False])
def test_who_needs_no_grade_is_told_before_the_release_and_after(is_released):
    assert claim([], [registered()], is_released=is_released)[0] is Complete.WITHOUT_GRADES


@pytest.mark.parametrize("row", [result(), result(grade="fail"), result("outstanding"), result("withdrawn")])
@pytest.mark.parametrize("units", [(), (registered(),), (registered("UV21578"),)])
def test_before_the_release_every_learner_with_grades_to_come_looks_the_same(row, units):
    assert claim([row], units, is_released=False) == (Complete.AFTER_RELEASE, [])


def test_a_unit_that_is_open_there_is_closed_by_a_grade_here():
    assert claim([result()], [registered("UV21578")])[0] is Complete.BY_GRADES


def test_a_unit_that_is_open_there_and_not_graded_here_keeps_a_learner_open():
    assert claim([result()], [registered("UV21578", "UV21580")]) == (Complete.NOT_YET, [("UV21580", Open.UNIT)])


def test_open_units_that_nobody_names_keep_a_learner_open():
    assert claim([], [registered(completed=False)]) == (Complete.NOT_YET, [("", Open.UNITS)])


@pytest.mark.parametrize("outcome", ["insufficient-evidence", "withdrawn", "outstanding"])
def test_an_outcome_without_a_grade_keeps_a_learner_open(outcome):
    assert claim([result(outcome)], [registered()]) == (Complete.NOT_YET, [("UV21578", outcome)])


def test_a_fail_keeps_a_learner_open():
    assert claim([result(grade="fail")]) == (Complete.NOT_YET, [("UV21578", Open.FAILED)])


def test_who_does_not_certificate_this_year_is_not_complete():
    assert claim([result(certificating=False)]) == (Complete.NOT_YET, [("", Open.NOT_CERTIFICATING)])


def test_two_ulns_are_told_and_not_guessed():
    assert claim([result()], [registered(uln=OTHER)]) == (Complete.NOT_YET, [("", Open.ULNS_DIFFER)])


def test_the_placeholder_keeps_open_until_somebody_knows_the_number():
    assert claim([result(uln=PLACEHOLDER)]) == (Complete.NOT_YET, [("", Open.PLACEHOLDER)])
    assert claim([result(uln=PLACEHOLDER)], [registered()])[0] is Complete.BY_GRADES


@pytest.fixture
def read(gradepost, tmp_path):
    """Read rows of the other system; what came of it, and the folder."""

    def run(*rows, headers=HEADERS):
        (tmp_path / "rows.csv").write_text("\r\n".join([headers, *rows]))
        arguments = ("--layout", "completions", "--set", "as_of=2021-06-01", "--to", tmp_path / "state")
        return gradepost("exchange", "import", *arguments, tmp_path / "rows.csv"), tmp_path / "state"

    return run


def test_rows_are_read_below_the_state_one_file_to_a_centres_qualification(read):
    ran, folder = read(f"10234,AM20530,0001,{ULN},yes,", f"10235,BT2D1,0001,{OTHER},no,BT2D1U1 BT2D1U2")

    assert ran.code == 0, ran.out
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.json"))
    assert files == ["completions/2021-summer/10234/AM20530.json", "completions/2021-summer/10235/BT2D1.json"]
    learner = json.loads((folder / files[1]).read_bytes())["learners"][0]
    assert learner == {"candidate_number": "0001", "uln": OTHER, "completed": False, "units_open": "BT2D1U1 BT2D1U2"}
    assert (folder / files[0]).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([f"10234,AM20530,0001,{ULN},,"], "row 2, column All units completed: "),
        ([f"10234,AM20530,0001,{ULN},perhaps,"], "row 2, column All units completed: write yes or no"),
        ([f"10234,AM20530,0001,{ULN},yes,UV21580"], "row 2, column Units open: units are open, and another column"),
        ([f"10234,AM20530,0001,{ULN},no,=1+1"], "row 2, column Units open: "),
        (["10234,AM20530,0001,1000000052,yes,"], "row 2, column ULN: its last digit does not fit"),
        ([f"10234,AM20530,0001,{ULN},yes,", f"10234,AM20530,0001,{OTHER},yes,"], "row 3, column Candidate number: "),
        ([f"10234,XX1,0001,{ULN},yes,"], "row 2: 2021-summer has no such qualification."),
        ([f",AM20530,0001,{ULN},yes,"], "row 2, column Centre: "),
    ],
)
def test_rows_that_say_nothing_sure_are_told_by_place_and_nothing_is_taken(read, rows, place):
    ran, folder = read(*rows)

    assert ran.code == 1
    assert place in ran.out
    assert not folder.exists()


def test_learners_names_in_other_columns_are_not_read(read):
    ran, folder = read(f"10234,AM20530,0001,{ULN},yes,,Jane Doe", headers=f"{HEADERS},Name")

    assert ran.code == 0, ran.out
    assert all(b"Jane" not in path.read_bytes() for path in folder.rglob("*.json"))


def test_a_layout_that_would_write_them_is_told(tmp_path):
    for name in ("schemas", "forms"):
        shutil.copytree(ROOT / name, tmp_path / name)
    layout = tmp_path / "forms/2021-summer/exchange/completions.yaml"
    layout.write_text(layout.read_text().replace("[import]", "[import, export]"))

    _, mistakes = look_at_layouts(tmp_path, load(ROOT))

    assert ["completions are read and never written" in str(mistake) for mistake in mistakes] == [True]
