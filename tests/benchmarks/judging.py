"""How fast the judge is: beside plain parsing, check-jsonschema and ajv-cli, in one run; then a whole season.

    python tests/benchmarks/judging.py [--quick] [--rules] [--json] [--rounds N] [--tools DIR] [--season REPO]
                                       [--only documents,one,season,ledger]

Medians of rounds that take turns. CPU seconds count user and system time, and children. --tools is a folder outside
the tree in which the other judges are installed once (default: a temporary one). --season is a bare repository made
before by season.py with its defaults; without it one is made. --quick is a small run without other judges and without
a network. --rules shows instead what each rule costs.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

import orjson
from comparing import rules, seasons
from comparing.costs import cpu_of, interleaved, load, run
from comparing.others import Others
from comparing.tables import Figure, show
from inventing.documents import Inventor
from inventing.writing import write
from season import AT, ROOT, SERIES, Season, documents, files

from gradepost.book import Book
from gradepost.book import load as load_book
from gradepost.check import check, read
from gradepost.model.case import Case, Stage

_PART = 100
_BAD = 0.01


@dataclass(frozen=True)
class Asked:
    """How much is measured, and where."""

    folder: Path
    tools: Path | None
    season: Path | None
    documents: int
    centres: int
    rounds: int
    starts: int
    only: tuple[str, ...]


_SIDES = {
    "orjson": "orjson.loads alone",
    "ours": "ours: schema and all rules, in process",
    "bad": "the same with 1 % bad learners",
    "whole process": "`gradepost check FILE…`, all in one process",
    "check-jsonschema": "check-jsonschema, whole process, schema alone",
    "ajv-cli": "ajv-cli, whole process, schema alone",
}


def judged_in_process(raws: list[tuple[str, bytes]], book: Book) -> int:
    """Each as a loose document: read, held to its schema, judged by every rule. The number of findings."""
    at, found = datetime.fromisoformat(AT), 0
    for path, raw in raws:
        document = read(raw, path, book)
        found += len(check(Case((document,), book.series, at, Stage.LOOSE), book).findings)
    return found


def parsed(raws: list[tuple[str, bytes]]) -> None:
    """Each parsed and let go: two thousand values kept at once would measure memory, not parsing."""
    for _, raw in raws:
        orjson.loads(raw)


def of_documents(asked: Asked, book: Book) -> list[Figure]:
    """Loose documents of 100 learners: ours beside parsing, and beside others that judge the schema alone."""
    clean, bad = (_documents(asked, book, share) for share in (0.0, _BAD))
    if judged_in_process(clean, book) or not judged_in_process(bad, book):
        raise SystemExit("The season made is not what it should be: clean documents have findings, or bad ones none.")
    sides: dict[str, Callable[[], float]] = {
        "orjson": lambda: cpu_of(lambda: parsed(clean)),
        "ours": lambda: cpu_of(lambda: judged_in_process(clean, book)),
        "bad": lambda: cpu_of(lambda: judged_in_process(bad, book)),
    }
    if asked.tools:
        _beside_others(sides, asked, clean)
    cost = interleaved(sides, asked.rounds)
    rows = [Figure(_SIDES[name], seconds, "CPU-s") for name, seconds in cost.items()]
    rows.append(Figure("ours / orjson", cost["ours"] / cost["orjson"], "×", most=4))
    rows.append(Figure("1 % bad learners: growth", (cost["bad"] / cost["ours"] - 1) * 100, "%", most=10))
    if "check-jsonschema" in cost:
        scaled = f"measured on {min(_PART, len(clean))} documents and on one, and scaled to {len(clean):,}"
        rows.append(Figure("check-jsonschema / ours", cost["check-jsonschema"] / cost["ours"], "×", None, 50, scaled))
    if "ajv-cli" in cost:
        note = "ours in process against its whole process; next row: both whole"
        rows.append(Figure("ours / ajv-cli", cost["ours"] / cost["ajv-cli"], "×", most=1, note=note))
        rows.append(Figure("whole process / ajv-cli", cost["whole process"] / cost["ajv-cli"], "×"))
    return rows


def _documents(asked: Asked, book: Book, bad: float) -> list[tuple[str, bytes]]:
    """TAG documents of the season's first centres."""
    season = Season(asked.documents // 9 + 1, bad=bad)
    inventor = Inventor(book, season.learners, bad)
    made = (one for centre in range(season.centres) for one in documents(season, inventor, centre))
    return [(one.path, one.raw) for one, _ in zip(made, range(asked.documents), strict=False)]


def _beside_others(sides: dict[str, Callable[[], float]], asked: Asked, clean: list[tuple[str, bytes]]) -> None:
    folder = asked.folder / "documents"
    write(folder, clean)
    paths = [folder / path for path, _ in clean]
    assert asked.tools is not None
    others = Others(asked.tools, ROOT / "schemas/tags.schema.json")
    part = paths[:_PART]

    def scaled() -> float:
        some, one = others.check_jsonschema(part).cpu, others.check_jsonschema(part[:1]).cpu
        return one + (some - one) / (len(part) - 1) * (len(paths) - 1)

    here = {"GRADEPOST_ROOT": str(ROOT)}
    command = [*seasons.COMMAND, "--format", "json", "--at", AT, *map(str, paths)]
    sides["whole process"] = lambda: run(command, here).insist(0).cpu
    others.check_jsonschema(part[:1])  # installed before the clock runs
    sides["check-jsonschema"] = scaled
    if others.has_node():
        others.ajv(part[0].parent)
        sides["ajv-cli"] = lambda: others.ajv(folder).cpu


def of_one(asked: Asked, book: Book) -> list[Figure]:
    """One document of 300 learners in a process that runs already, and the command from a standing start."""
    inventor = Inventor(book, size=300)
    one = next(documents(Season(1, 300), inventor, 0))
    milliseconds = rules.microseconds(lambda: judged_in_process([(one.path, one.raw)], book)) / 1000
    file = asked.folder / "one.tags.json"
    file.write_bytes(next(documents(Season(1), Inventor(book), 0)).raw)
    command = [*seasons.COMMAND, str(file), "--at", AT]
    starts = [run(command, {"GRADEPOST_ROOT": str(ROOT)}).insist(0).cpu * 1000 for _ in range(asked.starts)]
    python = [run([sys.executable, "-c", "pass"]).cpu * 1000 for _ in range(asked.starts)]
    return [
        Figure("a document of 300 learners, in process", milliseconds, "ms", most=5),
        Figure("`gradepost check FILE`, cold start", median(starts), "CPU-ms", most=120),
        Figure("of which an empty Python program", median(python), "CPU-ms"),
    ]


def of_season(asked: Asked, book: Book) -> list[Figure]:
    """Documents alone, in a bare repository."""
    repository = asked.season or asked.folder / "season.git"
    if asked.season is None:
        write(repository, files(Season(asked.centres), book))
    return seasons.figures(seasons.judge(repository, ROOT, AT, asked.rounds), aims=True)


def of_ledger(asked: Asked, book: Book) -> list[Figure]:
    """The same with schedules, declarations, receipts and the register. No aim was set for it."""
    repository = asked.folder / "ledger.git"
    write(repository, files(Season.whole(asked.centres), book))
    return seasons.figures(seasons.judge(repository, ROOT, AT, min(asked.rounds, 3)), aims=False)


_PARTS = {"documents": of_documents, "one": of_one, "season": of_season, "ledger": of_ledger}
_TITLES = {
    "documents": "{documents:,} documents of 100 learners",
    "one": "One document",
    "season": "A season of {centres:,} centres, documents alone",
    "ledger": "A season of {centres:,} centres, the whole ledger",
}


def show_rules(folder: Path, book: Book) -> None:
    """A table of what each rule costs, after what reading and judging cost as a whole."""
    path, raw = next((one.path, one.raw) for one in documents(Season(1), Inventor(book), 0))
    document = read(raw, path, book)
    case = Case((document,), book.series, datetime.fromisoformat(AT), Stage.LOOSE)
    print("| | µs |\n|---|---|")
    print(f"| orjson.loads | {rules.microseconds(lambda: orjson.loads(raw)):.0f} |")
    print(f"| read | {rules.microseconds(lambda: read(raw, path, book)):.0f} |")
    print(f"| check, loose | {rules.microseconds(lambda: check(case, book)):.0f} |")
    for rule, what, cost in rules.costs(folder / "one", book, datetime.fromisoformat(AT)):
        print(f"| {rule} ({what}) | {cost:.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rules", action="store_true")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tools", type=Path)
    parser.add_argument("--season", type=Path)
    parser.add_argument("--only", default=",".join(_PARTS))
    given = parser.parse_args()
    book = load_book(ROOT, SERIES)
    with tempfile.TemporaryDirectory() as folder:
        if given.rules:
            show_rules(Path(folder), book)
            return
        asked = _asked(given, Path(folder))
        figures = {name: _PARTS[name](asked, book) for name in asked.only}
    if given.json:
        print(json.dumps({name: [f.as_json() for f in found] for name, found in figures.items()}))
        return
    print(load())
    for name, found in figures.items():
        show(_TITLES[name].format(documents=asked.documents, centres=asked.centres), found)


def _asked(given: argparse.Namespace, folder: Path) -> Asked:
    if given.quick:
        return Asked(folder, None, None, 200, 200, 1, 3, ("documents", "one", "season"))
    tools = (given.tools or folder / "tools").absolute()
    return Asked(folder, tools, given.season, 2000, 6000, given.rounds, 20, tuple(given.only.split(",")))


if __name__ == "__main__":
    main()
