"""The state folder opened: ledger, inbox, keys, clock, and the parts above them wired together."""

import secrets
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gradepost.book import Book, load
from gradepost.doors.clock import Now, demo_now_of, system_now
from gradepost.doors.files import write_durably
from gradepost.doors.ledger import Ledger
from gradepost.doors.on_github import workers_of
from gradepost.doors.register import Follower
from gradepost.forge.base import MAIN, Forge
from gradepost.forge.governor import Governor
from gradepost.forge.local import LocalForge
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.intake import Intake, Surroundings
from gradepost.ledger import LedgerSettings, read_settings
from gradepost.ledger.settings import PATH as SETTINGS_PATH
from gradepost.model.trouble import ConfigurationError, WorldError
from gradepost.publish import MergeWorker, Publisher
from gradepost.publish.attending import Place
from gradepost.publish.filing import RunReview
from gradepost.publish.rejecting import Rejecter
from gradepost.publish.reviewers import Reviewers
from gradepost.receipt import SigningKey
from gradepost.settings import GitHubSettings, Settings

if TYPE_CHECKING:
    from gradepost.forge.board import Board
    from gradepost.forge.github_connection import App

_REVIEW_SECONDS = 120
_ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def clock_file(folder: Path) -> Path:
    """Where a demo's state keeps its clock; a state without one lives on the system's."""
    return folder / "clock.json"


def now_of(folder: Path) -> Now:
    """The state's clock as another process sees it."""
    return demo_now_of(clock_file(folder)) if clock_file(folder).exists() else system_now


def make_key(folder: Path) -> SigningKey:
    """A new signing key in a folder, its public half beside it. Raises `ConfigurationError` where one stands there."""
    path = folder / "receipt.pem"
    if path.exists():
        raise ConfigurationError(f"{path}: there is a key already, and receipts may have been signed with it.")
    key = SigningKey.make()
    write_durably(path, key.to_pem(), 0o600)
    write_durably(folder / "receipt.pub.pem", key.public_pem())
    return key


def key_of(folder: Path) -> SigningKey:
    """The gateway's signing key. Raises `ConfigurationError` where the state folder has none."""
    path = folder / "keys" / "receipt.pem"
    if not path.exists():
        raise ConfigurationError(f"{path}: no key to sign receipts with. Put the one here that `gradepost init` made.")
    return SigningKey.from_pem(path.read_bytes())


def new_secret() -> str:
    """256 random bits for a token, a session or a link."""
    return secrets.token_urlsafe(32)


def new_receipt_id() -> str:
    """A receipt's id: 100 random bits in 20 small letters and digits that are hard to mistake."""
    return "".join(_ID_ALPHABET[byte % len(_ID_ALPHABET)] for byte in secrets.token_bytes(20))


@dataclass(frozen=True)
class State:
    """Everything behind one gateway."""

    folder: Path
    book: Book
    settings: LedgerSettings
    inbox: SqliteInbox
    forge: Forge
    ledger: Ledger
    register: Follower
    intake: Intake
    publisher: Publisher
    merger: MergeWorker
    now: Now
    demo: bool
    governor: Governor | None = None


def open_state(folder: Path, settings: Settings, now: Now | None = None) -> State:
    """Open a state folder that `serve` or `init` made. Raises `ConfigurationError` where it is none, and where the
    book at hand is not the one that the ledger pins."""
    now = now or now_of(folder)
    inbox = SqliteInbox(folder / "inbox.sqlite3") if settings.github else None
    governor = Governor(inbox, settings.github.limits, system_now) if inbox and settings.github else None
    forge = _forge_of(folder, settings, governor)
    pinned = _pinned(forge, settings.github.repository if settings.github else str(folder / "ledger.git"))
    book = load(settings.root, pinned.series, site_url=settings.site_url)
    pinned.insist_on_book(book.digest)
    inbox = inbox or SqliteInbox(folder / "inbox.sqlite3")
    ledger = Ledger(forge, book, inbox, now)
    follower = Follower(forge, ledger, inbox, book, pinned.address_delay, now)
    key = key_of(folder)
    if key.id not in {known.id for known in pinned.keys}:
        raise ConfigurationError(f"The key {key.id} that signs receipts is not among the keys of ledger.toml.")
    intake = Intake(book, inbox, Surroundings(ledger.register, now, new_receipt_id, key, pinned.demo))
    publisher: Publisher
    merger: MergeWorker
    if settings.github is not None:
        place = Place(forge, _board_of(settings.github, governor), system_now, settings.github.poll)
        reviewers = Reviewers(pinned, inbox, lambda centre: ledger.as_registered(centre).centre)
        forge, publisher, merger = workers_of(place, inbox, reviewers, book, now, governor, key)
    else:
        run_review = ReviewProcess(settings, folder / "ledger.git")
        publisher = Publisher(inbox, forge, run_review, now, governor)
        merger = _merger(forge, run_review, now, book, Rejecter(forge, inbox, key, now))
    return State(
        folder, book, pinned, inbox, forge, ledger, follower, intake, publisher, merger, now, pinned.demo, governor
    )


def _merger(forge: Forge, run_review: RunReview, now: Now, book: Book, rejecter: Rejecter) -> MergeWorker:
    series = book.series
    return MergeWorker(forge, run_review, now, series.needs_approval, rejecter=rejecter, reviewers=series.reviewers)


def _forge_of(folder: Path, settings: Settings, governor: Governor | None) -> Forge:
    if settings.github is not None:
        from gradepost.forge.github import GitHubForge

        return GitHubForge(settings.github.api, settings.github.repository, _account_of(settings.github), governor)
    bare = folder / "ledger.git"
    if not bare.exists():
        raise ConfigurationError(f"{folder}: no ledger here. Start `gradepost serve --demo`, or give --state.")
    return LocalForge(bare)


def _board_of(github: GitHubSettings, governor: Governor | None) -> "Board":
    from gradepost.forge.github_board import GitHubBoard

    return GitHubBoard(github.api, github.repository, _account_of(github), governor)


def _account_of(github: GitHubSettings) -> "str | App":
    from gradepost.forge.github_connection import App

    if github.app is None:
        return github.token or ""
    file = github.app.private_key_file
    try:
        return App(github.app.id, github.app.installation, file.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: the App's private key cannot be read ({type(error).__name__}).") from error


def _pinned(forge: Forge, name: str) -> LedgerSettings:
    head = forge.head(MAIN)
    if head is None:
        raise ConfigurationError(f"{name}: the ledger has no main branch, or none that may be read.")
    toml = forge.read(head, SETTINGS_PATH)
    if toml is None:
        raise ConfigurationError(f"{name}: main has no {SETTINGS_PATH}, so this is not a ledger.")
    return read_settings(toml)


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
