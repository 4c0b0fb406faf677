"""A series and its forms as records, from the contents of their files, which were found to be right."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from gradepost.book.wall import instant_of, start_of_day
from gradepost.model.asking import asking_rules_of
from gradepost.model.series import Choice, Component, Form, Qualification, Sampling, Series


def series_of(raw: Mapping[str, Any]) -> Series:
    """The series."""
    zone = ZoneInfo(raw["time_zone"])
    embargo = raw.get("embargo_until")
    return Series(
        id=raw["series"],
        title=raw["title"],
        awarding_organisation=raw["awarding_organisation"],
        zone=zone,
        opens_at=start_of_day(raw["opens"], zone),
        deadlines={
            row: {kind: instant_of(text, zone) if text else None for kind, text in dates.items()}
            for row, dates in raw["deadlines"].items()
        },
        kinds=raw["kinds"],
        qualifications={
            code: _qualification(code, q, raw.get("grade_scales", {})) for code, q in raw["qualifications"].items()
        },
        evidence_sources=_choices(raw, "evidence_sources"),
        statements=_choices(raw, "statements"),
        outcomes=_choices(raw, "outcomes"),
        signatory_roles=_choices(raw, "signatory_roles"),
        sign_off_roles=_choices(raw, "sign_off_roles"),
        sign_offs=raw.get("sign_offs", 2),
        needs_approval=raw["needs_approval"],
        rule_severities=raw.get("rules", {}),
        minimum_record=raw.get("minimum_record", 40),
        embargo_until=instant_of(embargo, zone) if embargo else None,
        assumed=raw["assumed"],
        fail_grades=frozenset(raw.get("fail_grades", ())),
        kinds_after_practicals=frozenset(raw.get("kinds_after_practicals", ())),
        on_request=frozenset(raw.get("on_request", ())),
        grade_names=raw.get("grade_names", {}),
        declaration_code=raw.get("declaration_code", False),
        second_factor=raw.get("second_factor", "off"),
        objection_hours=raw.get("second_contact", {}).get("hours"),
        reviewers=raw.get("reviewers", 1),
        reminder_hours=tuple(sorted(raw.get("reminder_hours", ()), reverse=True)),
        sampling=Sampling(**raw.get("sampling", {})),
        asking=asking_rules_of(raw["requests"]) if "requests" in raw else None,
    )


def _choices(raw: Mapping[str, Any], name: str) -> tuple[Choice, ...]:
    return tuple(Choice(c["id"], c["label"], c) for c in raw[name])


def _qualification(code: str, raw: Mapping[str, Any], scales: Mapping[str, list[str]]) -> Qualification:
    components = {name: _component(name, c, scales) for name, c in raw["components"].items()}
    return Qualification(code, raw["title"], raw["qan"], raw["family"], raw["level"], components)


def _component(code: str, raw: Mapping[str, Any], scales: Mapping[str, list[str]]) -> Component:
    grades = raw.get("grades", [])
    return Component(
        code=code,
        title=raw["title"],
        kind=raw["kind"],
        paper=raw.get("paper"),
        takes_tag=raw["takes_tag"],
        grades=tuple(scales[grades] if isinstance(grades, str) else grades),
        maximum_mark=raw.get("maximum_mark"),
    )


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
        made_by=raw.get("made_by", "centre"),
        counts=raw.get("counts", True),
    )
