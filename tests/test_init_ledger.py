"""The ledger that `init` makes: what stands in it, what its workflows may do, and their steps run as written."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from running_steps import prepare, resolve, run_step

from gradepost.doors.ledger_files import Places, site_of
from gradepost.ledger import LedgerReader
from gradepost.ledger.sources import DirectorySource
from gradepost.model.trouble import ConfigurationError

PLACES = ("--site", "awarding/gradepost", "--operators", "awarding/operators", "--reviewers", "@awarding/reviewers")
TOOLS = Path(sys.executable).parent
PATHS = {
    ".gitattributes",
    ".github/CODEOWNERS",
    ".github/protect",
    ".github/pull_request_template.md",
    ".github/workflows/judge.yml",
    ".github/workflows/main.yml",
    "README.md",
    "centres/99/99999.json",
    "ledger.toml",
}
APP = "4711"
COMMIT = "c0ffee" + "0" * 34


@pytest.fixture
def made(gradepost, tmp_path, monkeypatch):
    """A new ledger whose places on GitHub are known."""
    monkeypatch.setattr("gradepost.doors.ledger_files.commit_of", lambda _: COMMIT)
    assert gradepost("init", tmp_path / "new", *PLACES).code == 0
    return tmp_path / "new"


def workflow(ledger, name):
    return yaml.safe_load((ledger / f".github/workflows/{name}.yml").read_text())


def tracked(ledger):
    listed = subprocess.run(["git", "ls-files"], cwd=ledger, check=True, capture_output=True, text=True)
    return set(listed.stdout.split())


# What stands in it


def test_it_has_all_that_a_ledger_on_github_needs(made):
    assert tracked(made) >= PATHS
    assert any(path.startswith("centre-pages/") for path in tracked(made))


def test_the_example_centre_offers_everything_and_gets_no_letter(made, book):
    (centre,) = LedgerReader(DirectorySource(made), book).centres()

    assert list(centre.qualifications) == list(book.series.qualifications)
    assert all(person.email.endswith(".invalid") for person in centre.people)


def test_no_word_of_the_template_is_left_where_all_is_known(made):
    left = [path for path in PATHS if re.search(r"SITE-|@OPERATORS|@REVIEWERS|SERIES-TITLE", (made / path).read_text())]

    assert left == []
    assert "/submissions/  @awarding/reviewers" in (made / ".github/CODEOWNERS").read_text()


def test_what_is_not_known_yet_is_said(gradepost, tmp_path):
    said = gradepost("init", tmp_path / "new", *PLACES[:4]).out

    assert "Put in what is meant, below .github/: REVIEWERS." in said
    assert "@REVIEWERS" in (tmp_path / "new/.github/CODEOWNERS").read_text()


@pytest.mark.parametrize("option", ["--site", "--operators", "--reviewers"])
@pytest.mark.parametrize("name", ["a b/c", "a/b/c", "a/$(touch x)", "a/b\nuses: c/d@main", "/"])
def test_a_place_that_is_none_is_refused_before_anything_is_made(gradepost, tmp_path, option, name):
    ran = gradepost("init", tmp_path / "new", option, name)

    assert ran.code == 2
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "new.keys").exists()


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://github.com/awarding/gradepost.git", "awarding/gradepost"),
        ("https://github.com/awarding/gradepost", "awarding/gradepost"),
        ("git@github.com:awarding/gradepost.git", "awarding/gradepost"),
        ("https://forge.example.org/awarding/gradepost", None),
        ("https://token@github.com/awarding/gradepost", None),
        ("/somewhere/else", None),
    ],
)
def test_the_site_is_taken_from_where_it_was_cloned(tmp_path, address, site):
    for arguments in (["init", "-q"], ["remote", "add", "origin", address]):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)

    assert site_of(tmp_path) == site


def test_places_are_checked_where_they_are_made():
    with pytest.raises(ConfigurationError, match="--site"):
        Places(site="no place")


# What its workflows may do


def test_the_judge_is_the_sites_at_the_commit_that_the_ledger_pins(made):
    job = workflow(made, "judge")["jobs"]["judge"]
    pinned = tomllib.loads((made / "ledger.toml").read_text())["site_commit"]

    assert pinned == COMMIT
    assert job["uses"] == f"awarding/gradepost/.github/workflows/judge.yml@{pinned}"
    assert job["with"] == {"site_repository": "awarding/gradepost", "site_commit": pinned}
    assert workflow(made, "main")["jobs"]["judge"]["steps"][-1]["uses"].endswith(f"gradepost-check@{pinned}")


@pytest.mark.parametrize("name", ["judge", "main"])
def test_its_workflows_may_read_and_nothing_else(made, name):
    content = workflow(made, name)
    text = (made / f".github/workflows/{name}.yml").read_text()

    assert content["permissions"] == {}
    assert [job["permissions"] for job in content["jobs"].values()] == [{"contents": "read"}]
    assert "secrets" not in text
    assert "pull_request_target" not in text
    for line in (line for line in text.splitlines() if "uses:" in line):
        assert re.search(r"@[0-9a-f]{40}( # v\d+\.\d+\.\d+)?$", line), line


def test_every_pull_request_is_judged_whatever_it_touches(made):
    # With a filter for paths, one that changes the workflow alone would not be looked at.
    assert workflow(made, "judge")[True] == "pull_request"
    assert workflow(made, "main")[True] == {"push": {"branches": ["main"]}}


def zizmor(*paths):
    command = [TOOLS / "zizmor", "--offline", "--no-config", "--persona", "auditor", "--no-progress", *paths]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_zizmor_finds_nothing_here_and_in_a_new_ledger(made):
    ran = zizmor(ROOT / ".github", made / ".github")

    assert ran.returncode == 0, ran.stdout
    assert "gradepost-check/action.yml" in ran.stderr
    assert str(made / ".github/workflows/main.yml") in ran.stderr


@pytest.mark.parametrize(
    ("was", "becomes", "audit"),
    [
        ("          persist-credentials: false\n", "", "artipacked"),
        ("permissions: {}\n", "permissions: write-all\n", "excessive-permissions"),
        ("actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2", "actions/checkout@v6", "unpinned-uses"),
        ("push:\n    branches: [main]", "pull_request_target:", "dangerous-triggers"),
    ],
)
def test_zizmor_finds_what_is_planted(made, was, becomes, audit):
    file = made / ".github/workflows/main.yml"
    assert was in file.read_text()
    file.write_text(file.read_text().replace(was, becomes))

    ran = zizmor(file)

    assert ran.returncode != 0
    assert audit in ran.stdout


def has_github_shape(schema, *files):
    command = [TOOLS / "check-jsonschema", "--builtin-schema", schema, *files]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_workflows_and_actions_have_githubs_own_shape(made):
    ours, theirs = (root.glob(".github/workflows/*.yml") for root in (ROOT, made))
    broken = made / ".github/workflows/broken.yml"
    broken.write_text((made / ".github/workflows/main.yml").read_text().replace("runs-on", "runs-at"))

    assert has_github_shape("vendor.github-workflows", *ours, *(file for file in theirs if file != broken))
    assert has_github_shape("vendor.github-actions", *ROOT.glob(".github/actions/*/action.yml"))
    assert not has_github_shape("vendor.github-workflows", broken)


# main.yml's steps and those of the action, run as written


def judge_main(made, workspace, brought):
    """Run main.yml: its checkout brings a folder, and the action's steps run from where GitHub would have put it."""
    workspace.mkdir()
    prepare(workspace)
    checkout, action = workflow(made, "main")["jobs"]["judge"]["steps"]
    assert checkout["uses"].startswith("actions/checkout@")
    (workspace / checkout["with"]["path"]).symlink_to(brought)
    home = ROOT / ".github/actions/gradepost-check"
    context = {"github": {"action_path": str(home), "workspace": str(workspace)}, "inputs": action["with"]}
    done = []
    for step in yaml.safe_load((home / "action.yml").read_text())["runs"]["steps"]:
        if "run" in step:
            done.append(run_step(step, workspace, context))
            if done[-1].returncode:
                break
    return done


