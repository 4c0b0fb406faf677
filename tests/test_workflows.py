"""The workflows: what they may do; and judge.yml's own steps, run as written over the miniature ledger."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from running_steps import prepare, resolve, run_step

ROOT = Path(__file__).resolve().parents[1]
LEDGER = ROOT / "tests/ledger"
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
COMMIT = "c0ffee" + "0" * 34
ONCE_JUDGED = "${{ !cancelled() && steps.judge.outcome != 'skipped' }}"

needs_ledger = pytest.mark.skipif(not LEDGER.is_dir(), reason="tests/ledger is not there yet")


def workflow(name: str) -> dict[Any, Any]:
    return yaml.safe_load((ROOT / ".github/workflows" / f"{name}.yml").read_text())


def triggers(name: str) -> dict[str, Any]:
    # YAML 1.1 reads the key `on` as true.
    return workflow(name)[True]


def steps(path: Path) -> Iterator[dict[str, Any]]:
    for job in yaml.safe_load(path.read_text())["jobs"].values():
        yield from job["steps"]


def by_name(path: Path) -> str:
    return path.stem


# What the workflows may do


def test_all_three_workflows_are_there():
    assert [path.stem for path in WORKFLOWS] == ["ci", "judge", "site"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=by_name)
def test_every_action_is_pinned_to_a_commit_and_names_its_version(path):
    uses = [line.strip() for line in path.read_text().splitlines() if re.match(r"\s*(- )?uses:", line)]

    assert uses
    for line in uses:
        assert re.fullmatch(r"(- )?uses: actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


@pytest.mark.parametrize("path", WORKFLOWS, ids=by_name)
def test_no_expression_reaches_a_shell(path):
    assert [step for step in steps(path) if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=by_name)
def test_a_checkout_leaves_no_credentials_behind(path):
    for step in steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize(
    ("name", "job", "rights"),
    [
        ("ci", "test", {"contents": "read"}),
        ("judge", "judge", {"contents": "read"}),
        ("site", "build", {"contents": "read"}),
        ("site", "deploy", {"pages": "write", "id-token": "write"}),
    ],
)
def test_a_job_has_the_rights_it_needs_and_no_others(name, job, rights):
    assert workflow(name)["permissions"] == {}
    assert workflow(name)["jobs"][job]["permissions"] == rights


@pytest.mark.parametrize("path", WORKFLOWS, ids=by_name)
def test_a_workflow_stops_by_itself_and_shares_nothing(path):
    text = path.read_text()
    content = yaml.safe_load(text)

    assert content["concurrency"]["group"]
    assert all(job["timeout-minutes"] <= 60 for job in content["jobs"].values())
    assert "secrets" not in re.sub(r"#.*", "", text)
    assert "pull_request_target" not in text
    assert "cache" not in re.sub(r"#.*", "", text)


def test_submissions_are_judged_on_pull_requests_here_and_when_a_ledger_calls():
    assert triggers("judge")["pull_request"] == {"paths": ["submissions/**"]}
    assert set(triggers("judge")["workflow_call"]["inputs"]) == {"site_repository", "site_commit"}


# judge.yml's steps, run as written


@dataclass
class PullRequest:
    repository: Path
    branch: str
    base: str
    head: str

    def context(self, workspace: Path, **inputs: str) -> dict[str, Any]:
        """What GitHub's expressions see: the event, the runner, and the inputs when a ledger calls."""
        return {
            "runner": {"temp": str(workspace / "temp")},
            "github": {
                "repository": "awarding/gradepost",
                "event": {
                    "pull_request": {
                        "number": 7,
                        "base": {"sha": self.base},
                        "head": {"sha": self.head, "ref": self.branch},
                    }
                },
            },
            "inputs": inputs,
        }


@dataclass
class Run:
    """What came of one run of judge.yml: exit code, all that was printed, what it took from where, what it attached."""

    code: int = 0
    printed: str = ""
    summary: str = ""
    checkouts: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    is_judged: bool = False
    attached: dict[str, str] = field(default_factory=dict)
    pip: list[str] = field(default_factory=list)


