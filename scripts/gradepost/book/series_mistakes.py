"""What no schema sees in a series file: names of things that are not there, dates and scales that cannot hold."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gradepost.book.mistakes import Mistake, instead
from gradepost.book.own_shape import Keys
from gradepost.book.own_yaml import OwnFile
from gradepost.book.wall import instant_of, start_of_day
from gradepost.model.names import fold
from gradepost.rules import RULES

_LISTS = ("evidence_sources", "statements", "outcomes", "signatory_roles", "sign_off_roles")
# Without these a document has no bytes to sign, or no path to be filed at.
_ALWAYS_ERRORS = frozenset({"D001", "D002", "D003", "D004", "D008"})


def series_mistakes(file: OwnFile, forms: Collection[str]) -> Iterator[Mistake]:
    """Every mistake in a series file that its schema cannot see. `forms` are the names of its forms.

    A question that looks at a key which is missing or refused is left out: that was said already.
    """
    for needed, look in _QUESTIONS:
        if all(key in file.sound for key in needed):
            yield from look(file)
    for key in ("on_request", "needs_approval"):
        yield from _unknown(file, (key,), file.sound.get(key, ()), forms, "form")


def _folder(file: OwnFile) -> Iterator[Mistake]:
    if file.sound["series"] != file.path.parent.name:
        yield file.mistake(("series",), f"the folder is called {file.path.parent.name}. Give both the same name.")


def _zone(file: OwnFile) -> ZoneInfo | None:
    try:
        return ZoneInfo(file.sound["time_zone"])
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: it names a folder of zones
        return None


def _dates(file: OwnFile) -> Iterator[Mistake]:
    zone = _zone(file)
    if zone is None:
        yield file.mistake(("time_zone",), "there is no such time zone. Write one such as Europe/London.")
        return
    opens: datetime | None = None
    try:
        opens = start_of_day(file.sound["opens"], zone)
    except ValueError as error:
        yield file.mistake(("opens",), str(error))
    for keys, text in _walls(file.sound):
        try:
            at = instant_of(text, zone)
        except ValueError as error:
            yield file.mistake(keys, str(error))
        else:
            if opens is not None and at < opens:
                yield file.mistake(keys, "this is before the series opens. Move it, or `opens`.")


def _walls(raw: Mapping[str, Any]) -> Iterator[tuple[Keys, str]]:
    for row, dates in raw.get("deadlines", {}).items():
        yield from ((("deadlines", row, kind), text) for kind, text in dates.items() if text)
    if raw.get("embargo_until"):
        yield ("embargo_until",), raw["embargo_until"]


def _kinds_of_deadlines(file: OwnFile) -> Iterator[Mistake]:
    kinds = _names(file, "kinds")
    wanted = {c["kind"] for _, c in _components(file) if c["takes_tag"]} & set(kinds)
    for row, dates in file.sound["deadlines"].items():
        for kind in dates:
            if kind not in kinds:
                yield file.mistake(("deadlines", row, kind), f"{kind} is not one of the kinds.{instead(kind, kinds)}")
        # A kind left out by mistake would never be late, so each that takes a TAG is named.
        for kind in sorted(wanted - _group(file.value["deadlines"], row).keys()):
            yield file.mistake(("deadlines", row), f"{kind} is missing. Add a date, or null for no fixed date.")


def _kinds_of_components(file: OwnFile) -> Iterator[Mistake]:
    kinds = _names(file, "kinds")
    for keys, component in _components(file):
        kind = component["kind"]
        if kind not in kinds:
            yield file.mistake((*keys, "kind"), f"{kind} is not one of the kinds.{instead(kind, kinds)}")


def _kinds_after_practicals(file: OwnFile) -> Iterator[Mistake]:
    key = "kinds_after_practicals"
    yield from _unknown(file, (key,), file.sound.get(key, ()), _names(file, "kinds"), "kind")


def _measures(file: OwnFile) -> Iterator[Mistake]:
    scales = _names(file, "grade_scales")
    for keys, component in _components(file):
        grades, marked = component.get("grades"), "maximum_mark" in component
        if grades and marked:
            yield file.mistake((*keys, "maximum_mark"), "it has grades and a maximum mark. Keep one of the two.")
        if component["takes_tag"] and not grades and not marked and not _refused(file, keys, "grades", "maximum_mark"):
            yield file.mistake(keys, "a component that takes a TAG needs a scale, or a maximum mark. Add `grades`.")
        if isinstance(grades, str) and grades not in scales:
            message = f"there is no scale named {grades}.{instead(grades, scales)}"
            yield file.mistake((*keys, "grades"), message)


def _fails(file: OwnFile) -> Iterator[Mistake]:
    if "fail_grades" in file.value and "fail_grades" not in file.sound:
        return
    fails, scales = file.sound.get("fail_grades", ()), list(_scales(file))
    every = {grade for _, scale in scales for grade in scale}
    if scales and not fails:
        yield file.mistake((), "the key fail_grades is missing. Name the grades of any scale that are a fail.")
        return
    for keys, scale in scales:
        if not set(scale) & set(fails):
            yield file.mistake(keys, "none of these grades is a fail. Name its fail in `fail_grades`.")
    yield from _unknown(file, ("fail_grades",), fails, every, "grade")


def _scales(file: OwnFile) -> Iterator[tuple[Keys, list[str]]]:
    """The named scales, and those that a component writes out; none where no component has grades."""
    graded = [(keys, component["grades"]) for keys, component in _components(file) if component.get("grades")]
    if graded:
        yield from (
            (("grade_scales", name), scale) for name, scale in file.sound.get("grade_scales", {}).items() if scale
        )
    yield from (((*keys, "grades"), grades) for keys, grades in graded if isinstance(grades, list))


def _ids(file: OwnFile) -> Iterator[Mistake]:
    for name in _LISTS:
        seen: set[str] = set()
        for index, entry in enumerate(file.sound.get(name, ())):
            if entry and entry["id"] in seen:
                yield file.mistake(
                    (name, index, "id"), f"{entry['id']} stands twice in this list. Rename or remove one."
                )
            seen |= {entry["id"]} if entry else set()


def _names_of_entries(file: OwnFile) -> Iterator[Mistake]:
    """Other names that stand for two entries, in any list and in all grades."""
    for name in _LISTS:
        entries = [(index, entry) for index, entry in enumerate(file.sound.get(name, ())) if entry]
        named = [((name, index), entry["id"], entry) for index, entry in entries]
        yield from _ambiguous(file, named, {fold(text): e["id"] for _, e in entries for text in (e["label"], e["id"])})
    every = {grade for _, scale in _scales(file) for grade in scale}
    grades = file.sound.get("grade_names", {})
    yield from _unknown(file, ("grade_names",), grades if every else (), every, "grade")
    named = [(("grade_names", grade), grade, names) for grade, names in grades.items() if names]
    yield from _ambiguous(file, named, {fold(grade): grade for grade in every})


def _ambiguous(
    file: OwnFile, named: Iterable[tuple[Keys, str, Mapping[str, Any]]], taken: dict[str, str]
) -> Iterator[Mistake]:
    """Each name under `also` or `perhaps` that is another entry's; `taken` are the ids and labels."""
    for keys, entry, names in named:
        for key in ("also", "perhaps"):
            for index, text in enumerate(names.get(key, ())):
                # A name that the schema refuses stands as None, so that places stay right.
                owner = taken.setdefault(fold(text), entry) if text else entry
                if owner != entry:
                    message = f"{text} already stands for {owner}. Leave it to one of the two."
                    yield file.mistake((*keys, key, index), message)


