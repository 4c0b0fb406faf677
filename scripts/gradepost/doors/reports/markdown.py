"""Markdown for a job summary or a comment."""

import html

from gradepost.check.grouping import Group, grouped
from gradepost.doors.reports import saying
from gradepost.model.findings import Report

# The most that GitHub takes for a comment, in characters; as bytes it is the stricter of its two readings.
MAX_BYTES = 65_536
_ROOM_FOR_A_COUNT = 100


def as_markdown(report: Report) -> str:
    """The summary, what was not judged, and a table of findings, alike ones together, as many as a comment holds."""
    head = [f"**{saying.summary(report)}**"]
    if report.unanswered:
        head += ["", f"{saying.not_judged_count(report)}:", ""]
        head += [f"- {_cell(reason)}" for reason in saying.not_judged(report)]
    if not report.findings:
        return "\n".join(head) + "\n"
    head += ["", "| rule | where | what | how to fix |", "|---|---|---|---|"]
    groups, rows = grouped(report.findings), []
    room = MAX_BYTES - _ROOM_FOR_A_COUNT - _size(head)
    for group in groups:
        row = _row(group)
        room -= _size([row])
        if room < 0:
            break
        rows.append(row)
    left_out = sum(len(group.findings) for group in groups[len(rows) :])
    tail = ["", f"{saying.counted(left_out, 'more finding')} not shown here."] if left_out else []
    return "\n".join([*head, *rows, *tail]) + "\n"


def _size(lines: list[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)


def _row(group: Group) -> str:
    finding = group.first
    line = f" line {finding.line}" if finding.line else ""
    where = f"`{saying.file_name(finding) or '(pull request)'}`{line} `{saying.place(finding) or '/'}`"
    what = f"{finding.message} {group.others}"
    return f"| [{finding.rule}]({finding.help}) {finding.severity} | {where} | {_cell(what)} | {_cell(finding.fix)} |"


def _cell(text: str) -> str:
    return html.escape(" ".join(text.split()), quote=False).replace("|", "\\|").replace("`", "'")
