"""The declaration: what is declared, by whom, in which words. The words are those of its form file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from gradepost.book import Book
from gradepost.document.filing import Dossier
from gradepost.form import words
from gradepost.form.choices import choices_of, lists_of
from gradepost.form.layout import Group, groups_of
from gradepost.form.shape import shape_of
from gradepost.model.findings import Report
from gradepost.model.register import Centre
from gradepost.model.series import Component, Form, Series
from gradepost.page.controls import Maker, Part, unasked
from gradepost.page.readout import component_label, kind_label, qualification_label
from gradepost.page.rendering import rendered
from gradepost.page.summary import Places, beside, entries

_ASK_AGAIN = "Ask your exams officer to send you a new link. They do so on the page that shows where submissions stand."


@dataclass(frozen=True, slots=True)
class Earlier:
    """A declaration that was made before, of another kind of component; `stands`: its grades have not changed since."""

    document: Mapping[str, Any]
    received_at: datetime
    stands: bool


@dataclass(frozen=True, slots=True)
class Code:
    """The code that signing takes; `wrong` says what was wrong with the one that was typed, and is "" before that."""

    wrong: str = ""


def declare_page(  # noqa: PLR0913 - a declaration has many facts, and all are named
    book: Book,
    *,
    centre: Centre,
    dossier: Dossier,
    documents: Sequence[tuple[str, str, Mapping[str, Any]]],
    action: str,
    values: Mapping[str, Any] | None = None,
    report: Report | None = None,
    signatory_name: str | None = None,
    before: Sequence[Earlier] = (),
    code: Code | None = None,
) -> Markup:
    """What the Head of Centre is asked to declare, and the form to do it with, posted to `action`.

    `documents` are name, SHA-256 and contents of each document to be covered, as they stand. What the link
    settles (centre, qualification, kind, what is covered) is carried along and cannot be typed over.
    `values` is what was filled in before; `signatory_name` the name that the register has for the signatory.
    `before` is what was declared of the qualification's other kinds, shown apart; `code` is asked for where given.
    """
    form = declared_by_link(book)
    given = _given(dossier, documents)
    filled = {**_with_name(values or {}, signatory_name), **given}
    asked = [group for group in groups_of(form) if not _is_given(group, given)]
    lists = lists_of(book.series, (field for group in asked for field in group.fields), filled)
    maker = Maker(book.series, filled, lists)
    parts = tuple(maker.part(number, group, 0) for number, group in enumerate(asked, start=1))
    places = Places(parts)
    return rendered(
        "declare",
        form=form,
        centre=centre,
        what=f"{qualification_label(book.series, dossier.qualification)}: {_kind(book, dossier)}",
        documents=[_document(book.series, dossier, *document) for document in documents],
        action=action,
        parts=parts,
        lists=lists,
        carried=_carried(book, form, filled, parts),
        errors=entries(report.errors, places, None) if report else [],
        warnings=entries(report.warnings, places, None) if report else [],
        beside=beside(report.errors, places, None) if report else {},
        zone_name=words.zone_name(book.series.zone),
        before=[_earlier(book, earlier) for earlier in before],
        code=code,
    )


def link_gone_page(reason: str, advice: str = _ASK_AGAIN) -> Markup:
    """A link that leads nowhere any more, and what to do."""
    return rendered("link_gone", reason=reason, advice=advice)


def declared_by_link(book: Book) -> Form:
    """The form that is sent in by a link to the signatory."""
    return next(form for form in book.forms.values() if "declaration-link" in form.channels)


def _kind(book: Book, dossier: Dossier) -> str:
    return kind_label(book.series, dossier.kind).lower()


def _earlier(book: Book, earlier: Earlier) -> dict[str, Any]:
    document, series = earlier.document, book.series
    roles = {choice.id: choice.label for choice in series.signatory_roles}
    return {
        "title": kind_label(series, document["kind"]),
        "at": words.minute(earlier.received_at, series.zone),
        "name": document["signatory"]["name"],
        "role": roles.get(document["signatory"]["role"], ""),
        "covers": document["covers"],
        "state": _state(document, stands=earlier.stands),
    }


def _state(document: Mapping[str, Any], *, stands: bool) -> str:
    if "objection" in document:
        return "A second contact has objected to it, so it does not count."
    return "It still stands." if stands else "The grades have changed since, so it no longer counts."


def _given(dossier: Dossier, documents: Sequence[tuple[str, str, Mapping[str, Any]]]) -> dict[str, Any]:
    covers = [
        {"document": name, "sha256": sha256, "learners": len(data["learners"])} for name, sha256, data in documents
    ]
    return {
        "series": dossier.series,
        "centre": dossier.centre,
        "qualification": dossier.qualification,
        "kind": dossier.kind,
        "covers": covers,
    }


def _is_given(group: Group, given: Mapping[str, Any]) -> bool:
    if group.rows is not None:
        return group.rows[0] in given
    return all(field.steps[0] in given for field in group.fields)


def _with_name(values: Mapping[str, Any], name: str | None) -> dict[str, Any]:
    if name is None or values.get("signatory"):
        return dict(values)
    return {**values, "signatory": {"name": name}}


def _carried(book: Book, form: Form, filled: Mapping[str, Any], parts: tuple[Part, ...]) -> list[tuple[str, str]]:
    shape = shape_of(book.schema_of(form.name).schema)
    constants = [(name, inner.constant) for name, inner in shape.properties.items() if inner.constant is not None]
    return [*constants, ("series", filled["series"]), *unasked(filled, shape, parts)]


def _document(series: Series, dossier: Dossier, name: str, sha256: str, data: Mapping[str, Any]) -> dict[str, Any]:
    component = series.component(dossier.qualification, data.get("component"))
    labels = {
        option.value: option.label
        for kind in ("grades", "outcomes")
        for group in choices_of(series, kind, data)
        for option in group.options
    }
    decided = [learner.get("grade", learner["outcome"]) for learner in data["learners"]]
    counts = Counter(decided)
    order = [*labels, *(result for result in counts if result not in labels)]
    return {
        "name": name,
        "sha256": sha256,
        "title": component_label(series, dossier.qualification, data.get("component")) or name,
        "learners": len(decided),
        "counts": [(_label(labels, result), counts[result]) for result in order if counts[result]],
        "decided": [
            (learner["candidate_number"], _mark(component, learner) or _label(labels, result))
            for learner, result in zip(data["learners"], decided, strict=True)
        ],
    }


def _label(labels: Mapping[str, str], result: str) -> str:
    return labels.get(result, f"{result} (not in the list)")


def _mark(component: Component | None, learner: Mapping[str, Any]) -> str | None:
    if "mark" not in learner:
        return None
    most = component.maximum_mark if component else None
    return f"{learner['mark']}" if most is None else f"{learner['mark']} of {most}"
