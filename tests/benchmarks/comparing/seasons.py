"""A whole season judged by the command: straight from a bare repository, as a process of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from comparing.costs import Ran, peak_memory, run
from comparing.tables import Figure

COMMAND = (sys.executable, "-m", "gradepost", "check")


@dataclass(frozen=True)
class Judged:
    """What judging a repository took. `again` is the same once more, nothing changed."""

    documents: int
    errors: int
    wall: float
    cpu: float
    memory: float
    again: float


def judge(repository: Path, root: Path, at: str, rounds: int, *, memory: bool = True) -> Judged | str:
    """The medians of some rounds, or why it could not be judged. Each round starts with a new clone and no cache."""
    aside = repository.with_name(f"{repository.stem}-rounds")
    first, again, most = [], [], 0.0
    try:
        for _ in range(rounds):
            clone, environment = _fresh(repository, aside, root)
            command = [*COMMAND, str(clone), "--format", "json", "--at", at]
            first.append(run(command, environment).insist(0, 1))
            again.append(run(command, environment).insist(0, 1))
        if memory:
            clone, environment = _fresh(repository, aside, root)
            most = peak_memory([*COMMAND, str(clone), "--format", "json", "--at", at], environment)
    except RuntimeError as error:
        return str(error)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    report = json.loads(first[0].out)
    if any(ran.out != first[0].out for ran in (*first, *again)):
        return "the reports of two rounds differ"
    return Judged(report["judged"], report["errors"], *_medians(first), most, median(ran.wall for ran in again))


def figures(judged: Judged | str, *, aims: bool) -> list[Figure]:
    """Those figures, with the aims for 60,000 documents or without."""
    if isinstance(judged, str):
        return [Figure("a season", None, "s", note=f"not judged: {judged}")]
    most = (15, 20, 350, 0.3) if aims else (None,) * 4
    note = f"{judged.documents:,} documents, {judged.errors:,} errors"
    return [
        Figure("wall", judged.wall, "s", most[0], note=note),
        Figure("CPU, children included", judged.cpu, "s", most[1]),
        Figure("peak memory, all processes (PSS)", judged.memory or None, "MB", most[2]),
        Figure("again, unchanged: wall", judged.again, "s", most[3]),
    ]


def _medians(runs: Sequence[Ran]) -> tuple[float, float]:
    return median(ran.wall for ran in runs), median(ran.cpu for ran in runs)


def _fresh(repository: Path, aside: Path, root: Path) -> tuple[Path, dict[str, str]]:
    shutil.rmtree(aside, ignore_errors=True)
    (aside / "cache").mkdir(parents=True)
    clone = aside / "season.git"
    subprocess.run(["git", "clone", "-q", "--bare", "--local", str(repository), str(clone)], check=True)
    python_path = os.environ.get("PYTHONPATH", "")
    return clone, {
        "GRADEPOST_ROOT": str(root),
        "XDG_CACHE_HOME": str(aside / "cache"),
        "HOME": str(aside),
        "PYTHONPATH": python_path,
    }
