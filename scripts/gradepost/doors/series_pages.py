"""A series as pages, made from its file alone: qualifications and components, sources of evidence, what is assumed."""

from collections.abc import Iterator

from gradepost.book import Book
from gradepost.form import words
from gradepost.model.series import Component, Qualification, Series

FOLDER = "series"
PAGE = f"{FOLDER}/index.md"
EVIDENCE, ASSUMED = f"{FOLDER}/evidence-sources.md", f"{FOLDER}/assumed.md"
# What a rule looks up in the series, and where that is shown.
OF_RULES = {
    "D004": (PAGE, "The qualifications and their components"),
    "D005": (PAGE, "The qualifications and their components"),
    "E001": (EVIDENCE, "The sources of evidence"),
    "E002": (EVIDENCE, "The sources of evidence"),
    "E004": (EVIDENCE, "The sources of evidence"),
    "L005": (PAGE, "The qualifications and their components"),
    "L008": (PAGE, "The qualifications and their numbers"),
    "S001": (PAGE, "Which components are scheduled"),
    "S003": ("deadlines.md", "The deadlines"),
    "T001": ("deadlines.md", "The deadlines"),
    "T002": (PAGE, "Which components take a TAG"),
    "T005": (f"{PAGE}#scales", "The scales of grades"),
    "T007": (f"{PAGE}#record", "How long a record is at least"),
    "T009": (PAGE, "The unit graded practicals of a qualification"),
    "H001": (f"{PAGE}#people", "Who may sign"),
    "H002": (f"{PAGE}#people", "Who may sign"),
    "H006": (f"{PAGE}#statements", "The statements of the declaration"),
}


def series_pages(book: Book) -> dict[str, str]:
    """Markdown by path: the series, each qualification, its sources of evidence, and what nobody stated."""
    series = book.series
    pages = {PAGE: _index(series), EVIDENCE: _evidence(series), ASSUMED: _assumed(series)}
    pages |= {f"{FOLDER}/{code.lower()}.md": _qualification(q, series) for code, q in series.qualifications.items()}
    return {path: "\n".join(lines) + "\n" for path, lines in pages.items()}


def _index(series: Series) -> Iterator[str]:
    yield f"---\ntitle: Qualifications\ndescription: What {series.title} is about.\nhide: [toc]\n---\n"
    yield f"# {series.awarding_organisation}, {series.title}: qualifications\n"
    yield (
        f'<p class="gp-lead">What is submitted in this series, on which scales, and who signs. Schedules can be made '
        f"from {words.day(series.opens_at, series.zone)}{_mark(series, 'opens')}.</p>\n"
    )
    yield "| Qualification | Number (QAN) | Family | Components that take a TAG |\n|---|---|---|---|"
    for code, q in series.qualifications.items():
        taking = sum(component.takes_tag for component in q.components.values())
        yield f"| [{code} {q.title}]({code.lower()}.md) | {q.qan} | {words.spoken(q.family)} | {taking} |"
    yield f"\n{_noted(series, 'qualifications')}"
    yield "## Scales { #scales }\n"
    for kind, scales in _scales(series).items():
        yield f"- {_kind(series, kind)}: {'; '.join(scales)}"
    yield f"\n{_noted(series, 'grade_scales.component')}"
    yield "## Records of decisions { #record }\n"
    yield f"A record that a rule asks for has at least {series.minimum_record} characters.\n"
    yield _noted(series, "minimum_record")
    yield "## Who signs { #people }\n"
    yield f"- Sign-off of grades, {series.sign_offs} people: {_labels(series.sign_off_roles)}"
    yield f"- The declaration: {_labels(series.signatory_roles)}\n\n{_noted(series, 'sign_off_roles')}"
    yield "## What the declaration states { #statements }\n"
    yield from (f"- {choice.label}" for choice in series.statements)
    yield f"\n{_noted(series, 'statements')}"
    yield "## More { #more }\n"
    yield "- [Deadlines](../deadlines.md)\n- [Sources of evidence](evidence-sources.md)"
    yield "- [What is assumed](assumed.md)\n- [The rules that look these up](../rules.md)"


