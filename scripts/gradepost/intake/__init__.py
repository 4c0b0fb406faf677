"""From bytes to a receipt: one centre at a time, judged, and stored in one durable transaction before the answer."""

from gradepost.intake.receiving import (
    Accepted,
    Intake,
    KeyReused,
    OtherCentre,
    Refused,
    RuleCrashed,
    Submission,
    Surroundings,
)

__all__ = ["Accepted", "Intake", "KeyReused", "OtherCentre", "Refused", "RuleCrashed", "Submission", "Surroundings"]
