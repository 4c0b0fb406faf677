"""E: what a grade rests on: sources that the series knows, dated before they arrive, and never sense checks alone."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gradepost.model.case import Case
from gradepost.model.documents import Document
from gradepost.model.findings import Problem
from gradepost.model.register import Request
from gradepost.rules.base import NO_LEDGER, rule
from gradepost.rules.tags import TAGS, component_of
from gradepost.rules.wording import day, listed

_Items = Sequence[Mapping[str, Any]]


def _lists(document: Document) -> Iterator[tuple[str, _Items]]:
    """Every list of evidence with its pointer: the document's, and the learners' own."""
    yield "/evidence", document.data.get("evidence", ())
    for index, learner in enumerate(document.learners):
        if "evidence" in learner:
            yield f"/learners/{index}/evidence", learner["evidence"]


@rule(
    "E001",
    "Each graded learner has at least one piece of evidence",
    fix="Give evidence once for all learners, or for this learner.",
    source="seed",
    forms=TAGS,
)
def evidence_is_there(case: Case, document: Document) -> Iterator[Problem]:
    shared = document.data.get("evidence", ())
    own = document.pieces
    if all(own) or (shared and 0 not in own):
        return
    refused = {problem.pointer for problem in document.violations if not problem.entries_stand}
    graded = case.series.graded_outcomes
    outcomes = document.columns["outcome"]
    for index in (index for index, pieces in enumerate(own) if not pieces and outcomes[index] in graded):
        pointer = f"/learners/{index}/evidence"
        if (own[index] is None and (shared or "/evidence" in refused)) or pointer in refused:
            continue
        yield Problem(pointer, "There is no evidence for this learner.")


@rule(
    "E002",
    "Each source of evidence is one that the series recognises",
    fix="Choose a source from the list for this series.",
    source="seed",
    forms=TAGS,
)
def sources_are_known(case: Case, document: Document) -> Iterator[Problem]:
    known = case.series.known_sources | {None}
    if document.evidence.different("source") <= known:
        return
    message = f"The sources of this series are {listed(source.id for source in case.series.evidence_sources)}."
    for pointer, items in _lists(document):
        for number, item in enumerate(items):
            if item.get("source") not in known:
                yield Problem(f"{pointer}/{number}/source", message)


@rule(
    "E003",
    "Evidence, where dated, is not dated after it was received",
    fix="Correct the date, or leave it out.",
    source="field",
    forms=TAGS,
)
def evidence_is_dated_before(case: Case, document: Document) -> Iterator[Problem]:
    received = case.received_on(document)
    latest = received.isoformat()
    if max(document.evidence.different("dated") - {None}, default="") <= latest:
        return
    message = f"The evidence is dated after {day(received)}, the day on which it was received."
    for pointer, items in _lists(document):
        for number, item in enumerate(items):
            if item.get("dated", "") > latest:
                yield Problem(f"{pointer}/{number}/dated", message)


@rule(
    "E004",
    "Sense checks are not the only evidence",
    fix="Add evidence of what the learner has attained; without it, choose the outcome for too little evidence.",
    source="seed",
    forms=TAGS,
)
def more_than_sense_checks(case: Case, document: Document) -> Iterator[Problem]:
    checks = case.series.sense_checks
    if checks.isdisjoint(document.evidence.different("source")):
        return
    graded, refused = case.series.graded_outcomes, document.refused
    labels = listed(source.label for source in case.series.evidence_sources if source.id in checks)
    message = f"All evidence here is of kinds that only check other evidence: {labels}."
    rests_on = dict.fromkeys(
        f"/learners/{index}/evidence" if "evidence" in learner else "/evidence"
        for index, learner in enumerate(document.learners)
        if learner.get("outcome") in graded and f"/learners/{index}/evidence" not in refused
    )
    lists = dict(_lists(document))
    for pointer in rests_on:
        if lists[pointer] and all(item.get("source") in checks for item in lists[pointer]):
            yield Problem(pointer, message)


def _no_requests_at_hand(case: Case, document: Document) -> str | None:
    return NO_LEDGER if document.form in case.series.on_request and case.register is None else None


@rule(
    "E005",
    "Documents that come on request only come where they were asked for",
    fix="Wait until the awarding organisation asks for this document; it is not needed before.",
    source="seed",
    need=_no_requests_at_hand,
)
def was_asked_for(case: Case, document: Document) -> Iterator[Problem]:
    if document.form not in case.series.on_request or case.register is None:
        return
    if not any(_fits(request, case, document) for request in case.register.requests):
        yield Problem("", "The awarding organisation has no open request for this document.")


def _fits(request: Request, case: Case, document: Document) -> bool:
    data, component = document.data, component_of(case, document)
    kind = component.kind if component else data.get("kind")
    return (
        request.form == document.form
        and case.received_at(document) <= request.until
        and request.qualification in (None, data.get("qualification"))
        and request.kind in (None, kind)
        and request.component in (None, data.get("component"))
        and request.reference in (None, data.get("reference"))
    )


RULES = (evidence_is_there, sources_are_known, evidence_is_dated_before, more_than_sense_checks, was_asked_for)
