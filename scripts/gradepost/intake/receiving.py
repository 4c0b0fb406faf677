"""Receive a submission, or say all that is wrong with it. The clock, the key and the register are handed in."""

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from gradepost.book import Book
from gradepost.check import check, read
from gradepost.document.canonical import sha256
from gradepost.document.filing import REQUESTS, Dossier
from gradepost.inbox import Desk, Entry, Inbox, Stored
from gradepost.ledger import filing_of, with_requests
from gradepost.model.case import Case, Stage
from gradepost.model.documents import Document, Filing
from gradepost.model.findings import Finding, Report, Severity
from gradepost.model.register import Register
from gradepost.model.series import Form, Series
from gradepost.people import Actor
from gradepost.receipt import RECEIPT_SCHEMA, SigningKey
from gradepost.receipt.signing import instant_text
from gradepost.rules.deadlines import deadline_for

_REMEMBERED_DOCUMENTS = 2000


@dataclass(frozen=True, slots=True)
class Submission:
    """What came in: the bytes, as which form, from whom, by which channel. `attested` only for a signature."""

    raw: bytes
    form: str
    actor: Actor
    channel: str
    key: str | None = None
    attested: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """It is stored. `told` are the problems that it causes in the dossier's other documents; `warnings` its own."""

    receipt: bytes
    receipt_id: str
    told: Sequence[Finding] = ()
    warnings: Sequence[Finding] = ()
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing is stored; the report says everything that is wrong."""

    report: Report


@dataclass(frozen=True, slots=True)
class KeyReused:
    """Nothing is stored: this idempotency key was answered for other bytes."""


@dataclass(frozen=True, slots=True)
class OtherCentre:
    """Nothing is judged or stored: the document is another centre's than the sender's."""


class RuleCrashed(Exception):
    """A mistake of ours stopped rules, so what they would have said is unknown. `rules` are their ids."""

    def __init__(self, rules: Iterable[str]) -> None:
        self.rules = tuple(dict.fromkeys(rules))
        super().__init__(", ".join(self.rules))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the receiving end is given: `now` tells UTC instants, `register` what main says of a centre."""

    register: Callable[[str], Register]
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    signing_key: SigningKey
    demo: bool


@dataclass(frozen=True, slots=True)
class _Judged:
    """A submission with its report, its case, and the document that it would replace."""

    document: Document
    report: Report
    case: Case
    earlier: Document | None


