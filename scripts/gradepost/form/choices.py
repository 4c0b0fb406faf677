"""What a field may be chosen from: the series' own lists, in the series' own order."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gradepost.form.layout import Field
from gradepost.form.words import spoken
from gradepost.model.series import Choice, Component, Series

NOT_LISTED = "{} (not in the list)"


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of a list."""

    value: str
    label: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """Entries under a heading, or under none."""

    title: str | None
    options: tuple[Option, ...]


def lists_of(series: Series, fields: Iterable[Field], values: Mapping[str, Any]) -> dict[str, tuple[Options, ...]]:
    """The list of each field that is chosen from one, by the list's name."""
    return {field.choices: list_of(series, field, values) for field in fields if field.choices}


def list_of(series: Series, field: Field, values: Mapping[str, Any]) -> tuple[Options, ...]:
    """What one field is chosen from: the form's own options, or the list of the series that it names."""
    if field.options:
        return (Options(None, tuple(Option(value, label) for value, label in field.options.items())),)
    return choices_of(series, field.choices or "", values)


def choices_of(series: Series, name: str, values: Mapping[str, Any]) -> tuple[Options, ...]:
    """The entries of a list of the series. `values` is the document so far: a component narrows grades."""
    return _LISTS[name](series, values)


def label_of(groups: Iterable[Options], value: str) -> str:
    """The label of a value; a value that is not in the list is said to be so."""
    return labels_of(groups).get(value, NOT_LISTED.format(value))


def labels_of(groups: Iterable[Options]) -> dict[str, str]:
    """The label of each value of a list."""
    return {option.value: option.label for group in groups for option in group.options}


def _qualifications(series: Series, _: Mapping[str, Any]) -> tuple[Options, ...]:
    return (Options(None, tuple(Option(q.code, f"{q.code} {q.title}") for q in series.qualifications.values())),)


def _components(series: Series, _: Mapping[str, Any]) -> tuple[Options, ...]:
    return tuple(
        Options(
            f"{q.code} {q.title}",
            tuple(Option(c.code, _component(c)) for c in q.components.values() if c.takes_tag),
        )
        for q in series.qualifications.values()
    )


def _practicals(series: Series, values: Mapping[str, Any]) -> tuple[Options, ...]:
    """What is undertaken and takes no TAG, of the document's qualification where it names one."""
    chosen = [q for q in series.qualifications.values() if values.get("qualification") in (None, q.code)]
    named = ((q, [Option(c.code, _component(c)) for c in q.components.values() if not c.takes_tag]) for q in chosen)
    return tuple(Options(f"{q.code} {q.title}", tuple(options)) for q, options in named if options)


def _component(component: Component) -> str:
    marks = f" (0 to {component.maximum_mark} marks)" if component.maximum_mark is not None else ""
    return f"{component.code} {component.title}{marks}"


def _kinds(series: Series, _: Mapping[str, Any]) -> tuple[Options, ...]:
    return (Options(None, tuple(Option(kind, label) for kind, label in series.kinds.items())),)


def _grades(series: Series, values: Mapping[str, Any]) -> tuple[Options, ...]:
    chosen = series.component(values.get("qualification"), values.get("component"))
    of: Iterable[Component] = (c for q in series.qualifications.values() for c in q.components.values())
    grades = dict.fromkeys(grade for c in ([chosen] if chosen and chosen.grades else of) for grade in c.grades)
    return (Options(None, tuple(Option(grade, spoken(grade)) for grade in grades)),)


def _listed(choose: Callable[[Series], Iterable[Choice]]) -> "_List":
    def options(series: Series, _: Mapping[str, Any]) -> tuple[Options, ...]:
        return (Options(None, tuple(_option(choice) for choice in choose(series))),)

    return options


def _option(choice: Choice) -> Option:
    sense_check = " (sense check only)" if choice.detail.get("sense_check_only") else ""
    return Option(choice.id, choice.label + sense_check, choice.detail.get("hint"))


_List = Callable[[Series, Mapping[str, Any]], tuple[Options, ...]]
_LISTS: Mapping[str, _List] = {
    "qualifications": _qualifications,
    "components": _components,
    "kinds": _kinds,
    "grades": _grades,
    "outcomes": _listed(lambda series: series.outcomes),
    "evidence_sources": _listed(lambda series: series.evidence_sources),
    "statements": _listed(lambda series: series.statements),
    "signatory_roles": _listed(lambda series: series.signatory_roles),
    "sign_off_roles": _listed(lambda series: series.sign_off_roles),
    "practicals": _practicals,
}
