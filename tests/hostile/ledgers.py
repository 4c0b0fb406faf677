"""Ways to damage a ledger, as a folder and as a repository: each is done to a copy, at a path of it."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

# Whatever waits for a pipe or goes round in circles ends after so many seconds.
PATIENCE = 10

DOSSIER = "submissions/2021-summer/10/10234/AM20530/external-exam"
TAGS = f"{DOSSIER}/UV21578.tags.json"
SCHEDULE = f"{DOSSIER}/UV21578.schedule.json"
DECLARATION = f"{DOSSIER}/declaration.json"
RECEIPTS = f"{DOSSIER}/receipts"
FIRST_RECEIPT = f"{RECEIPTS}/000000000001-UV21578.schedule.json"
MIDDLE_RECEIPT = f"{RECEIPTS}/000000000003-UV21578.tags.json"
LAST_RECEIPT = f"{RECEIPTS}/000000000005-declaration.json"
CENTRE = "centres/10/10234.json"
EXTENSIONS = "extensions/2021-summer/10235.json"

IN_SUBMISSIONS = [TAGS, FIRST_RECEIPT, MIDDLE_RECEIPT, LAST_RECEIPT, RECEIPTS, DOSSIER]
ABOVE = ["submissions/2021-summer/10/10234", "submissions/2021-summer", "submissions"]
OURS = [CENTRE, "centres/10", "centres", EXTENSIONS, "extensions/2021-summer", "extensions"]

Damage = Callable[[Path], None]


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def garbled(path: Path) -> None:
    path.write_bytes(b"\x00\xff\xfe{]" * 20)


def gone(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def a_folder(path: Path) -> None:
    gone(path)
    path.mkdir()


def a_pipe(path: Path) -> None:
    gone(path)
    os.mkfifo(path)


def linked(target: str) -> Damage:
    """Replaces what stands there by a link; `{name}` is its own name."""

    def damage(path: Path) -> None:
        gone(path)
        path.symlink_to(target.format(name=path.name))

    return damage


def linked_to_its_own_contents(path: Path) -> None:
    """What the link leads to is just what stood there before, so that following it would find nothing wrong."""
    aside = path.parents[len(path.parts) - path.parts.index("ledger") - 1] / f"aside-{path.name}"
    path.rename(aside)
    path.symlink_to(aside)


LINKS = {
    "a link to another file": linked("/etc/passwd"),
    "a link to itself": linked("{name}"),
    "a dangling link": linked("nowhere"),
    "a link to its own contents": linked_to_its_own_contents,
}
NOT_PLAIN = LINKS | {"a pipe": a_pipe}
DAMAGED = {"emptied": emptied, "truncated": truncated, "garbled": garbled}


def messages(ran, rule: str) -> dict[str, str]:
    """What a rule says in a run with `--format json`, by path."""
    return {f["path"]: f["message"] for f in ran.json["findings"] if f["rule"] == rule}


def is_one_clear_line(ran) -> bool:
    """Whether a run says in one line, and nothing else, what is wrong with ourselves or the world."""
    return ran.code in (2, 3) and ran.raw == b"" and ran.err.startswith("gradepost: ") and ran.err.count("\n") == 1


def swapped(ledger: Path, one: str, other: str) -> None:
    contents = (ledger / one).read_bytes()
    (ledger / one).write_bytes((ledger / other).read_bytes())
    (ledger / other).write_bytes(contents)


def repository_of(ledger: Path) -> Path:
    """A bare repository whose main holds what stands in the folder, each object in a file of its own."""
    bare = ledger.with_name("ledger.git")
    git(bare, "init", "-q", "--bare", "-b", "main", str(bare))
    git(bare, "--work-tree", str(ledger), "add", "-A")
    commit(bare)
    return bare


def commit(bare: Path) -> None:
    """Make main what stands in the index."""
    who = ("-c", "user.name=x", "-c", "user.email=x@localhost.invalid")
    made = git(bare, *who, "commit-tree", git(bare, "write-tree"), "-m", "x")
    git(bare, "update-ref", "refs/heads/main", made)


def git(bare: Path, *arguments: str) -> str:
    command = ["git", "--git-dir", str(bare), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def object_of(bare: Path, name: str) -> Path:
    """The file of the object that `main` or `main:path` names."""
    found = git(bare, "rev-parse", name)
    path = bare / "objects" / found[:2] / found[2:]
    path.chmod(0o644)
    return path
