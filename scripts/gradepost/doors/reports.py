"""One report in many forms. None of them shows submitted text; places and words come from rules alone."""

import json
import re
from collections.abc import Callable
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from gradepost.model.records import Finding, NotJudged, Report, Severity

# A file name in a pull request is submitted text too: it must not end a line, a cell or a workflow command.
_ODD_IN_A_PATH = re.compile(r"[^\w ./:@+,=~()-]")
# GitHub shows ten annotations of each level to a step; the rest would be lost without a word.
_GITHUB_ANNOTATIONS = 10


def place(finding: Finding) -> str:
    """The pointer as it may be shown anywhere: a name that was submitted is not repeated."""
    return f"{finding.pointer.rpartition('/')[0]}/…" if finding.submitted_name else finding.pointer


def file_name(finding: Finding | NotJudged) -> str:
    """The path as it may be shown anywhere."""
    return _ODD_IN_A_PATH.sub("…", finding.path)


def _not_judged(report: Report) -> list[str]:
    return [f"{rule} ({reason})" for rule, reason in sorted({(n.rule, n.reason) for n in report.not_judged})]


def as_text(report: Report) -> str:
    """For a terminal or a log."""
    lines = []
    for finding in report.findings:
        name = file_name(finding)
        where = f"{name}:{finding.line}" if finding.line else name or "(pull request)"
        lines.append(f"{where}: {finding.severity} {finding.rule} {place(finding)}".rstrip())
        lines += [f"    {finding.message}", f"    {finding.fix}", f"    {finding.help}"]
    lines += [f"not judged: {what}" for what in _not_judged(report)]
    lines.append(summary(report))
    return "\n".join(lines) + "\n"


def summary(report: Report) -> str:
    """One sentence on the whole."""
    return (
        f"{_count(report.judged, 'document')} judged: {_count(len(report.errors), 'error')}, "
        f"{_count(len(report.warnings), 'warning')}."
    )


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def as_json(report: Report) -> str:
    """The contract's JSON."""
    return json.dumps(report.as_json(), ensure_ascii=False, indent=2) + "\n"


def as_github(report: Report) -> str:
    """GitHub workflow commands, as many as GitHub shows, errors first; then what was not judged, and the summary."""
    lines = []
    for level in (Severity.ERROR, Severity.WARNING):
        findings = [f for f in report.findings if f.severity is level]
        for finding in findings[:_GITHUB_ANNOTATIONS]:
            where = f"file={_property(file_name(finding))},line={finding.line or 1},title={finding.rule}"
            lines.append(f"::{level} {where}::{_data(f'{place(finding)} {finding.message} {finding.fix}'.strip())}")
        if len(findings) > _GITHUB_ANNOTATIONS:
            lines.append(f"{len(findings) - _GITHUB_ANNOTATIONS} more of level {level} are in the job summary.")
    lines += [f"not judged: {what}" for what in _not_judged(report)]
    lines.append(summary(report))
    return "\n".join(lines) + "\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_markdown(report: Report) -> str:
    """A table for a job summary or a comment."""
    lines = [f"**{summary(report)}**"]
    if report.findings:
        lines += ["", "| rule | where | what | how to fix |", "|---|---|---|---|"]
        for f in report.findings[:200]:
            where = f"`{file_name(f)}`{f' line {f.line}' if f.line else ''} `{place(f) or '/'}`"
            lines.append(f"| [{f.rule}]({f.help}) {f.severity} | {where} | {_cell(f.message)} | {_cell(f.fix)} |")
        if len(report.findings) > 200:
            lines.append(f"\n{len(report.findings) - 200} more findings are not shown.")
    lines += [f"\nNot judged: {_cell(what)}" for what in _not_judged(report)]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return escape(" ".join(text.split())).replace("|", "\\|").replace("`", "'")


def as_sarif(report: Report) -> str:
    """SARIF 2.1.0 with relative paths."""
    rules = {f.rule: f for f in report.findings}
    results = [
        {
            "ruleId": f.rule,
            "level": str(f.severity),
            "message": {"text": f"{f.message} {f.fix}"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": quote(f.path) or "."},
                        "region": {"startLine": f.line or 1},
                    },
                    "logicalLocations": [{"fullyQualifiedName": place(f) or "/"}],
                }
            ],
        }
        for f in report.findings
    ]
    driver = {"name": "gradepost", "rules": [{"id": name, "helpUri": f.help} for name, f in sorted(rules.items())]}
    left_out = [{"level": "note", "message": {"text": f"Not judged: {what}"}} for what in _not_judged(report)]
    invocation = {"executionSuccessful": True, "toolExecutionNotifications": left_out}
    value = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "invocations": [invocation], "results": results}],
    }
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def as_junit(report: Report) -> str:
    """JUnit XML: one case to a finding."""
    cases = []
    for f in report.findings:
        text = f"{f.message} {f.fix}"
        kind = "failure" if f.severity is Severity.ERROR else "system-out"
        body = (
            f"<failure message={quoteattr(text)}/>" if kind == "failure" else f"<system-out>{escape(text)}</system-out>"
        )
        cases.append(
            f"<testcase classname={quoteattr(file_name(f) or '-')} name={quoteattr(f'{f.rule} {place(f)}')}>"
            f"{body}</testcase>"
        )
    for n in report.not_judged:
        name = f"classname={quoteattr(file_name(n) or '-')} name={quoteattr(n.rule)}"
        cases.append(f"<testcase {name}><skipped message={quoteattr(n.reason)}/></testcase>")
    counts = f'tests="{len(cases)}" failures="{len(report.errors)}" skipped="{len(report.not_judged)}"'
    suite = f'<testsuite name="gradepost" {counts}>{"".join(cases)}</testsuite>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{suite}\n'


FORMATS: dict[str, Callable[[Report], str]] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
    "markdown": as_markdown,
    "junit": as_junit,
}