def _sense_checks(file: OwnFile) -> Iterator[Mistake]:
    sources = file.sound["evidence_sources"]
    if all(source and source.get("sense_check_only") for source in sources):
        key, what = ("evidence_sources",), "each source is a sense check only" if sources else "there is no source"
        yield file.mistake(key, f"{what}, so no grade could have evidence. Add a source that can stand alone.")


def _rules(file: OwnFile) -> Iterator[Mistake]:
    known = [rule.id for rule in RULES]
    for rule_id in file.sound["rules"]:
        if rule_id not in known:
            message = f"there is no such rule.{instead(rule_id, known)} `gradepost rules` lists them."
            yield file.mistake(("rules", rule_id), message)
        elif rule_id.startswith("R") or rule_id in _ALWAYS_ERRORS:
            message = "a rule that guards the ledger cannot be softened. Take this line out."
            yield file.mistake(("rules", rule_id), message)


def _working_hours(file: OwnFile) -> Iterator[Mistake]:
    hours = (file.sound["requests"] or {}).get("working_hours") or {}
    if hours.get("from") and hours.get("until") and hours["from"] >= hours["until"]:
        yield file.mistake(("requests", "working_hours", "until"), "it is not after `from`. Nobody would ever work.")


def _assumed(file: OwnFile) -> Iterator[Mistake]:
    values = {key: value for key, value in file.value.items() if key != "assumed"}
    for key in file.sound["assumed"]:
        rest: Any = values
        for step in str(key).split("."):
            inner = _inner(rest, step)
            if inner is None:
                known = [str(name) for name in rest] if isinstance(rest, Mapping) else []
                message = f"this file has nothing named {step} there.{instead(step, known)}"
                yield file.mistake(("assumed", key), message)
                break
            rest = inner[0]


