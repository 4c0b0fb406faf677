"""GitHub workflow commands: the first findings become annotations at their lines; a log says the rest."""

from gradepost.check.grouping import Group, grouped
from gradepost.doors.reports import saying
from gradepost.model.findings import Report, Severity

# GitHub shows ten annotations of each level to a step (and fifty to a job); it drops the rest without a word.
_ANNOTATIONS = 10


def as_workflow_commands(report: Report) -> str:
    """As many commands as GitHub shows, errors first, alike findings as one; what was not judged; the summary."""
    lines = []
    for level in (Severity.ERROR, Severity.WARNING):
        groups = grouped(f for f in report.findings if f.severity is level)
        lines += [_command(group) for group in groups[:_ANNOTATIONS]]
        left_out = sum(len(group.findings) for group in groups[_ANNOTATIONS:])
        if left_out:
            lines.append(f"{left_out:,} more of level {level} are in the job summary.")
    if report.unanswered:
        lines += [f"{saying.not_judged_count(report)}:", *saying.not_judged(report)]
    return "\n".join([*lines, saying.summary(report)]) + "\n"


def _command(group: Group) -> str:
    finding = group.first
    column = f",col={finding.column}" if finding.column else ""
    where = f"file={_property(saying.file_name(finding))},line={finding.line or 1}{column},title={finding.rule}"
    said = (saying.place(finding), finding.message, group.others, finding.fix)
    return f"::{finding.severity} {where}::{_data(' '.join(filter(None, said)))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
