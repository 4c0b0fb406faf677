"""The documents of one centre in canonical bytes, at the paths that they name."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gradepost.book import Book
from gradepost.document.canonical import sha256
from gradepost.document.filing import Dossier, path_of
from gradepost.model.series import Component, Form
from inventing.people import Learner, centre_number, learners, staff
from inventing.rows import Rows

RECORD = "Grades were set from the evidence that is named for each learner, and compared in a meeting of both teachers."
STARTS_AT = "2021-05-24T09:30:00+01:00"
SIGNED_ON = "2021-05-17"
_PLACEHOLDER = {"candidate_number": "0001"}
_ON_ONE_LINE = '{"candidate_number": "0001"}'


@dataclass(frozen=True, slots=True)
class Made:
    """A document of the season."""

    dossier: Dossier
    form: str
    path: str
    raw: bytes


@dataclass(frozen=True)
class Inventor:
    """Makes documents of one book's series: `size` learners to each, `bad` of them with a planted mistake."""

    book: Book
    size: int = 100
    bad: float = 0.0
    seed: int = 1

    @cached_property
    def _offers(self) -> list[list[str]]:
        """What centres offer, in turn: by the shipped series, 9, 12 and 9 components that take a TAG."""
        codes = list(self.book.series.qualifications)
        return [codes[0:2], [codes[0], *codes[2:4]], codes[1:4]]

    @cached_property
    def _rows(self) -> Mapping[str, Rows]:
        """By component. Those whose rows look alike share one stock."""
        layout, series = self.book.schema_of("tags").layout, self.book.series
        taken = [c for q in series.qualifications.values() for c in q.components.values() if c.takes_tag]
        alike = {(c.grades, c.kind in series.kinds_after_practicals): c for c in reversed(taken)}
        stocks = {looks: Rows(series, component, layout) for looks, component in alike.items()}
        return {c.code: stocks[c.grades, c.kind in series.kinds_after_practicals] for c in taken}

    def offered(self, centre: int) -> list[str]:
        """The qualifications that a centre offers."""
        return self._offers[centre % len(self._offers)]

    def dossiers(self, centre: int) -> Iterator[tuple[Dossier, list[Component], list[Learner]]]:
        """A centre's dossiers, each with its components and its learners; half of the learners of one qualification
        take the next as well."""
        offered = self.offered(centre)
        everyone = learners(centre, self.size + (len(offered) - 1) * (self.size // 2))
        for place, code in enumerate(offered):
            components = [c for c in self.book.series.qualifications[code].components.values() if c.takes_tag]
            first = place * (self.size // 2)
            for kind in dict.fromkeys(c.kind for c in components):
                dossier = Dossier(self.book.series.id, centre_number(centre), code, kind)
                yield dossier, [c for c in components if c.kind == kind], everyone[first : first + self.size]

    def tags(self, centre: int, dossier: Dossier, component: Component, who: Sequence[Learner]) -> Made:
        """A TAG document: each learner with two pieces of evidence and a rationale of their own."""
        _, first, second, _ = staff(centre)
        draw = random.Random(f"{self.seed} {centre} {component.code}")
        head = _head("tags", dossier, component)
        values = {
            **head,
            "decision_record": RECORD,
            "learners": [_PLACEHOLDER],
            "sign_off": [{"name": name, "role": "teacher", "signed_on": SIGNED_ON} for name in (first, second)],
        }
        rows = self._rows[component.code].of(who, draw, self.bad)
        text = self._laid_out("tags", values).replace(_ON_ONE_LINE, ",\n    ".join(rows), 1)
        return Made(dossier, "tags", self._path("tags", dossier, head), text.encode())

    def schedule(self, dossier: Dossier, component: Component, who: Sequence[Learner]) -> Made:
        """The schedule of those learners."""
        head = _head("schedule", dossier, component)
        values = {**head, "starts_at": STARTS_AT, "learners": [_PLACEHOLDER]}
        rows = (f'{{"candidate_number": "{one.number}", "uln": "{one.uln}", "certificating": true}}' for one in who)
        text = self._laid_out("schedule", values).replace(_ON_ONE_LINE, ",\n    ".join(rows), 1)
        return Made(dossier, "schedule", self._path("schedule", dossier, head), text.encode())

    def declaration(self, centre: int, dossier: Dossier, covered: Sequence[Made]) -> Made:
        """The Head of Centre's declaration of those TAG documents."""
        head = {**_head("declaration", dossier), "kind": dossier.kind}
        covers = [
            {"document": made.path.rpartition("/")[2], "sha256": sha256(made.raw), "learners": self.size}
            for made in covered
        ]
        values = {
            **head,
            "covers": covers,
            "signatory": {"name": staff(centre)[3], "role": "principal"},
            "statements": [statement.id for statement in self.book.series.statements],
        }
        text = self._laid_out("declaration", values)
        return Made(dossier, "declaration", self._path("declaration", dossier, head), text.encode())

    def _laid_out(self, form: str, values: Mapping[str, Any]) -> str:
        return self.book.schema_of(form).layout.bytes_of(values).decode()

    def _path(self, form: str, dossier: Dossier, head: Mapping[str, str]) -> str:
        asked: Form = self.book.forms[form]
        return path_of(asked.path, head, dossier.kind) or ""


def _head(form: str, dossier: Dossier, component: Component | None = None) -> dict[str, str]:
    head = {
        "form": form,
        "series": dossier.series,
        "centre": dossier.centre,
        "qualification": dossier.qualification,
    }
    return head | ({"component": component.code} if component else {})
