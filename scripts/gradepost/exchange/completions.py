"""Rows about learners' units, which are no documents of a series: their schema, their place, and what no schema sees
in them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gradepost.model.identifiers import PLACEHOLDER_ULN, uln_is_right

FORM = "completions"
SCHEMA = "schemas/exchange/completions.schema.json"


def folder_of(series: str, centre: str) -> str:
    """Where a centre's lie, below the state's folder."""
    return f"{FORM}/{series}/{centre}"


def path_of(data: Mapping[str, Any]) -> str:
    """Where those of a centre's qualification lie, below the state's folder."""
    return f"{folder_of(data['series'], data['centre'])}/{data['qualification']}.json"


def row_faults(learners: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str, str]]:
    """What keeps rows of sound shape from being taken: the index of the learner, the property, and words."""
    seen: set[str] = set()
    for index, learner in enumerate(learners):
        if learner["candidate_number"] in seen:
            yield index, "candidate_number", "another row of this qualification has it. Keep one."
        seen.add(learner["candidate_number"])
        if learner["uln"] != PLACEHOLDER_ULN and not uln_is_right(learner["uln"]):
            yield index, "uln", "its last digit does not fit the others. Look it up."
        if learner["completed"] and learner.get("units_open"):
            yield index, "units_open", "units are open, and another column says that all are completed."
