"""Tables of rows to fill in, as text made cell by cell: a thousand rows would take a template seconds.

A list of the series is typed into, backed by one list for all rows: a menu in each row costs five times as much.
"""

from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup, escape

from gradepost.form.choices import Options
from gradepost.form.layout import Field
from gradepost.form.posted import REMOVE_ROW
from gradepost.page.controls import Control, Part, Row
from gradepost.page.texts import text

ROWS_OF_A_TABLE = 50
# How the names of a picture's file, and of the button that takes it out, begin: neither is a property.
PICTURE, NO_PICTURE = "_picture.", "_no_picture"
# In characters: what a narrow column has room for, one of medium width, and a list that needs no wide one.
_SHORT, _MEDIUM, _SHORT_LABEL = 6, 12, 14
Said = Mapping[str, Sequence[str]]
Lists = Mapping[str, Sequence[Options]]


def sheet(part: Part, lists: Lists, beside: Said, names: Mapping[str, str], asked: Mapping[str, str]) -> Markup:
    """A list of rows in tables of 50. `beside` is what is said of a control, by its id, and `asked` what is asked
    about one; `names` are learners' names by candidate number, shown beside the row's number and sent nowhere."""
    return Markup("".join(_sheet(part, lists, beside, names, asked)))  # noqa: S704 - every piece is escaped below


def datalists(parts: Sequence[Part], lists: Lists) -> Markup:
    """The lists that cells of any table are typed into, each once."""
    used = dict.fromkeys(f.choices for part in parts if part.pointer for f in part.fields if _is_listed(f))
    return Markup("".join(_datalist(name, lists[name]) for name in used if name))  # noqa: S704 - escaped below


def blank(part: Part, lists: Lists) -> tuple[str, str, str]:
    """What form.js makes more of a part's tables from: the text before a row, of a row, after it. Where numbers of rows
    stand it has those after `BLANK_ROW`. No button in it sends the form: many that do are slow to add."""
    if part.blank is None:
        raise ValueError(part.name)
    table = "".join(_table(part, (part.blank,), _columns(part, lists)))
    row = _row(part, part.blank, {}, {}, {}).replace(' type="submit"', ' type="button"')
    return table, row, "</tbody></table></div>"


def _is_listed(field: Field) -> bool:
    return field.widget == "select" and field.choices is not None


def _datalist(name: str, groups: Sequence[Options]) -> str:
    options = (f'<option value="{escape(option.label)}"></option>' for group in groups for option in group.options)
    return f'<datalist id="gp-list-{name}">{"".join(options)}</datalist>'


def _sheet(part: Part, lists: Lists, beside: Said, names: Mapping[str, str], asked: Mapping[str, str]) -> Iterator[str]:
    columns = _columns(part, lists)
    width = sum(_weight(field) for field in part.fields)
    size = "narrow" if width < 30 else "medium" if width < 46 else "wide"
    named = " gp-sheet--named" if names else ""
    yield (
        f'<section class="gp-sheet gp-sheet--{size}{named}" data-list="{part.name}"'
        f' data-row-name="{escape(part.group.row_name)}" aria-labelledby="{part.id}-legend" spellcheck="false">'
        f'<div class="gp-table-scroll">'
    )
    for first in range(0, len(part.rows), ROWS_OF_A_TABLE):
        yield from _table(part, part.rows[first : first + ROWS_OF_A_TABLE], columns)
        yield from (_row(part, row, beside, names, asked) for row in part.rows[first : first + ROWS_OF_A_TABLE])
        yield "</tbody></table></div>"
    yield "</div></section>"


def _table(part: Part, rows: Sequence[Row], columns: str) -> Iterator[str]:
    """A table up to its first row."""
    is_blank = rows[0] is part.blank
    is_one_of_many = is_blank or len(part.rows) > ROWS_OF_A_TABLE
    is_full = is_blank or len(rows) == ROWS_OF_A_TABLE
    first = rows[0].number
    last = first + ROWS_OF_A_TABLE - 1 if is_blank else rows[-1].number
    label = text("form.rows_of", title=part.group.title, first=first, last=last)
    named = f'aria-label="{escape(label)}"' if is_one_of_many else f'aria-labelledby="{part.id}-legend"'
    full = " gp-sheet__page--full" if is_one_of_many and is_full else ""
    yield (
        f'<div class="gp-sheet__page{full}"><table class="gp-table gp-table--inputs" {named}>'
        f'<colgroup><col class="gp-col--index">{columns}<col class="gp-col--remove"></colgroup>'
        f'<thead><tr><th scope="col">{text("form.row")}</th>{_headings(part, hints=first == 1)}'
        f"<td></td></tr></thead><tbody>"
    )


def _headings(part: Part, *, hints: bool) -> str:
    return "".join(
        f'<th scope="col">{escape(field.label)}'
        + (
            f'<span class="gp-hint" id="{_hint_id(part, index)}">{escape(field.hint)}</span>'
            if hints and field.hint
            else ""
        )
        + "</th>"
        for index, field in enumerate(part.fields, start=1)
    )


def _hint_id(part: Part, column: int) -> str:
    return f"{part.id}-{column}-hint"