def test_an_honest_main_passes_with_a_report(made, ledger, tmp_path):
    install, judge = judge_main(made, tmp_path / "work", ledger)

    assert (install.returncode, judge.returncode) == (0, 0), judge.stdout + judge.stderr
    assert "--require-hashes" in (tmp_path / "work/pip-calls").read_text()
    assert (tmp_path / "work/summary.md").read_text().strip()


def test_a_changed_grade_on_main_fails_and_is_not_repeated(made, ledger, tmp_path):
    file = min(ledger.glob("submissions/**/*.tags.json"))
    text = file.read_text()
    file.write_text(text.replace('"grade": "', '"grade": "c4nary', 1))
    assert file.read_text() != text

    *_, judge = judge_main(made, tmp_path / "work", ledger)

    shown = judge.stdout + judge.stderr + (tmp_path / "work/summary.md").read_text()
    assert judge.returncode == 1
    assert "R001" in shown
    assert "c4nary" not in shown


def test_the_actions_instant_is_one_word_however_it_is_written(made, ledger, tmp_path):
    action = yaml.safe_load((ROOT / ".github/actions/gradepost-check/action.yml").read_text())
    judge = action["runs"]["steps"][-1]
    (tmp_path / "work").mkdir()
    prepare(tmp_path / "work")
    inputs = {"path": "../ledger", "at": "$(touch c4nary) --help"}
    home = str(ROOT / ".github/actions/gradepost-check")
    context = {"github": {"action_path": home, "workspace": str(tmp_path / "work")}, "inputs": inputs}

    ran = run_step(judge, tmp_path / "work", context)

    assert resolve(judge["env"]["AT"], context) == inputs["at"]
    assert ran.returncode == 2
    assert not (ROOT / "c4nary").exists()


