"""The files of a new ledger, and `init`: a Git repository that holds them."""

import base64
import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from gradepost.book import Book, load
from gradepost.doors.clock import system_now
from gradepost.doors.files import write_durably
from gradepost.doors.state import make_key
from gradepost.model.records import Person
from gradepost.model.trouble import ConfigurationError, WorldError
from gradepost.receipt import SigningKey
from gradepost.receipt.signing import instant_text
from gradepost.settings import Settings

_WORKFLOW = """\
# Put in the owner and the name of the site repository where it says SITE-OWNER and SITE-REPOSITORY.
name: Judge
on:
  pull_request:
    paths: ["submissions/**"]
permissions: {}
jobs:
  judge:
    permissions:
      contents: read
    # The site repository at the commit that ledger.toml pins: the judge never comes from the pull request.
    uses: SITE-OWNER/SITE-REPOSITORY/.github/workflows/judge.yml@SITE-COMMIT
    with:
      site_repository: SITE-OWNER/SITE-REPOSITORY
      site_commit: SITE-COMMIT
"""

_README = """\
# Ledger

Every submission of {title}, its receipts and its reviews. Private: it holds grades.
Made by `gradepost init`; its shape is the contract in the site repository's architecture page.

- `ledger.toml`: the series in force, the pinned book, the public keys that receipts are signed with, the reviewers
- `centres/`: the register; a change is a reviewed pull request
- `extensions/`: later deadlines that were granted
- `submissions/`: documents and their receipts, written by the gateway's publisher alone
- `reviews/`: who approved what, written on merging
- `centre-pages/`: guidance for centres only
"""


@dataclass(frozen=True, slots=True)
class MadeLedger:
    """What `init` made."""

    series: str
    book: str
    key_folder: Path


def make_ledger(folder: Path, settings: Settings, series: str | None) -> MadeLedger:
    """Make a ledger in a new or empty folder. Raises `ConfigurationError` where the folder holds something."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError(f"{folder} is not an empty folder.")
    key_folder = folder.absolute().with_name(f"{folder.absolute().name}.keys")
    book = load(settings.root, series, site_url=settings.site_url)
    key = make_key(key_folder)
    site_commit = commit_of(settings.root)
    toml = ledger_toml(book, key, not_before=system_now(), demo=False, reviewers=(), site_commit=site_commit)
    for path, content in ledger_files(book, toml, site_commit).items():
        write_durably(folder / path, content)
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], _COMMIT):
        _git(folder, arguments)
    return MadeLedger(book.series.id, book.digest, key_folder)


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


def ledger_files(book: Book, toml: str, site_commit: str) -> dict[str, bytes]:
    """The files of a ledger without a centre."""
    return {
        "ledger.toml": toml.encode(),
        "README.md": _README.format(title=book.series.title).encode(),
        ".github/workflows/judge.yml": _WORKFLOW.replace("SITE-COMMIT", site_commit or "SITE-COMMIT").encode(),
        "centre-pages/example.md": b"# Recording of the webinar\n\nAn invented example of a page for centres only.\n",
    }


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
