"""What a ledger holds beside the documents: its settings, the register, and receipts signed by a key of the season's
own."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gradepost.book import Book
from gradepost.document.canonical import sha256
from gradepost.document.filing import receipt_path
from gradepost.doors.ledger_files import centre_file, ledger_toml
from gradepost.model.register import Person
from gradepost.receipt import RECEIPT_SCHEMA, SigningKey
from gradepost.receipt.signing import instant_text
from inventing.documents import Made
from inventing.people import centre_number, staff

# Nobody's key: its private half is public, here. It signs invented seasons and nothing else.
KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"an invented season").digest()))
KEY_VALID_FROM = datetime(2021, 5, 1, tzinfo=UTC)
REVIEWER = Person("r-osei", "reviewer", ("reviews",), "Abena Osei", "a.osei@awarding.example")
_FIRST = datetime(2021, 5, 18, 7, tzinfo=UTC)
_APART = timedelta(milliseconds=500)


def settings_file(book: Book) -> tuple[str, bytes]:
    """`ledger.toml`, with the season's key and the book at hand."""
    text = ledger_toml(book, KEY, not_before=KEY_VALID_FROM, demo=True, reviewers=(REVIEWER,), site_commit="")
    return "ledger.toml", text.encode()


def register_file(book: Book, centre: int, offered: list[str]) -> tuple[str, bytes]:
    """A centre's file in the register."""
    number = centre_number(centre)
    roles = (
        ("officer", "exams-officer", ["schedules", "submits", "views"]),
        ("teacher-1", "teacher", ["views"]),
        ("teacher-2", "teacher", ["views"]),
        ("head", "principal", ["declares", "views"]),
    )
    people = [
        {"ref": f"p-{number}-{short}", "role": role, "rights": rights, "name": name, "email": _address(short, number)}
        for (short, role, rights), name in zip(roles, staff(centre), strict=True)
    ]
    offers = {"centre": number, "name": f"Centre {number}", "people": people, "qualifications": offered}
    return centre_file(book, offers)


def _address(short: str, number: str) -> str:
    return f"{short}@centre-{number}.example"


@dataclass
class Desk:
    """Gives receipts: numbers them, and chains those of a dossier."""

    book: Book
    seq: int = 0
    last: dict[str, bytes] = field(default_factory=dict)

    def receipt(self, made: Made) -> tuple[str, bytes]:
        """The next receipt: for that document, and where it stands."""
        self.seq += 1
        at = _FIRST + self.seq * _APART
        previous = self.last.get(made.dossier.branch)
        form, number, kind = self.book.forms[made.form], made.dossier.centre, made.dossier.kind
        deadline = self.book.series.deadline(form.deadline, kind)
        declared = made.form == "declaration"
        digest = sha256(made.raw)
        facts = {
            "id": f"{self.seq:020d}",
            "seq": self.seq,
            "form": made.form,
            "path": made.path,
            "sha256": digest,
            "received_sha256": digest,
            "bytes": len(made.raw),
            "received_at": instant_text(at),
            "deadline": instant_text(deadline) if deadline else None,
            "on_time": True,
            "submitted_by": _submitter(number, "head", "principal") if declared else _submitter(number),
            "channel": "declaration-link" if declared else "api",
            "attested": _attested(number, at) if declared else None,
            "book": self.book.digest,
            "previous": sha256(previous) if previous else None,
            "demo": True,
        }
        raw = KEY.sign(facts, self.book.schemas[RECEIPT_SCHEMA].layout)
        self.last[made.dossier.branch] = raw
        return receipt_path(made.path, self.seq), raw

    def leave(self) -> None:
        """The last centre's dossiers are complete: nothing is chained to them any more."""
        self.last.clear()


def _attested(number: str, at: datetime) -> dict[str, str]:
    return {"ref": f"p-{number}-head", "method": "email-link", "at": instant_text(at)}


def _submitter(number: str, short: str = "officer", role: str = "exams-officer") -> dict[str, str]:
    return {"ref": f"p-{number}-{short}", "role": role}
