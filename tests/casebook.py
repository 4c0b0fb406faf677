"""The rule book by example: what the files under tests/cases mean, and how one is judged. See tests/cases/README.md."""

import copy
import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from make_ledger import KEY

from gradepost.book import Book, own_yaml
from gradepost.book.schemas import read_schema
from gradepost.book.series import form_of, series_of
from gradepost.check import check, check_book, read
from gradepost.document.canonical import sha256
from gradepost.ledger import centre_of, with_requests
from gradepost.model.case import Case, Stage
from gradepost.model.documents import Document, Filing
from gradepost.model.findings import Report
from gradepost.model.register import Extension, Register, Request
from gradepost.receipt import RECEIPT_SCHEMA

CASES = Path(__file__).parent / "cases"
BY_REVIEWERS = ("evidence-request", "stage-one-meeting", "remote-visit", "extension")
OF_REQUESTS = (*BY_REVIEWERS, "evidence")
FORMS = ("schedule", "tags", "declaration", "question", "iqa", *OF_REQUESTS)
OFFICER = {"ref": "p-10234-officer", "role": "exams-officer"}
HEAD = {"ref": "p-10234-head", "role": "principal"}
REVIEWER = {"ref": "r-lindqvist", "role": "reviewer"}
RECEIVED_AT = "2021-05-18T10:00:00+01:00"
OTHERS_RECEIVED_AT = "2021-05-17T10:00:00+01:00"
ATTESTED = {"ref": "p-10234-head", "method": "email-link", "at": "2021-05-18T09:00:00.000Z"}


def files(*folders: str) -> list[Path]:
    """The examples in these folders, in order."""
    return [path for folder in folders for path in sorted((CASES / folder).glob("*.json"))]


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def load_case(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def base(name: str) -> Any:
    """A document, or the centre, that examples start from."""
    return json.loads((CASES / f"base/{name}.json").read_text(encoding="utf-8"))


def built(example: str | Mapping[str, Any]) -> Any:
    """The value of `{"base", "with", "without"}`, of the name of a base, or of a value written out."""
    if isinstance(example, str):
        return base(example)
    if "base" not in example:
        return copy.deepcopy(example)
    value = base(example["base"])
    for pointer, new in example.get("with", {}).items():
        put(value, pointer, new)
    for pointer in example.get("without", ()):
        put(value, pointer, _GONE)
    return value


_GONE = object()


def put(value: Any, pointer: str, new: Any) -> None:
    """Set, append (`/-`) or take away what stands at a pointer."""
    *path, last = (step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])
    for step in path:
        value = value[int(step)] if isinstance(value, list) else value[step]
    if isinstance(value, list) and last == "-":
        value.append(new)
    else:
        key = int(last) if isinstance(value, list) else last
        if new is _GONE:
            del value[key]
        else:
            value[key] = new


def judge(case: Mapping[str, Any], book: Book) -> Report:
    """The report on an example as the gateway would judge it, or as loose files are judged; without a document, on
    the book itself."""
    book = book_of(case, book)
    if "document" not in case and "raw" not in case:
        return check_book(book)
    stage = Stage(case.get("stage", "gateway"))
    others = [_other(example, stage, book) for example in case.get("others", ())]
    document = _document(case, others, stage, book)
    folder = document.path.rpartition("/")[0]
    together = [d for d in others if stage is Stage.LOOSE or d.path.rpartition("/")[0] == folder]
    return check(
        Case(
            documents=[document, *together],
            series=book.series,
            at=datetime.fromisoformat(case.get("received_at", RECEIVED_AT)),
            stage=stage,
            neighbours=[d for d in others if d not in together],
            register=None if stage is Stage.LOOSE else with_requests(_register(case), others),
        ),
        book,
    )


def book_of(case: Mapping[str, Any], book: Book) -> Book:
    """The book of an example: where it says so, with other values in the series, and the forms that it adds."""
    if "series" not in case:
        return book
    series = _own(CASES.parents[1] / f"forms/{book.series.id}/series.yaml", book, "series")
    for pointer, new in case["series"].items():
        put(series, pointer, new)
    added = [name for name in series.get("on_request", ()) if name not in book.forms]
    forms = {name: form_of(_own(CASES / f"base/{name}.form.yaml", book, "form")) for name in added}
    schemas = {name: read_schema(CASES / f"base/{name}.schema.json") for name in added}
    return replace(book, series=series_of(series), forms={**book.forms, **forms}, schemas={**book.schemas, **schemas})