def _row(part: Part, row: Row, beside: Said, names: Mapping[str, str], asked: Mapping[str, str]) -> str:
    wrong = [control for control in row.controls if control.id in beside]
    doubtful = [control for control in row.controls if control.id in asked] if asked else []
    cells = "".join(
        _cell(part, row, i, control, control in wrong, control in doubtful)
        for i, control in enumerate(row.controls, start=1)
    )
    name = next((names[c.value] for c in row.controls if names and c.value in names), "")
    remove = text("form.remove_row", name=escape(part.group.row_name.lower()), number=row.number)
    named = f' <span class="gp-row-name" data-name>{escape(name)}</span>' if name else ""
    return (
        f'<tr data-row="{row.number - 1}"{" class=gp-row--error" if wrong else ""}>'
        f'<th scope="row">{row.number}{named}</th>{cells}'
        f'<td><button class="gp-remove" type="submit" name="{REMOVE_ROW}" value="{part.name}.{row.number - 1}"'
        f' aria-label="{remove}"></button></td></tr>'
        f"{_row_said(part, wrong, beside, [(c, asked[c.id]) for c in doubtful]) if wrong or doubtful else ''}"
    )


def _row_said(part: Part, wrong: Sequence[Control], beside: Said, asked: Sequence[tuple[Control, str]]) -> str:
    said = "".join(
        f'<p class="gp-error" id="{control.id}-error"><span class="gp-visually-hidden">{text("form.error")} </span>'
        f"<span>{escape(control.field.label)}: </span>{escape(' '.join(beside[control.id]))}</p>"
        for control in wrong
    ) + "".join(
        f'<p class="gp-asked" id="{control.id}-asked">{escape(control.field.label)}: {escape(question)}</p>'
        for control, question in asked
    )
    kind = "gp-row--error gp-row--said" if wrong else "gp-row--said"
    return f'<tr class="{kind}"><td></td><td colspan="{len(part.fields) + 1}">{said}</td></tr>'


def _cell(part: Part, row: Row, column: int, control: Control, wrong: bool, asked: bool) -> str:
    # A hint is heard in the first row of a table, and at the head of the column in every row.
    is_first = row.number % ROWS_OF_A_TABLE == 1 and row is not part.blank
    field, said = control.field, [f"{control.id}-error"] * wrong + [f"{control.id}-asked"] * asked
    described_by = " ".join([_hint_id(part, column)] * (bool(field.hint) and is_first) + said)
    label, prefix = escape(field.label), PICTURE if field.widget == "image" else ""
    spoken = text("form.row_of", label=label, number=row.number)
    attributes = (
        f'id="{control.id}" name="{prefix}{control.name}" aria-label="{spoken}"'
        + (f' aria-describedby="{described_by}"' if described_by else "")
        + (' aria-invalid="true"' if wrong else "")
    )
    entry = _picture(control, attributes, row.number) if prefix else _entry(control, attributes)
    return f'<td data-label="{label}">{entry}</td>'


def _entry(control: Control, attributes: str) -> str:
    field, value = control.field, escape(control.value)
    if field.widget == "yes":
        return f'<input type="checkbox" value="true"{" checked" if control.value == "true" else ""} {attributes}>'
    if _is_listed(field):
        return f'<input list="gp-list-{field.choices}" autocomplete="off" value="{value}" {attributes}>'
    if field.widget in ("digits", "number"):
        return f'<input inputmode="numeric" autocomplete="off" value="{value}" {attributes}>'
    if field.widget == "date":
        return f'<input type="{control.kind}" value="{value}" {attributes}>'
    if field.widget == "textarea":
        return f"<textarea {attributes}>\n{value}</textarea>"
    complete = f' autocomplete="{escape(field.autocomplete)}"' if field.autocomplete else ""
    return f'<input value="{value}"{complete} {attributes}>'


def _picture(control: Control, attributes: str, number: int) -> str:
    """The picture that is kept, by its hash, and a file to keep instead."""
    label, out = escape(control.field.label), text("picture.out_of", number=number)
    kept = (
        f'<span class="gp-picture__kept">{text("picture.kept")} <button class="gp-button gp-button--secondary'
        f' gp-button--small" type="submit" name="{NO_PICTURE}" value="{control.name}" aria-label="{out}">'
        f"{text('picture.out')}</button></span>"
    )
    return (
        f'<input type="hidden" name="{control.name}" value="{escape(control.value)}" aria-label="{label}">'
        f'<div class="gp-picture"><input type="file" accept="image/png,image/jpeg" {attributes}>'
        f"{kept if control.value else ''}</div>"
    )


def _weight(field: Field) -> int:
    """Roughly how many characters a column has to show."""
    if field.widget == "yes":
        return _SHORT
    return min(field.width or _MEDIUM, 14)


def _columns(part: Part, lists: Lists) -> str:
    return "".join(f'<col class="{_column(field, lists)}">' for field in part.fields)


def _column(field: Field, lists: Lists) -> str:
    """A column's width by what it holds; long texts take what the others leave."""
    if field.widget == "yes" or (field.widget in ("digits", "number") and (field.width or _MEDIUM) <= _SHORT):
        return "gp-col--short"
    if field.widget in ("digits", "number", "date"):
        return "gp-col--medium"
    if not _is_listed(field):
        return "gp-col--long"
    longest = max((len(o.label) for group in lists[field.choices or ""] for o in group.options), default=0)
    return "gp-col--list" if longest > _SHORT_LABEL else "gp-col--short-list"
