"""`review`: what a pull request changes, as CI judges it; each test makes a repository of the miniature ledger."""

import base64
import json
import re
import shutil
import subprocess

import make_ledger
import pytest
import reviewing
from casebook import load_case, tamper
from ledger_repository import Repository

from gradepost.forge.local import LocalForge
from gradepost.receipt import SigningKey
from gradepost.review import branch_of, differences

LEDGER = make_ledger.LEDGER
MERGED, SCHEDULED = make_ledger.MERGED, make_ledger.SCHEDULED
JSON = ("--format", "json")


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path / "ledger")


@pytest.fixture
def review(repository, gradepost):
    """Judge what is committed now, seen from main."""

    def judged(*options: object, head: str | None = None):
        committed = repository.commit()
        named = options or ("--branch", MERGED.branch)
        return gradepost(
            "review", "--base", "main", "--head", head or committed, "--ledger", repository.path, *named, *JSON
        )

    return judged


# Clean


def test_a_clean_pull_request_ends_with_0(repository, review):
    repository.branch()
    repository.bring()

    ran = review()

    assert ran.code == 0
    assert ran.json["judged"] == 3
    assert ran.json["findings"] == []
    assert ran.json["not_judged"] == []


def test_grades_that_await_their_declaration_break_h005_alone(repository, review):
    repository.branch()
    repository.bring()
    repository.file("declaration.json").unlink()
    repository.file("receipts/000000000005-declaration.json").unlink()

    ran = review()

    assert ran.code == 1
    assert [finding["rule"] for finding in ran.json["findings"]] == ["H005"]


def test_a_schedule_alone_awaits_nothing(repository, review):
    repository.branch()
    repository.bring()
    for path in [*repository.path.glob(f"{MERGED.folder}/**/*.json")]:
        if "000000000001" not in path.name and path.name != "UV21578.schedule.json":
            path.unlink()

    ran = review()

    assert ran.code == 0
    assert ran.json["judged"] == 1


def test_a_pull_request_that_changes_nothing_is_clean(repository, review):
    repository.branch()

    ran = review()

    assert ran.code == 0
    assert ran.json["judged"] == 0


def test_a_pull_request_elsewhere_is_not_ours_to_judge(repository, review):
    repository.branch("tidy-up")
    (repository.path / "README.md").write_text("# Ledger\n")

    ran = review("--branch", "tidy-up")

    assert ran.code == 0


# Tampered with


@pytest.mark.parametrize(
    ("example", "breaks"),
    [
        ("H003-one-grade-changed", {"H003", "R001"}),
        ("D008-spaces", {"D008", "R001"}),
        ("R001-start-changed", {"R001"}),
        ("R003-middle-gone", {"R003"}),
        ("R001-without-first-receipt", {"R001", "R003", "S002", "S003"}),
    ],
)
def test_a_tampered_dossier_is_found_out(repository, review, book, example, breaks):
    repository.branch()
    repository.bring()
    tamper(repository.path, load_case(LEDGER.parent / f"cases/ledger/{example}.json"), book)

    ran = review()

    assert ran.code == 1
    assert ran.errors == breaks


def test_a_dossier_is_judged_as_it_stands_at_the_head_not_only_where_it_changed(repository, review, book):
    repository.bring()
    tamper(repository.path, load_case(LEDGER.parent / "cases/ledger/R001-start-changed.json"), book)
    repository.commit()
    repository.branch()
    repository.file("declaration.json").unlink()

    ran = review()

    assert "R001" in ran.errors


def test_what_main_did_meanwhile_is_not_the_pull_requests_change(repository, review):
    repository.branch()
    repository.bring()
    repository.commit()
    repository.git("checkout", "-q", "main")
    (repository.path / "README.md").write_text("# Meanwhile\n")
    repository.commit()
    repository.git("checkout", "-q", MERGED.branch)

    assert review().code == 0


def test_receipts_that_are_deleted_are_missed(repository, review):
    repository.bring()
    repository.commit()
    repository.branch()
    shutil.rmtree(repository.file("receipts"))

    ran = review()

    assert ran.code == 1
    assert {"R001", "R004"} <= ran.errors
    gone = [finding["path"] for finding in ran.json["findings"] if finding["rule"] == "R004"]
    assert len(gone) == 4


def test_a_rule_that_should_have_run_and_did_not_is_no_pass(repository, review):
    repository.branch()
    repository.bring()
    repository.file("receipts/000000000005-declaration.json").unlink()

    ran = review()

    assert ran.code == 1
    assert "H004" in {entry["rule"] for entry in ran.json["not_judged"]}


def test_a_document_taken_away_with_its_receipts_kept_is_a_rejection(repository, review):
    repository.bring()
    repository.commit()
    repository.branch()
    for name in ("UV21578.schedule.json", "UV21578.tags.json", "declaration.json"):
        repository.file(name).unlink()

    ran = review()

    assert ran.code == 0


