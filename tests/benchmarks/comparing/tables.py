"""Figures as a table: what was measured, beside what was aimed at."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. `most` or `least` is its aim, if any; where `value` is None, `note` says why."""

    name: str
    value: float | None
    unit: str
    most: float | None = None
    least: float | None = None
    note: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the aim is met; None where there is none, or nothing was measured."""
        if self.value is None or (self.most is None and self.least is None):
            return None
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    def as_json(self) -> dict[str, Any]:
        """The figure as data."""
        return {**asdict(self), "holds": self.holds}


def show(title: str, figures: Iterable[Figure]) -> None:
    """Print a Markdown table."""
    print(f"\n### {title}\n\n| | measured | aim | |\n|---|---|---|---|")
    for figure in figures:
        measured = "–" if figure.value is None else f"{figure.value:,.3g} {figure.unit}".rstrip()
        aim = f"≤ {figure.most:,g}" if figure.most is not None else ""
        aim = f"≥ {figure.least:,g}" if figure.least is not None else aim
        verdict = {True: "", False: "**missed**", None: ""}[figure.holds]
        print(f"| {figure.name} | {measured} | {aim} | {' '.join(filter(None, (verdict, figure.note)))} |")