def _qualification(q: Qualification, series: Series) -> Iterator[str]:
    yield f"---\ntitle: {q.code}\ndescription: {q.title!r}\nhide: [toc]\n---\n\n# {q.code} {q.title}\n"
    yield f"- **Qualification number (QAN):** {q.qan}\n- **Family:** {words.spoken(q.family)}\n- **Level:** {q.level}\n"
    for kind in dict.fromkeys(component.kind for component in q.components.values()):
        yield f"## {_kind(series, kind)} {{ #{kind} }}\n"
        yield "| Component | Title | TAG | Scale |\n|---|---|---|---|"
        for component in (one for one in q.components.values() if one.kind == kind):
            yield f"| {component.code} | {component.title} | {_takes(component)} | {_scale(component) or '–'} |"
        yield ""
        yield from _dates(series, kind, takes_tag=any(c.takes_tag for c in q.components.values() if c.kind == kind))
    yield _noted(series, "qualifications.components")
    yield "[All qualifications](index.md) · [Schedule](../forms/schedule.md) · [Rule D004](../rules/d004.md)"


def _dates(series: Series, kind: str, *, takes_tag: bool) -> Iterator[str]:
    if not takes_tag:
        yield "Learners undertake these. Nothing is scheduled or graded here.\n"
        return
    for row, kinds in series.deadlines.items():
        if kind in kinds:
            at = kinds[kind]
            until = words.minute(at, series.zone) if at else "no fixed date"
            yield f"- {_part(series, row)}: {until}{_mark(series, f'deadlines.{row}.{kind}')}"
    yield ""


def _evidence(series: Series) -> Iterator[str]:
    yield "---\ntitle: Sources of evidence\ndescription: What this series recognises as evidence.\nhide: [toc]\n---\n"
    yield "# Sources of evidence\n\n| Source | What it can be |\n|---|---|"
    for source in series.evidence_sources:
        role = "A sense check, beside other evidence" if source.id in series.sense_checks else "Evidence"
        hint = source.detail.get("hint")
        yield f"| {source.label} | {role}{f'. {hint}' if hint and source.id not in series.sense_checks else ''} |"
    yield f"\n{_noted(series, 'evidence_sources')}"
    yield (
        "A grade has at least one source ([E001](../rules/e001.md)), each source is one of these "
        "([E002](../rules/e002.md)), and a sense check is never the only one ([E004](../rules/e004.md)).\n"
    )
    yield "[How to choose evidence](../guidance/evidence.md) · [All qualifications](index.md)"


def _assumed(series: Series) -> Iterator[str]:
    yield "---\ntitle: What is assumed\ndescription: What the source did not state.\nhide: [toc]\n---\n"
    yield "# What is assumed\n"
    yield "What the source did not state, and what this series takes to be so, each with its reason.\n"
    yield "| What | Why it is so here |\n|---|---|"
    yield from (
        f"| {' › '.join(_part(series, p) for p in key.split('.'))} | {why} |" for key, why in series.assumed.items()
    )
    yield "\n[All qualifications](index.md) · [Deadlines](../deadlines.md)"


def _part(series: Series, part: str) -> str:
    return series.kinds.get(part) or ("TAGs" if part == "tags" else words.spoken(part))


def _scales(series: Series) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for component in (c for q in series.qualifications.values() for c in q.components.values() if c.takes_tag):
        scales = found.setdefault(component.kind, [])
        if (scale := _scale(component)) not in scales:
            scales.append(scale)
    return found


def _scale(component: Component) -> str:
    if component.maximum_mark is not None:
        return f"a mark from 0 to {component.maximum_mark}"
    return ", ".join(words.spoken(grade).lower() for grade in component.grades)


def _takes(component: Component) -> str:
    return "Yes" if component.takes_tag else "No"


def _labels(choices: tuple[object, ...]) -> str:
    return "; ".join(str(getattr(choice, "label", choice)) for choice in choices)


def _mark(series: Series, key: str) -> str:
    return " (assumed)" if key in series.assumed else ""


def _noted(series: Series, key: str) -> str:
    return f"Assumed: {series.assumed[key]}\n" if key in series.assumed else ""


def _kind(series: Series, kind: str) -> str:
    return series.kinds.get(kind, words.spoken(kind))
