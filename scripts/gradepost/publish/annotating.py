"""What a judgement found, beside the lines that it is about, where the forge can show that: places, and the rules' own
words. Nothing that was submitted; and where nothing was found, nothing is asked of the forge."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from gradepost.document.filing import dossier_of_branch, dossier_of_path, is_plain
from gradepost.forge.base import Check, CheckState, PullState
from gradepost.forge.board import Board, Conclusion, Findings, Note
from gradepost.inbox.pulls_seen import SqlitePulls
from gradepost.model.findings import Finding, Severity
from gradepost.publish.projection import bench_of
from gradepost.publish.standing import findings_in

# Ten requests' worth. Whoever has more to put right sees the rest at the bench, and after the next submission.
MOST = 500
_RULE = re.compile(r"[A-Z][0-9]{3}")
_NOTHING = "Nothing to put right"


def annotate(inbox: SqlitePulls, board: Board, number: int, titles: Mapping[str, str], site_url: str) -> None:
    """Put on the head of a pull request what was found there, unless it stands there already. `titles` are the rules'
    by id; `site_url` ends in a slash."""
    seen = inbox.seen_pull(number) if board.annotates else None
    dossier = dossier_of_branch(seen.pull.branch) if seen else None
    if seen is None or dossier is None or seen.check is None or seen.pull.state is not PullState.OPEN:
        return
    findings = findings_of(seen.check, f"{site_url}{bench_of(dossier)}", titles)
    begun = f"{findings.head} "
    if seen.annotated == begun + findings.mark or not (_found(seen.check) or seen.annotated.startswith(begun)):
        return
    # Before it is shown: whatever comes between, it is known that something may stand on this head.
    inbox.keep_annotated(number, begun)
    board.annotate(findings)
    inbox.keep_annotated(number, begun + findings.mark)


def findings_of(check: Check, address: str, titles: Mapping[str, str]) -> Findings:
    """What a check found, as it is shown; `address` leads to all of it."""
    found = _found(check)
    notes = tuple(_note(finding, titles) for finding in found if _has_a_line(finding))
    return Findings(
        head=check.head,
        conclusion=_conclusion(check, found),
        title=", ".join(_counted(found)) or _NOTHING,
        summary="\n".join(_told(found, len(notes) - MOST, titles)) or _NOTHING,
        address=address,
        notes=notes[:MOST],
    )


def _found(check: Check) -> list[Finding]:
    """Errors first, by place. Of a dossier that lacks but its declaration, that is said elsewhere and no finding."""
    said_elsewhere = "H005" if check.state is CheckState.PENDING else ""
    found = [f for f in findings_in(check) if _RULE.fullmatch(f.rule) and f.rule != said_elsewhere]
    return sorted(found, key=_order)


def _order(finding: Finding) -> tuple[bool, str, int, str]:
    return finding.severity is not Severity.ERROR, finding.path, finding.line or 0, finding.rule


def _conclusion(check: Check, found: Sequence[Finding]) -> Conclusion:
    if check.state is CheckState.FAILURE:
        return Conclusion.FAILURE
    return Conclusion.NEUTRAL if found else Conclusion.SUCCESS


def _has_a_line(finding: Finding) -> bool:
    return is_plain(finding.path) and dossier_of_path(finding.path) is not None


def _note(finding: Finding, titles: Mapping[str, str]) -> Note:
    level = "failure" if finding.severity is Severity.ERROR else "warning"
    said = titles.get(finding.rule, finding.rule)
    help_ = f" {finding.help}" if finding.help.startswith(("http://", "https://")) else ""
    return Note(finding.path, finding.line or 1, level, finding.rule, f"{said}.{help_}")


def _counted(found: Sequence[Finding]) -> Iterator[str]:
    for severity in Severity:
        number = sum(finding.severity is severity for finding in found)
        if number:
            yield f"{number:,} {severity}" + ("s" if number > 1 else "")


def _told(found: Sequence[Finding], left_out: int, titles: Mapping[str, str]) -> Iterator[str]:
    for rule, times in sorted(Counter(finding.rule for finding in found).items()):
        yield f"- {rule} {titles.get(rule, '')}: {times:,}"
    if left_out > 0:
        yield f"\n{left_out:,} more are not shown beside their lines."
