"""One report in many forms. Only a terminal is shown what was submitted; everything else has rules' words alone."""

import json
from collections.abc import Callable

from gradepost.doors.reports.junit import as_junit
from gradepost.doors.reports.markdown import as_markdown
from gradepost.doors.reports.plain import as_text
from gradepost.doors.reports.sarif import as_sarif
from gradepost.doors.reports.terminal import print_text
from gradepost.doors.reports.workflow_commands import as_github
from gradepost.model.records import Report

__all__ = ["FORMATS", "print_text"]


def as_json(report: Report) -> str:
    """The contract's JSON."""
    return json.dumps(report.as_json(), ensure_ascii=False, indent=2) + "\n"


FORMATS: dict[str, Callable[[Report], str]] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
    "markdown": as_markdown,
    "junit": as_junit,
}
