"""What reviewers ask of a centre or record of it: the form, the list for reviewers, and what the centre sees of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from markupsafe import Markup

from gradepost.book import Book
from gradepost.document.filing import Dossier
from gradepost.form import words
from gradepost.form.choices import lists_of
from gradepost.form.layout import groups_of, name_of
from gradepost.form.posted import ADD_ROWS, ROWS_ADDED
from gradepost.form.shape import shape_of
from gradepost.ledger import REQUEST_FORM
from gradepost.model.findings import Report
from gradepost.model.series import Form
from gradepost.page.controls import Maker, unasked
from gradepost.page.readout import Section, noun, readout
from gradepost.page.rendering import rendered
from gradepost.page.sheets import datalists, sheet
from gradepost.page.states import Pill
from gradepost.page.statuses import title_of
from gradepost.page.summary import Places, beside, entries
from gradepost.rules.asking import sized

Data = Mapping[str, Any]
EXTENSION_FORM = "extension"
_WHEN = {
    "evidence-request": "until",
    "stage-one-meeting": "takes_place_at",
    "remote-visit": "starts_at",
    "extension": "until",
}


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that a centre sent: its SHA-256, its kind, its size in bytes."""

    sha256: str
    kind: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that a centre was asked for, or that was recorded of it, as it stands: its document, when it was
    recorded and by whom; what the centre has sent in answer, and when last. `is_granted`: main has that extension."""

    data: Data
    at: datetime
    receipt_id: str
    files: Sequence[SentFile] = ()
    answered_at: datetime | None = None
    answer_receipt: str | None = None
    by: str = ""
    is_granted: bool = False

    @property
    def form(self) -> str:
        """The form that it was made with."""
        return str(self.data["form"])

    @property
    def reference(self) -> str:
        """What it is known by."""
        return str(self.data["reference"])

    @property
    def takes_files(self) -> bool:
        """Whether files may be sent in answer to it at all."""
        return self.form == REQUEST_FORM

    @property
    def is_extension(self) -> bool:
        """Whether it is an extension, granted or proposed."""
        return self.form == EXTENSION_FORM

    def is_open(self, now: datetime) -> bool:
        """Whether files are still taken, the last instant included."""
        return self.takes_files and now <= datetime.fromisoformat(self.data["until"])


@dataclass(frozen=True, slots=True)
class Sending:
    """What just came of sending files: how many were received, and why others were not, by their names."""

    received: int = 0
    refused: Sequence[tuple[str, str]] = ()
    receipt_id: str | None = None
    repeated: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """The pull request of an extension that is not granted yet, for a reviewer: what they may do with it, or why
    nothing."""

    number: int
    head: str
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class AskForm:
    """A reviewer's form on its way: what it holds, what is wrong with it, and how many rows its tables have."""

    form: str
    action: str
    values: Data
    report: Report | None = None
    path: str | None = None
    rows: Mapping[str, int] = field(default_factory=dict)


def ask_form_page(book: Book, asked: AskForm, about: Dossier, *, back: str) -> Markup:
    """The form by which a reviewer asks a centre for something, or records a meeting or a visit."""
    form, series, values = book.forms[asked.form], book.series, asked.values
    fields = (field for group in groups_of(form) for field in group.fields)
    lists = lists_of(series, fields, values)
    maker = Maker(series, values, lists)
    parts = tuple(
        maker.part(number, group, asked.rows.get(name_of(group.rows or ()), 0))
        for number, group in enumerate(groups_of(form), start=1)
    )
    places = Places(parts)
    said = beside(asked.report.errors, places, asked.path) if asked.report else {}
    return rendered(
        "request_form",
        form=form,
        about=title_of(book, about.qualification, about.kind),
        centre=about.centre,
        action=asked.action,
        back=back,
        parts=parts,
        sheets={p.id: sheet(p, lists, said, {}, {}) for p in parts if p.pointer},
        lists=lists,
        datalists=datalists(parts, lists),
        unasked=unasked(values, shape_of(book.schema_of(asked.form).schema), parts),
        beside=said,
        errors=entries(asked.report.errors, places, asked.path) if asked.report else [],
        zone_name=words.zone_name(series.zone),
        add_rows=(ADD_ROWS, ROWS_ADDED),
    )


