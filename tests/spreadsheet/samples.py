"""Invented exports of a school's information system: names that nobody has, numbers whose check digits are right."""

import csv
import io
from dataclasses import dataclass

from gradepost.book import Book
from gradepost.doors.demo.examples import learners

CENTRE, COUNT = "10234", 280
HEADERS = ("Surname", "Forename", "Cand No", "ULN", "Grade")
# How each field of the form stands in the export.
COLUMNS = {"candidate_number": 2, "uln": 3, "grade": 4}

_SURNAMES = (
    *("Abara", "Brennigan", "Culverdale", "D'Orsaye", "Eastmoor", "Fennimere", "Garthwell", "Holloweye", "Iversholt"),
    *("Jessamond", "Kestlebury", "Lowenthwaite", "Merriday", "Núñezby", "O’Quillan", "Pennifold", "Quarrington"),
    *("Rookhope", "Silverlock", "Thistlewick"),
)
_FORENAMES = (
    *("Aurelie", "Bronnach", "Cassimir", "Delphira", "Élodine", "Fintan-Lee", "Ghislaine", "Hesper", "Ioan"),
    *("Jorrick", "Kestrel", "Lysandra", "Siânet", "Zoëlle"),
)
_GRADES = ("Distinction", "Merit", "Pass")


@dataclass(frozen=True)
class Planted:
    """One mistake: the learner's index, the field it stands in, what the export says, and how it is put right.

    `mends` are the fields and texts to type; where there are none, the repair of that id proposes it.
    """

    index: int
    field: str
    says: str
    repair: str | None
    mends: tuple[tuple[str, str], ...] = ()


def planted() -> tuple[Planted, ...]:
    """The twelve mistakes, in the order of rows: six that repairs propose, six to be typed."""
    known = learners(CENTRE, COUNT)

    def uln(index: int) -> str:
        return known[index][1]

    return (
        Planted(6, "candidate_number", "7", "learners.*.candidate_number:zeros"),
        Planted(20, "uln", f"{uln(20)}.0", "learners.*.uln:point-zero"),
        Planted(41, "candidate_number", "42", "learners.*.candidate_number:zeros"),
        Planted(57, "uln", "1.00E+09", None, (("uln", uln(57)),)),
        Planted(80, "uln", uln(80)[:-1] + str((int(uln(80)[-1]) + 1) % 10), None, (("uln", uln(80)),)),
        Planted(99, "grade", "D", "learners.*.grade:d"),
        Planted(112, "candidate_number", "113", "learners.*.candidate_number:zeros"),
        Planted(150, "candidate_number", known[149][0], None, (("candidate_number", known[150][0]),)),
        Planted(177, "grade", "Destinction", None, (("grade", "Distinction"),)),
        Planted(203, "uln", uln(203)[:-1], None, (("uln", uln(203)),)),
        Planted(231, "grade", "W", "learners.*.grade:w"),
        Planted(264, "grade", "", None, (("outcome", "Graded"), ("grade", "Merit"))),
    )


def names() -> tuple[str, ...]:
    """Every part of a name in the export: canaries, which may stand nowhere afterwards."""
    return (*_SURNAMES, *_FORENAMES)


def mis_export(book: Book, planted: bool = True) -> bytes:
    """The export as a CSV file in Windows-1252, every cell quoted, with a row of totals at its end."""
    rows = [list(row) for row in _rows()]
    for mistake in _twelve() if planted else ():
        rows[mistake.index][COLUMNS[mistake.field]] = mistake.says
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([HEADERS, *rows, ("Total", "", str(COUNT), "", "")])
    return out.getvalue().encode("cp1252")


_twelve = planted


def _rows() -> list[tuple[str, ...]]:
    return [
        (
            _SURNAMES[index % len(_SURNAMES)],
            _FORENAMES[index // len(_SURNAMES)],
            number,
            uln,
            _GRADES[(index * 7 + 2) % len(_GRADES)],
        )
        for index, (number, uln) in enumerate(learners(CENTRE, COUNT))
    ]
