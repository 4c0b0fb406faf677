"""What a pull request changes, said for a reviewer: by document, by candidate, by property."""

from collections.abc import Iterator, Mapping
from typing import Any

from gradepost.model.standing import Difference

Data = Mapping[str, Any]


def differences(name: str, before: Data | None, after: Data | None) -> list[Difference]:
    """The differences between two states of a document; None where it is new or gone."""
    if before is None or after is None:
        said = _size(before if after is None else after)
        return [Difference(name, "whole document", None if before is None else said, None if after is None else said)]
    return [*_properties(name, before, after), *_learners(name, before, after)]


def _size(data: Data | None) -> str:
    if data is None or "learners" not in data:
        return "as shown below"
    return "1 learner" if len(data["learners"]) == 1 else f"{len(data['learners'])} learners"


def _properties(name: str, before: Data, after: Data) -> Iterator[Difference]:
    for key in dict.fromkeys([*before, *after]):
        if key != "learners" and before.get(key) != after.get(key):
            yield Difference(name, key.replace("_", " "), _said(before.get(key)), _said(after.get(key)))


def _learners(name: str, before: Data, after: Data) -> Iterator[Difference]:
    old = {learner["candidate_number"]: learner for learner in before.get("learners", ())}
    new = {learner["candidate_number"]: learner for learner in after.get("learners", ())}
    for number in dict.fromkeys([*old, *new]):
        if number not in new:
            yield Difference(name, f"candidate {number}", "listed", None)
        elif number not in old:
            yield Difference(name, f"candidate {number}", None, "listed")
        else:
            for key in dict.fromkeys([*old[number], *new[number]]):
                if old[number].get(key) != new[number].get(key):
                    subject = f"candidate {number}, {key.replace('_', ' ')}"
                    yield Difference(name, subject, _said(old[number].get(key)), _said(new[number].get(key)))


def _said(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(str(_said(item)) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key.replace('_', ' ')} {_said(inner)}" for key, inner in value.items())
    return str(value)
