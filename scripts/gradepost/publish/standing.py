"""Where a dossier stands, from the inbox and the forge."""

import json
from collections.abc import Sequence
from datetime import datetime

from gradepost.document.filing import Dossier
from gradepost.forge.base import Check, CheckState, Forge, Pull, PullState, Verdict
from gradepost.inbox import Inbox, Stored
from gradepost.model.findings import Finding, Severity
from gradepost.model.standing import Standing, StandingDocument, State
from gradepost.publish.deciding import Decided, decided


def standing_of(dossier: Dossier, inbox: Inbox, forge: Forge) -> Standing | None:
    """Where a dossier stands, or None where nothing was ever received for it."""
    standing = inbox.standing_of_branch(dossier.branch)
    # Where all was rejected, nothing stands any more, and what was received is shown.
    received = standing or inbox.of_branch(dossier.branch)
    if not received:
        return None
    latest = {stored.path: stored for stored in received}
    pull = forge.last_pull_of(dossier.branch)
    check = forge.check(pull.head) if pull else None
    findings = findings_in(check)
    verdict = decided(forge, pull) if pull else Decided()
    documents = [_document(stored) for stored in latest.values()]
    state = _state(documents, pull, check, findings, verdict, is_whole=_is_whole(dossier, documents))
    earlier_stands = state is State.REJECTED and any(pull and stored.pull != pull.number for stored in standing)
    asked = [
        c.made_at
        for c in inbox.credentials("link", dossier.centre)
        if c.facts.get("qualification") == dossier.qualification and c.facts.get("kind") == dossier.kind
    ]
    return Standing(
        series=dossier.series,
        centre=dossier.centre,
        qualification=dossier.qualification,
        kind=dossier.kind,
        state=state,
        documents=sorted(documents, key=lambda d: (d.component is None, d.component or "", d.form)),
        pull=pull.number if pull else None,
        findings=() if earlier_stands else findings,  # they are about what was rejected
        returned_because=_reason(pull, verdict),
        declaration_asked_at=max(asked, default=None),
        merged_as=pull.merged_as if pull else None,
        approvals=len(verdict.approved_by),
        earlier_stands=earlier_stands,
    )


def findings_in(check: Check | None) -> Sequence[Finding]:
    """The findings of a check's report."""
    if check is None:
        return ()
    return [Finding(**{**f, "severity": Severity(f["severity"])}) for f in json.loads(check.report)["findings"]]


def _reason(pull: Pull | None, verdict: Decided) -> str | None:
    """Why it was returned or rejected; None where it was neither."""
    is_open = pull is not None and pull.state is PullState.OPEN
    told = verdict.verdict is Verdict.REJECTED or (is_open and verdict.verdict is Verdict.CHANGES_REQUESTED)
    return verdict.reason if told else None


# What a verdict makes of a dossier at once; an approval waits for the merge.
_DECIDED = {Verdict.REJECTED: State.REJECTED, Verdict.CHANGES_REQUESTED: State.RETURNED}


def _state(
    documents: Sequence[StandingDocument],
    pull: Pull | None,
    check: Check | None,
    findings: Sequence[Finding],
    verdict: Decided,
    *,
    is_whole: bool,
) -> State:
    if pull is None or check is None or not all(document.filed for document in documents):
        return State.FILING
    if verdict.verdict is not None and verdict.verdict in _DECIDED:
        return _DECIDED[verdict.verdict]
    if pull.state is PullState.MERGED:
        return State.MERGED if is_whole else State.SCHEDULED
    if check.state is CheckState.PENDING:
        return State.AWAITING_DECLARATION
    if check.state is CheckState.FAILURE:
        void = any(finding.rule == "H003" for finding in findings)
        return State.DECLARATION_VOID if void else State.NEEDS_ATTENTION
    return State.IN_REVIEW if is_whole else State.SCHEDULED


def _is_whole(dossier: Dossier, documents: Sequence[StandingDocument]) -> bool:
    """Whether nothing has to follow before it is reviewed: after a schedule come grades, after a return nothing."""
    return dossier.is_of_the_centre or any(document.form == "tags" for document in documents)


def _document(stored: Stored) -> StandingDocument:
    receipt, data = json.loads(stored.receipt), json.loads(stored.document)
    learners = data.get("learners")
    return StandingDocument(
        name=stored.path.rpartition("/")[2],
        form=stored.form,
        component=data.get("component"),
        learners=len(learners) if learners is not None else None,
        receipt_id=stored.receipt_id,
        seq=stored.seq,
        received_at=datetime.fromisoformat(receipt["received_at"]),
        on_time=receipt["on_time"],
        filed=stored.filed_at is not None,
    )
