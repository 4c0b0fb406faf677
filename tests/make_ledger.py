"""Make tests/ledger anew: the same bytes on every run, by the very intake that serves.

    python tests/make_ledger.py [FOLDER]

Its README says what the ledger holds and what the receipts' book digest is.
"""

import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gradepost.book import Book, load
from gradepost.document.filing import Dossier, receipt_path
from gradepost.doors.demo import people
from gradepost.doors.ledger_files import centre_file, ledger_toml
from gradepost.forge.base import Pull, PullState, Review, Verdict
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.intake import Accepted, Intake, Submission, Surroundings
from gradepost.ledger import LedgerReader
from gradepost.ledger.sources import DirectorySource
from gradepost.model.identifiers import uln_is_right
from gradepost.people import Actor
from gradepost.publish.records import review_record
from gradepost.receipt import SigningKey

ROOT = Path(__file__).resolve().parents[1]
LEDGER = ROOT / "tests/ledger"
TEMPLATE = ROOT / "scripts/gradepost/doors/ledger_template"
RECORDINGS = "centre-pages/webinar-recordings.md"
WRITTEN_BY_HAND = "README.md"

# Nobody's key: its private half is public, here. It signs the miniature ledger and nothing else.
KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"the miniature ledger").digest()))
KEY_VALID_FROM = datetime(2021, 5, 1, tzinfo=UTC)
# Fixed, so that a new label in a form file does not ask for new receipts.
BOOK_DIGEST = f"sha256:{hashlib.sha256(b'the book of the miniature ledger').hexdigest()}"
QUALIFICATIONS = ["AM20530", "BT2D1", "BT3D7"]

MERGED = Dossier("2021-summer", "10234", "AM20530", "external-exam")
SCHEDULED = Dossier("2021-summer", "10235", "BT2D1", "external-exam")


@dataclass(frozen=True)
class Sent:
    """One submission as it came in; `raw` is not yet in canonical form."""

    at: datetime
    actor: Actor
    channel: str
    document: dict

    @property
    def raw(self) -> bytes:
        return json.dumps(self.document, ensure_ascii=False, separators=(",", ":")).encode()


def learners(centre: str) -> list[dict[str, str]]:
    """Five invented learners of a centre, with right check digits."""
    found: list[dict[str, str]] = []
    stem = int(f"1{centre}000")
    while len(found) < 5:
        stem += 1
        uln = next((f"{stem}{digit}" for digit in range(10) if uln_is_right(f"{stem}{digit}")), None)
        if uln:
            found.append({"candidate_number": f"{len(found) + 1:04d}", "uln": uln})
    return found


def schedule(dossier: Dossier, component: str, starts_at: str) -> dict:
    who = learners(dossier.centre)
    who[4]["certificating"] = False
    return {**_head("schedule", dossier, component), "starts_at": starts_at, "learners": who}


def grades(dossier: Dossier, component: str, third: str) -> dict:
    who = learners(dossier.centre)
    first, second = people.teachers(dossier.centre)
    for learner, grade in zip(who, ("distinction", "pass", third, "fail"), strict=False):
        learner |= {"outcome": "graded", "grade": grade}
    who[1]["evidence"] = [{"source": "class-test", "dated": "2021-04-20"}]
    who[1]["rationale"] = "The mock was missed; two class tests – “spring” and “summer” – show the level of attainment."
    who[3]["rationale"] = "The mock and all classwork of the year lie below the standard of a pass, without a doubt."
    who[4] |= {
        "outcome": "insufficient-evidence",
        "rationale": "One piece of work could be authenticated, and it covers too little of what was taught.",
    }
    return {
        **_head("tags", dossier, component),
        "evidence": [{"source": "mock-examination", "dated": "2021-03-12"}, {"source": "classwork"}],
        "decision_record": "Grades were set from the mock and the year’s classwork, and compared in a meeting.",
        "learners": who,
        "sign_off": [
            {"name": first, "role": "teacher", "signed_on": "2021-05-18"},
            {"name": second, "role": "head-of-department", "signed_on": "2021-05-18", "signature": "typed"},
        ],
    }


def declaration(dossier: Dossier, filed: dict[str, bytes], book: Book) -> dict:
    found = {path.rpartition("/")[2]: raw for path, raw in filed.items() if path.startswith(f"{dossier.folder}/")}
    covers = [
        {"document": name, "sha256": hashlib.sha256(raw).hexdigest(), "learners": len(json.loads(raw)["learners"])}
        for name, raw in found.items()
        if name.endswith(".tags.json") and not name[0].isdigit()
    ]
    head = _head("declaration", dossier, "")
    return {
        **{name: value for name, value in head.items() if name != "component"},
        "kind": dossier.kind,
        "covers": covers,
        "signatory": {"name": people.head(dossier.centre), "role": "principal"},
        "statements": [statement.id for statement in book.series.statements],
    }


