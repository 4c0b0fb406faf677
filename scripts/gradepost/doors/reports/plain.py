"""Text for a log, a pipe, a file: no colours, and no line of what was submitted."""

from collections.abc import Iterator

from gradepost.check.grouping import Group, grouped
from gradepost.doors.reports import saying
from gradepost.model.findings import Report


def as_plain(report: Report) -> str:
    """Each finding where it stands, alike ones together; what was not judged; the summary."""
    lines = [line for group in grouped(report.findings) for line in _lines(group)]
    if report.unanswered:
        lines += [f"{saying.not_judged_count(report)}:", *(f"    {reason}" for reason in saying.not_judged(report))]
    return "\n".join([*lines, saying.summary(report)]) + "\n"


def _lines(group: Group) -> Iterator[str]:
    finding = group.first
    yield f"{saying.where(finding)}: {finding.severity} {finding.rule} {saying.place(finding)}".rstrip()
    yield from (f"    {said}" for said in (finding.message, group.others, finding.fix, finding.help) if said)
