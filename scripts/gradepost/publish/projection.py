"""What a dossier's pull request shows where reviewers work: a label for its state, and one comment. Ids, rules, places
and numbers of learners; no grades, no numbers of grades, and nothing that was submitted."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from gradepost.document.filing import Dossier, shown
from gradepost.forge.board import PREFIX, Label
from gradepost.model.findings import Finding, Severity
from gradepost.model.standing import WAITS, Standing, State

Data = Mapping[str, Any]

_MOST_FINDINGS = 40
# Rules on a document's shape point at properties that it should not have, and whoever sends them chooses their names.
_POINTS_AT_ITS_OWN_NAMES = ("D",)
_POINTER = re.compile(r"(/([a-z_]{1,40}|[0-9]{1,6}))*")
_DECIDABLE = frozenset({State.SCHEDULED, State.AWAITING_DECLARATION, State.DECLARATION_VOID, State.IN_REVIEW})
_HOW_TO_DECIDE = (
    "**For reviewers.** Approve it, or request changes with the reason: that returns it to the centre. To reject it, "
    "request changes with the reason and then close the pull request yourself. One that is closed otherwise is opened "
    "again."
)
_RULE = re.compile(r"[A-Z][0-9]{3}")


@dataclass(frozen=True, slots=True)
class Projection:
    """Labels and the comment's text, as Markdown."""

    labels: tuple[Label, ...]
    comment: str

    @property
    def mark(self) -> str:
        """Changes whenever anything that is shown does."""
        return hashlib.sha256(repr((self.labels, self.comment)).encode()).hexdigest()


def projected(
    dossier: Dossier, standing: Standing, documents: Iterable[Data], titles: Mapping[str, str], site_url: str
) -> Projection:
    """The projection of a dossier. `documents` are the latest ones received, `titles` the rules' by id; `site_url` ends
    in a slash."""
    name = f"{PREFIX}{standing.state}"
    label = Label(name, _colours()[standing.state], WAITS[standing.state])
    return Projection((label,), "\n\n".join(_parts(dossier, standing, documents, titles, site_url)) + "\n")


def _parts(
    dossier: Dossier, standing: Standing, documents: Iterable[Data], titles: Mapping[str, str], site_url: str
) -> Iterator[str]:
    yield f"### {str(standing.state).capitalize()}"
    yield f"**Who is next.** {standing.waits}"
    counted = [_row(*row) for row in _counted(documents)]
    if counted:
        yield _table(("Component", "Scheduled learners", "With an outcome", "Without one"), counted)
    if standing.state is not State.MERGED and standing.findings:
        yield from _found(dossier, standing.findings, titles)
    if standing.state in _DECIDABLE:
        yield _HOW_TO_DECIDE
    yield f"[All of it at the bench]({site_url}{bench_of(dossier)}) · [The rules]({site_url}rules/)"
    if not dossier.is_of_the_centre:
        yield "As a file: on the page of the check *Judge submissions*, under *Artifacts*, for seven days."


def bench_of(dossier: Dossier) -> str:
    """Where a dossier is reviewed, below the site's address."""
    if dossier.is_of_the_centre:
        return "reviews"
    return f"reviews/{dossier.centre}/{dossier.qualification}/{dossier.kind}"


def _counted(documents: Iterable[Data]) -> Iterator[tuple[str, int, int, int]]:
    """Of each component: learners scheduled, with an outcome of whatever kind, and without."""
    learners: dict[str, dict[str, set[str]]] = {}
    for data in documents:
        if data["form"] in ("schedule", "tags") and "component" in data:
            numbers = {learner["candidate_number"] for learner in data.get("learners", ())}
            learners.setdefault(data["component"], {})[data["form"]] = numbers
    for component, by_form in sorted(learners.items()):
        scheduled, settled = by_form.get("schedule", set()), by_form.get("tags", set())
        yield component, len(scheduled), len(settled), len(scheduled - settled)


def _found(dossier: Dossier, findings: Sequence[Finding], titles: Mapping[str, str]) -> Iterator[str]:
    order = sorted(findings, key=lambda f: (f.severity is not Severity.ERROR, f.rule, f.path, f.line or 0))
    rows = [_row(_rule(finding, titles), str(finding.severity), _place(dossier, finding)) for finding in order]
    yield _table(("Rule", "", "Where"), rows[:_MOST_FINDINGS])
    if len(rows) > _MOST_FINDINGS:
        yield f"And {len(rows) - _MOST_FINDINGS} more; the check of this pull request lists them all."


def _rule(finding: Finding, titles: Mapping[str, str]) -> str:
    if not _RULE.fullmatch(finding.rule):
        return "?"
    said = f"{finding.rule} {titles.get(finding.rule, '')}".strip()
    return f"[{said}]({finding.help})" if finding.help.startswith(("http://", "https://")) else said


def _place(dossier: Dossier, finding: Finding) -> str:
    path = shown(finding.path).removeprefix(f"{dossier.folder}/") if finding.path else ""
    pointer = "" if finding.rule.startswith(_POINTS_AT_ITS_OWN_NAMES) else finding.pointer
    line = f"line {finding.line}" if finding.line else ""
    named = [f"`{text}`" for text in (path, pointer if _POINTER.fullmatch(pointer) else "") if text]
    return " ".join([*named, line]).strip() or "the dossier"


def _table(head: Sequence[str], rows: Sequence[str]) -> str:
    return "\n".join([_row(*head), _row(*("---" for _ in head)), *rows])


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


@cache
def _colours() -> Mapping[str, str]:
    source = files("gradepost.publish").joinpath("labels.yaml").read_text("utf-8")
    found: Mapping[str, str] = yaml.safe_load(source)
    return found


def latest(documents: Iterable[tuple[str, bytes]]) -> list[Data]:
    """The last document received at each path, of all by path in order of receiving."""
    return [json.loads(raw) for raw in dict(documents).values()]
