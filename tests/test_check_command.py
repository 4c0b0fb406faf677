"""`check`, `canonical` and `book` as the contract has them: exit codes, JSON, formats, what is not judged."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import make_ledger
import pytest
from casebook import RECEIVED_AT, built

ROOT = Path(__file__).resolve().parents[1]
LEDGER = make_ledger.LEDGER
AT = ("--at", RECEIVED_AT)
JSON = ("--format", "json")

NEEDS_A_LEDGER = {"D003", "D007", "D008", "R001", "R002", "R003", "R004"}
NEEDS_A_SCHEDULE = {"T003", "T004", "T008"}


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes a document, built like those of tests/cases, and gives its name; commands run beside it."""
    monkeypatch.chdir(tmp_path)

    def written(name: str, example, **options) -> str:
        Path(name).write_text(json.dumps(built(example), **options), encoding="utf-8")
        return name

    return written


def not_judged(ran) -> set[str]:
    return {entry["rule"] for entry in ran.json["not_judged"]}


# Exit codes


def test_clean_files_end_with_0(write, gradepost):
    ran = gradepost("check", write("s.json", "schedule"), *AT)

    assert ran.code == 0
    assert ran.out.endswith("1 document judged: 0 errors, 0 warnings.\n")


def test_errors_end_with_1(write, gradepost):
    name = write("s.json", {"base": "schedule", "with": {"/learners/1/uln": "1000000133"}})

    ran = gradepost("check", name, *AT)

    assert ran.code == 1
    column = Path(name).read_text().index('"1000000133"') + 1
    assert f"s.json:1:{column}: error L001 /learners/1/uln" in ran.out


