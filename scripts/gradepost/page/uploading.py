"""An uploaded spreadsheet as people see it: which column is taken for what, and where in it something is to change."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from gradepost.model.findings import Finding
from gradepost.page.rendering import rendered
from gradepost.page.texts import text

COLUMN = "_column."
EXAMPLES = 5
_MOST_LINES = 20
_MOST_CHARACTERS = 60
_STEPS_TO_A_CELL = 3
_FEW = 3


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column of a sheet: its letters and header, its first values, and the target that is chosen for it."""

    index: int
    letters: str
    header: str
    examples: Sequence[str]
    target: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A sheet before it is taken: its title and size, its columns, and what is said about how it was read."""

    title: str
    rows: int
    columns: Sequence[ShownColumn]
    notes: Sequence[str]


def mapping_page(
    shown: Shown,
    *,
    form: str,
    form_title: str,
    targets: Sequence[tuple[str, str]],
    posted: Sequence[tuple[str, str]],
    back: Sequence[tuple[str, str]],
    problems: Sequence[str] = (),
) -> Markup:
    """The columns of a sheet with what each would be taken for. `targets` are values and labels to choose from;
    `posted` goes on with the choice, `back` goes to the form as it was."""
    return rendered(
        "mapping",
        shown=shown,
        form=form,
        form_title=form_title,
        targets=targets,
        posted=posted,
        back=back,
        problems=problems,
        column_prefix=COLUMN,
    )


def example(cell: str) -> str:
    """A cell's text on one line, and not all of a long one."""
    said = " ".join(cell.split())
    return said if len(said) <= _MOST_CHARACTERS else f"{said[: _MOST_CHARACTERS - 1]}…"


@dataclass(frozen=True, slots=True)
class _Line:
    link: str
    place: str
    message: str


def taken_panel(
    findings: Iterable[Finding],
    place_of: Callable[[str], str],
    *,
    form: str,
    taken: str,
    notes: Sequence[str],
    names: bool,
) -> Markup:
    """What was taken from a sheet, and where in it each problem stands. `place_of` gives a pointer's place, or "";
    `names` says whether the sheet had any."""
    lines = _lines(findings, place_of)
    return rendered(
        "taken",
        taken=taken,
        names=names,
        notes=notes,
        form=form,
        lines=lines[:_MOST_LINES],
        more=max(len(lines) - _MOST_LINES, 0),
    )


def _lines(findings: Iterable[Finding], place_of: Callable[[str], str]) -> list[_Line]:
    """What is wrong in a cell, each once, then what a row lacks; what many rows lack alike is said above the form."""
    placed = [(finding, place) for finding in findings if (place := place_of(finding.pointer))]
    cells = [(f, place) for f, place in placed if f.pointer.count("/") >= _STEPS_TO_A_CELL]
    rows = [(f, place) for f, place in placed if f.pointer.count("/") < _STEPS_TO_A_CELL]
    alike = Counter(finding.message for finding, _ in rows)
    few = [(finding, place) for finding, place in rows if alike[finding.message] <= _FEW]
    return list(dict.fromkeys(_Line(_id(f.pointer), _capital(place), f.message) for f, place in (*cells, *few)))


def _id(pointer: str) -> str:
    return f"f{pointer.replace('/', '-')}"


def named_questions(named: Iterable[tuple[str, str]], place_of: Callable[[str], str]) -> Sequence[tuple[str, str]]:
    """Texts that may name a learner, as links to them and what is asked."""
    found: Mapping[str, str] = dict(named)
    return [
        (_id(pointer), f"{_capital(place)}: {said}" if (place := place_of(pointer)) else said)
        for pointer, said in found.items()
    ]


def _capital(said: str) -> str:
    return said[:1].upper() + said[1:]


def taken_words(count: int, title: str) -> str:
    """How many rows were taken, and from which sheet."""
    return text("upload.taken_from" if title else "upload.taken", n=count, title=title)


def problem_panel(words: str) -> Markup:
    """Why an upload was not taken, above the form as it was."""
    return rendered("upload_problem", words=words)


def said_panel(words: str) -> Markup:
    """What is said of an upload that was taken whole."""
    return rendered("upload_said", words=words)
