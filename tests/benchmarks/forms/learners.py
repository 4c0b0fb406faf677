"""What every side asks for: six columns of a TAG form, the same lists, the same rows."""

from dataclasses import dataclass
from typing import Any

from inventing import people

from gradepost.book import Book

CENTRE, QUALIFICATION, COMPONENT = "10234", "AM20530", "UV21578"
_REASON = "The mock was missed; two class tests of the spring term show the level of attainment."


@dataclass(frozen=True)
class Column:
    """One column: its property, its label, its options as ids and labels (none: it is typed), and its pattern."""

    property: str
    label: str
    options: tuple[tuple[str, str], ...] = ()
    pattern: str | None = None


def columns(book: Book) -> tuple[Column, ...]:
    """The columns that every learner has."""
    series = book.series
    scale = series.qualifications[QUALIFICATION].components[COMPONENT].grades
    return (
        Column("candidate_number", "Candidate number", pattern="^[0-9]{4}$"),
        Column("uln", "ULN", pattern="^[0-9]{10}$"),
        Column("outcome", "Outcome", tuple((c.id, c.label) for c in series.outcomes)),
        Column("grade", "Grade", tuple((grade, grade.replace("-", " ").capitalize()) for grade in scale)),
        Column("source", "Own evidence", tuple((c.id, c.label) for c in series.evidence_sources)),
        Column("rationale", "Reason"),
    )


def rows(book: Book, how_many: int) -> list[dict[str, str]]:
    """So many learners, each column of each filled: what a page holds does not depend on luck."""
    scale = book.series.qualifications[QUALIFICATION].components[COMPONENT].grades[1:]
    sources = [c.id for c in book.series.evidence_sources if not c.detail.get("sense_check_only")]
    return [
        {
            "candidate_number": learner.number,
            "uln": learner.uln,
            "outcome": "graded",
            "grade": scale[index % len(scale)],
            "source": sources[index % len(sources)],
            "rationale": _REASON,
        }
        for index, learner in enumerate(people.learners(int(CENTRE) - 10000, how_many))
    ]


def document(book: Book, how_many: int) -> dict[str, Any]:
    """The same rows as a document of ours."""
    learners = [
        {name: value for name, value in row.items() if name != "source"} | {"evidence": [{"source": row["source"]}]}
        for row in rows(book, how_many)
    ]
    sign_off = [{"name": name, "role": "teacher", "signed_on": "2021-05-18"} for name in people.staff(int(CENTRE))[1:3]]
    return {
        "form": "tags",
        "series": book.series.id,
        "centre": CENTRE,
        "qualification": QUALIFICATION,
        "component": COMPONENT,
        "evidence": [{"source": "mock-examination"}],
        "learners": learners,
        "sign_off": sign_off,
    }


def as_pasted(book: Book, how_many: int, wrong: int) -> str:
    """The same rows as a spreadsheet puts them on the clipboard, choices by their labels; the first `wrong` learners
    have one digit too few in their ULN."""
    shown = columns(book)
    lines = []
    for index, row in enumerate(rows(book, how_many)):
        row["uln"] = row["uln"][: 9 if index < wrong else 10]
        lines.append(
            "\t".join(dict(column.options).get(row[column.property], row[column.property]) for column in shown)
        )
    return "\r\n".join(lines) + "\r\n"
