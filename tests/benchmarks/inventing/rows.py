"""Rows of learners as canonical text: what follows a learner's numbers is drawn from a stock made beforehand, so that
millions of rows take seconds."""

import random
from collections.abc import Sequence
from typing import Any

from gradepost.document.canonical import Layout
from gradepost.model.series import Component, Series
from inventing.people import Learner

_STOCK = 5000
_NUMBERS = {"candidate_number": "0001", "uln": "1000000051"}
_HEAD = '{"candidate_number": "0001", "uln": "1000000051"'
_DATES = ("2021-02-26", "2021-03-12", "2021-03-26", "2021-04-23", "2021-04-30")
_WHERE = ("Mock", "Test", "Work", "Project", "Paper", "File", "Essay", "Plan", "Review", "Quiz")
_TOPIC_WORDS = """
skin hair nails tools dyes oils hygiene safety colour client health styles trends law costs stock sales pricing adverts
layout sketch models photos notes muscles bones blood glands lashes brows scalp cuts curls braids washing drying tints
waxing facials massage make-up bridal history culture careers teams targets budgets
"""
_HOW = ("sound", "secure", "clear", "full", "neat", "strong", "steady", "good", "apt", "thorough")
_TOPICS = tuple(_TOPIC_WORDS.split())
_TOO_LITTLE = "far below what the unit asks for"

Mistake = str
SCHEMA_MISTAKES: tuple[Mistake, ...] = ("uln-pattern", "unknown-outcome")
RULE_MISTAKES: tuple[Mistake, ...] = ("check-digit", "off-scale", "no-evidence", "duplicate-number")


class Rows:
    """What one component's rows are drawn from."""

    def __init__(self, series: Series, component: Component, layout: Layout) -> None:
        self._draw = random.Random(component.code)
        self._sources = [s.id for s in series.evidence_sources if not s.detail.get("sense_check_only")]
        self._scale = component.grades
        self._after_practicals = component.kind in series.kinds_after_practicals
        self._layout = layout
        self._stock = [self._ending(**self._drawn()) for _ in range(_STOCK)]
        best = self._graded(self._scale[-1])
        self._wrong = {
            "unknown-outcome": self._ending(**best | {"outcome": "absent"}),
            "off-scale": self._ending(**best | {"grade": "starred"}),
            "no-evidence": self._ending(**best | {"evidence": []}),
        }

    def of(self, learners: Sequence[Learner], draw: random.Random, bad: float) -> list[str]:
        """One line of text for each learner; `bad` is the share of them with one planted mistake."""
        endings = draw.choices(self._stock, k=len(learners))
        rows = [
            f'{{"candidate_number": "{learner.number}", "uln": "{learner.uln}"{ending}'
            for learner, ending in zip(learners, endings, strict=True)
        ]
        if bad:
            for index, learner in enumerate(learners):
                if draw.random() < bad:
                    mistake = draw.choice(SCHEMA_MISTAKES if draw.random() < 0.5 else RULE_MISTAKES)
                    rows[index] = self._with(mistake, rows[index], learner, learners[index - 1].number)
        return rows

    def _with(self, mistake: Mistake, row: str, learner: Learner, other: str) -> str:
        match mistake:
            case "uln-pattern":
                return row.replace(learner.uln, learner.uln[:-1], 1)
            case "check-digit":
                return row.replace(learner.uln, f"{learner.uln[:-1]}{(int(learner.uln[-1]) + 1) % 10}", 1)
            case "duplicate-number":
                return row.replace(learner.number, other, 1)
            case _:
                return f'{{"candidate_number": "{learner.number}", "uln": "{learner.uln}"{self._wrong[mistake]}'

    def _drawn(self) -> dict[str, Any]:
        chance = self._draw.random()
        if chance > 0.06:
            weights = [6, *[30] * (len(self._scale) - 1)]
            return self._graded(self._draw.choices(self._scale, weights)[0])
        without_grade = self._graded("") | {"outcome": "insufficient-evidence" if chance > 0.03 else "withdrawn"}
        del without_grade["grade"]
        return without_grade

    def _graded(self, grade: str) -> dict[str, Any]:
        draw = self._draw
        evidence: list[dict[str, str]] = [{"source": source} for source in draw.sample(self._sources, 2)]
        for item in evidence:
            if draw.random() < 0.15:
                item["dated"] = draw.choice(_DATES)
        seen = draw.choice(_HOW) if grade in self._scale[1:] else _TOO_LITTLE
        first, second = draw.sample(_TOPICS, 2)
        rationale = f"{draw.choice(_WHERE)} on {first}, {second}: {seen}."
        learner = {"outcome": "graded", "grade": grade, "evidence": evidence, "rationale": rationale}
        return learner | ({"unit_practicals_completed": True} if self._after_practicals else {})

    def _ending(self, **learner: Any) -> str:
        line = self._layout.bytes_of({"learners": [_NUMBERS | learner]}).decode()
        return line.partition(_HEAD)[2].rpartition("\n  ]")[0]
