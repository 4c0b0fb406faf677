"""Trees that no submission may bring, each a change of an honest dossier's tree.

They are written as raw Git objects, as somebody may push them: names that no tool of ours would make.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pygit2

# Stands in all that is hostile and must not be shown: contents, and names that are not spelt like a ledger's own.
CANARY = "c4nary"

DOSSIER = "submissions/2021-summer/10/10234/AM20530/external-exam"
BRANCH = "dossier/2021-summer/10234/AM20530/external-exam"
OTHER_BRANCH = "tidy-up"
FILE, EXECUTABLE, LINK, SUBMODULE, FOLDER, GONE = 0o100644, 0o100755, 0o120000, 0o160000, 0o040000, 0
NOWHERE = "1" * 40
TEXT = f'{{"{CANARY}": "$(touch {CANARY})"}}\n'.encode()


@dataclass(frozen=True)
class Tree:
    """What stands at a path instead. A path's parts are the names of entries: they may hold slashes. With `twice` it
    stands `before` or `after` what is there already, or in a `wrong place` at the end."""

    name: str
    parts: tuple[bytes, ...]
    mode: int = FILE
    content: bytes = field(default=TEXT, repr=False)
    branch: str = BRANCH
    twice: str = ""


def plant(git: pygit2.Repository, root: pygit2.Tree, tree: Tree) -> str:
    """The commit that brings a tree, on no branch."""
    oid = NOWHERE if tree.mode == SUBMODULE else str(git.create_blob(tree.content))
    planted = _with(git, root, tree.parts, tree.mode, oid, tree.twice)
    who = pygit2.Signature("x", "x@localhost.invalid", 0, 0)
    return str(git.create_commit(None, who, who, "x", planted, [git.references["refs/heads/main"].target]))


def _with(
    git: pygit2.Repository, root: pygit2.Tree | None, parts: tuple[bytes, ...], mode: int, oid: str, twice: str = ""
) -> pygit2.Oid:
    entries = {entry.raw_name: (int(entry.filemode), str(entry.id)) for entry in root or ()}
    name, *deeper = parts
    if deeper:
        below = next((e for e in root or () if e.raw_name == name and isinstance(e, pygit2.Tree)), None)
        entries[name] = (FOLDER, str(_with(git, below, tuple(deeper), mode, oid, twice)))
    elif mode == GONE:
        del entries[name]
    elif not twice:
        entries[name] = (mode, oid)
    ordered = sorted(entries.items(), key=lambda e: e[0] + (b"/" if e[1][0] == FOLDER else b""))
    if twice and not deeper:
        there = next((place for place, (known, _) in enumerate(ordered) if known == name), 0)
        ordered.insert({"before": there, "after": there + 1}.get(twice, len(ordered)), (name, (mode, oid)))
    raw = b"".join(b"%o %s\0%s" % (mode, name, bytes.fromhex(oid)) for name, (mode, oid) in ordered)
    return git.odb.write(pygit2.enums.ObjectType.TREE, raw)


def _at(path: str) -> tuple[bytes, ...]:
    return tuple(part.encode() for part in path.split("/"))


def outside() -> Iterator[Tree]:
    """Paths spelt like a ledger's own that are none of the dossier's."""
    for path in (
        ".github/workflows/judge.yml",
        ".github/workflows/another.yml",
        ".github/actions/x/action.yml",
        ".github/CODEOWNERS",
        ".github/protect",
        ".gitattributes",
        ".gitmodules",
        ".gitignore",
        "ledger.toml",
        "README.md",
        "sitecustomize.py",
        "conftest.py",
        "pyproject.toml",
        "gradepost/__init__.py",
        "scripts/gradepost/__init__.py",
        "forms/2021-summer/series.yaml",
        "schemas/tags.schema.json",
        "centres/10/10234.json",
        "centres/10/10235.json",
        "centres/10/10236.json",
        "extensions/2021-summer/10234.json",
        "reviews/2021-summer/10/10234/AM20530/external-exam/000000000005.json",
        "centre-pages/example.md",
        "submissions/x.json",
        "submissions/2021-summer/10/10234/conflict.json",
        "submissions/2021-summer/10/10235/AM20530/external-exam/UV21578.tags.json",
        "submissions/2021-summer/10/10234/AM20530/synoptic-practical/UV21579.tags.json",
        "submissions/2021-summer/11/10234/AM20530/external-exam/UV21578.tags.json",
        "submissions/2022-summer/10/10234/AM20530/external-exam/UV21578.tags.json",
        "submissions/2021-summer/10/10234/AM20530/external-exam2/UV21578.tags.json",
        "Submissions/2021-summer/10/10234/AM20530/external-exam/UV21578.tags.json",
    ):
        yield Tree(f"outside: {path}", _at(path))
    for text in ("series = [", 'series = "../.."', f'series = "{CANARY}"', f"book = {CANARY}", "\x00"):
        yield Tree(f"ledger.toml: {text!r}", (b"ledger.toml",), content=text.encode())
    yield Tree("ledger.toml gone", (b"ledger.toml",), GONE)
    yield Tree("centres gone", (b"centres",), GONE)


NAMES = [
    f"$(touch {CANARY})",
    f"`touch {CANARY}`",
    f";touch {CANARY};",
    f"|touch {CANARY}",
    f"&& touch {CANARY} &&",
    f">{CANARY}",
    f"${{IFS}}{CANARY}",
    f"-{CANARY} --format=text",
    f"'{CANARY}'",
    f'"{CANARY}"',
    f"{CANARY}\\",
    f"*{CANARY}?",
    f"~{CANARY}",
    f"{CANARY}\n::error::{CANARY}",
    f"\r::set-output name={CANARY}::x",
    f"::add-mask::{CANARY}",
    f"%0A::error::{CANARY}",
    f"${{{{ github.token }}}}{CANARY}",
    f"\x1b[2J{CANARY}",
    f"\t{CANARY}",
    f"<img src=x onerror={CANARY}>",
    f"]({CANARY}:x)",
    f"@{CANARY}",
    f"&#64;{CANARY}",
    f"| {CANARY} | x |",
    f"\\\\{CANARY}\\share",
    f"..\\..\\{CANARY}",
    f"C:{CANARY}",
    f"{CANARY}.json ",
    f"{CANARY}" * 40,
]


def named() -> Iterator[Tree]:
    """Names for shells, terminals, browsers and runners, as files and as folders."""
    for name in NAMES:
        yield Tree(f"in the folder: {name[:40]!r}", (*_at(DOSSIER), f"{name}.json".encode()))
    for name in NAMES[::3]:
        yield Tree(f"as a folder: {name[:40]!r}", (*_at(DOSSIER), name.encode(), b"UV21578.tags.json"))
        yield Tree(f"at the top: {name[:40]!r}", (name.encode(), b"x"), branch=OTHER_BRANCH)


def leading_out() -> Iterator[Tree]:
    """Names that lead elsewhere where somebody joins them to a path."""
    folder = _at(DOSSIER)
    for name in (
        b"..",
        b".",
        b".git",
        b".GIT",
        b"git~1",
        b".g\xe2\x80\x8cit",
        b"../../../../../../x",
        b"/etc/passwd",
        b"a//b",
    ):
        yield Tree(f"leading out: {name!r}", (*folder, name))
        yield Tree(f"leading out, a folder: {name!r}", (*folder, name, b"UV21578.tags.json"))
    yield Tree("leading out, from the top", (b"..", b"x"), branch=OTHER_BRANCH)
    yield Tree("leading out, settled again", (*folder, b"../external-exam/UV21578.tags.json"))
    yield Tree("leading out and in", (*folder, b"..", b"external-exam", b"UV21578.tags.json"))
    yield Tree("slashes in one name", (DOSSIER.encode() + b"/x.json",))


def malformed() -> Iterator[Tree]:
    """Entries that no Git tool writes, and that some programs take for what is honestly there."""
    document = f"{DOSSIER}/UV21578.tags.json"
    folder, receipts = DOSSIER.encode(), f"{DOSSIER}/receipts".encode()
    yield Tree("slashes in one name, as a document's", (document.encode(),))
    yield Tree("slashes in one name, as a document's, from its folder", (folder, b"UV21578.tags.json"))
    yield Tree("slashes in one name, as a receipt's", (*_at(DOSSIER), b"receipts/000000000009-UV21578.tags.json"))
    yield Tree("slashes in one name, as a folder", (b"submissions/2021-summer", *_at(document)[2:]))
    yield Tree("slashes in one name, as the register's", (b"centres/10/10234.json",), branch=OTHER_BRANCH)
    yield Tree("slashes in one name, as the receipts", (receipts, b"000000000009-UV21578.tags.json"))
    for where in ("before", "after", "in a wrong place"):
        yield Tree(f"a document twice, {where}", _at(document), twice=where)
        yield Tree(f"the settings twice, {where}", (b"ledger.toml",), twice=where)
    yield Tree("a new document in a wrong place", (*_at(DOSSIER), b"AA.tags.json"), twice="in a wrong place")
    yield Tree("a file beside its own folder", _at("submissions"), twice="before")
    for mode in (0o100664, 0o100600, 0o100777, 0o140000, 0o7):
        yield Tree(f"a document of mode {mode:o}", _at(document), mode)


def look_alikes() -> Iterator[Tree]:
    """Letters and digits that look like others, and marks that nobody sees."""
    for was, becomes in {
        "10234": "１０２３４",
        "2021": "2０21",
        "AM20530": "АM20530",
        "external-exam": "external\u2010exam",
        "submissions": "ｓubmissions",
        "UV21578": "UV\u200b21578",
        "tags": "t\u0430gs",
        "json": "\u202enosj",
        "summer": "s\u0075\u0308mmer",
        "exam/": "exam\u2215",
        "external-exam/": "external-exam\ufe0f/",
    }.items():
        path = f"{DOSSIER}/UV21578.tags.json".replace(was, becomes)
        yield Tree(f"look-alike: {becomes!a}", _at(path))
    folder = DOSSIER.replace("10234", "１０２３４")
    yield Tree("look-alike branch", _at(f"{folder}/x.json"), branch=BRANCH.replace("10234", "１０２３４"))
    yield Tree("not UTF-8", (*_at(DOSSIER), b"\xff\xfe" + CANARY.encode()))
    for top in ("SUBMISSIONS", "submissions.", "ſubmissions", "submissions\u200b"):
        yield Tree(f"look-alike of the folder: {top!a}", (top.encode(), b"x"), branch=OTHER_BRANCH)
    yield Tree("look-alike centre", _at("centres/10/１０２３４.json"), branch=OTHER_BRANCH)


def not_plain() -> Iterator[Tree]:
    """Links, submodules, executables, files for folders and folders for files."""
    document, receipts = f"{DOSSIER}/UV21578.tags.json", f"{DOSSIER}/receipts"
    for target in (
        "/etc/passwd",
        "../../../../../../../etc/passwd",
        "UV21578.tags.json",
        ".",
        f"$({CANARY})",
        "/proc/self/environ",
    ):
        yield Tree(f"a link to {target}", _at(document), LINK, target.encode())
    for path in (
        receipts,
        DOSSIER,
        "submissions",
        "centres",
        "ledger.toml",
        f"{receipts}/000000000001-UV21578.schedule.json",
    ):
        yield Tree(f"a link for {path}", _at(path), LINK, b"/")
        yield Tree(f"a submodule for {path}", _at(path), SUBMODULE)
    for path in ("submissions", "centres", "ledger.toml", f"{DOSSIER}/UV21578.tags.json"):
        yield Tree(f"a link for {path}, on another branch", _at(path), LINK, b"/", branch=OTHER_BRANCH)
    for mode in (EXECUTABLE, SUBMODULE):
        yield Tree(f"a document of mode {mode:o}", _at(document), mode)
    yield Tree("a folder for a document", (*_at(document), b"x"))
    yield Tree("a file for the receipts", _at(receipts))
    yield Tree("a file for the folder", _at(DOSSIER))
    yield Tree("two hundred folders", (*_at(DOSSIER), *[b"d"] * 200, b"x"))


def large() -> Iterator[Tree]:
    """Ten megabytes: of one text, of brackets, of nothing."""
    receipt = f"{DOSSIER}/receipts/000000000009-UV21578.tags.json"
    for path in (f"{DOSSIER}/UV21578.tags.json", f"{DOSSIER}/another.tags.json", receipt):
        for what, piece in {"text": CANARY.encode(), "brackets": b"[", "nothing": b"\0"}.items():
            yield Tree(f"10 MB of {what}: {path}", _at(path), content=piece * (10_000_000 // len(piece)))


ALL = [*outside(), *named(), *leading_out(), *malformed(), *look_alikes(), *not_plain(), *large()]