def _head(form: str, dossier: Dossier, component: str) -> dict[str, str]:
    names = {"series": dossier.series, "centre": dossier.centre, "qualification": dossier.qualification}
    return {"form": form, **names, "component": component}


def submissions(filed: dict[str, bytes], book: Book) -> Iterator[Sent]:
    """What was sent, in order. `filed` is what has been filed so far."""

    def officer(centre: str) -> Actor:
        return Actor(f"p-{centre}-officer", "exams-officer", centre, "session")

    def at(day: int, hour: int, minute: int = 0) -> datetime:
        return datetime(2021, 5, day, hour, minute, 7, 250_000, tzinfo=UTC)

    first = schedule(SCHEDULED, "BT2D1P1", "2021-05-24T09:30:00+01:00")
    second = schedule(SCHEDULED, "BT2D1P2", "2021-05-26T13:30:00+01:00")
    head = Actor("p-10234-head", "principal", "10234", "link")
    yield Sent(at(17, 8), officer("10234"), "form", schedule(MERGED, "UV21578", "2021-05-20T09:00:00+01:00"))
    yield Sent(at(17, 8, 30), officer("10235"), "spreadsheet", first)
    yield Sent(at(18, 9), officer("10234"), "api", grades(MERGED, "UV21578", "pass"))
    yield Sent(at(18, 15), officer("10234"), "api", grades(MERGED, "UV21578", "merit"))
    yield Sent(at(19, 7, 45), head, "declaration-link", declaration(MERGED, filed, book))
    yield Sent(at(21, 10), officer("10235"), "form", second)


def make(folder: Path) -> None:
    """Make the ledger in a folder, in place of whatever stood there but its README."""
    book = replace(load(ROOT), digest=BOOK_DIGEST)
    for old in folder.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
        elif old.name != WRITTEN_BY_HAND:
            old.unlink()
    files: dict[str, bytes] = dict(_ground(book))
    _write(folder, files)
    filed: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as aside:
        for raw in received(book, folder, Path(aside), filed):
            files |= raw
    _write(folder, files | {f"{MERGED.reviews}/000000000001.json": _record()})


def _ground(book: Book) -> Iterator[tuple[str, bytes]]:
    toml = ledger_toml(
        replace(book, digest=""),
        KEY,
        not_before=KEY_VALID_FROM,
        demo=True,
        reviewers=people.REVIEWERS,
        site_commit="",
    )
    yield "ledger.toml", toml.encode()
    for centre in people.centres(book):
        yield centre_file(book, {**centre, "qualifications": QUALIFICATIONS})
    granted = {
        "what": {"deadline": "schedule", "kind": "external-exam", "qualification": "BT2D1"},
        "until": "2021-05-24T23:59:59.999+01:00",
        "why": "The centre was closed on 20 May.",
        "by": "r-osei",
    }
    extensions = {"series": "2021-summer", "centre": "10235", "extensions": [granted]}
    yield "extensions/2021-summer/10235.json", (json.dumps(extensions, indent=2) + "\n").encode()
    yield RECORDINGS, (TEMPLATE / RECORDINGS).read_bytes()


def received(book: Book, folder: Path, aside: Path, filed: dict[str, bytes]) -> Iterator[dict[str, bytes]]:
    """The files that each submission leaves in the ledger; `filed` gathers them."""
    inbox = SqliteInbox(aside / "inbox.sqlite3")
    register = LedgerReader(DirectorySource(folder), book).register
    for number, sent in enumerate(submissions(filed, book), 1):
        around = Surroundings(
            register=lambda centre: register(centre, book.series.id),
            now=_always(sent.at),
            new_id=_always(f"{number:020d}"),
            signing_key=KEY,
            demo=True,
        )
        intake = Intake(book, inbox, around)
        attested = None
        if sent.channel == "declaration-link":
            attested = {"ref": sent.actor.ref, "method": "email-link", "at": "2021-05-19T07:45:07.250Z"}
        submission = Submission(sent.raw, sent.document["form"], sent.actor, sent.channel, attested=attested)
        outcome = intake.receive(submission)
        if not isinstance(outcome, Accepted):
            raise SystemExit(f"Submission {number} is refused: {outcome}")
        stored = inbox.submission(outcome.receipt_id)
        assert stored is not None
        files = {stored.path: stored.document, receipt_path(stored.path, stored.seq): stored.receipt}
        filed |= files
        yield files


def _always(thing: Any) -> Callable[[], Any]:
    return lambda: thing


def _record() -> bytes:
    # The commits are invented: the ledger as files has no Git history.
    head, merge = hashlib.sha1(b"head").hexdigest(), hashlib.sha1(b"merge").hexdigest()
    at = datetime(2021, 5, 19, 12, 0, tzinfo=UTC)
    pull = Pull(1, MERGED.branch, "", head, PullState.MERGED, at, at, merge)
    return review_record(pull, [Review(1, head, "r-osei", Verdict.APPROVED, "", at)])


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for path, raw in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(raw)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else LEDGER)