def requests_page(
    book: Book,
    about: Dossier,
    asked: Sequence[Asked],
    now: datetime,
    *,
    forms: Sequence[Form],
    late: Sequence[str],
    proposals: Mapping[str, Proposal],
) -> Markup:
    """For a reviewer: all that was asked for, or recorded, of one dossier, with the files that came. `forms` are what
    can be asked; `late` names documents that came after their deadline; `proposals` are extensions that are not
    granted yet, by their references."""
    return rendered(
        "requests",
        about=about,
        title=title_of(book, about.qualification, about.kind),
        items=[_item(book, one, now) for one in asked],
        forms=forms,
        late=late,
        proposals=proposals,
        base=f"/reviews/{about.centre}/{about.qualification}/{about.kind}",
    )


def all_requests_page(book: Book, asked: Sequence[Asked], now: datetime, wrong: str | None = None) -> Markup:
    """For a reviewer: every request of every centre that is theirs to see, the open ones first; and where to begin
    another. `wrong` is what was amiss with the choice of a centre."""
    ordered = sorted(asked, key=lambda one: (not one.is_open(now), _when(one)))
    return rendered(
        "requests_all",
        items=[_item(book, one, now) for one in ordered],
        qualifications=[(q.code, f"{q.code} {q.title}") for q in book.series.qualifications.values()],
        kinds=list(book.series.kinds.items()),
        wrong=wrong,
    )


def asked_of_you(book: Book, asked: Sequence[Asked], now: datetime) -> Markup:
    """For a centre: what it is asked for, and its meetings and visits, on the page where its submissions stand."""
    shown = [one for one in asked if one.is_granted or not one.is_extension]
    items = [_item(book, one, now) for one in sorted(shown, key=_when)]
    return rendered("asked_of_you", items=items, organisation=book.series.awarding_organisation)


def answer_page(book: Book, one: Asked, now: datetime, *, may_send: bool, sending: Sending | None = None) -> Markup:
    """For a centre: one request, what it has sent so far, and where to send more."""
    rules = book.series.asking
    limits = rules.uploads if rules else None
    return rendered(
        "answer",
        item=_item(book, one, now),
        organisation=book.series.awarding_organisation,
        may_send=may_send and one.is_open(now) and limits is not None,
        is_open=one.is_open(now),
        sending=sending,
        most=sized(limits.most_bytes) if limits else "",
        most_files=limits.most_files if limits else 0,
        kinds=", ".join(limits.kinds) if limits else "",
        accept=",".join(f".{kind}" for kind in limits.kinds) if limits else "",
    )


def _when(one: Asked) -> datetime:
    return datetime.fromisoformat(one.data[_WHEN[one.form]])


def _item(book: Book, one: Asked, now: datetime) -> dict[str, Any]:
    zone = book.series.zone
    return {
        "asked": one,
        "id": one.reference,
        "centre": one.data["centre"],
        "noun": noun(book, one.form),
        "about": title_of(book, one.data["qualification"], one.data["kind"]),
        "base": f"/reviews/{one.data['centre']}/{one.data['qualification']}/{one.data['kind']}",
        "when": words.minute(_when(one), zone),
        "pill": _pill(one, now),
        "is_open": one.is_open(now),
        "read": _read(book, one),
        "recorded": words.minute(one.at, zone),
        "answered": words.minute(one.answered_at, zone) if one.answered_at else None,
        "files": [(file.sha256, f"{file.kind}, {sized(file.bytes)}") for file in one.files],
    }


def _read(book: Book, one: Asked) -> list[Section]:
    """The document without what its heading says: whom and which dossier it is about."""
    fields = [field for group in groups_of(book.forms[one.form]) for field in group.fields]
    hidden = {field.label for field in fields if field.widget == "hidden"}
    sections = readout(book, one.data)
    return [replace(s, values=[value for value in s.values if value.label not in hidden]) for s in sections]


def _pill(one: Asked, now: datetime) -> Pill:
    if one.is_extension:
        return Pill("Granted", "passed", "") if one.is_granted else Pill("Proposed", "awaiting", "")
    if not one.takes_files:
        return Pill("Recorded", "", "")
    if one.files:
        return Pill("Answered", "passed", "")
    return Pill("Open", "awaiting", "") if one.is_open(now) else Pill("Ended", "failed", "")
