"""What a document's results add up to: how many learners have each grade, or another outcome."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gradepost.form.choices import choices_of, labels_of
from gradepost.form.entries import learners_of
from gradepost.model.series import Series


@dataclass(frozen=True, slots=True)
class Total:
    """How many learners have a result; `most` is the largest number of any result, for a chart."""

    label: str
    number: int
    most: int


def totals(series: Series, document: Mapping[str, Any]) -> list[Total]:
    """Every grade of the scale from the highest down, then the other outcomes that occur."""
    learners = learners_of(document)
    counts = Counter(_result(learner) for learner in learners)
    grades = labels_of(choices_of(series, "grades", document))
    outcomes = labels_of(choices_of(series, "outcomes", document))
    if not any("outcome" in learner for learner in learners):
        return []
    scale = list(reversed(grades.items())) if any(grade in counts for grade in grades) else []
    others = [(outcome, label) for outcome, label in outcomes.items() if counts[outcome]]
    most = max(counts.values(), default=0)
    return [Total(label, counts[result], most) for result, label in [*scale, *others]]


def _result(learner: Mapping[str, Any]) -> str:
    return str(learner.get("grade") or learner.get("outcome", ""))