# Outside, and not plain files


@pytest.mark.parametrize(
    "path", ["centres/10/10234.json", "ledger.toml", "README.md", f"{SCHEDULED.folder}/BT2D1P1.schedule.json", "x"]
)
def test_a_dossiers_branch_changes_nothing_outside_its_folder(repository, review, path):
    repository.branch()
    repository.bring()
    file = repository.path / path
    file.write_text(file.read_text() + "\n" if file.exists() else "x\n")

    ran = review()

    assert ran.code == 1
    assert [f["path"] for f in ran.json["findings"] if f["rule"] == "R004"] == [path]


def test_a_symbolic_link_is_not_a_plain_file(repository, review):
    repository.branch()
    repository.bring()
    repository.file("UV21578.schedule.json").unlink()
    repository.file("UV21578.schedule.json").symlink_to("UV21578.tags.json")

    ran = review()

    assert "R004" in ran.errors


def test_an_executable_is_not_a_plain_file(repository, review):
    repository.branch()
    repository.bring()
    repository.file("UV21578.schedule.json").chmod(0o755)

    ran = review()

    assert "R004" in ran.errors


@pytest.mark.parametrize("name", ["notes.txt", "receipts/notes.json", "deeper/receipts/000000000009-x.json", ".hidden"])
def test_nothing_hides_in_a_dossiers_folder(repository, review, name):
    repository.branch()
    repository.bring()
    repository.file(name).parent.mkdir(exist_ok=True, parents=True)
    repository.file(name).write_text("{}\n")

    ran = review()

    assert ran.code == 1
    assert f"{MERGED.folder}/{name}" in {finding["path"] for finding in ran.json["findings"]}


def test_two_dossiers_in_one_pull_request_are_one_too_many(repository, review):
    repository.branch()
    repository.bring()
    file = repository.path / SCHEDULED.folder / "BT2D1P1.schedule.json"
    file.write_bytes(file.read_bytes().replace(b"09:30:00", b"09:45:00"))

    ran = review()

    assert ran.errors == {"R001", "R004"}
    assert ran.json["judged"] == 5


# Which branch it is


def test_a_branch_of_another_name_brings_no_submission(repository, review):
    repository.branch("tidy-up")
    repository.bring()

    ran = review("--branch", "tidy-up")

    assert ran.code == 1
    assert ran.errors == {"R004"}
    assert sum(finding["rule"] == "R004" for finding in ran.json["findings"]) == 7


def test_the_branch_of_another_dossier_brings_no_submission(repository, review):
    repository.branch(SCHEDULED.branch)
    repository.bring()

    ran = review("--branch", SCHEDULED.branch)

    assert ran.errors == {"R004"}


def test_the_branch_may_be_the_revision(repository, gradepost):
    repository.branch()
    repository.bring()
    repository.commit()

    ran = gradepost("review", "--base", "main", "--head", MERGED.branch, "--ledger", repository.path, *JSON)

    assert ran.code == 0


def test_the_branch_may_come_from_ci(repository, review, monkeypatch):
    repository.branch("x")
    repository.bring()
    monkeypatch.setenv("GITHUB_HEAD_REF", MERGED.branch)

    assert review("--series", "2021-summer").code == 0


def test_ci_may_name_a_branch_that_is_no_dossiers(repository, review, monkeypatch):
    repository.branch("x")
    repository.bring()
    monkeypatch.setenv("GITHUB_HEAD_REF", "x")

    assert review("--series", "2021-summer").errors == {"R004"}


def test_where_no_name_is_known_the_only_dossier_that_it_could_be_counts(repository, review):
    repository.branch("x")
    repository.bring()

    assert review("--series", "2021-summer").code == 0


def test_where_no_name_is_known_two_dossiers_are_nobodys(repository, review):
    repository.branch("x")
    repository.bring()
    file = repository.path / SCHEDULED.folder / "BT2D1P1.schedule.json"
    file.write_bytes(file.read_bytes() + b"\n")

    assert "R004" in review("--series", "2021-summer").errors


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ([MERGED.branch], MERGED.branch),
        ([f"refs/heads/{MERGED.branch}"], MERGED.branch),
        ([f"origin/{MERGED.branch}"], MERGED.branch),
        ([None, MERGED.branch], MERGED.branch),
        (["tidy-up"], None),
        (["main", None], None),
        ([None], MERGED.branch),
        ([], MERGED.branch),
    ],
)
def test_a_name_that_is_known_is_never_guessed_over(named, found):
    assert branch_of(named, {f"{MERGED.folder}/declaration.json": "file"}) == found


# What the verdict hangs on


