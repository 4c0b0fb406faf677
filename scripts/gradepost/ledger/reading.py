"""Cases from a ledger's files: documents with their receipts, the register, the extensions, the neighbours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

from gradepost.book import Book
from gradepost.check import read
from gradepost.document.canonical import sha256
from gradepost.document.filing import Dossier, dossier_of_path, is_receipt
from gradepost.document.strict import NotStrict, parse
from gradepost.ledger.requests import with_requests
from gradepost.ledger.settings import PATH, LedgerSettings, read_settings
from gradepost.model.case import Case, Change, Stage
from gradepost.model.documents import Document, Filing, Rows
from gradepost.model.receipts import ReceiptFile
from gradepost.model.register import Centre, Extension, Person, Register
from gradepost.model.trouble import ConfigurationError
from gradepost.receipt import RECEIPT_SCHEMA, read_receipt
from gradepost.receipt.rejecting import is_rejection, rejected_in


class Source(Protocol):
    """The files of one state of a ledger."""

    def read(self, path: str) -> bytes | None:
        """The bytes of a plain file, or None where there is none."""

    def list(self, prefix: str = "") -> Sequence[str]:
        """Every path below a folder that is not itself a folder, sorted, whether or not it can be read: links too.
        Where something else stands in the folder's place, the path itself."""


_NOT_PLAIN = "It is not a plain file."


class LedgerReader:
    """One state of a ledger, read with one book."""

    def __init__(self, source: Source, book: Book) -> None:
        self._source = source
        self._book = book
        self._settings: LedgerSettings | None = None
        self._listed: dict[str, frozenset[str]] = {}

    @property
    def settings(self) -> LedgerSettings:
        """Its `ledger.toml`. Raises `ConfigurationError` where there is none."""
        if self._settings is None:
            raw = self._source.read(PATH)
            if raw is None:
                raise ConfigurationError(f"There is no {PATH}: this is not a ledger.")
            self._settings = read_settings(raw)
        return self._settings

    def register(self, centre: str, series: str) -> Register:
        """What the register and the extensions say of a centre."""
        raw = self._plain(f"centres/{centre[:2]}/{centre}.json")
        granted = self._plain(f"extensions/{series}/{centre}.json")
        return Register(
            centre=None if raw is None else centre_of(self._own(raw, "centre", centre)),
            extensions=() if granted is None else tuple(_extensions(self._own(granted, "extensions", centre))),
        )

    def centres(self) -> list[Centre]:
        """Every centre of the register."""
        paths = [path for path in self._source.list("centres") if path.endswith(".json")]
        found = []
        for path in paths:
            raw = self._source.read(path)
            if raw is not None:
                found.append(centre_of(self._own(raw, "centre", path)))
        return found

    def dossiers(self) -> list[Dossier]:
        """Every dossier that has a file in the ledger."""
        return self._dossiers_below("submissions")

    def _dossiers_below(self, folder: str) -> list[Dossier]:
        found = {dossier_of_path(path) for path in self._source.list(folder)}
        return sorted(d for d in found if d is not None)

    def stray_paths(self) -> list[str]:
        """Paths below `submissions/` that belong to no dossier."""
        return [path for path in self._source.list("submissions") if dossier_of_path(path) is None]

    def receipts(self, dossier: Dossier) -> list[ReceiptFile]:
        """The receipts of a dossier in order, each with what is wrong with its signature."""
        schema, keys = self._book.schemas[RECEIPT_SCHEMA], self.settings.keys
        paths = [path for path in self._source.list(f"{dossier.folder}/receipts") if is_receipt(path)]
        files = ((path, self._source.read(path)) for path in paths)
        return [read_receipt(path, raw, schema, keys) for path, raw in files if raw is not None]

    def judged_by(self, dossier: Dossier) -> tuple[list[Document], list[ReceiptFile]]:
        """The documents of a dossier and its receipts, those marked that were rejected.

        Rejections are looked for only where a document is not what its last receipt names: they explain that, and cost
        other dossiers nothing.
        """
        receipts = self.receipts(dossier)
        documents = self.documents(dossier, receipts)
        if _are_as_named(documents, receipts) or not (rejected := self._rejected(dossier)):
            return documents, receipts
        receipts = [replace(r, rejected=r.data is not None and r.data["seq"] in rejected) for r in receipts]
        return self.documents(dossier, receipts), receipts

    def _rejected(self, dossier: Dossier) -> frozenset[int]:
        """The numbers of the receipts of a dossier that the platform's rejections name."""
        files = [self._source.read(path) for path in self._source.list(dossier.reviews) if is_rejection(path)]
        named = [rejected_in(raw, dossier, self.settings.keys) for raw in files if raw is not None]
        return frozenset().union(*named)

    def documents(self, dossier: Dossier, receipts: Iterable[ReceiptFile]) -> list[Document]:
        """The documents of a dossier, each with how it came in where a sound receipt says so.

        Whatever lies in its folder and is no receipt is judged as a document: nothing hides under another name.
        """
        known = list(receipts)
        filings, not_documents = filings_of(known), {receipt.path for receipt in known}
        found = []
        for path in self._source.list(dossier.folder):
            if path not in not_documents and dossier.holds(path):
                found.append(self.document(path, filings.get(path)))
        return found

    def document(self, path: str, filing: Filing | None = None) -> Document:
        """The document at a path that is listed."""
        raw = self._source.read(path)
        if raw is None:
            return Document(path, b"", None, {}, refusal=_NOT_PLAIN, filing=filing)
        found = read(raw, path, self._book, filing=filing)
        return _lighter(found) if found.learners and not found.violations else found

    def loose_cases(self, at: datetime) -> list[Case]:
        """The cases of all documents as files without a ledger: no register, no receipts."""
        documents = {
            dossier: [self.document(path) for path in self._source.list(dossier.folder) if _is_loose(path, dossier)]
            for dossier in self.dossiers()
        }
        return [
            Case(
                documents=own,
                series=self._book.series,
                at=at,
                stage=Stage.LOOSE,
                neighbours=[x for other, found in documents.items() if _same_centre(other, dossier) for x in found],
            )
            for dossier, own in documents.items()
        ]

    def cases(self, dossiers: Iterable[Dossier], stage: Stage, at: datetime) -> list[Case]:
        """The cases of some dossiers, each with its neighbours in the centre's series."""
        wanted = frozenset(dossiers)
        cases = []
        # Centre by centre: what the others have submitted costs nothing.
        for key in sorted({(d.series, d.centre) for d in wanted}):
            dossiers_of_centre = self._dossiers_below(Dossier(*key).folder)
            found_of = {d: self.judged_by(d) for d in dossiers_of_centre}
            documents = {d: found for d, (found, _) in found_of.items()}
            register = self.register(key[1], key[0])
            cases += [
                Case(
                    documents=documents[d],
                    series=self._book.series,
                    at=at,
                    stage=stage,
                    neighbours=[x for other in dossiers_of_centre if other != d for x in documents[other]],
                    register=with_requests(register, (x for found in documents.values() for x in found)),
                    receipts=found_of[d][1],
                )
                for d in dossiers_of_centre
                if d in wanted
            ]
        return cases

    def change_case(self, change: Change, at: datetime) -> Case:
        """The case of a pull request as such: which paths it changes."""
        return Case((), self._book.series, at, Stage.REVIEW, change=change, receipts=())

    def _plain(self, path: str) -> bytes | None:
        """The bytes of a file of our own, or None where nothing stands at its path."""
        raw = self._source.read(path)
        if raw is None:
            top = path.partition("/")[0]
            if top not in self._listed:
                self._listed[top] = frozenset(self._source.list(top))
            parts = path.split("/")
            for count in range(len(parts), 0, -1):
                if (above := "/".join(parts[:count])) in self._listed[top]:
                    raise ConfigurationError(f"{above} is not a plain file or folder.")
        return raw

    def _own(self, raw: bytes, schema: str, name: str) -> Mapping[str, Any]:
        try:
            value = parse(raw)
        except NotStrict as error:
            raise ConfigurationError(f"The {schema} file of {name} is not strict JSON: {error}") from error
        if violations := self._book.schemas[schema].violations(value):
            first = violations[0]
            raise ConfigurationError(f"The {schema} file of {name}, {first.pointer or '/'}: {first.message}")
        found: Mapping[str, Any] = value
        return found


