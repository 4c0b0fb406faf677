"""The state folder opened: ledger, inbox, keys, clock, and the parts above them wired together."""

import secrets
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gradepost.book import Book, load
from gradepost.doors.clock import Now, demo_now_of, system_now
from gradepost.doors.files import write_durably
from gradepost.forge.base import MAIN
from gradepost.forge.local import LocalForge
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.intake import Intake, Surroundings
from gradepost.ledger import LedgerReader, LedgerSettings
from gradepost.ledger.sources import CommitSource
from gradepost.model.records import Register
from gradepost.model.trouble import ConfigurationError, WorldError
from gradepost.publish import MergeWorker, Publisher
from gradepost.receipt import SigningKey
from gradepost.settings import Settings

_REVIEW_SECONDS = 120
_ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def clock_file(folder: Path) -> Path:
    """Where a demo's state keeps its clock; a state without one lives on the system's."""
    return folder / "clock.json"


def now_of(folder: Path) -> Now:
    """The state's clock as another process sees it."""
    return demo_now_of(clock_file(folder)) if clock_file(folder).exists() else system_now


def key_of(folder: Path) -> SigningKey:
    """The gateway's signing key, made where there is none; its public half stands beside it."""
    path = folder / "keys" / "receipt.pem"
    if not path.exists():
        key = SigningKey.make()
        write_durably(path, key.to_pem(), 0o600)
        write_durably(folder / "keys" / "receipt.pub.pem", key.public_pem())
    return SigningKey.from_pem(path.read_bytes())


def new_secret() -> str:
    """256 random bits for a token, a session or a link."""
    return secrets.token_urlsafe(32)


def new_receipt_id() -> str:
    """A receipt's id: 100 random bits in 20 small letters and digits that are hard to mistake."""
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(20))


class Ledger:
    """Main as the gateway sees it; what was read of a commit is kept until main moves."""

    def __init__(self, forge: LocalForge, book: Book) -> None:
        self._forge = forge
        self._book = book
        self._lock = threading.Lock()
        self._head: str | None = None
        self._registers: dict[str, Register] = {}

    def reader(self) -> LedgerReader:
        """A reader of main as it stands. Raises `ConfigurationError` where there is no main."""
        head = self._forge.head(MAIN)
        if head is None:
            raise ConfigurationError("The ledger has no main branch. Make one with `gradepost init`.")
        return LedgerReader(CommitSource(self._forge, head), self._book)

    def register(self, centre: str) -> Register:
        """What main says of a centre now."""
        head = self._forge.head(MAIN)
        with self._lock:
            if head != self._head:
                self._head, self._registers = head, {}
            if centre not in self._registers:
                self._registers[centre] = self.reader().register(centre, self._book.series.id)
            return self._registers[centre]


@dataclass(frozen=True)
class State:
    """Everything behind one gateway."""

    folder: Path
    book: Book
    settings: LedgerSettings
    inbox: SqliteInbox
    forge: LocalForge
    ledger: Ledger
    intake: Intake
    publisher: Publisher
    merger: MergeWorker
    now: Now
    demo: bool


def open_state(folder: Path, settings: Settings, now: Now | None = None) -> State:
    """Open a state folder that `serve` or `init` made. Raises `ConfigurationError` where it is none, and where the
    book at hand is not the one that the ledger pins."""
    now = now or now_of(folder)
    bare = folder / "ledger.git"
    if not bare.exists():
        raise ConfigurationError(f"{folder}: no ledger here. Start `gradepost serve --demo`, or give --state.")
    forge = LocalForge(bare)
    head = forge.head(MAIN)
    if head is None:
        raise ConfigurationError(f"{bare}: the ledger has no main branch.")
    pinned = LedgerReader(CommitSource(forge, head), load(settings.root, site_url=settings.site_url)).settings
    book = load(settings.root, pinned.series, site_url=settings.site_url)
    if pinned.book and pinned.book != book.digest:
        raise ConfigurationError(
            f"The ledger pins the book {pinned.book}, and the book at hand is {book.digest}. "
            "Check out the site commit that the ledger names, or change ledger.toml by a reviewed pull request."
        )
    inbox = SqliteInbox(folder / "inbox.sqlite3")
    ledger = Ledger(forge, book)
    key = key_of(folder)
    if key.id not in {known.id for known in pinned.keys}:
        raise ConfigurationError(f"The key {key.id} that signs receipts is not among the keys of ledger.toml.")
    intake = Intake(book, inbox, Surroundings(ledger.register, now, new_receipt_id, key, pinned.demo))
    run_review = ReviewProcess(settings, bare)
    publisher = Publisher(inbox, forge, run_review, now)
    merger = MergeWorker(forge, run_review, now, book.series.needs_approval)
    return State(folder, book, pinned, inbox, forge, ledger, intake, publisher, merger, now, pinned.demo)


class ReviewProcess:
    """`gradepost review` as the very command that CI runs, in a process of its own."""

    def __init__(self, settings: Settings, bare: Path) -> None:
        self._root = settings.root.resolve()
        self._bare = bare.resolve()
        self._site_url = settings.site_url

    def __call__(self, base: str, head: str, branch: str) -> tuple[int, str]:
        """The exit code and what was printed. Raises `WorldError` where it did not end in time."""
        command = [sys.executable, "-m", "gradepost", "review", "--base", base, "--head", head, "--branch", branch]
        command += ["--ledger", str(self._bare), "--format", "json"]
        environment = {"GRADEPOST_SITE_URL": self._site_url, "PYTHONPATH": str(Path(__file__).parents[2])}
        try:
            done = subprocess.run(  # noqa: S603 - our own command, our own arguments
                command,
                cwd=self._root,
                capture_output=True,
                text=True,
                timeout=_REVIEW_SECONDS,
                check=False,
                env=environment,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise WorldError(f"gradepost review did not run ({type(error).__name__}).") from error
        return done.returncode, done.stdout


def local_text(at: datetime, book: Book) -> str:
    """An instant in the series' zone, to the minute."""
    return f"{at.astimezone(book.series.zone):%H:%M on %d %B %Y}"
