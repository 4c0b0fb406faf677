"""SARIF 2.1.0, for code scanning: relative paths, one result to a finding."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from gradepost import __version__
from gradepost.doors.reports import saying
from gradepost.model.findings import Finding, Report
from gradepost.rules import RULES
from gradepost.rules.base import Rule

# GitHub refuses a run with more.
MAX_RESULTS = 25_000
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(report: Report) -> str:
    """One run: errors first where there are more findings than a run may hold."""
    findings: Sequence[Finding] = report.findings
    if len(findings) > MAX_RESULTS:
        findings = [*report.errors, *report.warnings][:MAX_RESULTS]
    helps = {finding.rule: finding.help for finding in sorted(findings, key=lambda f: f.rule)}
    driver = {
        "name": "gradepost",
        "version": __version__,
        "rules": [_descriptor(rule_id, address) for rule_id, address in helps.items()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not report.crashed,
                "toolExecutionNotifications": _notifications(report, len(findings)),
            }
        ],
        "results": list(_results(findings, {rule_id: index for index, rule_id in enumerate(helps)})),
        "properties": {"book": report.book, "judged": report.judged},
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _descriptor(rule_id: str, address: str) -> dict[str, Any]:
    found: dict[str, Any] = {"id": rule_id, "helpUri": address}
    rule: Rule | None = next((rule for rule in RULES if rule.id == rule_id), None)
    if rule is None:
        return found
    return found | {
        "shortDescription": {"text": f"{rule.title}."},
        "help": {"text": rule.fix, "markdown": f"**{rule.title}.** {rule.fix} [More about {rule.id}]({address})"},
        "defaultConfiguration": {"level": str(rule.severity)},
    }


def _results(findings: Iterable[Finding], indexes: Mapping[str, int]) -> Iterable[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for finding in findings:
        facts = "\n".join((finding.rule, finding.path, saying.place(finding), finding.message))
        print_ = hashlib.sha256(facts.encode()).hexdigest()[:32]
        seen[print_] += 1
        yield {
            "ruleId": finding.rule,
            "ruleIndex": indexes[finding.rule],
            "level": str(finding.severity),
            "message": {"text": f"{finding.message} {finding.fix}"},
            "locations": [_location(finding)],
            "partialFingerprints": {"gradepost/v1": f"{print_}:{seen[print_]}"},
        }


def _location(finding: Finding) -> dict[str, Any]:
    region = {"startLine": finding.line or 1}
    if finding.column:
        region["startColumn"] = finding.column
    return {
        "physicalLocation": {"artifactLocation": {"uri": quote(finding.path) or "."}, "region": region},
        "logicalLocations": [{"fullyQualifiedName": saying.place(finding) or "/"}],
    }


def _notifications(report: Report, shown: int) -> Sequence[dict[str, Any]]:
    left_out = len(report.findings) - shown
    cut = f"{saying.counted(left_out, 'more finding')} left out: a run holds {MAX_RESULTS:,}."
    notes = [{"level": "warning", "message": {"text": cut}}] if left_out else []
    return notes + [{"level": "note", "message": {"text": f"Not judged, {why}"}} for why in saying.not_judged(report)]