def _inner(value: Any, step: str) -> tuple[Any] | None:
    """What stands under a name: in the group itself, or in what its members have in common (their `components`)."""
    if isinstance(value, list):
        return next(((entry,) for entry in value if isinstance(entry, Mapping) and entry.get("id") == step), None)
    if not isinstance(value, Mapping):
        return None
    if step in value:
        return (value[step],)
    members = [member[step] for member in value.values() if isinstance(member, Mapping) and step in member]
    if members and all(isinstance(member, Mapping) for member in members):
        return ({name: inner for member in members for name, inner in member.items()},)
    return (members[0],) if members else None


def _unknown(file: OwnFile, keys: Keys, names: Iterable[Any], known: Collection[str], thing: str) -> Iterator[Mistake]:
    for index, name in enumerate(names):
        if name is not None and name not in known:
            step = name if isinstance(names, Mapping) else index
            yield file.mistake((*keys, step), f"there is no {thing} {name}.{instead(name, known)}")


def _names(file: OwnFile, key: str) -> list[str]:
    """The names that a group gives, those included whose contents are refused."""
    return [str(name) for name in _group(file.value, key)]


def _group(value: Any, key: str) -> Mapping[str, Any]:
    found = value.get(key) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _components(file: OwnFile) -> Iterator[tuple[Keys, Mapping[str, Any]]]:
    for code, qualification in file.sound["qualifications"].items():
        for name, component in qualification["components"].items():
            yield ("qualifications", code, "components", name), component


def _refused(file: OwnFile, keys: Keys, *names: str) -> bool:
    """Whether one of the names stands there and was refused: what is wrong with it was said already."""
    whole: Any = file.value
    for key in keys:
        whole = whole[key]
    return any(name in whole for name in names)


_Question = Callable[[OwnFile], Iterator[Mistake]]
_QUESTIONS: tuple[tuple[tuple[str, ...], _Question], ...] = (
    (("series",), _folder),
    (("time_zone", "opens"), _dates),
    (("kinds", "deadlines", "qualifications"), _kinds_of_deadlines),
    (("kinds", "qualifications"), _kinds_of_components),
    (("kinds",), _kinds_after_practicals),
    (("qualifications",), _measures),
    (("qualifications",), _fails),
    ((), _ids),
    ((), _names_of_entries),
    (("evidence_sources",), _sense_checks),
    (("rules",), _rules),
    (("requests",), _working_hours),
    (("assumed",), _assumed),
)