_MOSTLY_ASKED_FOR = (
    "candidate_number",
    "uln",
    "outcome",
    "grade",
    "mark",
    "rationale",
    "uci",
    "unit_practicals_completed",
)


def _lighter(document: Document) -> Document:
    """The same document without its rows in memory: rules look at columns, who looks at a row has them made anew.

    A centre's documents are all held at once. With their rows they do not fit into a processor's cache, and judging
    each takes a third longer.
    """
    pieces, columns, evidence, raw = document.pieces, document.columns, document.evidence, document.raw
    for name in ("source", "dated"):
        evidence.different(name)
    for name in _MOSTLY_ASKED_FOR:
        columns[name]
    rows = Rows(len(document.learners), lambda: parse(raw)["learners"])
    found = replace(document, data={**document.data, "learners": rows})
    found.__dict__.update(pieces=pieces, columns=columns.let_go(rows, "evidence"))
    found.__dict__["evidence"] = evidence.let_go(Rows(len(evidence["source"]), found.every_piece))
    return found


def _are_as_named(documents: Iterable[Document], receipts: Iterable[ReceiptFile]) -> bool:
    """Whether each document that has a receipt is what the last one says."""
    named = {r.data["path"]: r.data["sha256"] for r in receipts if r.data is not None}
    return all(named.get(document.path) in (None, sha256(document.raw)) for document in documents)


def _is_loose(path: str, dossier: Dossier) -> bool:
    return dossier.holds(path) and not is_receipt(path)


def _same_centre(other: Dossier, own: Dossier) -> bool:
    return other != own and (other.series, other.centre) == (own.series, own.centre)


def filings_of(receipts: Iterable[ReceiptFile]) -> dict[str, Filing]:
    """How each document came in, by path: what the last sound receipt for it says that was not rejected."""
    found = {}
    for receipt in receipts:
        if receipt.data is not None and receipt.fault is None and not receipt.rejected:
            found[receipt.data["path"]] = filing_of(receipt.data)
    return found


def filing_of(receipt: Mapping[str, Any]) -> Filing:
    """How a document came in, as its receipt says."""
    return Filing(
        received_at=datetime.fromisoformat(receipt["received_at"]),
        ref=receipt["submitted_by"]["ref"],
        role=receipt["submitted_by"]["role"],
        channel=receipt["channel"],
        attested=receipt["attested"],
    )


def centre_of(raw: Mapping[str, Any]) -> Centre:
    """A centre of the register from its checked contents."""
    people = tuple(Person(p["ref"], p["role"], tuple(p["rights"]), p["name"], p["email"]) for p in raw["people"])
    return Centre(raw["centre"], raw["name"], people, tuple(raw["qualifications"]))


def _extensions(raw: Mapping[str, Any]) -> Iterable[Extension]:
    for extension in raw["extensions"]:
        what = extension["what"]
        yield Extension(
            row=what["deadline"],
            until=datetime.fromisoformat(extension["until"]).astimezone(UTC),
            kind=what.get("kind"),
            qualification=what.get("qualification"),
            component=what.get("component"),
            learners=frozenset(what.get("learners", ())),
        )