def test_a_key_that_the_pull_request_brings_vouches_for_nothing(repository, review):
    repository.branch()
    repository.bring()
    settings = repository.path / "ledger.toml"
    own = base64.b64encode(SigningKey.make().public).decode()
    changed = re.sub(r'public = "[^"]*"', f'public = "{own}"', settings.read_text())
    assert changed != settings.read_text()
    settings.write_text(changed)

    ran = review()

    assert ran.errors == {"R004"}


def test_a_person_whom_the_pull_request_registers_has_no_rights(repository, review):
    repository.branch()
    repository.bring()
    register = repository.path / "centres/10/10234.json"
    register.write_text(register.read_text().replace('"schedules"', '"views"'))

    ran = review()

    assert ran.errors == {"R004"}


def test_settings_that_are_no_plain_file_are_told_by_r004(repository, review):
    repository.branch("tidy-up")
    (repository.path / "ledger.toml").unlink()
    (repository.path / "ledger.toml").symlink_to("README.md")

    ran = review("--branch", "tidy-up")

    assert ran.errors == {"R004"}


def test_a_change_of_the_settings_by_people_is_judged_as_it_would_be(repository, review):
    repository.branch("another-book")
    settings = repository.path / "ledger.toml"
    settings.write_text(settings.read_text().replace('book = ""', f'book = "sha256:{"0" * 64}"'))

    assert review("--branch", "another-book").code == 2


# How far it looks


def test_what_other_centres_have_submitted_is_not_looked_at(repository, review, monkeypatch):
    listed, read = [], []
    list_files, read_file = LocalForge.list, LocalForge.read
    monkeypatch.setattr(LocalForge, "list", lambda *given: listed.append(given[2]) or list_files(*given))
    monkeypatch.setattr(LocalForge, "read", lambda *given: read.append(given[2]) or read_file(*given))
    shutil.rmtree(repository.path / "extensions")
    repository.commit()
    repository.branch()
    repository.bring()

    ran = review()

    assert ran.code == 0
    assert all(path.startswith("submissions/2021-summer/10/10234") for path in listed)
    assert not [path for path in read if path.startswith("submissions/") and "/10234/" not in path]


@pytest.mark.slow
def test_a_review_costs_much_the_same_in_a_larger_ledger(tmp_path):
    # On a busy machine within a factor of two; the figures themselves are `python tests/benchmarks/reviewing.py`.
    small, large, ratio = reviewing.figures((76, 760), 100, 2, tmp_path)

    assert small.value < 2
    assert large.value < 2
    assert ratio.value < 2


# Usage


@pytest.mark.parametrize("revision", ["nowhere", "0" * 40, "", "main..main", "-h"])
def test_a_revision_that_is_not_there_is_wrong_usage(repository, gradepost, revision):
    ran = gradepost("review", "--base", "main", f"--head={revision}", "--ledger", repository.path)

    assert ran.code == 2
    assert ran.out == ""


def test_a_folder_that_is_no_repository_ends_with_3(tmp_path, gradepost):
    ran = gradepost("review", "--base", "main", "--head", "main", "--ledger", tmp_path)

    assert ran.code == 3
    assert ran.err


def test_a_repository_without_a_ledger_is_wrong_usage(tmp_path, gradepost):
    for arguments in (
        ["init", "-q", "-b", "main"],
        ["-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "-q", "--allow-empty", "-m", "x"],
    ):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True, capture_output=True)

    ran = gradepost("review", "--base", "main", "--head", "main", "--ledger", tmp_path)

    assert ran.code == 2
    assert "this is not a ledger" in ran.err


# What a reviewer is shown


def data(name: str) -> dict:
    return json.loads((LEDGER / MERGED.folder / name).read_bytes())


def test_a_changed_grade_is_one_difference():
    before, after = data("UV21578.tags.json"), data("UV21578.tags.json")
    after["learners"][0]["grade"] = "merit"

    (difference,) = differences("UV21578.tags.json", before, after)

    assert difference.subject == "candidate 0001, grade"
    assert (difference.before, difference.after) == ("distinction", "merit")


def test_learners_are_found_by_number_not_by_row():
    before, after = data("UV21578.tags.json"), data("UV21578.tags.json")
    after["learners"].reverse()
    gone = after["learners"].pop()

    (difference,) = differences("UV21578.tags.json", before, after)

    assert difference.subject == f"candidate {gone['candidate_number']}"
    assert (difference.before, difference.after) == ("listed", None)


def test_a_new_document_is_shown_as_a_whole():
    (difference,) = differences("UV21578.tags.json", None, data("UV21578.tags.json"))

    assert (difference.subject, difference.before, difference.after) == ("whole document", None, "5 learners")


def test_the_same_document_has_no_differences():
    assert differences("declaration.json", data("declaration.json"), data("declaration.json")) == []