def test_warnings_end_with_0(write, gradepost):
    schedule = write("s.json", "schedule")
    tags = write("t.json", {"base": "tags", "without": ["/learners/1"]})

    ran = gradepost("check", schedule, tags, *AT, *JSON)

    assert ran.code == 0
    assert (ran.json["errors"], ran.json["warnings"]) == (0, 1)
    assert ran.json["findings"][0]["severity"] == "warning"


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "nowhere.json"],
        ["check", "s.json", "--at", "yesterday"],
        ["check", "s.json", "--at", "2021-05-18T10:00:00"],
        ["check", "s.json", "--format", "pdf"],
        ["check", "s.json", "--series", "1999-winter"],
        ["check", "s.json", "--ledger", "nowhere"],
        ["check", "s.json", "."],
        ["check", ".", "."],
        ["check", "s.json", "--loud"],
        ["canonical"],
        ["canonical", "nowhere.json"],
        ["book", "--format", "pdf"],
        ["nothing"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(write, gradepost, arguments):
    write("s.json", "schedule")

    ran = gradepost(*arguments)

    assert ran.code == 2
    assert ran.out == ""
    assert ran.err


def test_a_root_without_schemas_ends_with_2(write, gradepost, monkeypatch, tmp_path):
    monkeypatch.setenv("GRADEPOST_ROOT", str(tmp_path))

    ran = gradepost("check", write("s.json", "schedule"))

    assert ran.code == 2
    assert "Run this from the site repository's root." in ran.err


def test_a_disk_that_fails_ends_with_3(write, gradepost):
    name = write("s.json", "schedule")
    Path(name).chmod(0)
    if os.access(name, os.R_OK):
        Path(name).unlink()
        Path(name).symlink_to("/proc/self/mem")

    ran = gradepost("check", name)

    assert ran.code == 3
    assert ran.err.startswith("gradepost: ")


def test_a_real_process_ends_with_the_same_codes(tmp_path):
    def run(*arguments) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "gradepost", *map(str, arguments)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    (tmp_path / "broken.json").write_text("{")

    clean, broken, usage = run("check", "tests/ledger"), run("check", tmp_path / "broken.json"), run("check")

    assert (clean.returncode, broken.returncode, usage.returncode) == (0, 1, 2)
    assert clean.stdout == "5 documents judged: 0 errors, 0 warnings.\n"
    assert "Traceback" not in broken.stderr + usage.stderr


# JSON


def test_the_json_has_just_the_contracts_shape(write, gradepost):
    name = write("t.json", {"base": "tags", "with": {"/learners/1/uln": "1000000133"}}, indent=1)

    found = gradepost("check", name, *AT, *JSON).json

    assert list(found) == ["book", "judged", "errors", "warnings", "findings", "not_judged"]
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", found["book"])
    assert (found["judged"], found["errors"], found["warnings"]) == (1, 1, 0)
    (finding,) = found["findings"]
    assert finding == {
        "rule": "L001",
        "severity": "error",
        "path": "t.json",
        "pointer": "/learners/1/uln",
        "line": 23,
        "column": 11,
        "message": "The ULN's check digit is wrong.",
        "fix": "Check the ULN against the learner's record; one digit is wrong, or two have changed places.",
        "help": "http://127.0.0.1:8000/rules/#l001",
    }
    assert Path(name).read_text().split("\n")[22].strip().startswith('"uln"')
    assert all(list(entry) == ["rule", "path", "reason"] for entry in found["not_judged"])


def test_help_links_lead_to_the_site_in_force(write, gradepost, monkeypatch):
    monkeypatch.setenv("GRADEPOST_SITE_URL", "https://grades.example/")

    found = gradepost("check", write("s.json", {"form": "schedule"}), *JSON).json

    assert found["findings"][0]["help"] == "https://grades.example/rules/#d002"


def test_a_file_that_cannot_be_read_as_json_has_no_line(write, gradepost):
    Path("s.json").write_text("{")

    (finding,) = gradepost("check", "s.json", *JSON).json["findings"]

    assert (finding["rule"], finding["pointer"], finding["line"]) == ("D001", "", None)


def test_every_finding_is_reported_at_once(write, gradepost):
    changes = {"/learners/0/uln": "1000000052", "/learners/2/candidate_number": "0043", "/component": "BT2D1P1"}
    name = write("s.json", {"base": "schedule", "with": {**changes, "/starts_at": "2020-05-20T09:00:00Z"}})

    ran = gradepost("check", name, *AT, *JSON)

    assert ran.errors == {"D004", "L001", "L002", "S002"}


# What is not judged


def test_a_loose_schedule_lists_what_needs_a_ledger(write, gradepost):
    ran = gradepost("check", write("s.json", "schedule"), *AT, *JSON)

    assert not_judged(ran) == NEEDS_A_LEDGER | {"S004"}
    assert {entry["reason"] for entry in ran.json["not_judged"]} == {"no ledger at hand"}
    assert {entry["path"] for entry in ran.json["not_judged"]} == {"s.json"}


def test_loose_grades_list_what_needs_a_schedule_too(write, gradepost):
    ran = gradepost("check", write("t.json", "tags"), *AT, *JSON)

    assert not_judged(ran) == NEEDS_A_LEDGER | NEEDS_A_SCHEDULE
    assert ran.code == 0


def test_grades_given_with_their_schedule_are_judged_by_it(write, gradepost):
    schedule, tags = write("s.json", "schedule"), write("t.json", "tags")

    ran = gradepost("check", schedule, tags, *AT, *JSON)

    assert not_judged(ran) == NEEDS_A_LEDGER | {"S004"}
    assert ran.json["judged"] == 2


def test_a_schedule_of_another_component_is_none(write, gradepost):
    schedule = write("s.json", {"base": "schedule", "with": {"/component": "UV21579"}})

    ran = gradepost("check", schedule, write("t.json", "tags"), *AT, *JSON)

    assert not_judged(ran) == NEEDS_A_LEDGER | NEEDS_A_SCHEDULE | {"S004"}


def test_a_loose_declaration_lists_what_needs_a_ledger_and_the_grades(write, gradepost):
    name = write("d.json", {"base": "declaration", "with": {"/covers/0/sha256": "0" * 64}})

    ran = gradepost("check", name, *AT, *JSON)

    assert not_judged(ran) == NEEDS_A_LEDGER | {"H003", "H004", "P003", "P004"}


def test_what_is_not_judged_is_said_in_every_format_that_people_read(write, gradepost):
    name = write("t.json", "tags")

    for form in ("text", "github", "markdown", "junit", "sarif"):
        ran = gradepost("check", name, *AT, "--format", form)

        assert "T003" in ran.out, form
        assert "no schedule is given with it" in ran.out, form


# Together


def test_files_given_together_that_share_a_dossier_are_one(write, gradepost):
    schedule = write("s.json", "schedule")
    tags = write("t.json", {"base": "tags", "with": {"/learners/0/candidate_number": "0099"}})

    ran = gradepost("check", tags, schedule, *AT, *JSON)

    assert {"T004", "L004"} <= ran.errors


def test_a_declaration_given_with_its_grades_is_judged_by_them(write, gradepost):
    tags = write("t.json", "tags")
    declaration = write("d.json", {"base": "declaration", "with": {"/covers/0/sha256": "0" * 64}})

    ran = gradepost("check", write("s.json", "schedule"), tags, declaration, *AT, *JSON)

    assert ran.errors == {"H003"}
    assert "H003" not in not_judged(ran)


def test_a_declaration_that_names_the_canonical_hash_holds_for_any_layout(write, gradepost, book):
    from gradepost.check import read

    raw = json.dumps(built("tags")).encode()
    canonical = read(raw, "t.json", book)
    tags = write("t.json", "tags", indent=8)
    declaration = write("d.json", {"base": "declaration", "with": {"/covers/0/sha256": canonical.sha256}})

    ran = gradepost("check", write("s.json", "schedule"), tags, declaration, *AT, *JSON)

    assert ran.errors == set()


def test_two_centres_given_together_do_not_meet(write, gradepost):
    here = write("a.json", "schedule")
    there = write("b.json", {"base": "schedule", "with": {"/centre": "10235", "/learners/0/uln": "1000000094"}})

    ran = gradepost("check", here, there, *AT, *JSON)

    assert ran.json["findings"] == []


def test_two_dossiers_of_one_centre_number_their_candidates_alike(write, gradepost):
    here = write("a.json", "schedule")
    there = write("b.json", {"base": "synoptic-schedule", "with": {"/learners/0/uln": "1000000094"}})

    ran = gradepost("check", here, there, *AT, *JSON)

    assert ran.errors == {"L004"}
    assert {finding["path"] for finding in ran.json["findings"]} == {"a.json", "b.json"}


# When


@pytest.mark.parametrize(
    ("at", "breaks"),
    [("2021-05-20T23:59:59.999+01:00", {"S002"}), ("2021-05-21T00:00:00+01:00", {"S002", "S003"})],
)
def test_at_is_the_instant_taken_as_received(write, gradepost, at, breaks):
    ran = gradepost("check", write("s.json", "schedule"), "--at", at, *JSON)

    assert ran.errors == breaks


def test_without_at_it_is_now(write, gradepost):
    ran = gradepost("check", write("s.json", "schedule"), *JSON)

    assert ran.errors == {"S002", "S003"}


# Beside a ledger


def test_beside_a_ledger_files_are_judged_as_the_gateway_would(write, gradepost):
    document = json.loads((LEDGER / make_ledger.MERGED.folder / "UV21578.tags.json").read_bytes())
    document["learners"][0]["grade"] = "merit"
    Path("t.json").write_text(json.dumps(document))

    ran = gradepost("check", "t.json", "--ledger", LEDGER, *AT, *JSON)

    assert ran.json["findings"] == []
    assert ran.json["not_judged"] == []
    assert ran.code == 0


def test_beside_a_ledger_the_register_and_the_extensions_count(write, gradepost):
    unknown = write("a.json", {"base": "schedule", "with": {"/centre": "99999"}})
    paper = {"/centre": "10235", "/qualification": "BT2D1", "/component": "BT2D1P1"}
    late = write("b.json", {"base": "schedule", "with": {**paper, "/starts_at": "2021-05-25T09:00:00Z"}})

    by_nobody = gradepost("check", unknown, "--ledger", LEDGER, *AT, *JSON)
    extended = gradepost("check", late, "--ledger", LEDGER, "--at", "2021-05-24T12:00:00Z", *JSON)

    assert by_nobody.errors == {"D007"}
    assert "S003" not in extended.errors


def test_beside_a_ledger_the_centres_other_documents_count(write, gradepost):
    changed = {"/centre": "10234", "/qualification": "BT2D1", "/component": "BT2D1P1"}
    rows = {"/learners": [{"candidate_number": "0001", "uln": "1000000051"}]}
    name = write("s.json", {"base": "schedule", "with": {**changed, **rows}})

    ran = gradepost("check", name, "--ledger", LEDGER, *AT, *JSON)

    assert ran.errors == {"L004"}
    assert {finding["path"] for finding in ran.json["findings"]} == {"s.json"}


def test_beside_a_ledger_files_of_two_dossiers_number_their_candidates_alike(write, gradepost):
    one = {"candidate_number": "0042", "uln": "1000000051"}
    other = {"candidate_number": "0042", "uln": "1000000094"}
    here = write("a.json", {"base": "schedule", "with": {"/component": "UV21579", "/learners": [one]}})
    there = write("b.json", {"base": "synoptic-schedule", "with": {"/learners": [other]}})

    ran = gradepost("check", here, there, "--ledger", LEDGER, *AT, *JSON)

    assert ran.errors == {"L004"}
    assert ran.json["judged"] == 2


def test_a_bare_repository_is_a_ledger_too(ledger, tmp_path, gradepost):
    def git(*arguments: object) -> None:
        subprocess.run(["git", *map(str, arguments)], cwd=ledger, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "-qm", "Ledger")
    git("clone", "-q", "--bare", ledger, tmp_path / "ledger.git")

    ran = gradepost("check", tmp_path / "ledger.git", *JSON)

    assert ran.code == 0
    assert ran.json["judged"] == 5


# Paths


def test_paths_are_relative_to_where_the_command_runs(write, gradepost, tmp_path):
    (tmp_path / "below").mkdir()
    name = write("below/s.json", {"form": "schedule"})

    by_name = gradepost("check", name, *JSON).json
    by_absolute_path = gradepost("check", tmp_path / name, *JSON).json

    assert {finding["path"] for finding in by_name["findings"]} == {"below/s.json"}
    assert by_absolute_path == by_name


def test_paths_in_a_ledger_are_relative_to_it(ledger, gradepost):
    (ledger / make_ledger.MERGED.folder / "declaration.json").unlink()

    ran = gradepost("check", ledger, *JSON)

    assert {finding["path"] for finding in ran.json["findings"]} == {f"{make_ledger.MERGED.folder}/UV21578.tags.json"}


# canonical


def test_canonical_prints_the_bytes_of_the_ledger(write, gradepost):
    filed = LEDGER / make_ledger.MERGED.folder / "UV21578.tags.json"
    value = json.loads(filed.read_bytes())
    Path("t.json").write_text(json.dumps(dict(reversed(value.items()))))

    ran = gradepost("canonical", "t.json")

    assert ran.code == 0
    assert ran.raw == filed.read_bytes()


def test_canonical_does_not_ask_what_the_rules_say(write, gradepost):
    name = write("s.json", {"base": "schedule", "with": {"/component": "ZZ999"}})

    assert gradepost("canonical", name).code == 0


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"form": "schedule"}'])
def test_canonical_has_nothing_to_print_of_what_has_no_shape(write, gradepost, text):
    Path("s.json").write_text(text)

    ran = gradepost("canonical", "s.json")

    assert ran.code == 1
    assert ran.raw == b""
    assert re.search(r"error D00[12]", ran.err)


