"""Questions with their answers as the ledger keeps them, below `answers/`: each signed as a reviewer approved it.

An answer is a document of the awarding organisation. It names the question's file and its SHA-256, and what is
published is made of its texts alone.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gradepost.book import Book
from gradepost.document.canonical import sha256
from gradepost.document.filing import Dossier, dossier_of_path
from gradepost.document.strict import NotStrict, parse
from gradepost.ledger import LedgerReader, Source
from gradepost.model.register import Centre
from gradepost.receipt import SigningKey
from gradepost.receipt.verifying import fault_of

FORM, FOLDER, SCHEMA = "question", "answers", "answer"
_PATH = re.compile(r"submissions/(?P<folder>[0-9a-z-]+/[0-9]{2}/[0-9]{5})/(?P<number>[1-9][0-9]{0,2})\.question\.json")


@dataclass(frozen=True, slots=True)
class Answer:
    """One file below `answers/`: its contents where it is an answer, the asker's centre, and why it must not be
    published (`fault`), if anything speaks against it."""

    path: str
    data: Mapping[str, Any] | None
    centre: Centre | None
    fault: str | None


def question_path(series: str, centre: str, number: str) -> str:
    """Where a question is filed."""
    return f"{Dossier(series, centre).folder}/{number}.{FORM}.json"


def answer_path(question: str) -> str | None:
    """Where the answer to the question at a path stands; None where no question has that path."""
    match = _PATH.fullmatch(question)
    return f"{FOLDER}/{match['folder']}/{match['number']}.answer.json" if match else None


def signed_answer(facts: Mapping[str, Any], key: SigningKey, book: Book) -> bytes:
    """The file of an answer: everything but the key and the signature is given."""
    return key.sign({"form": SCHEMA, "series": book.series.id, **facts}, book.schemas[SCHEMA].layout)


def answers_in(source: Source, book: Book) -> list[Answer]:
    """Every answer of a ledger in the order of their paths, those that must not be published with the reason."""
    reader = LedgerReader(source, book)
    return [_read(path, source, reader, book) for path in source.list(FOLDER)]


def _read(path: str, source: Source, reader: LedgerReader, book: Book) -> Answer:
    try:
        value = parse(source.read(path) or b"")
    except NotStrict:
        return Answer(path, None, None, "it is not strict JSON")
    schema = book.schemas[SCHEMA]
    if not schema.is_valid(value) or schema.layout.bytes_of(value) != source.read(path):
        return Answer(path, None, None, "it is not an answer in canonical form")
    dossier = dossier_of_path(value["of"]["path"])
    if dossier is None or answer_path(value["of"]["path"]) != path:
        return Answer(path, None, None, "it stands at another path than its question's")
    centre = reader.register(dossier.centre, dossier.series).centre
    return Answer(path, value, centre, _fault(value, source, reader, dossier, book))


def _fault(value: Mapping[str, Any], source: Source, reader: LedgerReader, dossier: Dossier, book: Book) -> str | None:
    settings, of = reader.settings, value["of"]
    if wrong := fault_of(value, book.schemas[SCHEMA], settings.keys, signed_at="approved_at"):
        return f"it is not what a reviewer approved: {wrong[0].lower()}{wrong[1:].rstrip('.')}"
    if value["approved_by"] not in {reviewer.ref for reviewer in settings.reviewers}:
        return "whoever approved it is no reviewer of this ledger"
    question = source.read(of["path"])
    if question is None:
        return "its question has not been merged"
    if sha256(question) != of["sha256"]:
        return "its question was asked anew after it was approved: approve it again"
    if not _was_received(value, reader, dossier):
        return "its question has no receipt that says when it was asked"
    return None


def _was_received(value: Mapping[str, Any], reader: LedgerReader, dossier: Dossier) -> bool:
    wanted = (value["of"]["path"], value["of"]["sha256"], value["asked_at"])
    found: Iterable[Mapping[str, Any]] = (r.data for r in reader.receipts(dossier) if r.data and r.fault is None)
    return any((r["path"], r["sha256"], r["received_at"]) == wanted for r in found)
