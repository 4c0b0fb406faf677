"""The rule book: every rule, in the order in which they are shown. An id never changes meaning and is never reused."""

from gradepost.rules import (
    asking,
    catalogue,
    declarations,
    documents,
    evidence,
    grades,
    learners,
    people,
    receipts,
    schedules,
    tags,
)
from gradepost.rules.base import Rule

RULES: tuple[Rule, ...] = (
    *documents.RULES,
    *learners.RULES,
    *catalogue.RULES,
    *schedules.RULES,
    *tags.RULES,
    *grades.RULES,
    *evidence.RULES,
    *asking.RULES,
    *people.RULES,
    *declarations.RULES,
    *receipts.RULES,
)
