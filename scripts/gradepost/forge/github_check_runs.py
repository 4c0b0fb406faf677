"""A judgement's findings beside the lines that they are about: one check run, which only a GitHub App may make."""

from collections.abc import Sequence
from typing import Any

from github.CheckRun import CheckRun
from github.Repository import Repository

from gradepost.forge.board import Findings, Note
from gradepost.forge.github_objects import commit_id

# Not `gradepost/review`: that is required of a pull request, and a check run of its name would stand for it.
NAME = "gradepost/findings"
# GitHub takes no more annotations in one request; further ones are added to those that are there.
BATCH = 50


def keep(repository: Repository, app: int, findings: Findings) -> None:
    """Make the check run of a commit, or go on with the one that was begun. Raises as PyGithub does; whoever called
    may call again."""
    run = _standing(repository, app, findings) or _begun(repository, findings)
    while (there := run.output.annotations_count) < len(findings.notes):
        run.edit(output=_output(findings, findings.notes[there : there + BATCH]))


def _standing(repository: Repository, app: int, findings: Findings) -> CheckRun | None:
    """The newest of ours, where it says the same: what was judged anew gets a new one, for none can be emptied."""
    commit = repository.get_commit(commit_id(findings.head))
    ours = [run for run in commit.get_check_runs(check_name=NAME) if run.app is not None and run.app.id == app]
    newest = max(ours, key=lambda run: run.id, default=None)
    return newest if newest is not None and newest.external_id == findings.mark else None


def _begun(repository: Repository, findings: Findings) -> CheckRun:
    return repository.create_check_run(
        NAME,
        findings.head,
        details_url=findings.address,
        external_id=findings.mark,
        status="completed",
        conclusion=str(findings.conclusion),
        output=_output(findings, findings.notes[:BATCH]),
    )


def _output(findings: Findings, notes: Sequence[Note]) -> dict[str, Any]:
    return {"title": findings.title, "summary": findings.summary, "annotations": [_annotation(n) for n in notes]}


def _annotation(note: Note) -> dict[str, str | int]:
    return {
        "path": note.path,
        "start_line": note.line,
        "end_line": note.line,
        "annotation_level": note.level,
        "title": note.title,
        "message": note.message,
    }
