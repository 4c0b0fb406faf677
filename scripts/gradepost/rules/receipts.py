"""R: that the ledger holds what was received, and that a pull request touches only its own dossier."""

from collections.abc import Iterator

from gradepost.document.canonical import sha256
from gradepost.document.filing import (
    Dossier,
    document_of_receipt,
    dossier_of_branch,
    is_plain,
    is_receipt,
    shown,
)
from gradepost.model.case import Case
from gradepost.model.documents import Document
from gradepost.model.findings import Problem
from gradepost.model.receipts import ReceiptFile
from gradepost.rules.base import AT_REVIEW, IN_A_LEDGER, rule


def _chain(case: Case) -> list[ReceiptFile]:
    return sorted(case.receipts or (), key=lambda receipt: receipt.path.rpartition("/")[2])


@rule(
    "R001",
    "Each document has receipts, and its bytes are those that the last one names",
    fix="Take the change back; a document changes only by being submitted again.",
    source="trust",
    stages=IN_A_LEDGER,
    needs_ledger=True,
)
def is_what_was_received(case: Case, document: Document) -> Iterator[Problem]:
    named = [r for r in _chain(case) if r.data and not r.rejected and r.data.get("path") == document.path]
    if not named:
        yield Problem("", "There is no receipt for this document.")
    elif (named[-1].data or {}).get("sha256") != sha256(document.raw):
        yield Problem("", "The document is not the one that its last receipt names.")


@rule(
    "R002",
    "Each receipt is signed by a key that was valid at that time",
    fix="Take the change back; receipts are written by the gateway alone.",
    source="trust",
    per="dossier",
    stages=IN_A_LEDGER,
    needs_ledger=True,
)
def is_signed(case: Case, _: Document) -> Iterator[Problem]:
    for receipt in _chain(case):
        if receipt.fault:
            yield Problem("", receipt.fault, path=receipt.path)


@rule(
    "R003",
    "The receipts of a dossier form one chain",
    fix="Take the change back; receipts are never taken out, changed or put in.",
    source="trust",
    per="dossier",
    stages=IN_A_LEDGER,
    needs_ledger=True,
)
def is_one_chain(case: Case, _: Document) -> Iterator[Problem]:
    previous: ReceiptFile | None = None
    for receipt in _chain(case):
        if receipt.data is None:
            continue
        data, before = receipt.data, (previous.data or {}) if previous else {}
        if data.get("previous") != (sha256(previous.raw) if previous else None):
            yield Problem("/previous", "It does not name the receipt before it.", path=receipt.path)
        if before and str(data.get("received_at")) < str(before.get("received_at")):
            yield Problem("/received_at", "Its time lies before that of the receipt before it.", path=receipt.path)
        if before and int(data.get("seq", 0)) <= int(before.get("seq", 0)):
            yield Problem("/seq", "Its number does not follow that of the receipt before it.", path=receipt.path)
        name = receipt.path.rpartition("/")[2]
        if data.get("path") != document_of_receipt(receipt.path) or not name.startswith(f"{data.get('seq', 0):012d}-"):
            yield Problem("/path", "It stands under another name than its own.", path=receipt.path)
        previous = receipt


@rule(
    "R004",
    "A pull request changes only what its branch may",
    fix="Close this pull request; submissions come through the gateway, one dossier to a branch.",
    source="trust",
    per="change",
    stages=AT_REVIEW,
    needs_ledger=True,
)
def keeps_to_its_dossier(case: Case, _: Document) -> Iterator[Problem]:
    if case.change is None:
        return
    dossier = dossier_of_branch(case.change.branch or "")
    for path, kind in case.change.paths.items():
        trespass = _not_ours(path, kind) if dossier is None else _not_its_own(path, kind, dossier)
        if trespass:
            yield Problem("", trespass, path=shown(path))


def _not_its_own(path: str, kind: str, dossier: Dossier) -> str | None:
    """Why a dossier's branch may not change a path so, or None."""
    if kind == "malformed":
        return _MALFORMED
    if not is_plain(path) or not dossier.holds(path):
        return "It lies outside the folder of this branch's dossier."
    if kind == "gone":
        return "A receipt is never taken away." if is_receipt(path) else None
    if kind == "link":
        return _NOT_PLAIN
    if kind == "large":
        return "It is larger than any document or receipt."
    return None if dossier.may_hold(path) else "It is called neither like a document nor like a receipt."


def _not_ours(path: str, kind: str) -> str | None:
    """Why a branch that is no dossier's may not change a path so, or None."""
    if kind == "malformed":
        return _MALFORMED
    top, _, rest = path.partition("/")
    if top.rstrip(".").casefold() == "submissions":
        return "Only a dossier's own branch changes submissions and receipts."
    if not is_plain(top if top == _FREELY_NAMED and rest else path):
        return "Its name has characters that no path of a ledger has."
    return _NOT_PLAIN if kind == "link" else None


_NOT_PLAIN = "It is not a plain file."
_MALFORMED = "Its folder has an entry that no Git tool writes."
_FREELY_NAMED = "centre-pages"

RULES = (is_what_was_received, is_signed, is_one_chain, keeps_to_its_dossier)
