"""A series and its forms as records, from the checked contents of their files."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gradepost.model.series import Choice, Component, Form, Qualification, Series
from gradepost.model.trouble import ConfigurationError

_END_OF_DAY = time(23, 59, 59, 999000)


def instant_of(text: str, zone: ZoneInfo) -> datetime:
    """A date (to the last millisecond of that day) or a wall time of a zone, as a UTC instant."""
    local = datetime.fromisoformat(text) if "T" in text else datetime.combine(date.fromisoformat(text), _END_OF_DAY)
    return local.replace(tzinfo=zone).astimezone(UTC)


def series_of(raw: Mapping[str, Any]) -> Series:
    """The series. Raises `ConfigurationError` with the key where a value names something that is not there."""
    try:
        zone = ZoneInfo(raw["time_zone"])
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: it names a folder of zones
        raise ConfigurationError("key time_zone: there is no such time zone.") from error
    embargo = raw.get("embargo_until")
    return Series(
        id=raw["series"],
        title=raw["title"],
        awarding_organisation=raw["awarding_organisation"],
        zone=zone,
        opens_at=_instant("opens", raw["opens"], zone) - timedelta(days=1) + timedelta(milliseconds=1),
        deadlines={row: _deadlines(row, kinds, raw, zone) for row, kinds in raw["deadlines"].items()},
        kinds=raw["kinds"],
        qualifications={code: _qualification(code, q, raw) for code, q in raw["qualifications"].items()},
        evidence_sources=_choices(raw, "evidence_sources"),
        statements=_choices(raw, "statements"),
        outcomes=_choices(raw, "outcomes"),
        signatory_roles=_choices(raw, "signatory_roles"),
        sign_off_roles=_choices(raw, "sign_off_roles"),
        sign_offs=raw.get("sign_offs", 2),
        needs_approval=raw["needs_approval"],
        rule_severities=raw.get("rules", {}),
        minimum_record=raw.get("minimum_record", 40),
        embargo_until=_instant("embargo_until", embargo, zone) if embargo else None,
        assumed=raw["assumed"],
        fail_grades=frozenset(raw.get("fail_grades", ())),
        kinds_after_practicals=frozenset(raw.get("kinds_after_practicals", ())),
        on_request=frozenset(raw.get("on_request", ())),
    )


def _instant(key: str, text: str, zone: ZoneInfo) -> datetime:
    try:
        return instant_of(text, zone)
    except ValueError as error:
        raise ConfigurationError(f"key {key}: {error}.") from error


def _deadlines(
    row: str, dates: Mapping[str, str | None], series: Mapping[str, Any], zone: ZoneInfo
) -> dict[str, datetime | None]:
    """A row of deadlines. A kind left out by mistake would never be late, so each that takes a TAG is named."""
    for kind in dates:
        if kind not in series["kinds"]:
            raise ConfigurationError(f"key deadlines.{row}.{kind}: {kind} is not one of the kinds.")
    components = (c for q in series["qualifications"].values() for c in q["components"].values())
    for kind in sorted(({c["kind"] for c in components if c["takes_tag"]} & series["kinds"].keys()) - dates.keys()):
        raise ConfigurationError(f"key deadlines.{row}: {kind} is missing; null means that it has no fixed date.")
    return {kind: _instant(f"deadlines.{row}.{kind}", text, zone) if text else None for kind, text in dates.items()}


def _choices(raw: Mapping[str, Any], name: str) -> tuple[Choice, ...]:
    return tuple(Choice(c["id"], c["label"], c) for c in raw[name])


def _qualification(code: str, raw: Mapping[str, Any], series: Mapping[str, Any]) -> Qualification:
    components = {}
    for name, c in raw["components"].items():
        key = f"key qualifications.{code}.components.{name}"
        if c["kind"] not in series["kinds"]:
            raise ConfigurationError(f"{key}.kind: {c['kind']} is not one of the kinds.")
        grades = c.get("grades", [])
        if isinstance(grades, str):
            if grades not in series.get("grade_scales", {}):
                raise ConfigurationError(f"{key}.grades: there is no scale named {grades}.")
            grades = series["grade_scales"][grades]
        most = c.get("maximum_mark")
        if c["takes_tag"] and not grades and most is None:
            raise ConfigurationError(f"{key}.grades: a component that takes a TAG needs a scale, or a maximum mark.")
        components[name] = Component(name, c["title"], c["kind"], c.get("paper"), c["takes_tag"], tuple(grades), most)
    return Qualification(code, raw["title"], raw["qan"], raw["family"], raw["level"], components)


def form_of(raw: Mapping[str, Any]) -> Form:
    """The form."""
    return Form(
        name=raw["form"],
        title=raw["title"],
        schema=raw["schema"],
        scope=raw["scope"],
        path=raw["path"],
        deadline=raw.get("deadline"),
        channels=tuple(raw["channels"]),
        submitters=tuple(raw.get("submitters", ())),
        layout=raw,
    )