# The rules of its repository


@pytest.fixture
def protect(made, tmp_path):
    """Run the script with a `gh` that writes down what it is asked, and knows of some rulesets already."""

    def run(*arguments, known=""):
        tools, asked = tmp_path / "tools", tmp_path / "asked"
        tools.mkdir(exist_ok=True)
        shutil.rmtree(asked, ignore_errors=True)
        asked.mkdir()
        stand_in = tools / "gh"
        stand_in.write_text(
            "#!/bin/bash\n"
            f'if [[ "$*" == *--jq* ]]; then if [[ "$*" == *\'"{known}"\'* ]]; then echo 77; fi; exit; fi\n'
            f'n=$(ls "{asked}" | wc -l); echo "$*" >"{asked}/$n.call"; cat >"{asked}/$((n + 1)).json"\n'
        )
        stand_in.chmod(0o755)
        path = f"{tools}{os.pathsep}{os.defpath}"
        command = ["bash", made / ".github/protect", *arguments]
        ran = subprocess.run(command, env={"PATH": path}, capture_output=True, text=True, check=False)
        calls = sorted(asked.glob("*.call"), key=lambda file: int(file.stem))
        sent = [
            (call.read_text().split(), json.loads((asked / f"{int(call.stem) + 1}.json").read_text())) for call in calls
        ]
        return ran, sent

    return run


def rulesets(sent):
    return {body["name"]: body for _, body in sent if "enforcement" in body}


def rule(ruleset, kind):
    return next(one.get("parameters", {}) for one in ruleset["rules"] if one["type"] == kind)


def test_the_script_protects_main_dossiers_and_what_is_pushed(protect):
    ran, sent = protect("awarding/ledger", APP)

    found = rulesets(sent)
    assert ran.returncode == 0, ran.stderr
    assert set(found) == {"main", "dossiers", "pushes"}
    assert {one["enforcement"] for one in found.values()} == {"active"}
    assert all("repos/awarding/ledger" in " ".join(call) for call, _ in sent)


def test_main_needs_approval_of_what_is_merged_and_both_verdicts(protect):
    main = rulesets(protect("awarding/ledger", APP)[1])["main"]

    review = rule(main, "pull_request")
    verdicts = rule(main, "required_status_checks")["required_status_checks"]
    assert review["required_approving_review_count"] == 1
    assert review["dismiss_stale_reviews_on_push"]
    assert review["require_last_push_approval"]
    assert review["require_code_owner_review"]
    assert {"context": "gradepost/review", "integration_id": int(APP)} in verdicts


def test_the_verdict_that_is_required_is_called_as_the_job_is(protect, made):
    main = rulesets(protect("awarding/ledger", APP)[1])["main"]
    caller = workflow(made, "judge")["jobs"]["judge"]["name"]
    called = yaml.safe_load((ROOT / ".github/workflows/judge.yml").read_text())["jobs"]["judge"]["name"]

    verdicts = rule(main, "required_status_checks")["required_status_checks"]

    assert f"{caller} / {called}" in {verdict["context"] for verdict in verdicts}


def test_only_the_publisher_touches_a_dossiers_branch(protect):
    dossiers = rulesets(protect("awarding/ledger", APP)[1])["dossiers"]

    assert {one["type"] for one in dossiers["rules"]} >= {"creation", "update", "deletion"}
    assert [actor["actor_id"] for actor in dossiers["bypass_actors"]] == [int(APP)]


def test_the_publisher_pushes_no_workflow_and_no_settings(protect):
    pushes = rulesets(protect("awarding/ledger", APP)[1])["pushes"]

    assert {".github/**/*", "ledger.toml"} == set(rule(pushes, "file_path_restriction")["restricted_file_paths"])
    assert int(APP) not in [actor["actor_id"] for actor in pushes["bypass_actors"]]


def test_run_again_the_script_replaces_what_it_made(protect):
    _, sent = protect("awarding/ledger", APP, known="main")

    methods = {body["name"]: call[2:4] for call, body in sent if "enforcement" in body}
    assert methods["main"] == ["PUT", "repos/awarding/ledger/rulesets/77"]
    assert methods["pushes"] == ["POST", "repos/awarding/ledger/rulesets"]


def test_the_script_can_show_what_it_would_send(protect):
    ran, sent = protect("awarding/ledger", APP, "--print")

    assert sent == []
    assert '"name": "dossiers"' in ran.stdout


@pytest.mark.parametrize(
    "arguments",
    [[], ["awarding/ledger"], ["awarding", APP], ["awarding/ledger", "x"], ["a/b;c", APP], ["a/b", APP, "-x"]],
)
def test_the_script_used_wrongly_sends_nothing(protect, arguments):
    ran, sent = protect(*arguments)

    assert ran.returncode == 2
    assert "Usage:" in ran.stderr
    assert sent == []