class Intake:
    """The receiving end of the gateway."""

    def __init__(self, book: Book, inbox: Inbox, surroundings: Surroundings) -> None:
        self.book = book
        self.inbox = inbox
        self._with = surroundings
        self._remembered: OrderedDict[int, Document] = OrderedDict()

    def check(self, submission: Submission) -> Report | OtherCentre:
        """Judge it as `receive` would, and store nothing. Raises `RuleCrashed`."""
        centre = submission.actor.centre or ""
        with self.inbox.desk(centre) as desk:
            judged = self._judge(submission, desk, self._instant())
            return judged if isinstance(judged, OtherCentre) else judged.report

    def receive(self, submission: Submission) -> Accepted | Refused | KeyReused | OtherCentre:
        """Judge and store it. On `Accepted` it cannot be lost. Raises `StoreError` where storing failed, and
        `RuleCrashed`; either way nothing is stored."""
        centre = submission.actor.centre or ""
        with self.inbox.desk(centre) as desk:
            if submission.key is not None and (before := desk.answered(submission.form, submission.key)):
                if before.body_sha256 != sha256(submission.raw):
                    return KeyReused()
                return Accepted(before.receipt, json.loads(before.receipt)["id"], repeated=True)
            at = self._instant()
            judged = self._judge(submission, desk, at)
            if isinstance(judged, OtherCentre):
                return judged
            document, report = judged.document, judged.report
            own = [f for f in report.findings if f.path == document.path]
            if any(f.severity is Severity.ERROR for f in own):
                return Refused(replace(report, judged=1, findings=tuple(own)))
            stored = self._store(submission, document, judged.case, desk)
            # As it would be read again: its bytes in the ledger's layout.
            self._remember(stored.seq, replace(document, raw=stored.document))
            return Accepted(stored.receipt, stored.receipt_id, self._caused(judged), own)

    def stands(self, receipt_id: str) -> bool:
        """Whether what has that receipt is the latest acknowledged document at its path."""
        stored = self.inbox.submission(receipt_id)
        current = self.inbox.of_centre(stored.centre, stored.series) if stored else ()
        return any(latest.receipt_id == receipt_id for latest in current)

    def standing(self, centre: str, branch: str) -> Report:
        """Judge a dossier as it was last received, with nothing new."""
        with self.inbox.desk(centre) as desk:
            current = desk.current()
        case = Case(
            documents=[self._document(s) for s in current if s.branch == branch],
            series=self.book.series,
            at=self._instant(),
            stage=Stage.GATEWAY,
            neighbours=[self._document(s) for s in current if s.branch != branch],
            register=with_requests(self._with.register(centre), map(self._document, current)),
        )
        return check(case, self.book)

    def _instant(self) -> datetime:
        now = self._with.now().astimezone(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def _judge(self, submission: Submission, desk: Desk, at: datetime) -> _Judged | OtherCentre:
        actor = submission.actor
        filing = Filing(at, actor.ref, actor.role, submission.channel, submission.attested)
        document = read(submission.raw, "", self.book, form=submission.form, filing=filing)
        if document.data.get("centre", actor.centre) != actor.centre:
            return OtherCentre()
        document = replace(document, path=document.filed_at or f"{submission.form}.json")
        current = desk.current()
        last_time = max((s.received_at for s in current), default=at)
        if last_time > at:
            # A clock that was set back must not make a centre's times run backwards.
            at, document = last_time, replace(document, filing=replace(filing, received_at=last_time))
        earlier = next((self._document(stored) for stored in current if stored.path == document.path), None)
        standing = [self._document(stored) for stored in current if stored.path != document.path]
        folder = document.path.rpartition("/")[0]
        case = Case(
            documents=[document, *(d for d in standing if folder and d.path.rpartition("/")[0] == folder)],
            series=self.book.series,
            at=at,
            stage=Stage.GATEWAY,
            neighbours=[d for d in standing if not folder or d.path.rpartition("/")[0] != folder],
            register=with_requests(self._with.register(actor.centre or ""), standing),
            arrived=document,
        )
        report = check(case, self.book)
        if report.crashed:
            raise RuleCrashed(crashed.rule for crashed in report.crashed)
        mine = tuple(n for n in report.not_judged if n.path == document.path)
        return _Judged(document, replace(report, not_judged=mine), case, earlier)

    def _document(self, stored: Stored) -> Document:
        found = self._remembered.get(stored.seq)
        if found is None:
            filing = filing_of(json.loads(stored.receipt))
            found = read(stored.document, stored.path, self.book, form=stored.form, filing=filing)
            self._remember(stored.seq, found)
        return found

    def _remember(self, seq: int, document: Document) -> None:
        self._remembered[seq] = document
        if len(self._remembered) > _REMEMBERED_DOCUMENTS:
            self._remembered.popitem(last=False)

    def _caused(self, judged: _Judged) -> list[Finding]:
        others = [f for f in judged.report.findings if f.path != judged.document.path]
        if not others:
            return []
        case, replaced = judged.case, [judged.earlier] if judged.earlier else []
        others_before = [*replaced, *(d for d in case.documents if d is not judged.document)]
        before = replace(case, documents=others_before, arrived=None)
        known = {(f.rule, f.path, f.pointer, f.message) for f in check(before, self.book).findings}
        return [f for f in others if (f.rule, f.path, f.pointer, f.message) not in known]

    def _store(self, submission: Submission, document: Document, case: Case, desk: Desk) -> Stored:
        data, form, series = document.data, self.book.forms[submission.form], self.book.series
        received_at = case.received_at(document)
        dossier = _dossier_of(form, data, series)
        extensions = self._with.register(data["centre"]).extensions
        deadline = deadline_for(series, form.deadline, data, extensions)
        last = desk.last(dossier.branch)
        receipt_id = self._with.new_id()
        body_sha256 = sha256(submission.raw)
        facts = {
            "id": receipt_id,
            "form": form.name,
            "path": document.path,
            "sha256": document.sha256,
            "received_sha256": body_sha256,
            "bytes": len(submission.raw),
            "received_at": instant_text(received_at),
            "deadline": instant_text(deadline) if deadline else None,
            "on_time": deadline is None or received_at <= deadline,
            "submitted_by": {"ref": submission.actor.ref, "role": submission.actor.role},
            "channel": submission.channel,
            "attested": dict(submission.attested) if submission.attested else None,
            "book": self.book.digest,
            "previous": sha256(last.receipt) if last else None,
            "demo": self._with.demo,
        }
        layout = self.book.schemas[RECEIPT_SCHEMA].layout
        entry = Entry(
            form=form.name,
            series=series.id,
            centre=data["centre"],
            branch=dossier.branch,
            path=document.path,
            receipt_id=receipt_id,
            document=document.canonical or b"",
            sha256=document.sha256,
            body_sha256=body_sha256,
            received_at=received_at,
            key=submission.key,
            by=submission.actor.ref,
            role=submission.actor.role,
            channel=submission.channel,
        )
        return desk.store(entry, lambda seq: self._with.signing_key.sign({**facts, "seq": seq}, layout))


def _dossier_of(form: Form, data: Mapping[str, Any], series: Series) -> Dossier:
    if form.scope in ("centre", "requests"):
        return Dossier(series.id, data["centre"], "", REQUESTS if form.scope == "requests" else "")
    component = series.component(data["qualification"], data.get("component"))
    return Dossier(series.id, data["centre"], data["qualification"], component.kind if component else data["kind"])
