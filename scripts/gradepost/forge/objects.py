"""Git objects, without a work tree or an index: folders are read and written only where they differ.

Everything here is a function of a repository and ids; branches, locks and pull requests are elsewhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import pygit2
from pygit2.enums import FileMode

from gradepost.forge.base import MAIN
from gradepost.forge.entries import in_a_path, malformed, names_of
from gradepost.model.trouble import ForgeError

# Who asked for a change stands in receipts and reviews. A commit names the software only: no person's name
# enters Git, and the same call makes the same commit id. `.invalid` (RFC 2606) is never anybody's host.
NAME = "Gradepost"
ADDRESS = "gradepost@localhost.invalid"

# A ledger is nine folders deep. Without limits, ten small trees each naming the next ten times have more
# paths than any machine can list, and a thousand folders within each other overflow Python's stack.
MAX_DEPTH = 32
MAX_PATHS = 1_000_000
MAX_CHANGED = 100_000

_Files = Mapping[tuple[str, ...], pygit2.Oid | None]


def write_commit(
    repository: pygit2.Repository, tree: pygit2.Oid, parents: Sequence[pygit2.Oid], message: str, at: datetime
) -> pygit2.Oid:
    """A commit on no branch. Its id depends on the arguments alone; of `at` the whole second counts."""
    who = pygit2.Signature(NAME, ADDRESS, int(at.astimezone(UTC).timestamp()), 0)
    return repository.create_commit(None, who, who, message, tree, list(parents))


def write_files(
    repository: pygit2.Repository, tree: pygit2.Tree | None, files: Mapping[str, bytes | None]
) -> pygit2.Oid:
    """A tree as `tree` with some files written (None takes one away); untouched folders are not read."""
    blobs = {
        _parts(path): None if content is None else repository.create_blob(content) for path, content in files.items()
    }
    return _written(repository, tree, blobs) or repository.TreeBuilder().write()


def read_file(tree: pygit2.Tree, path: str) -> bytes | None:
    """The bytes of a plain file; None for folders, symbolic links, executables and what is not there."""
    entry = _entry(tree, path)
    return entry.data if isinstance(entry, pygit2.Blob) and _is_plain(entry) else None


def list_files(tree: pygit2.Tree, prefix: str) -> list[str]:
    """Every path below a folder that is not itself a folder, sorted."""
    folder = prefix.strip("/")
    start = _entry(tree, folder) if folder else tree
    if not isinstance(start, pygit2.Tree):
        return []
    found: list[str] = []
    for path in _paths(start, f"{folder}/" if folder else ""):
        found.append(path)
        if len(found) > MAX_PATHS:
            raise ForgeError(f"More than {MAX_PATHS} files in one folder.")
    return sorted(found)


def changed_files(base: pygit2.Tree | None, head: pygit2.Tree) -> dict[str, str]:
    """The paths that differ: `file`, `link` (anything but a plain file whose name is UTF-8), `gone`, or `malformed`: an
    entry that no Git tool writes (`entries.py`), whatever it is."""
    found: dict[str, str] = {}
    for path, what in _differences(base, head, ""):
        found[path] = what
        if len(found) > MAX_CHANGED:
            raise ForgeError(f"More than {MAX_CHANGED} files change at once.")
    return found


def merge_trees(
    repository: pygit2.Repository, base: pygit2.Tree | None, ours: pygit2.Tree, theirs: pygit2.Tree
) -> pygit2.Oid:
    """The tree with both sides' changes since `base`. Raises `ForgeError` where both changed one file.

    Files are never merged line by line, as libgit2 does (which reads both whole trees besides): that would
    make a document nobody submitted.
    """
    return _merged(repository, (base, ours, theirs), "") or repository.TreeBuilder().write()


def _parts(path: str) -> tuple[str, ...]:
    # libgit2 refuses empty and dotted parts, and `.git`, when they are written.
    parts = tuple(path.split("/"))
    if len(parts) > MAX_DEPTH:
        raise ForgeError(f"Folders may be nested {MAX_DEPTH} deep.")
    return parts


def _written(repository: pygit2.Repository, tree: pygit2.Tree | None, files: _Files) -> pygit2.Oid | None:
    builder = repository.TreeBuilder() if tree is None else repository.TreeBuilder(tree)
    below: dict[str, dict[tuple[str, ...], pygit2.Oid | None]] = {}
    for (name, *deeper), blob in files.items():
        if deeper:
            below.setdefault(name, {})[tuple(deeper)] = blob
        else:
            _refuse_folder(builder.get(name), name)
            _put(builder, name, blob, FileMode.BLOB)
    for name, inside in below.items():
        subtree = _written(repository, _folder(builder.get(name), name), inside)
        _put(builder, name, subtree, FileMode.TREE)
    return builder.write() if len(builder) else None


def _put(builder: pygit2.TreeBuilder, name: str, entry: pygit2.Oid | None, mode: int) -> None:
    if entry is not None:
        builder.insert(name, entry, mode)
    elif builder.get(name) is not None:
        builder.remove(name)


def _refuse_folder(entry: pygit2.Object | None, name: str) -> None:
    if isinstance(entry, pygit2.Tree):
        raise ForgeError(f"{name} is a folder.")


def _folder(entry: pygit2.Object | None, name: str) -> pygit2.Tree | None:
    if entry is None or isinstance(entry, pygit2.Tree):
        return entry
    raise ForgeError(f"{name} is a file, not a folder.")


def _entry(tree: pygit2.Tree, path: str) -> pygit2.Object | None:
    try:
        return tree[path]
    except KeyError:
        return None


def _is_plain(entry: pygit2.Object) -> bool:
    return entry.filemode == FileMode.BLOB


def _name(entry: pygit2.Object) -> bytes:
    return entry.raw_name or b""


def _text(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")


def _paths(tree: pygit2.Tree, prefix: str) -> Iterator[str]:
    if prefix.count("/") > MAX_DEPTH:
        raise ForgeError(f"Folders are nested more than {MAX_DEPTH} deep.")
    for entry in tree:
        path = prefix + _text(_name(entry))
        if isinstance(entry, pygit2.Tree):
            yield from _paths(entry, f"{path}/")
        else:
            yield path


def _differences(base: pygit2.Tree | None, head: pygit2.Tree | None, prefix: str) -> Iterator[tuple[str, str]]:
    before, after = _entries(base), _entries(head)
    odd = names_of(_malformed(head) - _malformed(base))
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        path = prefix + in_a_path(_text(name))
        if name in odd:
            yield path, "malformed"
            continue
        if _same(old, new):
            continue
        old_folder, new_folder = _if_tree(old), _if_tree(new)
        if new is not None and new_folder is None:
            yield path, "file" if _is_plain(new) and _is_utf8(name) else "link"
        elif old is not None and old_folder is None:
            yield path, "gone"
        if new_folder is not None and path.count("/") >= MAX_DEPTH:
            yield path, "link"
        elif old_folder is not None or new_folder is not None:
            yield from _differences(old_folder, new_folder, f"{path}/")


def _merged(repository: pygit2.Repository, sides: Sequence[pygit2.Tree | None], prefix: str) -> pygit2.Oid | None:
    base, ours, theirs = (_entries(side) for side in sides)
    builder = repository.TreeBuilder() if sides[1] is None else repository.TreeBuilder(sides[1])
    for name in base.keys() | theirs.keys():
        was, mine, its = base.get(name), ours.get(name), theirs.get(name)
        if _same(was, its) or _same(mine, its):
            continue
        path = prefix + _text(name)
        if not _is_utf8(name):
            raise ForgeError(f"The name of {path} is not text.")
        if _same(was, mine):
            _put(builder, name.decode(), its.id if its else None, its.filemode if its else 0)
        elif path.count("/") < MAX_DEPTH and all(e is None or isinstance(e, pygit2.Tree) for e in (was, mine, its)):
            inside = _merged(repository, [_if_tree(was), _if_tree(mine), _if_tree(its)], f"{path}/")
            _put(builder, name.decode(), inside, FileMode.TREE)
        else:
            raise ForgeError(f"Both {MAIN} and the branch changed {path}.")
    return builder.write() if len(builder) else None


def _entries(tree: pygit2.Tree | None) -> dict[bytes, pygit2.Object]:
    return {} if tree is None else {_name(entry): entry for entry in tree}


def _malformed(tree: pygit2.Tree | None) -> frozenset[bytes]:
    return frozenset() if tree is None else malformed(tree.read_raw())


def _same(one: pygit2.Object | None, other: pygit2.Object | None) -> bool:
    if one is None or other is None:
        return one is other
    return bool(one.id == other.id and one.filemode == other.filemode)


def _if_tree(entry: pygit2.Object | None) -> pygit2.Tree | None:
    return entry if isinstance(entry, pygit2.Tree) else None


def _is_utf8(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True