# book


def test_the_json_of_the_book_has_just_the_contracts_shape(gradepost):
    found = gradepost("book", "--format", "json").json

    assert list(found) == ["series", "digest", "deadlines", "qualifications", "evidence_sources", "rules"]
    assert found["series"] == "2021-summer"
    assert found["deadlines"]["schedule"] == {
        "external-exam": "2021-05-20T22:59:59.999Z",
        "internal-assignment": "2021-05-20T22:59:59.999Z",
        "synoptic-practical": None,
    }
    paper = found["qualifications"]["AM20530"]
    assert list(paper) == ["qan", "family", "components"]
    assert paper["components"]["UV21578"] == {
        "kind": "external-exam",
        "takes_tag": True,
        "grades": ["fail", "pass", "merit", "distinction"],
    }
    assert "prior-learning" in found["evidence_sources"]
    assert all(list(rule) == ["id", "severity", "title"] for rule in found["rules"])


def test_the_book_is_shown_to_people_too(gradepost):
    ran = gradepost("book", "--series", "2021-summer")

    assert ran.code == 0
    assert "Summer 2021" in ran.out
    assert "no fixed date" in ran.out


def test_book_check_names_each_series_and_its_digest(gradepost, book):
    ran = gradepost("book", "check")

    assert ran.code == 0
    assert f"2021-summer: {len(book.forms)} forms, 4 qualifications, {book.digest}\n" in ran.out
    assert len(ran.out.splitlines()) == len(list((ROOT / "forms").iterdir()))
