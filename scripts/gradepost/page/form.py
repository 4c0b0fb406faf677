"""A form as accessible HTML, from its schema and its form file alone, and the document back from its fields.

No form is known here by name: a new form, or another organisation's, is data.
"""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from gradepost.book import Book
from gradepost.form import words
from gradepost.form.choices import lists_of
from gradepost.form.layout import groups_of, name_of
from gradepost.form.posted import ADD_ROWS, ROWS_ADDED, document_of, rows_of
from gradepost.form.shape import shape_of
from gradepost.model.records import Report
from gradepost.model.series import Form, Series
from gradepost.page.controls import Maker, Part, unasked
from gradepost.page.rendering import rendered
from gradepost.page.summary import Places, beside, entries

__all__ = ["document_of", "render_form", "rows_of"]

IDEMPOTENCY_KEY = "_idempotency_key"


def render_form(  # noqa: PLR0913 - a form has many optional facts, and all are named
    book: Book,
    form_name: str,
    *,
    values: Mapping[str, Any] | None = None,
    report: Report | None = None,
    path: str | None = None,
    action: str | None = None,
    check_action: str | None = None,
    idempotency_key: str | None = None,
    rows: Mapping[str, int] | None = None,
    demo_links: bool = False,
    centre: tuple[str, str] | None = None,
    notice: str | None = None,
    sign_in: str | None = None,
    heading: str | None = None,
    may_submit: bool = True,
) -> Markup:
    """The form region of a page: what is wrong first, then the form, filled with a document that may be partial.

    `report` is the judgement of that document and `path` the path it was judged at: findings of other documents
    are listed without a link. `rows` is the least number of rows of each table, by the property it fills;
    `centre` is the number and name of the centre that the person may act for. `sign_in` is where somebody signs in
    who has to first, `heading` what the page is headed with where nothing around it says so.
    """
    form = book.forms[form_name]
    values = {**(values or {}), **({"centre": centre[0]} if centre else {})}
    parts = _parts(book.series, form, values, rows or {})
    places = Places(parts)
    return rendered(
        "form",
        form=form,
        parts=parts,
        lists=_lists(book.series, form, values),
        constants=_constants(book, form_name, values),
        unasked=unasked(values, shape_of(book.schema_of(form_name).schema), parts),
        report=report,
        errors=entries(report.errors, places, path) if report else [],
        warnings=entries(report.warnings, places, path) if report else [],
        beside=beside(report.errors, places, path) if report else {},
        deadlines=list(words.deadlines(book.series, form.deadline)) if form.deadline else [],
        zone_name=words.zone_name(book.series.zone),
        action=action or f"/submit/{form_name}",
        check_action=check_action or f"/check/{form_name}",
        key=(IDEMPOTENCY_KEY, idempotency_key),
        add_rows=(ADD_ROWS, ROWS_ADDED),
        demo_links=demo_links,
        centre=centre,
        notice=notice,
        sign_in=sign_in,
        heading=heading,
        may_submit=may_submit,
        # What was posted and not stored would be lost with the page.
        unsaved=report is not None or rows is not None,
    )


def _parts(series: Series, form: Form, values: Mapping[str, Any], rows: Mapping[str, int]) -> tuple[Part, ...]:
    maker = Maker(values, _lists(series, form, values), series.zone)
    return tuple(
        maker.part(number, group, rows.get(name_of(group.rows or ()), 0))
        for number, group in enumerate(groups_of(form), start=1)
    )


def _lists(series: Series, form: Form, values: Mapping[str, Any]) -> Mapping[str, Any]:
    return lists_of(series, (field for group in groups_of(form) for field in group.fields), values)


def _constants(book: Book, form_name: str, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What nobody is asked: the constants of the schema, and the series in force."""
    shape = shape_of(book.schema_of(form_name).schema)
    constants = [(name, inner.constant) for name, inner in shape.properties.items() if inner.constant is not None]
    series = [("series", str(values.get("series", book.series.id)))] if "series" in shape.properties else []
    return [*constants, *series]
