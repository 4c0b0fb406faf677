"""Which dossiers are looked at, and whom in them: every one with a signal, and a seeded random part of the others.

The same submissions, settings and seed give the same bytes on every machine: whatever is drawn is drawn by SHA-256, in
no order but that of the hashes. Sizes and limits are the series' (`sampling`).
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradepost.document.filing import Dossier
from gradepost.model.series import Sampling

SHIFT, SINGLE_SOURCE, LATE, FIRST, RANDOM = "shift", "single-source", "late-amendment", "first-submission", "random"
SIGNALS: Mapping[str, str] = {
    SHIFT: "The grades differ from those of the centre's last series.",
    SINGLE_SOURCE: "All grades of a component rest on one and the same source of evidence.",
    LATE: "Grades were changed close to the deadline, or after it.",
    FIRST: "The centre submits for this qualification for the first time.",
    RANDOM: "It was drawn at random.",
}
_SEED = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class Weighed:
    """A dossier that may be drawn: its signals, its learners' candidate numbers by component, and the digests of the
    documents that this rests on."""

    dossier: Dossier
    signals: tuple[str, ...]
    learners: Mapping[str, Sequence[str]]
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A dossier to be looked at: why, and whom by component."""

    dossier: Dossier
    reasons: tuple[str, ...]
    learners: Mapping[str, tuple[str, ...]]


def is_seed(text: str) -> bool:
    """Whether a sample can be named so."""
    return _SEED.fullmatch(text) is not None


def sample_path(series: str, seed: str) -> str:
    """Where main keeps the record of a sample."""
    return f"{samples_folder(series)}/{seed}.json"


def samples_folder(series: str) -> str:
    """Where main keeps the records of a series' samples."""
    return f"reviews/{series}/samples"


def choose(weighed: Iterable[Weighed], seed: str, sampling: Sampling) -> list[Chosen]:
    """The sample, in the order of its dossiers."""
    every = sorted(weighed, key=lambda one: one.dossier)
    plain = sorted((one for one in every if not one.signals), key=lambda one: _lot(seed, one.dossier.branch))
    drawn = {one.dossier for one in plain[: -(-len(plain) * sampling.share // 100)]}
    return [
        Chosen(one.dossier, one.signals or (RANDOM,), _learners(one, seed, sampling.learners))
        for one in every
        if one.signals or one.dossier in drawn
    ]


def sample_record(
    weighed: Sequence[Weighed], chosen: Iterable[Chosen], seed: str, sampling: Sampling, series: str
) -> bytes:
    """The record: what was drawn, by which seed and settings, from what (`drawn_from`). Ids alone, and no instant: the
    commit has that."""
    value = {
        "series": series,
        "seed": seed,
        "sampling": {name: getattr(sampling, name) for name in ("share", "learners", "shift", "late_hours")},
        "considered": len(weighed),
        "drawn_from": _digest(sorted((one.dossier.branch, *one.signals, *one.documents) for one in weighed)),
        "chosen": [_entry(one) for one in chosen],
    }
    return (json.dumps(value, indent=2) + "\n").encode()


def chosen_in(record: bytes, dossier: Dossier) -> Chosen | None:
    """What a record says of a dossier; None where it was not drawn."""
    ids = {"centre": dossier.centre, "qualification": dossier.qualification, "kind": dossier.kind}
    for entry in json.loads(record)["chosen"]:
        if all(entry[name] == value for name, value in ids.items()):
            learners = {component: tuple(numbers) for component, numbers in entry["learners"].items()}
            return Chosen(dossier, tuple(entry["reasons"]), learners)
    return None


def _learners(one: Weighed, seed: str, many: int) -> dict[str, tuple[str, ...]]:
    return {
        component: tuple(sorted(_drawn(numbers, many, seed, one.dossier.branch, component)))
        for component, numbers in sorted(one.learners.items())
    }


def _drawn(numbers: Iterable[str], many: int, *named: str) -> list[str]:
    return sorted(numbers, key=lambda number: _lot(*named, number))[:many]


def _entry(one: Chosen) -> dict[str, Any]:
    return {
        "centre": one.dossier.centre,
        "qualification": one.dossier.qualification,
        "kind": one.dossier.kind,
        "reasons": list(one.reasons),
        "learners": {component: list(numbers) for component, numbers in one.learners.items()},
    }


def _lot(*parts: str) -> bytes:
    return hashlib.sha256("\n".join(parts).encode()).digest()


def _digest(value: Any) -> str:
    return f"sha256:{hashlib.sha256(json.dumps(value).encode()).hexdigest()}"
