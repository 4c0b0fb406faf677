"""The results of a series, centre by centre: what the merged grades say of each scheduled learner. No clock: whoever
calls asks first whether they are released."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gradepost.ledger import LedgerReader
from gradepost.model.documents import Document
from gradepost.model.identifiers import PLACEHOLDER_ULN
from gradepost.model.series import Series
from gradepost.model.trouble import ConfigurationError

OUTSTANDING = "outstanding"
_FORMS = frozenset({"schedule", "tags"})


@dataclass(frozen=True, slots=True)
class Result:
    """One learner's result in one component. `outcome` is the series' own, or `outstanding`: scheduled, and no outcome.

    `certificating` is None where nobody said. Whoever does not certificate is `eligible_for_resit` in the next year.
    """

    centre: str
    qualification: str
    component: str
    candidate_number: str
    uln: str
    outcome: str
    grade: str | None = None
    mark: int | None = None
    certificating: bool | None = None

    @property
    def eligible_for_resit(self) -> bool:
        """Whether the learner may resit in the next academic year."""
        return self.certificating is False

    def as_json(self) -> dict[str, Any]:
        """Its facts by name; grade and mark only where there is one."""
        graded = {"grade": self.grade, "mark": self.mark}
        return {
            "qualification": self.qualification,
            "component": self.component,
            "candidate_number": self.candidate_number,
            "uln": self.uln,
            "outcome": self.outcome,
            **{name: value for name, value in graded.items() if value is not None},
            "certificating": self.certificating,
            "eligible_for_resit": self.eligible_for_resit,
        }


def released(series: Series, at: datetime) -> bool:
    """Whether results may be shown at an instant; a series without an instant of release keeps them back."""
    return series.embargo_until is not None and at >= series.embargo_until


def results_of(reader: LedgerReader, series: str, centre: str | None = None) -> dict[str, list[Result]]:
    """The results by centre, in order. Raises `ConfigurationError` where a document in the ledger cannot be read."""
    found: dict[str, list[Result]] = {}
    for dossier in reader.dossiers():
        if dossier.series == series and centre in (None, dossier.centre) and not dossier.is_of_the_centre:
            documents = [
                document for document in reader.documents(dossier, reader.receipts(dossier)) if document.form in _FORMS
            ]
            found.setdefault(dossier.centre, []).extend(_of_dossier(documents))
    return {number: sorted(results, key=_place) for number, results in sorted(found.items()) if results}


def _place(result: Result) -> tuple[str, str, str]:
    return result.qualification, result.component, result.candidate_number


def counts(results: Iterable[Result]) -> dict[str, int]:
    """How many results have each outcome, and how many learners may resit."""
    found: dict[str, int] = {}
    resits = set()
    for result in results:
        found[result.outcome] = found.get(result.outcome, 0) + 1
        if result.eligible_for_resit:
            resits.add(result.candidate_number)
    return {**dict(sorted(found.items())), "eligible_for_resit": len(resits)}


def _of_dossier(documents: Iterable[Document]) -> Iterator[Result]:
    by_component: dict[str, dict[str, Document]] = {}
    for document in documents:
        if document.violations or document.refusal is not None:
            raise ConfigurationError(f"{document.path} cannot be read. Run `gradepost check` on the ledger.")
        by_component.setdefault(document.data["component"], {})[str(document.form)] = document
    for both in by_component.values():
        yield from _of_component(both.get("schedule"), both.get("tags"))


def _of_component(schedule: Document | None, tags: Document | None) -> Iterator[Result]:
    scheduled = {learner["candidate_number"]: learner for learner in (schedule.learners if schedule else ())}
    graded = {learner["candidate_number"]: learner for learner in (tags.learners if tags else ())}
    about = (schedule or tags or _NOTHING).subject
    for number in dict.fromkeys([*scheduled, *graded]):
        yield _result(about, scheduled.get(number, {}), graded.get(number, {}))


_NOTHING = Document("", b"", None, {})


def _result(about: tuple[Any, Any, Any], scheduled: Mapping[str, Any], graded: Mapping[str, Any]) -> Result:
    either = {**scheduled, **graded}
    # Grades may still carry the placeholder where the schedule had the learner's own number, and the reverse.
    ulns = [learner["uln"] for learner in (graded, scheduled) if "uln" in learner]
    return Result(
        *about,
        candidate_number=either["candidate_number"],
        uln=next((uln for uln in ulns if uln != PLACEHOLDER_ULN), PLACEHOLDER_ULN),
        outcome=graded.get("outcome", OUTSTANDING),
        grade=graded.get("grade"),
        mark=graded.get("mark"),
        certificating=either.get("certificating"),
    )
