"""Grade profiles beside each other: one dossier's, the centre's of an earlier series, other centres'."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gradepost.form import words

_WIDEST, _THICK, _GAP = 320, 14, 10
Profile = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: whose it is (its place among the profiles), its share in per cent, and where it is drawn."""

    of: int
    percent: int
    width: int
    y: int


@dataclass(frozen=True, slots=True)
class Group:
    """One grade with a bar for each profile; `y` is where its label stands."""

    label: str
    bars: Sequence[Bar]
    y: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """The chart and its table: names of the profiles, groups by grade from the highest, the height, and the key."""

    names: Sequence[str]
    groups: Sequence[Group]
    height: int
    key: Sequence[tuple[str, int]]


def comparison(grades: Sequence[str], profiles: Sequence[tuple[str, Profile]]) -> Comparison | None:
    """Named profiles over a scale (lowest first), as shares of those graded; None with fewer than two to compare."""
    known = [(name, profile) for name, profile in profiles if sum(profile.values())]
    if len(known) < 2:
        return None
    tall = _THICK * len(known) + _GAP
    groups = [
        _group(grade, place * tall, [profile for _, profile in known]) for place, grade in enumerate(reversed(grades))
    ]
    below = tall * len(groups)
    key = [(name, below + _THICK * place) for place, (name, _) in enumerate(known)]
    return Comparison([name for name, _ in known], groups, below + _THICK * len(known) + _GAP, key)


def _group(grade: str, top: int, profiles: Sequence[Profile]) -> Group:
    bars = [
        Bar(of, percent := _percent(profile, grade), round(_WIDEST * percent / 100), top + _THICK * of)
        for of, profile in enumerate(profiles)
    ]
    return Group(words.spoken(grade), bars, top + _THICK * len(profiles) // 2 + 5)


def _percent(profile: Profile, grade: str) -> int:
    return round(100 * profile.get(grade, 0) / sum(profile.values()))
