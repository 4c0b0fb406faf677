"""The systems at either end: what is written and read back is the same, and a layout that is wrong is told where."""

import csv
import io
import json
import string
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradepost.book import load
from gradepost.exchange.layouts import look_at_layouts
from gradepost.exchange.reading import imported
from gradepost.exchange.writing import exported

ROOT = Path(__file__).parents[1]
BOOK = load(ROOT)
LAYOUTS, MISTAKES = look_at_layouts(ROOT, BOOK)
FOLDER = "submissions/2021-summer/10/10234/AM20530/external-exam"
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("'=+-@\t\r\n,;\"＝"), min_size=1, max_size=30
)
DATES = st.dates(date(1000, 1, 1), date(2999, 12, 31)).map(str)
EVIDENCE = st.lists(st.fixed_dictionaries({"source": st.just("homework")}, optional={"dated": DATES}), max_size=3)
SIGNATURES = st.fixed_dictionaries(
    {"name": TEXTS, "role": st.just("teacher"), "signed_on": DATES},
    optional={"signature": st.just("typed") | st.just({"image_sha256": "0a" * 32})},
)
ULNS = st.text(string.digits, min_size=10, max_size=10)
INSTANTS = st.sampled_from(["2021-05-20T09:00:00+01:00", "2021-05-20T08:00Z", "2021-05-20T09:00:00.5+01:00"])


def rows_with(learner):
    numbers = st.lists(st.integers(1, 9999).map("{:04d}".format), min_size=1, max_size=4, unique=True)
    return numbers.flatmap(
        lambda known: st.tuples(
            *(learner.map(lambda row, n=number: {"candidate_number": n, **row}) for number in known)
        )
    ).map(list)


def documents_of(form, about, learner, about_optional=None):
    components = st.sampled_from([("AM20530", "UV21578"), ("BT2D1", "BT2D1P1"), ("BT2D1", "BT2D1SY")])
    document = st.fixed_dictionaries({**about, "learners": rows_with(learner)}, optional=about_optional or {})
    places = st.lists(st.tuples(st.sampled_from(["10234", "00017"]), components), min_size=1, max_size=3, unique=True)
    return places.flatmap(
        lambda known: st.tuples(
            *(
                document.map(
                    lambda d, c=centre, q=qualification, k=component: {
                        "form": form,
                        "series": "2021-summer",
                        "centre": c,
                        "qualification": q,
                        "component": k,
                        **d,
                    }
                )
                for centre, (qualification, component) in known
            )
        )
    )


SCHEDULES = documents_of(
    "schedule",
    {"starts_at": INSTANTS},
    st.fixed_dictionaries({"uln": ULNS}, optional={"certificating": st.booleans(), "uci": st.just("12345A123456B")}),
)
GRADES = documents_of(
    "tags",
    {"sign_off": st.lists(SIGNATURES, max_size=2)},
    st.fixed_dictionaries(
        {"uln": ULNS, "outcome": st.sampled_from(["graded", "insufficient-evidence", "withdrawn"])},
        optional={
            "grade": st.sampled_from(["pass", "fail", "a-star"]),
            "mark": st.integers(0, 10000),
            "rationale": TEXTS,
            "evidence": EVIDENCE,
            "uci": st.just("12345A123456B"),
            "certificating": st.booleans(),
            "unit_practicals_completed": st.booleans(),
            "access_arrangements_recorded": st.booleans(),
            "circumstances_recorded": st.booleans(),
        },
    ),
    {"evidence": EVIDENCE, "decision_record": TEXTS},
)


def assert_comes_back(documents, layout):
    found, faults = imported(exported(documents, layout, BOOK.series.zone), layout, BOOK, {})

    laid_out = [BOOK.schema_of(layout.form).layout.bytes_of(document) for document in documents]
    assert faults == []
    assert sorted(found.values()) == sorted(laid_out)


@settings(max_examples=60, deadline=None)
@given(GRADES)
def test_grades_written_and_read_back_are_the_same_to_the_byte(documents):
    assert_comes_back(documents, LAYOUTS["mis-tags"])


