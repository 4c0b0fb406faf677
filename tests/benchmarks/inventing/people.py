"""Invented learners and staff of a centre, the same on every run. Numbers are right, and no two centres share one."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from operator import mul

_FIRST_CENTRE = 10000
_STEMS = 900_000_000
# Odd, and divisible by neither 3 nor 5: multiplied by it, the stems come in another order, each once.
_SCATTER = 618_033_989
_STEMS_OF_CENTRE = 10_000
_GIVEN = ("Alex", "Billie", "Charlie", "Devon", "Ellis", "Frankie", "Gray", "Harper", "Indy", "Jules", "Kit")
_FAMILY = ("Ashworth", "Birtwhistle", "Carver", "Dunmore", "Eastwood", "Fairlie", "Garside", "Hallam", "Inskip")


@dataclass(frozen=True, slots=True)
class Learner:
    """A learner as a document names one."""

    number: str
    uln: str


def centre_number(index: int) -> str:
    """The national centre number of the season's centre at that index."""
    return f"{_FIRST_CENTRE + index:05d}"


def learners(centre: int, how_many: int) -> list[Learner]:
    """A centre's learners: candidate numbers from 0001, and right ULNs that no other centre's learner has."""
    return [Learner(f"{n:04d}", uln) for n, uln in enumerate(islice(_ulns(centre), how_many), 1)]


def _ulns(centre: int) -> Iterator[str]:
    for place in count(centre * _STEMS_OF_CENTRE):
        stem = str(100_000_000 + place * _SCATTER % _STEMS)
        digit = (10 - sum(map(mul, map(int, stem), range(10, 1, -1)))) % 11
        if digit < 10:
            yield f"{stem}{digit}"


def staff(centre: int) -> tuple[str, str, str, str]:
    """Exams officer, two teachers and Head of Centre: four different people."""
    names = (f"{_GIVEN[(centre + n) % 11]} {_FAMILY[(centre // 11 + 2 * n) % 9]}" for n in range(4))
    officer, first, second, head = names
    return officer, first, second, head
