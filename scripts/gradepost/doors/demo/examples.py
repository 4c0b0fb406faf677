"""Example documents with invented learners whose numbers are right, and the same with planted mistakes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from gradepost.book import Book
from gradepost.doors.demo.people import teachers
from gradepost.model.identifiers import uln_is_right

LEARNERS = 28
_FIRST_OF_CENTRE = {"10234": 100000005, "10235": 100020000}


def learners(centre: str, count: int = LEARNERS) -> list[tuple[str, str]]:
    """Candidate numbers and ULNs, the same on every call."""
    found: list[tuple[str, str]] = []
    stem = _FIRST_OF_CENTRE.get(centre, 100040000)
    while len(found) < count:
        stem += 1
        ulns = [f"{stem}{digit}" for digit in range(10) if uln_is_right(f"{stem}{digit}")]
        if ulns:
            found.append((f"{len(found) + 1:04d}", ulns[0]))
    return found


def example(book: Book, form: str, centre: str, now: datetime, *, mistakes: bool) -> Mapping[str, Any]:
    """An example document of a form for a centre, in time at `now`; {} for a form that has no example."""
    made = {"schedule": schedule, "tags": tags}.get(form)
    if made is None:
        return {}
    qualification, component = _first_component(book)
    document = made(book, centre, qualification, component, now)
    if mistakes:
        _plant(document)
    return document


def _first_component(book: Book) -> tuple[str, str]:
    return next(
        (code, component.code)
        for code, qualification in book.series.qualifications.items()
        for component in qualification.components.values()
        if component.takes_tag
    )


def schedule(book: Book, centre: str, qualification: str, component: str, now: datetime) -> dict[str, Any]:
    """A schedule of the example learners, two days ahead."""
    starts = (now.astimezone(book.series.zone) + timedelta(days=2)).replace(hour=9, minute=0, second=0, microsecond=0)
    return {
        "form": "schedule",
        "series": book.series.id,
        "centre": centre,
        "qualification": qualification,
        "component": component,
        "starts_at": starts.isoformat(),
        "learners": [
            {"candidate_number": number, "uln": uln, "certificating": index % 9 != 8}
            for index, (number, uln) in enumerate(learners(centre))
        ],
    }


def tags(book: Book, centre: str, qualification: str, component: str, now: datetime) -> dict[str, Any]:
    """TAGs for the example learners: all outcomes but one graded, signed off by the centre's two teachers."""
    today = now.astimezone(book.series.zone).date()
    scale = book.series.qualifications[qualification].components[component].grades
    passing = scale[1:] or scale
    graded: list[dict[str, Any]] = [
        {"candidate_number": number, "uln": uln, "outcome": "graded", "grade": passing[(index * 7 + 2) % len(passing)]}
        for index, (number, uln) in enumerate(learners(centre))
    ]
    graded[5]["evidence"] = [{"source": "class-test"}]
    graded[5]["rationale"] = "The mock was missed; two class tests of the spring term show the level of attainment."
    reason = "Only one piece of work could be authenticated, and it does not cover the content that was taught."
    graded[13] = {**graded[13], "outcome": "insufficient-evidence", "rationale": reason}
    del graded[13]["grade"]
    if book.series.qualifications[qualification].components[component].kind == "synoptic-practical":
        for learner in graded:
            learner["unit_practicals_completed"] = True
    first, second = teachers(centre)
    return {
        "form": "tags",
        "series": book.series.id,
        "centre": centre,
        "qualification": qualification,
        "component": component,
        "evidence": [
            {"source": "mock-examination", "dated": (today - timedelta(days=67)).isoformat()},
            {"source": "classwork"},
        ],
        "decision_record": "Grades were set from the mock and the classwork of the year and compared in a meeting.",
        "learners": graded,
        "sign_off": [
            {"name": first, "role": "teacher", "signed_on": today.isoformat()},
            {"name": second, "role": "teacher", "signed_on": today.isoformat()},
        ],
    }


def _plant(document: dict[str, Any]) -> None:
    rows = document["learners"]
    rows[3]["uln"] = rows[3]["uln"][:-1] + str((int(rows[3]["uln"][-1]) + 1) % 10)
    rows[9]["candidate_number"] = rows[8]["candidate_number"]
    rows[20]["uln"] = rows[20]["uln"][:-1]
    if "starts_at" in document:
        document["starts_at"] = "2020" + document["starts_at"][4:]
    if "sign_off" in document:
        rows[5]["evidence"] = [{"source": "attendance"}]
        rows[13]["rationale"] = "Too little work."
        rows[15].pop("grade", None)
        document["sign_off"] = document["sign_off"][:1]
        del document["evidence"]
