"""One dossier of a pull request as the ledger alone tells it: what main has, and what the branch brings."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from gradepost.check import read
from gradepost.document.filing import Dossier, is_receipt, shown
from gradepost.doors.cli.reviewing import Judged
from gradepost.doors.samples import earlier_series, samples_on
from gradepost.forge.base import Forge, Review, Verdict
from gradepost.ledger import LedgerReader
from gradepost.model.documents import Document
from gradepost.model.findings import Report
from gradepost.model.receipts import Key, ReceiptFile
from gradepost.model.standing import Standing, State
from gradepost.page.dossier_facts import Known, Version
from gradepost.page.report import report_file
from gradepost.publish.deciding import is_signed
from gradepost.publish.profiles import compared_with, earlier_profile, profile_of_others_on_main
from gradepost.publish.sampling import SIGNALS

# A branch that was written on more often tells its last changes.
_MOST_COMMITS = 200
_RECORD = re.compile(r"[0-9]{12}\.json", re.ASCII)


def made_of(judged: Judged, dossier: Dossier, root: Path) -> str:
    """The report file on a dossier. `root` is the site repository's, for the series before this one."""
    reader = LedgerReader(judged.source, judged.book)
    receipts = reader.receipts(dossier)
    documents = reader.documents(dossier, receipts)
    here = {document.path for document in documents if _is_sound(document)}
    versions = [version for path, version in _versions(judged, dossier, receipts) if path in here]
    known = Known(
        standing=_standing(dossier, judged.report, versions),
        versions=versions,
        receipts=[(receipt.data or _nothing_told(receipt), receipt.fault is None) for receipt in receipts],
        waits_since=max(_times(receipts).values(), default=None),
        profiles=_profiles(judged, dossier, versions, earlier_series(root, dossier.series)),
        samples=[
            (seed, [SIGNALS[reason] for reason in chosen.reasons], list(chosen.learners.items()))
            for seed, chosen in samples_on(judged.forge, judged.base, dossier)
        ],
        decisions=list(_decisions(judged.forge, judged.base, dossier, reader.settings.keys)),
    )
    unread = [shown(document.path) for document in documents if document.path not in here]
    return report_file(
        judged.book,
        dossier,
        known,
        commits=(judged.base, judged.head),
        unread=unread,
        unanswered=judged.report.unanswered,
    )


def _is_sound(document: Document) -> bool:
    """Whether it can be shown: its shape is right, and it stands where its own contents say."""
    return document.refusal is None and not document.violations and document.filed_at == document.path


def _nothing_told(receipt: ReceiptFile) -> Mapping[str, Any]:
    return {"path": shown(receipt.path), "received_at": "not told"}


def _times(receipts: Sequence[ReceiptFile]) -> dict[tuple[str, str], datetime]:
    """When each document was received, by path and SHA-256, as receipts say that hold."""
    sound = [receipt.data for receipt in receipts if receipt.data is not None and receipt.fault is None]
    return {(data["path"], data["sha256"]): datetime.fromisoformat(data["received_at"]) for data in sound}


def _versions(judged: Judged, dossier: Dossier, receipts: Sequence[ReceiptFile]) -> Iterator[tuple[str, Version]]:
    """Every state of each document, as main has it and as the commits of the branch left it."""
    forge, times = judged.forge, _times(receipts)
    seen: dict[str, bytes] = {}
    for commit in (judged.base, *forge.between(judged.base, judged.head, _MOST_COMMITS)):
        for path in forge.list(commit, dossier.folder):
            raw = forge.read(commit, path) if dossier.holds(path) and not is_receipt(path) else None
            if raw is None or seen.get(path) == raw:
                continue
            seen[path] = raw
            document = read(raw, path, judged.book)
            if _is_sound(document):
                name = path.rpartition("/")[2]
                yield path, Version(name, document.data, times.get((path, document.sha256)))


def _standing(dossier: Dossier, report: Report, versions: Sequence[Version]) -> Standing:
    """Where it stands as far as judging tells; what reviewers have decided is on the pull request."""
    state = _state(report, is_graded=any(version.data["form"] == "tags" for version in versions))
    ids = (dossier.series, dossier.centre, dossier.qualification, dossier.kind)
    return Standing(*ids, state, (), findings=report.findings)


def _state(report: Report, *, is_graded: bool) -> State:
    if report.is_pending and not report.not_judged:
        return State.AWAITING_DECLARATION
    if report.blocks or report.not_judged:
        is_void = any(finding.rule == "H003" for finding in report.findings)
        return State.DECLARATION_VOID if is_void else State.NEEDS_ATTENTION
    return State.IN_REVIEW if is_graded else State.SCHEDULED


def _profiles(
    judged: Judged, dossier: Dossier, versions: Sequence[Version], earlier: Sequence[str]
) -> dict[str, list[tuple[str, Mapping[str, int]]]]:
    """What the grades of each component are compared with, as main has it."""
    return {
        component: compared_with(
            earlier_profile(judged.forge, judged.base, dossier, component, earlier),
            profile_of_others_on_main(judged.forge, judged.base, dossier, component),
        )
        for component in sorted({v.data["component"] for v in versions if v.data["form"] == "tags"})
    }


def _decisions(forge: Forge, main: str, dossier: Dossier, keys: Sequence[Key]) -> Iterator[dict[str, Any]]:
    """The decisions on earlier pull requests of the dossier, as the records on main have them."""
    for path in forge.list(main, dossier.reviews):
        if not _RECORD.fullmatch(path.removeprefix(f"{dossier.reviews}/")):
            continue
        record = json.loads(forge.read(main, path) or b'{"reviews": []}')
        for kept in record["reviews"]:
            review = Review(
                record["pull"],
                kept["head"],
                kept["by"],
                Verdict(kept["verdict"]),
                kept.get("reason", ""),
                datetime.fromisoformat(kept["at"]),
                kept.get("signature", ""),
            )
            yield {
                "by": review.by,
                "verdict": str(review.verdict),
                "reason": review.reason,
                "at": review.at,
                "signed": is_signed(review, keys),
            }
