"""What every report says alike: where, how many, and what was not judged. Nothing that was submitted."""

import re
from collections import defaultdict

from gradepost.model.findings import Finding, NotJudged, Report

# A file name in a pull request is submitted text too: it must not end a line, a cell or a workflow command.
_ODD_IN_A_PATH = re.compile(r"[^\w ./:@+,=~()-]")


def place(finding: Finding) -> str:
    """The pointer as it may be shown anywhere: a name that was submitted is not repeated."""
    return f"{finding.pointer.rpartition('/')[0]}/…" if finding.submitted_name else finding.pointer


def file_name(finding: Finding | NotJudged) -> str:
    """The path as it may be shown anywhere."""
    return _ODD_IN_A_PATH.sub("…", finding.path)


def where(finding: Finding) -> str:
    """`file:line:column`, as far as it is known, so that a terminal or an editor leads there."""
    name = file_name(finding) or "(pull request)"
    return ":".join([name, *(str(number) for number in (finding.line, finding.column) if number)])


def summary(report: Report) -> str:
    """One sentence on the whole."""
    return (
        f"{counted(report.judged, 'document')} judged: {counted(len(report.errors), 'error')}, "
        f"{counted(len(report.warnings), 'warning')}."
    )


def counted(number: int, thing: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def not_judged(report: Report) -> list[str]:
    """The rules that were not judged, by reason: `no ledger at hand: D003, D007`."""
    by_reason: defaultdict[str, set[str]] = defaultdict(set)
    for entry in report.unanswered:
        by_reason[entry.reason].add(entry.rule)
    return [f"{reason}: {', '.join(sorted(rules))}" for reason, rules in sorted(by_reason.items())]


def not_judged_count(report: Report) -> str:
    """`7 rules not judged`."""
    return f"{counted(len({entry.rule for entry in report.unanswered}), 'rule')} not judged"
