"""Text for a terminal: colours, and the line that was submitted with a caret under the place."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

from gradepost.check.grouping import Group, grouped
from gradepost.doors.reports import saying
from gradepost.doors.reports.plain import as_plain
from gradepost.model.findings import Finding, Report, Severity

if TYPE_CHECKING:
    from rich.console import Console

Sources = Callable[[str], bytes | None]

_SHOWN = 100
_BEFORE = 40
_COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow"}
# Controls, bidirectional marks and other formats, surrogates, private use, unassigned, line separators: a terminal
# would obey them, or show what is not there.
_UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def print_text(report: Report, sources: Sources | None, console: Console) -> None:
    """Print a report. Only where the console is a terminal are there colours and source lines.

    `sources` gives the bytes of a path of the report as they were submitted, or None; without it no source line is
    shown, as in CI, whose logs outlive a terminal.
    """
    # Not `is_terminal`: an environment variable sets that, and what was submitted must not reach a file.
    if not console.file.isatty():
        console.file.write(as_plain(report))
        return
    for group in grouped(report.findings):
        _print_group(group, sources, console)
    for reason in saying.not_judged(report):
        _print(console, (f"not judged, {reason}", "dim"))
    _print(console, (saying.summary(report), "red" if report.errors else "green"))


def _print_group(group: Group, sources: Sources | None, console: Console) -> None:
    finding = group.first
    weight = (f"{finding.severity} {finding.rule}", _COLOURS[finding.severity])
    _print(console, (saying.where(finding), "bold"), (": ", ""), weight, (f" {saying.place(finding)}", "dim"))
    if shown := _source_line(finding, sources):
        line, caret = shown
        _print(console, (f"    {line}", ""))
        _print(console, (f"    {caret}", _COLOURS[finding.severity]))
    _print(console, (f"    {finding.message}", ""))
    if group.others:
        _print(console, (f"    {group.others}", ""))
    _print(console, (f"    {finding.fix}", "green"))
    _print(console, (f"    {finding.help}\n", "dim"))


def _source_line(finding: Finding, sources: Sources | None) -> tuple[str, str] | None:
    """The line of a finding, cut around its column, and the caret that stands under it."""
    from rich.cells import cell_len

    raw = sources(finding.path) if sources and finding.line and finding.column else None
    if raw is None or finding.line is None or finding.column is None:
        return None
    lines = raw.decode("utf-8", "replace").split("\n")
    if finding.line > len(lines):
        return None
    whole, at = lines[finding.line - 1].removesuffix("\r"), finding.column - 1
    start = max(0, at - _BEFORE)
    before, after = "… " if start else "", " …" if len(whole) > start + _SHOWN else ""
    shown = _shown(whole[start : start + _SHOWN])
    return f"{before}{shown}{after}", f"{' ' * (len(before) + cell_len(shown[: at - start]))}^"


def _shown(text: str) -> str:
    return "".join("·" if unicodedata.category(character) in _UNSHOWN else character for character in text)


def _print(console: Console, *parts: tuple[str, str]) -> None:
    from rich.text import Text

    console.print(Text.assemble(*parts), soft_wrap=True, highlight=False)
