"""What our form costs in a browser, beside a bare table of the same inputs and beside rjsf, in one run.

    python tests/benchmarks/forms/run.py [--quick] [--json] [--rounds N] [--tools DIR] [--learners 30,300,1000]
                                         [--only loading,slowed,pasting]

Same schema, same rows, same Chromium, a new browser for every page, sides taking turns; medians. Times are from the
start of the navigation to a frame in which the field is drawn and after which the main thread answers; CPU is the main
thread's own. Every page is asked for from a light one of its own host, so nothing is in the browser's cache. --tools
is a folder outside the tree in which rjsf is installed once (default: a temporary one). --quick is one round of few
learners, without rjsf and without a network.
"""

import argparse
import gzip
import json
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))

from comparing.costs import load as load_now
from comparing.tables import Figure, show
from demonstration import running_demo
from playwright.sync_api import sync_playwright

from forms import others
from forms.sides import Bench, Costs, other, ours
from gradepost.book import load

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "scripts/gradepost/page/theme/assets/form.js"
SLOWED = 4
# What is compared with the bare table at the largest size, and the most it may be; what is only shown.
RATIOS = {"first usable": 1.5, "all usable": 0.35, "key CPU": 0.4}
SHOWN = {"first byte": "ms", "key to paint": "ms", "leave CPU": "ms", "typing CPU": "ms a key"}
LAPTOP = {"key to paint": 100, "leave to paint": None, "longest task": None, "all usable": None}


@dataclass(frozen=True)
class Asked:
    """How much is measured. Without `tools` rjsf is left out."""

    sizes: tuple[int, ...]
    rounds: int
    only: tuple[str, ...]
    tools: Path | None


def of_loading(bench: Bench, asked: Asked) -> dict[str, list[Figure]]:
    """Each size with the machine as it is. What has an aim has it for a thousand learners."""
    measured = {rows: bench.taking_turns(rows, asked.rounds) for rows in asked.sizes}
    return {f"{rows:,} learners": _figures(rows, measured) for rows in asked.sizes}


def _figures(rows: int, measured: dict[int, dict[str, Costs]]) -> list[Figure]:
    costs, aims = measured[rows], rows >= 1000
    figures = []
    for name, most in RATIOS.items():
        figures.append(_beside(costs, name, "ms"))
        ratio = costs["ours"][name] / costs["bare"][name]
        figures.append(Figure(f"{name}, ours / bare", ratio, "×", most if aims else None))
    if "rjsf" in costs:
        ratio = costs["ours"]["key CPU"] / costs["rjsf"]["key CPU"]
        figures.append(Figure("key CPU, ours / rjsf", ratio, "×", 0.2 if aims else None))
    figures += [_beside(costs, name, unit) for name, unit in SHOWN.items()]
    figures.append(_beside(costs, "heap", "MB", 4 if aims else None))
    if rows > min(measured):
        slopes = {side: {"a row": _nodes_a_row(measured, side, rows)} for side in costs}
        figures.append(replace(_beside(slopes, "a row", "", 45 if aims else None), name="DOM nodes a row"))
    return figures


def _beside(costs: dict[str, Costs], name: str, unit: str, most: float | None = None) -> Figure:
    others = ", ".join(f"{side} {cost[name]:,.3g}" for side, cost in costs.items() if side != "ours")
    return Figure(name, costs["ours"][name], unit, most, note=others)


def _nodes_a_row(measured: dict[int, dict[str, Costs]], side: str, rows: int) -> float:
    """What another row adds: a page has nodes around its rows as well."""
    few = min(measured)
    return (measured[rows][side]["nodes"] - measured[few][side]["nodes"]) / (rows - few)


def of_slowed(bench: Bench, asked: Asked) -> dict[str, list[Figure]]:
    """Typing on a CPU that is slowed, as a school's laptop would be."""
    bench = replace(bench, sides=bench.sides[:2])  # rjsf would take half an hour
    figures = []
    for rows in asked.sizes:
        costs = bench.taking_turns(rows, asked.rounds, SLOWED)
        for name, most in (
            ("key to paint", 100),
            ("leave to paint", 100),
            ("longest task", None),
            ("all usable", None),
        ):
            figure = _beside(costs, name, "ms", most)
            figures.append(replace(figure, name=f"{rows:,} learners: {name}"))
    return {f"CPU slowed {SLOWED} times": figures}


def of_pasting(bench: Bench, asked: Asked) -> dict[str, list[Figure]]:
    """As many learners as the largest size, six cells each, into a short form and over a full one."""
    rows, figures = max(asked.sizes), []
    for into in (min(asked.sizes), rows):
        costs = bench.pasting(rows, into, asked.rounds)
        where = f"into {into:,} rows"
        note = "" if "pasted" in costs else "the form does not take it, or does not say what is wrong"
        figures.append(Figure(f"{where}: until counted and checked", costs.get("checked"), "ms", 150, note=note))
        figures.append(Figure(f"{where}: until the last row is usable", costs.get("pasted"), "ms", note=note))
        figures.append(Figure(f"{where}: the paste itself", costs.get("handled"), "ms"))
        figures.append(Figure(f"{where}: CPU, with all that follows", costs["paste CPU"], "ms"))
    return {f"{rows:,} × 6 cells pasted": figures}


def of_bytes() -> dict[str, list[Figure]]:
    """What the form's script weighs."""
    weight = len(gzip.compress(SCRIPT.read_bytes(), 9)) if SCRIPT.exists() else None
    return {"Bytes": [Figure("form.js", weight, "bytes gzip -9", 8192)]}


PARTS = {"loading": of_loading, "slowed": of_slowed, "pasting": of_pasting}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--tools", type=Path)
    parser.add_argument("--learners", default="30,300,1000")
    parser.add_argument("--only", default=",".join(PARTS))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        asked = _asked(given, Path(folder))
        bench = _bench(stack, asked, Path(folder))
        figures = of_bytes()
        for part in asked.only:
            if not given.json:
                _show(figures)
                figures = {}
            figures |= PARTS[part](bench, asked)
    if given.json:
        print(json.dumps({title: [f.as_json() for f in found] for title, found in figures.items()}))
    else:
        _show(figures)


def _show(figures: dict[str, list[Figure]]) -> None:
    """As soon as they are known: the whole takes half an hour."""
    print(f"\n{load_now()}")
    for title, found in figures.items():
        show(title, found)
    sys.stdout.flush()


def _asked(given: argparse.Namespace, folder: Path) -> Asked:
    if given.quick:
        return Asked((30, 300), 1, ("loading", "pasting"), None)
    sizes = tuple(sorted(map(int, given.learners.split(","))))
    return Asked(sizes, given.rounds, tuple(given.only.split(",")), (given.tools or folder / "tools").absolute())


def _bench(stack: ExitStack, asked: Asked, folder: Path) -> Bench:
    book = load(ROOT)
    playwright = stack.enter_context(sync_playwright())
    script = others.bundle(asked.tools) if asked.tools else b""
    host = stack.enter_context(others.served(book, script))
    demo = stack.enter_context(running_demo(folder))
    rjsf = [other("rjsf", host, "root_learners_{row}_{field}")] if asked.tools else []
    bare = other("bare", host, "learners-{row}-{field}")
    return Bench(book, playwright, (ours(book, playwright, demo.url), bare, *rjsf))


if __name__ == "__main__":
    main()
