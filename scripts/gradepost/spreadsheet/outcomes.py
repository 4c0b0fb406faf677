"""Outcomes that a sheet leaves out because it gives grades alone, as most information systems do."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from gradepost.form.meanings import chosen, perhaps
from gradepost.model.names import fold
from gradepost.model.series import Series
from gradepost.spreadsheet.columns import Table


class Outcomes:
    """Completes rows that have a grade or a mark and no outcome: only one outcome can have either."""

    def __init__(self, series: Series, table: Table) -> None:
        target = table.target("outcome")
        graded = sorted(series.graded_outcomes)
        self._graded = graded[0] if target and len(graded) == 1 else None
        self._labels = {choice.id: choice.label for choice in series.outcomes}
        self._names: Mapping[str, str] = {}
        self._guesses: frozenset[str] = frozenset()
        if target:
            field = replace(target.field, choices="outcomes")
            self._names = chosen(series, field, {})
            self._guesses = frozenset(fold(n) for several in perhaps(series, field).values() for n in several)
        self._grades = {g for q in series.qualifications.values() for c in q.components.values() for g in c.grades}
        self._completed: Counter[str] = Counter()

    def complete(self, row: dict[str, Any]) -> None:
        """Gives a row its outcome. A text that may or may not be an outcome stays for a repair to ask about."""
        if self._graded is None or "outcome" in row:
            return
        grade = row.get("grade")
        outcome = self._graded if grade or "mark" in row else None
        if isinstance(grade, str) and grade not in self._grades:
            if fold(grade) in self._names:
                outcome = self._names[fold(row.pop("grade"))]
            elif fold(grade) in self._guesses:
                return
        if outcome:
            row["outcome"] = outcome
            self._completed[outcome] += 1

    def notes(self) -> Iterator[str]:
        """What was completed."""
        for outcome, count in self._completed.items():
            learners = "1 learner has" if count == 1 else f"{count:,} learners have"
            yield f"{learners} no outcome in the sheet; {self._labels[outcome]} is taken, by what stands as the grade."
