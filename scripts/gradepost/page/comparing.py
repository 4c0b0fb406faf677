"""Grade profiles beside each other: one dossier's, the centre's of an earlier series, other centres'."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from gradepost.form import words
from gradepost.page.charts import Bars, chart

Profile = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The chart and its table: names of the profiles, and each grade from the highest with its shares in per cent."""

    names: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int]]]
    chart: Markup


def comparison(of: str, grades: Sequence[str], profiles: Sequence[tuple[str, Profile]]) -> Comparison | None:
    """Named profiles over a scale (lowest first), as shares of those graded; None with fewer than two, or no scale.

    `of` is what the grades are of.
    """
    known = [(name, profile) for name, profile in profiles if sum(profile.values())]
    if len(known) < 2 or not grades:
        return None
    names = [name for name, _ in known]
    rows = [(words.spoken(grade), [_percent(profile, grade) for _, profile in known]) for grade in reversed(grades)]
    bars = [Bars(name, [shares[place] for _, shares in rows]) for place, name in enumerate(names)]
    said = f"{of} compared. {_found(names, rows)} The table says the same."
    return Comparison(names, rows, chart(said, [label for label, _ in rows], bars, " %"))


def _found(names: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]]) -> str:
    """Where the shares differ most, in words."""
    label, shares = max(rows, key=lambda row: max(row[1]) - min(row[1]), default=("", [0]))
    if max(shares) == min(shares):
        return "The shares are the same."
    each = ", ".join(f"{name} {share} %" for name, share in zip(names, shares, strict=True))
    return f"They differ most at {label}: {each}."


def _percent(profile: Profile, grade: str) -> int:
    return round(100 * profile.get(grade, 0) / sum(profile.values()))
