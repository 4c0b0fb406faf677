"""The files of a new ledger, and `init`: a Git repository that holds them."""

import base64
import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from gradepost.book import Book, load
from gradepost.doors.clock import system_now
from gradepost.doors.files import write_durably
from gradepost.doors.state import make_key
from gradepost.model.register import Person
from gradepost.model.trouble import ConfigurationError, WorldError
from gradepost.receipt import SigningKey
from gradepost.receipt.signing import instant_text
from gradepost.settings import Settings

_TEMPLATE = Path(__file__).with_name("ledger_template")
# Stored without the dot, which packaging tools pass over.
_DOTTED = ("github/", "gitattributes")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
_TEAM = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}(/[A-Za-z0-9._-]{1,100})?")


@dataclass(frozen=True, slots=True)
class Places:
    """Where a ledger's parts are on GitHub: the public site repository and its commit, and who approves what."""

    site: str = ""
    commit: str = ""
    operators: str = ""
    reviewers: str = ""

    def __post_init__(self) -> None:
        if self.site and not _REPOSITORY.fullmatch(self.site):
            raise ConfigurationError("--site is the site repository on GitHub, as OWNER/NAME.")
        if not all(_TEAM.fullmatch(team) for team in (self.operators, self.reviewers) if team):
            raise ConfigurationError("--operators and --reviewers are teams or people on GitHub, as OWNER/TEAM.")

    @property
    def words(self) -> dict[str, str]:
        """What is meant by each word of the template; "" where it is not known, and the word stays."""
        return dict(zip(_WORDS, (self.site, self.commit, self.operators, self.reviewers), strict=True))


_WORDS = ("SITE-OWNER/SITE-REPOSITORY", "SITE-COMMIT", "OPERATORS", "REVIEWERS")


@dataclass(frozen=True, slots=True)
class MadeLedger:
    """What `init` made."""

    series: str
    book: str
    key_folder: Path
    unknown: tuple[str, ...]


def make_ledger(folder: Path, settings: Settings, series: str | None, places: Places) -> MadeLedger:
    """Make a ledger in a new or empty folder; the commit of `places` is taken from the site repository at hand.
    Raises `ConfigurationError` where the folder holds something."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError(f"{folder} is not an empty folder.")
    key_folder = folder.absolute().with_name(f"{folder.absolute().name}.keys")
    book = load(settings.root, series, site_url=settings.site_url)
    key = make_key(key_folder)
    site_commit = commit_of(settings.root)
    toml = ledger_toml(book, key, not_before=system_now(), demo=False, reviewers=(), site_commit=site_commit)
    places = replace(places, commit=site_commit)
    files = ledger_files(book, toml, places) | dict([centre_file(book, _example_centre(book))])
    for path, content in files.items():
        write_durably(folder / path, content)
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], _COMMIT):
        _git(folder, arguments)
    return MadeLedger(
        book.series.id, book.digest, key_folder, tuple(word for word, meant in places.words.items() if not meant)
    )


_COMMIT = [
    "-c",
    "user.name=Gradepost",
    "-c",
    "user.email=gradepost@localhost.invalid",
    "commit",
    "-q",
    "-m",
    "Make the ledger",
]


def ledger_files(book: Book, toml: str, places: Places) -> dict[str, bytes]:
    """The files of a ledger without a centre."""
    words = {"SERIES-TITLE": book.series.title, **places.words}
    found = {"ledger.toml": toml.encode()}
    for file in sorted(path for path in _TEMPLATE.rglob("*") if path.is_file()):
        path = file.relative_to(_TEMPLATE).as_posix()
        text = file.read_text("utf-8")
        for word, meant in words.items():
            text = text.replace(word, meant or word)
        found[f".{path}" if path.startswith(_DOTTED) else path] = text.encode()
    return found


def _example_centre(book: Book) -> dict[str, Any]:
    """An invented centre to copy. No letter reaches it: `.invalid` (RFC 2606) is never anybody's host."""
    people = (
        ("officer", "exams-officer", ["schedules", "submits", "views"], "Ash Example"),
        ("teacher-1", "teacher", ["views"], "Robin Example"),
        ("teacher-2", "teacher", ["views"], "Sandy Example"),
        ("head", "principal", ["declares", "views"], "Dr Kit Example"),
    )
    return {
        "centre": _EXAMPLE,
        "name": "Example College (invented)",
        "people": [
            {"ref": f"p-{_EXAMPLE}-{short}", "role": role, "rights": rights, "name": name, "email": f"{short}{_AT}"}
            for short, role, rights, name in people
        ],
        "qualifications": list(book.series.qualifications),
    }


_EXAMPLE = "99999"
_AT = f"@centre-{_EXAMPLE}.invalid"


def ledger_toml(
    book: Book, key: SigningKey, *, not_before: datetime, demo: bool, reviewers: tuple[Person, ...], site_commit: str
) -> str:
    """`ledger.toml`."""
    lines = [
        f'series = "{book.series.id}"',
        f'site_commit = "{site_commit}"',
        f'book = "{book.digest}"',
        f"demo = {'true' if demo else 'false'}",
        "",
        "[retention]",
        "# How long things are kept is for the controller to fix; these are placeholders.",
        "drafts_days = 30",
        "evidence_days = 365",
        "receipts_years = 6",
        "",
        "[[keys]]",
        f'id = "{key.id}"',
        f'public = "{base64.b64encode(key.public).decode()}"',
        f'not_before = "{instant_text(not_before)}"',
    ]
    for person in reviewers:
        lines += ["", "[[reviewers]]", f'ref = "{person.ref}"', f'name = "{person.name}"', f'email = "{person.email}"']
    return "\n".join(lines) + "\n"


def centre_file(book: Book, raw: Mapping[str, Any]) -> tuple[str, bytes]:
    """Where a centre's file stands in a ledger, and its bytes."""
    number = raw["centre"]
    if violations := book.schemas["centre"].violations(dict(raw)):
        raise ConfigurationError(f"centre {number}, {violations[0].pointer}: {violations[0].message}")
    return f"centres/{number[:2]}/{number}.json", (json.dumps(raw, ensure_ascii=False, indent=2) + "\n").encode()


def commit_of(root: Path) -> str:
    """The commit that the site repository stands at, or "" where it is not one."""
    try:
        return _git(root, ["rev-parse", "HEAD"]).strip()
    except WorldError:
        return ""


def site_of(root: Path) -> str | None:
    """The site repository on GitHub as owner/name, where the one at hand was cloned from there."""
    try:
        address = _git(root, ["remote", "get-url", "origin"]).strip()
    except WorldError:
        return None
    found = _ON_GITHUB.fullmatch(address)
    return found[1] if found and _REPOSITORY.fullmatch(found[1]) else None


_ON_GITHUB = re.compile(r"(?:https://|ssh://git@|git@)github\.com[/:]([^/]+/[^/]+?)(?:\.git)?/?")


def _git(folder: Path, arguments: list[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments
            ["git", *arguments],  # noqa: S607 - the user's git
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise WorldError(f"git {arguments[0]} failed in {folder}.") from error
    return done.stdout
