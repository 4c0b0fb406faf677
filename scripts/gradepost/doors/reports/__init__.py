"""One report in many forms. Only a terminal is shown what was submitted; everything else has rules' words alone."""

import json
from collections.abc import Callable
from importlib import import_module

from gradepost.model.findings import Report

__all__ = ["FORMATS"]


def as_json(report: Report) -> str:
    """The contract's JSON."""
    return json.dumps(report.as_json(), ensure_ascii=False, indent=2) + "\n"


def _written_by(module: str) -> Callable[[Report], str]:
    """What a module of this folder writes: it is read when its form is asked for, one of six."""

    def write(report: Report) -> str:
        said: str = getattr(import_module(f"gradepost.doors.reports.{module}"), f"as_{module}")(report)
        return said

    return write


FORMATS: dict[str, Callable[[Report], str]] = {
    "text": _written_by("plain"),
    "json": as_json,
    "sarif": _written_by("sarif"),
    "github": _written_by("workflow_commands"),
    "markdown": _written_by("markdown"),
    "junit": _written_by("junit"),
}
