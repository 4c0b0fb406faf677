"""Make a season of invented submissions: the same bytes for the same arguments, on every machine.

    python tests/benchmarks/season.py OUT [--centres 6000] [--learners 100] [--bad 0.01] [--schedules]
                                          [--declarations] [--receipts]

Each three centres submit thirty TAG documents, so 6,000 centres make 60,000. Without the last three options there are
TAG documents alone, at their paths in the ledger; with all three it is a whole ledger, in which `gradepost check` finds
nothing. OUT is a new folder; where it ends in `.git` it becomes a bare repository.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from inventing.documents import Inventor, Made
from inventing.receiving import Desk, register_file, settings_file
from inventing.writing import write

from gradepost.book import Book, load

ROOT = Path(__file__).resolve().parents[2]
SERIES = "2021-summer"
# Judged as received then, a season is in time: what it holds is dated before, and what it schedules starts after.
AT = "2021-05-18T12:00:00+01:00"


@dataclass(frozen=True)
class Season:
    """How much is made."""

    centres: int
    learners: int = 100
    bad: float = 0.0
    seed: int = 1
    schedules: bool = False
    declarations: bool = False
    receipts: bool = False

    @classmethod
    def whole(cls, centres: int) -> "Season":
        """A ledger that lacks nothing."""
        return cls(centres, schedules=True, declarations=True, receipts=True)


def files(season: Season, book: Book) -> Iterator[tuple[str, bytes]]:
    """Every file of the season, with its path in the ledger."""
    inventor, desk = Inventor(book, season.learners, season.bad, season.seed), Desk(book)
    if season.receipts:
        yield settings_file(book)
    for centre in range(season.centres):
        if season.receipts:
            yield register_file(book, centre, inventor.offered(centre))
        for made in documents(season, inventor, centre):
            yield made.path, made.raw
            if season.receipts:
                yield desk.receipt(made)
        desk.leave()


def documents(season: Season, inventor: Inventor, centre: int) -> Iterator[Made]:
    """A centre's documents in the order in which they are received."""
    for dossier, components, who in inventor.dossiers(centre):
        if season.schedules:
            yield from (inventor.schedule(dossier, component, who) for component in components)
        graded = [inventor.tags(centre, dossier, component, who) for component in components]
        yield from graded
        if season.declarations:
            yield inventor.declaration(centre, dossier, graded)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--centres", type=int, default=6000)
    parser.add_argument("--learners", type=int, default=100, help="learners in a document")
    parser.add_argument("--bad", type=float, default=0.0, help="share of learners with one planted mistake")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--schedules", action="store_true")
    parser.add_argument("--declarations", action="store_true")
    parser.add_argument("--receipts", action="store_true", help="receipts, ledger.toml and the register")
    asked = vars(parser.parse_args())
    start, out = time.perf_counter(), asked.pop("out")
    number = write(out, files(Season(**asked), load(ROOT, SERIES)))
    print(f"{number:,} files in {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
