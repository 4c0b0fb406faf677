"""How grades are spread, and how that compares: a centre's own of an earlier series, and other centres' of this one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from gradepost.document.filing import Dossier
from gradepost.forge.base import Forge
from gradepost.inbox import Inbox

Profile = Mapping[str, int]
"""How many learners have each grade; whoever has none is not counted."""


def profile_of(data: Mapping[str, Any]) -> Counter[str]:
    """The profile of one document of grades."""
    return Counter(learner["grade"] for learner in data.get("learners", ()) if "grade" in learner)


def earlier_profile(
    forge: Forge, main: str, dossier: Dossier, component: str, earlier: Sequence[str]
) -> tuple[str, Counter[str]] | None:
    """The last of the earlier series (the newest first) in which main has the centre's grades, and their profile."""
    for series in earlier:
        before = Dossier(series, dossier.centre, dossier.qualification, dossier.kind)
        raw = forge.read(main, f"{before.folder}/{component}.tags.json")
        if raw is not None:
            return series, profile_of(orjson.loads(raw))
    return None


def profile_of_others(inbox: Inbox, dossier: Dossier, component: str) -> tuple[int, Counter[str]]:
    """How many other centres have sent grades for a component in this series, and their profile taken together."""
    name = f"{dossier.qualification}/{dossier.kind}/{component}.tags.json"
    others = [s for s in inbox.standing_of_series(dossier.series, "tags", name) if s.centre != dossier.centre]
    found: Counter[str] = Counter()
    for stored in others:
        found.update(profile_of(orjson.loads(stored.document)))
    return len(others), found


def profile_of_others_on_main(forge: Forge, main: str, dossier: Dossier, component: str) -> tuple[int, Counter[str]]:
    """The same of the centres whose grades stand on main."""
    name = f"/{dossier.qualification}/{dossier.kind}/{component}.tags.json"
    listed = (path for path in forge.list(main, f"submissions/{dossier.series}") if path.endswith(name))
    files = [forge.read(main, path) for path in listed if not dossier.holds(path)]
    found: Counter[str] = Counter()
    for raw in filter(None, files):
        found.update(profile_of(orjson.loads(raw)))
    return len(files), found


def compared_with(before: tuple[str, Profile] | None, others: tuple[int, Profile]) -> list[tuple[str, Profile]]:
    """Both profiles with their names, as pages show them."""
    many, of_others = others
    centres = "1 other centre" if many == 1 else f"{many} other centres"
    return [*([(f"The centre in {before[0]}", before[1])] if before else ()), (centres, of_others)]


def has_shifted(now: Profile, before: Profile, grades: Sequence[str], points: int) -> bool:
    """Whether the share of learners at or above some grade differs by so many percentage points or more. `grades` are
    the scale, lowest first. In whole numbers, so that every machine finds the same."""
    many, were = (sum(profile.get(grade, 0) for grade in grades) for profile in (now, before))
    if not many or not were:
        return False
    above_now = above_before = 0
    for grade in reversed(grades):
        above_now += now.get(grade, 0)
        above_before += before.get(grade, 0)
        if abs(above_now * were - above_before * many) * 100 >= points * many * were:
            return True
    return False