def git(*arguments: str, at: Path) -> str:
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Test",
        "GIT_AUTHOR_EMAIL": "test@example.org",
        "GIT_COMMITTER_NAME": "Test",
        "GIT_COMMITTER_EMAIL": "test@example.org",
    }
    done = subprocess.run(["git", *arguments], cwd=at, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit_all(repository: Path, message: str) -> str:
    git("add", "--all", at=repository)
    git("commit", "--quiet", "--message", message, at=repository)
    return git("rev-parse", "HEAD", at=repository)


def whole_dossier() -> Path:
    """A folder of the miniature ledger that lacks nothing, from its root."""
    return min(LEDGER.glob("submissions/*/*/*/*/*/declaration.json")).parent.relative_to(LEDGER)


def dossier_branch(dossier: Path) -> str:
    _, series, _, centre, qualification, kind = dossier.parts
    return f"dossier/{series}/{centre}/{qualification}/{kind}"


class Ledger:
    """The miniature ledger as a repository whose main lacks one dossier: the pull request brings it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.dossier = whole_dossier()
        shutil.copytree(LEDGER, path)
        shutil.rmtree(path / self.dossier)
        git("init", "--quiet", "--initial-branch=main", at=path)
        self.base = commit_all(path, "The ledger before")

    def bring(self, branch: str | None = None) -> None:
        self.branch = branch or dossier_branch(self.dossier)
        git("checkout", "--quiet", "-b", self.branch, at=self.path)
        shutil.copytree(LEDGER / self.dossier, self.path / self.dossier)

    def change_one_grade(self) -> None:
        file = min((self.path / self.dossier).glob("*.tags.json"))
        text = file.read_text()
        was = re.search(r'"grade": "([^"]+)"', text)[1]
        becomes = next(grade for grade in ("pass", "merit", "distinction") if grade != was)
        file.write_text(text.replace(f'"grade": "{was}"', f'"grade": "{becomes}"', 1))

    def pull_request(self) -> PullRequest:
        return PullRequest(self.path, self.branch, self.base, commit_all(self.path, "The dossier"))


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "remote")


def judge(pull_request: PullRequest, workspace: Path, **inputs: str) -> Run:
    """Run judge.yml: its shell steps as written, its two checkouts with local repositories.

    Only `python -m pip` is replaced, by a note of how it was called: what it would install runs this test.
    """
    workspace.mkdir(exist_ok=True)
    context = pull_request.context(workspace, **inputs)
    prepare(workspace)
    run = Run()
    for step in workflow("judge")["jobs"]["judge"]["steps"]:
        if "uses" in step and run.code and not run.is_judged:
            continue
        if "uses" in step:
            _use(step, context=context, pull_request=pull_request, workspace=workspace, run=run)
            continue
        if run.code and not (step.get("if") == ONCE_JUDGED and run.is_judged):
            continue
        done = run_step(step, workspace, context)
        run.printed += done.stdout + done.stderr
        run.code = run.code or done.returncode
        run.is_judged = run.is_judged or step.get("id") == "judge"
    run.summary = (workspace / "summary.md").read_text()
    run.pip = (workspace / "pip-calls").read_text().splitlines()
    return run


def _use(step: dict, *, context: dict, pull_request: PullRequest, workspace: Path, run: Run) -> None:
    if step["uses"].startswith("actions/upload-artifact@"):
        run.attached = {key: resolve(str(value), context) for key, value in step["with"].items()}
    if not step["uses"].startswith("actions/checkout@"):
        return
    wanted = {key: resolve(str(value), context) for key, value in step["with"].items()}
    run.checkouts[wanted["path"]] = (wanted.get("repository"), wanted["ref"])
    target = workspace / wanted["path"]
    if "repository" in wanted:
        target.symlink_to(ROOT)
    else:
        git("clone", "--quiet", str(pull_request.repository), str(target), at=workspace)
        git("checkout", "--quiet", "--detach", wanted["ref"], at=target)


def submitted_words(dossier: Path) -> set[str]:
    """Every value of the dossier that is about a person, or that a person wrote."""
    private = {"name", "uln", "candidate_number", "decision_record", "rationale", "delegation_reason"}

    def walk(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from (str(item) for key, item in value.items() if key in private)
            for item in value.values():
                yield from walk(item)
        elif isinstance(value, list):
            for item in value:
                yield from walk(item)

    return {word for file in dossier.glob("*.json") for word in walk(json.loads(file.read_text()))}


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """A dossier brought as it was received: the pull request, and what came of judging it."""
    folder = tmp_path_factory.mktemp("clean")
    ledger = Ledger(folder / "remote")
    ledger.bring()
    pull_request = ledger.pull_request()
    return pull_request, judge(pull_request, folder / "work")


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """The same with one grade changed on the way."""
    folder = tmp_path_factory.mktemp("broken")
    ledger = Ledger(folder / "remote")
    ledger.bring()
    ledger.change_one_grade()
    return judge(ledger.pull_request(), folder / "work")


@needs_ledger
def test_a_clean_pull_request_passes(clean):
    _, run = clean

    assert run.code == 0, run.printed
    assert "::error" not in run.printed
    assert run.summary.strip()


@needs_ledger
@pytest.mark.parametrize("rule", ["R001", "H003"])
def test_one_changed_grade_fails_and_names_the_rule(broken, rule):
    errors = [line for line in broken.printed.splitlines() if line.startswith("::error ")]

    assert broken.code == 1, broken.printed
    assert any(rule in line for line in errors), broken.printed
    assert rule in broken.summary


@needs_ledger
def test_nothing_submitted_is_printed(broken):
    words = submitted_words(LEDGER / whole_dossier())
    shown = broken.printed + broken.summary

    assert len(words) > 10
    assert [word for word in words if re.search(rf"\b{re.escape(word)}\b", shown)] == []


@needs_ledger
def test_a_branch_of_another_name_may_not_bring_a_dossier(ledger, tmp_path):
    ledger.bring(branch='tidy-up";echo${IFS}"hello')

    run = judge(ledger.pull_request(), tmp_path / "work")

    assert run.code == 1, run.printed
    assert "R004" in run.printed
    assert "hello" not in run.printed + run.summary


@needs_ledger
def test_code_in_the_pull_request_is_not_run(ledger, tmp_path):
    ledger.bring()
    ran = tmp_path / "ran"
    for name in (
        "sitecustomize.py",
        "click.py",
        "yaml.py",
        "gradepost/__init__.py",
        "scripts/gradepost/__init__.py",
    ):
        file = ledger.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"open({str(ran)!r}, 'w')\n")

    run = judge(ledger.pull_request(), tmp_path / "work")

    assert run.code == 1, run.printed
    assert "R004" in run.printed
    assert not ran.exists()


@needs_ledger
def test_what_judges_comes_from_the_base_when_the_pull_request_is_here(clean):
    pull_request, run = clean

    assert run.checkouts["judge"] == ("awarding/gradepost", pull_request.base)
    assert run.checkouts["ledger"] == (None, pull_request.head)


@needs_ledger
def test_what_judges_is_what_the_calling_ledger_names(ledger, tmp_path):
    ledger.bring()
    pull_request = ledger.pull_request()

    run = judge(pull_request, tmp_path / "work", site_repository="another/site", site_commit=COMMIT)

    assert run.code == 0, run.printed
    assert run.checkouts["judge"] == ("another/site", COMMIT)
    assert run.checkouts["ledger"] == (None, pull_request.head)


@needs_ledger
@pytest.mark.parametrize("moving", ["main", "v1", COMMIT[:12], COMMIT + "\nmain"])
def test_a_site_commit_that_could_move_is_refused_before_anything_is_fetched(ledger, tmp_path, moving):
    ledger.bring()

    run = judge(ledger.pull_request(), tmp_path / "work", site_repository="another/site", site_commit=moving)

    assert run.code == 2
    assert run.checkouts == {}


@needs_ledger
def test_a_report_is_attached_by_ids_for_a_week(clean):
    pull_request, run = clean

    assert run.attached["name"] == f"report-7-{pull_request.head}"
    assert int(run.attached["retention-days"]) == 7
    assert "<h2>Who is waited for</h2>" in Path(run.attached["path"]).read_text()


@needs_ledger
def test_a_report_is_attached_where_the_verdict_is_no_pass_too(broken):
    assert broken.code == 1
    assert "H003" in Path(broken.attached["path"]).read_text()


@needs_ledger
def test_a_report_that_cannot_be_made_leaves_the_verdict_and_says_so(ledger, tmp_path):
    ledger.bring()
    (tmp_path / "work/temp/report/report.html").mkdir(parents=True)

    run = judge(ledger.pull_request(), tmp_path / "work")

    assert run.code == 0, run.printed
    assert "::warning title=No report::" in run.printed
    assert "Errno" not in run.printed and "report.html" not in run.printed


@needs_ledger
def test_packages_are_installed_by_hash_where_the_judge_is(clean):
    _, run = clean

    requirements, project = run.pip
    assert requirements == "judge: -m pip install --quiet --require-hashes --requirement scripts/requirements.txt"
    assert "--no-deps --no-build-isolation" in project