def _own(path: Path, book: Book, schema: str) -> Any:
    file, mistakes = own_yaml.read(path, book.schemas[schema])
    assert file is not None and not mistakes, mistakes
    return copy.deepcopy(file.value)


def _document(case: Mapping[str, Any], others: list[Document], stage: Stage, book: Book) -> Document:
    form, raw, filing = case.get("sent_as"), case.get("raw", "").encode("utf-8", "surrogatepass"), None
    if "document" in case:
        value = built(case["document"])
        form = form or value.get("form")
        _fill_in_hashes(value, others)
        raw = json.dumps(value).encode()
    if stage is Stage.GATEWAY:
        declares = form == "declaration"
        by = case.get("submitted_by", HEAD if declares else REVIEWER if form in BY_REVIEWERS else OFFICER)
        channel = case.get("channel", "declaration-link" if declares else "form")
        attested = case.get("attested", ATTESTED if channel == "declaration-link" else None)
        at = datetime.fromisoformat(case.get("received_at", RECEIVED_AT))
        filing = Filing(at, by["ref"], by["role"], channel, attested)
    found = read(raw, "", book, form=form if stage is Stage.GATEWAY else None, filing=filing)
    return replace(found, path=found.filed_at or f"{form}.json")


def _other(example: str | Mapping[str, Any], stage: Stage, book: Book) -> Document:
    value = built(example)
    filing = None
    if stage is Stage.GATEWAY:
        declares = value["form"] == "declaration"
        officer = REVIEWER if value["form"] in BY_REVIEWERS else OFFICER
        who, channel = (HEAD, "declaration-link") if declares else (officer, "form")
        at = datetime.fromisoformat(OTHERS_RECEIVED_AT)
        filing = Filing(at, who["ref"], who["role"], channel, ATTESTED if declares else None)
    raw = json.dumps(value).encode()
    found = read(raw, "", book, filing=filing)
    return replace(found, path=found.filed_at or f"other.{value['form']}.json")


def _fill_in_hashes(value: Any, others: list[Document]) -> None:
    """In a declaration, `@UV21578.tags.json` stands for the SHA-256 of that document among the others."""
    for cover in value.get("covers", ()) if isinstance(value, dict) else ():
        if str(cover.get("sha256", "")).startswith("@"):
            name = cover["sha256"][1:]
            cover["sha256"] = next((d.sha256 for d in others if d.path.endswith(f"/{name}")), sha256(b""))


def _register(case: Mapping[str, Any]) -> Register:
    centre = built(case.get("centre", "centre")) if case.get("centre", "centre") is not None else None
    extensions = tuple(
        Extension(**{**extension, "until": datetime.fromisoformat(extension["until"])})
        for extension in case.get("extensions", ())
    )
    requests = tuple(
        Request(**{**request, "until": datetime.fromisoformat(request["until"])})
        for request in case.get("requests", ())
    )
    return Register(centre_of(centre) if centre else None, extensions, requests)


def spoken(report: Report) -> tuple[set[str], set[str]]:
    """The rules that speak, as errors and as warnings."""
    return {f.rule for f in report.errors}, {f.rule for f in report.warnings}


def tamper(ledger: Path, example: Mapping[str, Any], book: Book) -> None:
    """Do to a ledger what an example of `ledger/` says."""
    for path, change in example.get("edit", {}).items():
        text = (ledger / path).read_text(encoding="utf-8")
        assert text.count(change["old"]) == 1, f"{path} has not just one {change['old']}"
        (ledger / path).write_text(text.replace(change["old"], change["new"]), encoding="utf-8")
    for path, changes in example.get("resign", {}).items():
        receipt = json.loads((ledger / path).read_bytes())
        for pointer, new in changes.items():
            put(receipt, pointer, new)
        unsigned = {name: value for name, value in receipt.items() if name not in ("key", "signature")}
        (ledger / path).write_bytes(KEY.sign(unsigned, book.schemas[RECEIPT_SCHEMA].layout))
    for source, target in example.get("copy", {}).items():
        shutil.copy(ledger / source, ledger / target)
    for source, target in example.get("move", {}).items():
        (ledger / source).rename(ledger / target)
    for path in example.get("remove", ()):
        (ledger / path).unlink()
