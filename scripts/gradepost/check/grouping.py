"""Alike findings together: what repeats down the rows of a table is said once, with the rows it is true of."""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from gradepost.model.findings import Finding
from gradepost.rules.wording import listed

_ROW = re.compile(r"/learners/([0-9]+)(?=/|$)")
_MOST_RUNS = 12


@dataclass(frozen=True, slots=True)
class Group:
    """Findings that say the same of different rows, in the order in which they came."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The one that stands for all."""
        return self.findings[0]

    @property
    def rows(self) -> list[int]:
        """The learners that they are about, counted from 1; none where they are about no learner."""
        matches = (_ROW.match(finding.pointer) for finding in self.findings)
        return sorted({int(match[1]) + 1 for match in matches if match})

    @property
    def others(self) -> str:
        """`The same in rows 5–31.`, for people; nothing where the first stands alone."""
        first = _ROW.match(self.first.pointer)
        rest = [number for number in self.rows if first is None or number != int(first[1]) + 1]
        return f"The same in {rows(rest)}." if rest else ""


def column(finding: Finding) -> tuple[str, str]:
    """Where a finding stands but for the learner's number. A name that was submitted makes no difference."""
    pointer = finding.pointer.rpartition("/")[0] if finding.submitted_name else finding.pointer
    return finding.path, _ROW.sub("/learners/*", pointer, count=1)


def grouped(findings: Iterable[Finding], place: Callable[[Finding], Hashable] = column) -> list[Group]:
    """The findings, each with those of the same rule, weight, place and words, in the order of the first of each."""
    alike: defaultdict[Hashable, list[Finding]] = defaultdict(list)
    for finding in findings:
        alike[finding.rule, finding.severity, place(finding), finding.message, finding.fix].append(finding)
    return [Group(tuple(found)) for found in alike.values()]


def rows(numbers: Iterable[int]) -> str:
    """Row numbers in order: `row 4`, `rows 4–31 and 40`."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    said = [str(run[0]) if len(run) == 1 else f"{run[0]}{_joint(run)}{run[1]}" for run in runs]
    more = len(said) - _MOST_RUNS
    said = [*said[:_MOST_RUNS], f"{more} more places"] if more > 1 else said
    return f"{'row' if len(said) == 1 and len(runs[0]) == 1 else 'rows'} {listed(said)}"


def _joint(run: Sequence[int]) -> str:
    return " and " if run[1] == run[0] + 1 else "–"
