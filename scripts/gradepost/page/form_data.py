"""What form.js is told beside the page: places, lists, checks and words, as JSON that no text of it can leave."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from gradepost.book import Book
from gradepost.form.choices import Options, labels_of, list_of
from gradepost.form.layout import Field, Group, Steps, groups_of, name_of
from gradepost.form.meanings import Names, also
from gradepost.form.shape import Shape, shape_of
from gradepost.model.series import Series
from gradepost.page.texts import catalogue

# The properties whose last character is a check on the others, and how it is worked out.
_CHECKS = ("uln", "uci")
_WORDS = ("script", "entries", "repairs")


def form_data(
    book: Book,
    form_name: str,
    schedules: Mapping[str, Sequence[str]],
    gateway: str,
    blanks: Mapping[str, Sequence[str]],
) -> Markup:
    """The JSON for a form's page. `schedules` are candidate numbers by component, of the centre that looks at it, and
    `blanks` what more tables are made from, by the list that they show."""
    series, groups = book.series, groups_of(book.forms[form_name])
    shape = shape_of(book.schema_of(form_name).schema)
    return as_script(
        {
            "form": form_name,
            "book": book.digest,
            "zone": series.zone.key,
            **{door: f"{gateway}/{door}/{form_name}" for door in ("check", "submit", "workbook", "upload", "draft")},
            "lists": _lists(series, groups),
            "rows": {name_of(group.rows): _rows(series, group, group.rows, shape) for group in groups if group.rows},
            "blanks": {name: list(texts) for name, texts in blanks.items()},
            "fields": {
                name_of(field.steps): _facts(field, shape, field.default)
                for group in groups
                if not group.rows
                for field in group.fields
            },
            "schedules": {component: list(numbers) for component, numbers in schedules.items()},
            "outcomes": _outcomes(series),
            "fails": sorted(series.fail_grades),
            "components": _components(series),
            "minimum_record": series.minimum_record,
            "checks": {name: name for name in _CHECKS},
            "words": {section: catalogue()[section] for section in _WORDS},
        }
    )


def check_data(form_name: str) -> Markup:
    """The JSON for the page of answers to check."""
    doors = {door: f"/{door}/{form_name}" for door in ("check", "submit")}
    return as_script({"form": form_name, **doors, "words": {"script": catalogue()["script"]}})


def as_script(value: Any) -> Markup:
    """JSON for a script element: nothing in it ends the element or begins a comment."""
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(plain.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))  # noqa: S704 - see above


def _rows(series: Series, group: Group, rows: Steps, shape: Shape) -> dict[str, Any]:
    entry = shape.at((*rows, "*"))
    columns = [
        {"property": name_of(field.steps), **_facts(field, entry, _label(series, field))} for field in group.fields
    ]
    return {"name": group.row_name, "columns": columns}


def _label(series: Series, field: Field) -> str | bool | None:
    """The default of a column as its cells show it: a list is typed into, by the labels of its entries."""
    if field.widget != "select" or not field.choices:
        return field.default
    return labels_of(list_of(series, field, {})).get(str(field.default), field.default)


def _facts(field: Field, shape: Shape, default: str | bool | None) -> dict[str, Any]:
    found = shape.at(field.steps)
    return {
        "label": field.label,
        "widget": field.widget,
        # The control of an instant shows a wall time, which is not what the document holds.
        "pattern": None if field.widget == "instant" else found.pattern,
        "what": found.title,
        "list": field.choices if field.widget == "select" else None,
        "optional": field.optional,
        "when": field.when,
        # What stands there while nobody has filled it in.
        "empty": "true" if default is True else default or "",
    }


def _lists(series: Series, groups: Sequence[Group]) -> dict[str, list[list[Any]]]:
    fields = {field.choices: field for group in groups for field in group.fields if field.choices}
    return {name: _entries(list_of(series, field, {}), also(series, field)) for name, field in fields.items()}


def _entries(groups: Sequence[Options], names: Names) -> list[list[Any]]:
    return [[option.value, option.label, names.get(option.value, ())] for group in groups for option in group.options]


def _outcomes(series: Series) -> dict[str, list[str]]:
    graded, too_little = series.graded_outcomes, series.recorded_outcomes
    ids = [choice.id for choice in series.outcomes]
    return {
        "graded": [i for i in ids if i in graded],
        "too_little": [i for i in ids if i in too_little],
        "withdrawn": [i for i in ids if i not in graded | too_little],
    }


def _components(series: Series) -> dict[str, dict[str, Any]]:
    return {
        component.code: {"qualification": code, "grades": component.grades, "maximum_mark": component.maximum_mark}
        for code, qualification in series.qualifications.items()
        for component in qualification.components.values()
        if component.takes_tag
    }
