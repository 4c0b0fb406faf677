"""Where the demo's clock can be moved: to either side of each deadline and of the release of results, and a day on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gradepost.model.series import Series

_NAMES = {"schedule": "schedule", "tags": "TAG"}


@dataclass(frozen=True, slots=True)
class Move:
    """One move of the clock."""

    id: str
    label: str
    instant: datetime


def moves(series: Series, now: datetime) -> list[Move]:
    """Every move that leads forward from `now`, the nearest first."""
    found = []
    for row, kinds in series.deadlines.items():
        deadlines = sorted({at for at in kinds.values() if at is not None})
        for number, at in enumerate(deadlines):
            name = f"{_NAMES.get(row, row)} deadline"
            found.append(Move(f"before-{row}-{number}", f"One minute before the {name}", at - timedelta(minutes=1)))
            found.append(Move(f"after-{row}-{number}", f"After the {name}", at + timedelta(seconds=1)))
    if (release := series.embargo_until) is not None:
        before = release - timedelta(minutes=1)
        found.append(Move("before-release", "One minute before the results are released", before))
        found.append(Move("after-release", "After the results are released", release + timedelta(seconds=1)))
    ahead = sorted((move for move in found if move.instant > now), key=lambda move: move.instant)
    return [*ahead, Move("day", "One day on", now + timedelta(days=1))]