@settings(max_examples=60, deadline=None)
@given(SCHEDULES)
def test_schedules_written_and_read_back_are_the_same_to_the_byte(documents):
    assert_comes_back(documents, LAYOUTS["mis-schedule"])


def test_every_shipped_layout_is_right_and_says_what_is_assumed():
    assert MISTAKES == []
    assert LAYOUTS.keys() == {
        "completions",
        "linx2achieve-tags",
        "mis-schedule",
        "mis-tags",
        "registrations",
        "xams-schedule",
    }
    assert all(layout.assumed for layout in LAYOUTS.values())


def write(gradepost, layout, ledger, file):
    ran = gradepost("exchange", "export", "--layout", layout, "--ledger", ledger, "--to", file)
    assert ran.code == 0, ran.err
    return list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))


def test_the_ledgers_grades_come_back_as_they_stand_there(gradepost, ledger, tmp_path):
    write(gradepost, "mis-tags", ledger, tmp_path / "rows.csv")

    ran = gradepost("exchange", "import", "--layout", "mis-tags", "--to", tmp_path / "back", tmp_path / "rows.csv")

    path = f"{FOLDER}/UV21578.tags.json"
    assert ran.code == 0, ran.out
    assert (tmp_path / "back" / path).read_bytes() == (ledger / path).read_bytes()


def test_a_file_with_grades_is_for_its_owner_alone_and_nothing_is_printed(gradepost, ledger, tmp_path):
    ran = gradepost("exchange", "export", "--layout", "mis-tags", "--ledger", ledger, "--to", tmp_path / "rows.csv")

    assert (tmp_path / "rows.csv").stat().st_mode & 0o077 == 0
    assert ran.out == f"5 rows written to {tmp_path / 'rows.csv'}.\n"


def test_a_start_is_keyed_in_the_time_of_the_series(gradepost, ledger, tmp_path):
    rows = write(gradepost, "xams-schedule", ledger, tmp_path / "rows.csv")

    assert (rows[0]["Start date"], rows[0]["Start time"]) == ("20/05/2021", "09:00")
    assert rows[0]["Candidate number"] == "0001"


def test_registrations_become_schedules_once_the_start_is_said(gradepost, tmp_path):
    raw = "Centre,Qualification code,Unit code,Candidate number,ULN,UCI,Certificating,Surname\r\n"
    (tmp_path / "rows.csv").write_text(f"{raw}10234,AM20530,UV21578,0001,1000000051,,Y,Somebody\r\n")

    ran = gradepost(
        *("exchange", "import", "--layout", "registrations", "--set", "starts_at=2021-05-20T09:00:00+01:00"),
        *("--to", tmp_path / "back", tmp_path / "rows.csv"),
    )

    made = json.loads((tmp_path / "back" / FOLDER / "UV21578.schedule.json").read_text())
    assert ran.code == 0
    assert made["learners"] == [{"candidate_number": "0001", "uln": "1000000051", "certificating": True}]
    assert "Somebody" not in json.dumps(made)


HEADER = "Centre,Qualification code,Unit code,Starts at,Candidate number,ULN,UCI,Certificating"
GOOD = "10234,AM20530,UV21578,2021-05-20T09:00:00+01:00,0001,1000000051,,yes"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([HEADER, GOOD.replace("yes", "perhaps")], "row 2, column Certificating: write yes or no, or leave it empty."),
        ([HEADER, GOOD, GOOD.replace("1000000051", "1O")], "row 3, column ULN: "),
        ([HEADER, GOOD, GOOD.replace("T09", "T10")], "row 3, column Starts at: another row of the same component says"),
        ([HEADER, GOOD + ",more"], "row 2: it has not as many cells as the header."),
        ([HEADER.replace("ULN", "Number"), GOOD], "row 1, column ULN: the header must stand there once."),
        ([HEADER, GOOD.replace("UV21578", "UV99999")], "row 2: 2021-summer has no such component"),
        ([HEADER, GOOD.replace("10234", "../..")], "row 2, column Centre: "),
        ([HEADER, GOOD, '"never closed'], "a quotation mark was never closed"),
        ([HEADER], "the file needs a header and 1 to 250,000 rows."),
    ],
)
def test_what_cannot_be_read_is_told_by_its_place_and_nothing_is_written(gradepost, tmp_path, rows, said):
    (tmp_path / "rows.csv").write_text("\r\n".join(rows))

    ran = gradepost("exchange", "import", "--layout", "mis-schedule", "--to", tmp_path / "back", tmp_path / "rows.csv")

    assert ran.code == 1
    assert said in ran.out
    assert not (tmp_path / "back").exists()
    assert "perhaps" not in ran.out and "UV99999" not in ran.out


