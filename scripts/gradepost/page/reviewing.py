"""The reviewer's pages: what waits, and one pull request with all that a decision needs."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from gradepost.book import Book
from gradepost.document.filing import Dossier, dossier_of_branch
from gradepost.form import words
from gradepost.model.findings import Finding
from gradepost.model.standing import Difference, Standing
from gradepost.page.readout import noun, readout
from gradepost.page.rendering import rendered
from gradepost.page.sign_in import role_label
from gradepost.page.states import pill_of_check, pill_of_pull, pill_of_standing
from gradepost.page.statuses import title_of
from gradepost.page.summary import Entry, Places, entries

_VERDICTS: Mapping[str, str] = {
    "approved": "Approved",
    "changes-requested": "Returned for correction",
    "rejected": "Rejected",
}


def reviews_page(book: Book, *, items: Sequence[tuple[Mapping[str, Any], Standing | None, str | None]]) -> Markup:
    """Every pull request, the open ones first.

    Each item is the pull request (`number`, `title`, `branch`, `state`, `opened_at`), where its dossier stands,
    and the outcome of its check (None: not judged yet).
    """
    listed = [_item(book, *item) for item in items]
    return rendered(
        "reviews",
        waiting=[item for item in listed if item["is_open"]],
        done=[item for item in listed if not item["is_open"]],
    )


def review_page(  # noqa: PLR0913 - a decision rests on many facts, and all are named
    book: Book,
    *,
    pull: Mapping[str, Any],
    standing: Standing | None,
    check: str | None,
    findings: Sequence[Finding],
    differences: Sequence[Difference],
    documents: Sequence[tuple[str, Mapping[str, Any]]],
    receipts: Sequence[tuple[Mapping[str, Any], bool]],
    reviews: Sequence[Mapping[str, Any]],
    may_decide: bool,
    may_reject: bool = False,
    elsewhere: str | None = None,
    is_approved: bool = False,
    approvals: tuple[int, int] = (0, 1),
    rejects: bool = False,
    why_not: str | None = None,
    wrong: str | None = None,
    reason: str = "",
    pictures: Mapping[str, Sequence[tuple[int, str | None]]] = MappingProxyType({}),
) -> Markup:
    """One pull request: what changed, what the rules found, what it holds, its receipts, its history, the decision.

    `pull` is as for `reviews_page`, with `head`; `receipts` are with whether each is verified; `reviews` have `by`,
    `verdict`, `reason`, `at`, `current` (whether of this head), `signed` (whether the signature holds). `why_not` says
    why it cannot be approved; whoever `may_decide` can still return it. `approvals` are how many reviewers have
    approved, and how many have to. `wrong` is why a decision was not taken, `reason` what was typed for it, `rejects`
    that it was to reject. `elsewhere` is the address where it is decided, None where it is decided here. `pictures`
    are those that sign, by document, as on the page to check one's answers.
    """
    return rendered(
        "review",
        **_item(book, pull, standing, check),
        findings=finding_entries(findings),
        changes=[_change(difference) for difference in differences],
        documents=[(name, noun(book, data["form"]), readout(book, data)) for name, data in documents],
        receipts=[_receipt(book, receipt, verified=verified) for receipt, verified in receipts],
        reviews=[said_of_review(book, review) for review in reviews],
        is_approved=is_approved,
        approvals=approvals,
        may_decide=may_decide,
        may_reject=may_reject,
        elsewhere=elsewhere,
        rejects=rejects,
        pictures=pictures,
        why_not=why_not,
        wrong=wrong,
        reason=reason,
    )


def _item(book: Book, pull: Mapping[str, Any], standing: Standing | None, check: str | None) -> dict[str, Any]:
    dossier = dossier_of_branch(pull["branch"])
    return {
        "pull": pull,
        "is_open": str(pull["state"]) == "open",
        "title": _title(book, dossier) if dossier else pull["title"],
        "centre": dossier.centre if dossier else None,
        "opened": words.minute(pull["opened_at"], book.series.zone),
        "standing": standing,
        "state": pill_of_standing(standing) if standing else pill_of_pull(pull["state"]),
        "check": pill_of_check(check),
    }


def _title(book: Book, dossier: Dossier) -> str:
    return title_of(book, dossier.qualification, dossier.kind)


def finding_entries(findings: Sequence[Finding]) -> list[Entry]:
    """Findings of a ledger's files lead to no control; alike ones of one file are one line."""
    grouped: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        grouped.setdefault((finding.path, finding.rule, finding.message), []).append(finding)
    lines = entries([alike[0] for alike in grouped.values()], Places(()), "")
    return [
        entry if len(alike) == 1 else _repeated(entry, len(alike))
        for entry, alike in zip(lines, grouped.values(), strict=True)
    ]


def _repeated(entry: Entry, times: int) -> Entry:
    about = f"{entry.about}, {times} places" if entry.about else f"{times} places"
    return Entry(about, entry.message, entry.link, entry.rows, entry.fix, entry.rule, entry.help)


def _change(difference: Difference) -> dict[str, Any]:
    kind = "added" if difference.before is None else "removed" if difference.after is None else "changed"
    return {"kind": kind, "facts": difference}


def _receipt(book: Book, receipt: Mapping[str, Any], *, verified: bool) -> dict[str, Any]:
    return {
        "facts": receipt,
        "name": receipt["path"].rpartition("/")[2],
        "role": role_label(receipt["submitted_by"]["role"]),
        "received": words.second(words.instant(receipt["received_at"]), book.series.zone),
        "verified": verified,
    }


def said_of_review(book: Book, review: Mapping[str, Any]) -> dict[str, Any]:
    """One decision in words, as `review_page` is given it."""
    return {
        "by": review["by"],
        "verdict": _VERDICTS.get(str(review["verdict"]), words.spoken(str(review["verdict"]))),
        "reason": review["reason"],
        "at": words.minute(review["at"], book.series.zone),
        "signed": review.get("signed", False),
    }
