"""JUnit XML: a case to each finding, a skipped one to each rule not judged, an error to each that crashed."""

from html import escape

from gradepost.doors.reports import saying
from gradepost.model.findings import Finding, NotJudged, Report, Severity


def as_junit(report: Report) -> str:
    """One suite. An error is a failure; a warning is a case that passes, with its words as output."""
    cases = [*map(_finding, report.findings), *map(_crashed, report.crashed), *map(_skipped, report.not_judged)]
    counts = (
        f'tests="{len(cases)}" failures="{len(report.errors)}" errors="{len(report.crashed)}" '
        f'skipped="{len(report.not_judged)}" time="0"'
    )
    suite = f'<testsuite name="gradepost" {counts}>{"".join(cases)}</testsuite>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="gradepost" {counts}>{suite}</testsuites>\n'


def _finding(finding: Finding) -> str:
    text = escape(f"{finding.message} {finding.fix}")
    at = f"{saying.where(finding)} {finding.help}"
    if finding.severity is Severity.ERROR:
        body = f'<failure type="{finding.rule}" message="{text}">{escape(at)}</failure>'
    else:
        body = f"<system-out>{text} {escape(at)}</system-out>"
    return _case(finding, f"{finding.rule} {saying.place(finding)}".rstrip(), body)


def _crashed(entry: NotJudged) -> str:
    return _case(entry, entry.rule, f'<error message="{escape(entry.reason)}"/>')


def _skipped(entry: NotJudged) -> str:
    return _case(entry, entry.rule, f'<skipped message="{escape(entry.reason)}"/>')


def _case(about: Finding | NotJudged, name: str, body: str) -> str:
    where = f'classname="{escape(saying.file_name(about)) or "-"}" name="{escape(name)}"'
    return f'<testcase {where} time="0">{body}</testcase>'
