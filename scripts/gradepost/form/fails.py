"""A fail, asked about: is there evidence of a fail, or too little evidence to judge?"""

from collections.abc import Mapping
from typing import Any

from gradepost.model.series import Series

EVIDENCE, TOO_LITTLE = "evidence", "too-little"
FIELD = "_fail."


def failing(series: Series, document: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    """The learners with a fail, each with its row. None where the series has no outcome for too little evidence."""
    if not series.recorded_outcomes:
        return []
    return [
        (row, learner)
        for row, learner in enumerate(_list(document.get("learners")))
        if isinstance(learner, Mapping)
        and str(learner.get("outcome")) in series.graded_outcomes
        and str(learner.get("grade")) in series.fail_grades
    ]


def answers_of(fields: Mapping[str, str]) -> dict[int, str]:
    """What was answered about each row."""
    return {
        int(row): value
        for name, value in fields.items()
        if name.startswith(FIELD)
        and (row := name.removeprefix(FIELD)).isascii()
        and row.isdigit()
        and len(row) < 10
        and value in (EVIDENCE, TOO_LITTLE)
    }


def unanswered(series: Series, document: Mapping[str, Any], answers: Mapping[int, str]) -> list[int]:
    """The rows of learners with a fail that nothing was answered about."""
    return [row for row, _ in failing(series, document) if row not in answers]


def settled(series: Series, document: Mapping[str, Any], answers: Mapping[int, str]) -> dict[str, Any]:
    """The document with the answers in it: too little evidence is an outcome of its own and takes no grade."""
    rows = {row for row, _ in failing(series, document) if answers.get(row) == TOO_LITTLE}
    if not rows:
        return dict(document)
    learners = [
        {**_without(learner), "outcome": too_little_of(series)} if row in rows else learner
        for row, learner in enumerate(document["learners"])
    ]
    return {**document, "learners": learners}


def too_little_of(series: Series) -> str:
    """The series' outcome for too little evidence."""
    return next(choice.id for choice in series.outcomes if choice.id in series.recorded_outcomes)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _without(learner: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in learner.items() if name != "grade"}
