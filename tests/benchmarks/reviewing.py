"""What `gradepost review` costs in a small and in a large ledger: the same dossier, brought by the same pull request.

    python tests/benchmarks/reviewing.py [--documents 600,60000] [--learners 300] [--rounds N] [--json]

CPU seconds of the whole process, medians of rounds that take turns. The ledgers are whole: receipts, register and all.
"""

import argparse
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from comparing.costs import interleaved, load, run
from comparing.tables import Figure, show
from inventing.documents import Inventor
from inventing.receiving import Desk, register_file
from inventing.writing import write
from season import ROOT, SERIES, Season, documents, files

from gradepost.book import Book
from gradepost.book import load as load_book
from gradepost.document.filing import Dossier
from gradepost.forge.local import LocalForge

# Of each three centres' schedules, TAGs and declarations, receipts not counted.
_OF_THREE_CENTRES = 76
_LEARNERS_ELSEWHERE = 3
_AT = datetime(2021, 5, 18, 20, tzinfo=UTC)


def ledger_with_a_pull_request(folder: Path, book: Book, size: int, learners: int) -> tuple[Path, Dossier]:
    """A repository with about `size` documents on main, and a dossier more, of that many learners, on its branch."""
    centres = max(1, round(size * 3 / _OF_THREE_CENTRES))
    repository = folder / f"ledger-{size}.git"
    register = register_file(book, centres, Inventor(book).offered(centres))
    write(repository, [register, *files(_whole(centres, _LEARNERS_ELSEWHERE), book)])
    desk, brought = Desk(book), {}
    made = list(documents(_whole(1, learners), Inventor(book, learners), centres))
    for one in (one for one in made if one.dossier == made[0].dossier):
        path, raw = desk.receipt(one)
        brought |= {one.path: one.raw, path: raw}
    dossier = made[0].dossier
    LocalForge(repository).commit(dossier.branch, brought, "A dossier\n", _AT, expected=None)
    return repository, dossier


def _whole(centres: int, learners: int) -> Season:
    return Season(centres, learners, schedules=True, declarations=True, receipts=True)


def cpu_of_review(repository: Path, dossier: Dossier) -> float:
    """The CPU seconds of one review that finds nothing."""
    command = [sys.executable, "-m", "gradepost", "review", "--base", "main", "--head", dossier.branch]
    return run([*command, "--ledger", str(repository)], {"GRADEPOST_ROOT": str(ROOT)}).insist(0).cpu


def figures(sizes: tuple[int, ...], learners: int, rounds: int, folder: Path) -> list[Figure]:
    """What a review costs in a ledger of each size, and the last beside the first."""
    book = load_book(ROOT, SERIES)
    asked = {size: ledger_with_a_pull_request(folder, book, size, learners) for size in sizes}
    sides = {f"in a ledger of {size:,} documents": lambda at=at: cpu_of_review(*at) for size, at in asked.items()}
    costs = interleaved(sides, rounds)
    first, *_, last = costs.values()
    return [
        *(Figure(name, cost, "s of CPU", most=1) for name, cost in costs.items()),
        Figure("the last beside the first", last / first, "×", most=1.3),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", default="600,60000")
    parser.add_argument("--learners", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    given = parser.parse_args()
    sizes = tuple(int(size) for size in given.documents.split(","))
    with tempfile.TemporaryDirectory() as folder:
        found = figures(sizes, given.learners, given.rounds, Path(folder))
    if given.json:
        print(json.dumps([figure.as_json() for figure in found]))
        return
    print(load())
    show(f"`gradepost review` of a dossier of {given.learners} learners", found)


if __name__ == "__main__":
    main()