def test_a_file_of_another_encoding_is_told_so(gradepost, tmp_path):
    (tmp_path / "rows.csv").write_bytes(f"{HEADER}\r\n{GOOD}\r\n\xe9".encode("latin-1"))

    ran = gradepost("exchange", "import", "--layout", "mis-schedule", "--to", tmp_path / "back", tmp_path / "rows.csv")

    assert (ran.code, "the file is not in utf-8-sig" in ran.out) == (1, True)


@pytest.mark.parametrize(
    ("layout", "old", "new", "line", "said"),
    [
        ("mis-schedule", "property: learners/uln", "property: learners/ulm", 15, "Did you mean learners/uln?"),
        (
            "mis-schedule",
            "form: schedule",
            "form: shedule",
            3,
            "the series has no form shedule. Did you mean schedule?",
        ),
        ("mis-schedule", "header: ULN", "header: Centre", 15, "another column has this header."),
        ("mis-schedule", "  - { header: UCI, property: learners/uci }\n", "", 5, "not whole without learners/uci."),
        ("mis-schedule", ", as: yes-no", "", 17, "Write `as: yes-no`."),
        ("mis-schedule", "title:", "tittle:", 2, "there is no key tittle here. Did you mean title?"),
        ("xams-schedule", "[export]", "[export, import]", 16, "cannot be read back."),
        ("xams-schedule", "value: Paper", "value: Paper, property: centre", 15, "Write one of the two."),
        ("linx2achieve-tags", "merit: Merit", "merit: Pass", 16, "one word stands for two values."),
        ("mis-tags", "columns:", "columns: [", 0, "not YAML"),
    ],
)
def test_a_broken_layout_is_told_with_file_line_and_what_to_do(
    gradepost, monkeypatch, site, layout, old, new, line, said
):
    path = site / f"forms/2021-summer/exchange/{layout}.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    monkeypatch.setenv("GRADEPOST_ROOT", str(site))

    ran = gradepost("book", "check")

    told = [text for text in ran.err.splitlines() if said in text]
    assert ran.code == 2
    assert told and told[0].startswith(f"{path}, line {line or ''}")


def test_a_layout_does_not_change_what_judges(site):
    before = load(site).digest
    (site / "forms/2021-summer/exchange/mis-tags.yaml").unlink()

    assert load(site).digest == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "--layout", "nothing-like-it", "--to", "rows.csv"),
        ("export", "--layout", "mis-tags", "--to", "rows.csv", "--series", "1999-winter"),
        ("export", "--layout", "mis-tags"),
    ],
)
def test_a_wrong_use_of_export_ends_with_2(gradepost, ledger, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)

    ran = gradepost("exchange", *arguments, "--ledger", ledger)

    assert ran.code == 2
    assert not (tmp_path / "rows.csv").exists()


def test_what_is_only_written_is_not_read(gradepost, tmp_path):
    (tmp_path / "rows.csv").write_text("a,b\r\n1,2\r\n")

    ran = gradepost("exchange", "import", "--layout", "xams-schedule", "--to", tmp_path / "b", tmp_path / "rows.csv")

    assert (ran.code, "is not for import" in ran.err) == (2, True)


def test_a_grade_without_a_word_in_the_layout_stops_the_export(gradepost, ledger, tmp_path):
    path = ledger / FOLDER / "UV21578.tags.json"
    path.write_bytes(path.read_bytes().replace(b'"merit"', b'"starred"'))

    ran = gradepost("exchange", "export", "--layout", "linx2achieve-tags", "--ledger", ledger, "--to", tmp_path / "r")

    assert (ran.code, "starred" in ran.err) == (2, False)
    assert not (tmp_path / "r").exists()
