"""A form as accessible HTML, from its schema and its form file alone, and the document back from its fields.

No form is known here by name: a new form, or another organisation's, is data.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from gradepost.book import Book
from gradepost.form import words
from gradepost.form.choices import lists_of
from gradepost.form.layout import groups_of, name_of
from gradepost.form.posted import ADD_ROWS, ROWS_ADDED, document_of, rows_of
from gradepost.form.shape import shape_of
from gradepost.model.findings import Report
from gradepost.model.series import Form, Series
from gradepost.page.controls import Maker, Part, unasked
from gradepost.page.entries_line import entries_line
from gradepost.page.form_data import as_script, form_data
from gradepost.page.mending import Mended, offers
from gradepost.page.rendering import rendered
from gradepost.page.sheets import blank, datalists, sheet
from gradepost.page.summary import Places, beside, entries

__all__ = ["Around", "document_of", "render_form", "rows_of"]

IDEMPOTENCY_KEY = "_idempotency_key"


@dataclass(frozen=True, slots=True)
class Around:
    """What is known around a form: the centre that fills it in and its schedules, what came with an upload.

    `schedules` are candidate numbers by component; `names` are learners' names by candidate number: they are shown
    in this answer and kept nowhere. `carried` goes along with the form, as names and values. `gateway` is where
    forms are sent, if not to the site itself. `panel` is what is said of an upload, above the form.
    """

    schedules: Mapping[str, Sequence[str]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    carried: Sequence[tuple[str, str]] = ()
    gateway: str = ""
    questions: Sequence[tuple[str, str]] = ()
    sheet: Callable[[str], str | None] = lambda _: None
    panel: Markup | None = None


def render_form(  # noqa: PLR0913 - a form has many optional facts, and all are named
    book: Book,
    form_name: str,
    *,
    values: Mapping[str, Any] | None = None,
    report: Report | None = None,
    path: str | None = None,
    idempotency_key: str | None = None,
    rows: Mapping[str, int] | None = None,
    demo_links: bool = False,
    centre: tuple[str, str] | None = None,
    notice: str | None = None,
    sign_in: str | None = None,
    heading: str | None = None,
    around: Around | None = None,
    mended: Mended | None = None,
) -> Markup:
    """The form region of a page: what is wrong first, then the form, filled with a document that may be partial.

    `report` is the judgement of that document and `path` the path it was judged at: findings of other documents
    are listed without a link. `rows` is how many rows each table has at least, by the property it fills;
    `centre` is the number and name of the centre that the person may act for. `sign_in` is where somebody signs in
    who has to first, `heading` what the page is headed with where nothing around it says so. `mended` is what has
    just been changed for them, and can be undone.
    """
    form, around = book.forms[form_name], around or Around()
    values = {**(values or {}), **({"centre": centre[0]} if centre else {})}
    lists = _lists(book.series, form, values)
    parts = _parts(book.series, form, values, lists, rows or {})
    places = Places(parts)
    said = beside(report.errors, places, path) if report else {}
    return rendered(
        "form",
        form=form,
        parts=parts,
        sheets={p.id: sheet(p, lists, said, around.names, dict(around.questions)) for p in parts if p.pointer},
        lists=lists,
        datalists=datalists(parts, lists),
        constants=_constants(book, form_name, values),
        unasked=unasked(values, shape_of(book.schema_of(form_name).schema), parts),
        carried=around.carried,
        report=report,
        errors=entries(report.errors, places, path, around.sheet) if report else [],
        warnings=entries(report.warnings, places, path, around.sheet) if report else [],
        questions=around.questions,
        beside=said,
        offers=offers(book, form_name, values, places),
        mended=mended,
        deadlines=list(words.deadlines(book.series, form.deadline)) if form.deadline else [],
        zone_name=words.zone_name(book.series.zone),
        gateway=around.gateway,
        book_digest=book.digest,
        key=(IDEMPOTENCY_KEY, idempotency_key),
        add_rows=(ADD_ROWS, ROWS_ADDED),
        demo_links=demo_links and any(part.name == "learners" for part in parts),
        centre=centre,
        notice=notice,
        panel=around.panel,
        sign_in=sign_in,
        heading=heading,
        # Where no gateway answers, there is nobody to make a workbook or to read one.
        takes_pictures=any(field.widget == "image" for part in parts for field in part.fields),
        takes_sheets="spreadsheet" in form.channels and bool(idempotency_key or around.gateway),
        workbook=_workbook(form_name, values, around.gateway),
        entries_line=entries_line(book.series, parts, values, around.schedules),
        data=form_data(book, form_name, around.schedules, around.gateway, _blanks(parts, lists)),
        names=as_script(dict(around.names)) if around.names else None,
        # What was posted and not stored would be lost with the page.
        unsaved=report is not None or rows is not None,
    )


def _parts(
    series: Series, form: Form, values: Mapping[str, Any], lists: Mapping[str, Any], rows: Mapping[str, int]
) -> tuple[Part, ...]:
    maker = Maker(series, values, lists)
    return tuple(
        maker.part(number, group, rows.get(name_of(group.rows or ()), 0))
        for number, group in enumerate(groups_of(form), start=1)
    )


def _blanks(parts: tuple[Part, ...], lists: Mapping[str, Any]) -> dict[str, tuple[str, str, str]]:
    return {part.name: blank(part, lists) for part in parts if part.blank}


def _workbook(form_name: str, values: Mapping[str, Any], gateway: str) -> str:
    """The address of the workbook for the component that the form is about."""
    about = {name: values.get(name) for name in ("qualification", "component")}
    chosen = urlencode({name: value for name, value in about.items() if isinstance(value, str) and value})
    return f"{gateway}/workbook/{form_name}{'?' if chosen else ''}{chosen}"


def _lists(series: Series, form: Form, values: Mapping[str, Any]) -> Mapping[str, Any]:
    return lists_of(series, (field for group in groups_of(form) for field in group.fields), values)


def _constants(book: Book, form_name: str, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What nobody is asked: the constants of the schema, and the series in force."""
    shape = shape_of(book.schema_of(form_name).schema)
    constants = [(name, inner.constant) for name, inner in shape.properties.items() if inner.constant is not None]
    series = [("series", str(values.get("series", book.series.id)))] if "series" in shape.properties else []
    return [*constants, *series]
