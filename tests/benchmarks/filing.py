"""Pull requests filed per second on the local forge, against bare pygit2 commits of the same bytes.

Run by hand: `python tests/benchmarks/filing.py [--pulls N] [--rounds N] [--standing N] [--in DIR]`. Both sides write
the same files to fresh branches of a ledger of several thousand files, with every object and ref synced; rounds
take turns on two copies of it, so that a busy machine slows both alike.
"""

import argparse
import gc
import shutil
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import pygit2
from pygit2.enums import FileMode

from gradepost.forge.local import LocalForge
from gradepost.forge.objects import ADDRESS, NAME

AT = datetime(2021, 5, 18, 9, tzinfo=UTC)
DOCUMENT_BYTES, RECEIPT_BYTES = 3200, 800


def folder_of(number):
    centre = f"{10000 + number % 6000:05}"
    return f"submissions/2021-summer/{centre[:2]}/{centre}/AM20530/external-exam"


def branch_of(number):
    return f"dossier/2021-summer/{number:05}/AM20530/external-exam"


def files_of(number):
    text = f'{{"candidate_number": "{number:06}", "uln": "{1000000000 + number * 7919 % 999999999}"}},\n'.encode()
    folder = folder_of(number)
    return {
        f"{folder}/UV{number:06}.tags.json": (text * (DOCUMENT_BYTES // len(text) + 1))[:DOCUMENT_BYTES],
        f"{folder}/receipts/{number:012}-UV{number:06}.tags.json": text * (RECEIPT_BYTES // len(text)),
    }


def standing_ledger(path, count):
    forge = LocalForge.create(path)
    files = {"ledger.toml": b"series\n"}
    for number in range(count // 2):
        files |= files_of(number)
    forge.commit("main", files, "Start", AT, expected=None)
    forge.maintain()


def file_with_gradepost(forge, numbers):
    for number in numbers:
        branch = branch_of(number)
        forge.commit(branch, files_of(number), "File a document", AT, expected=None)
        forge.open_pull(branch, "Dossier", "", AT)


def file_with_pygit2(repository, numbers):
    """The least that leaves the same objects and branch: no look, no compare, no pull request."""
    who = pygit2.Signature(NAME, ADDRESS, int(AT.timestamp()), 0)
    main = repository.references["refs/heads/main"].peel(pygit2.Commit)
    for number in numbers:
        (document, content), (receipt, proof) = files_of(number).items()
        *folders, name = document.split("/")
        builder = builder_at(repository, main.tree.id, folders)
        builder.insert(name, repository.create_blob(content), FileMode.BLOB)
        inside = builder_at(repository, main.tree.id, [*folders, "receipts"])
        inside.insert(receipt.split("/")[-1], repository.create_blob(proof), FileMode.BLOB)
        builder.insert("receipts", inside.write(), FileMode.TREE)
        tree = with_tree(repository, main.tree.id, folders, builder.write())
        commit = repository.create_commit(None, who, who, "File a document", tree, [main.id])
        repository.create_reference_direct(f"refs/heads/{branch_of(number)}", commit, False)


def builder_at(repository, tree, folders):
    try:
        return repository.TreeBuilder(repository[tree]["/".join(folders)])
    except KeyError:
        return repository.TreeBuilder()


def with_tree(repository, root, folders, subtree):
    for depth in reversed(range(len(folders))):
        builder = builder_at(repository, root, folders[:depth]) if depth else repository.TreeBuilder(repository[root])
        builder.insert(folders[depth], subtree, FileMode.TREE)
        subtree = builder.write()
    return subtree


def per_second(act, target, numbers):
    gc.collect()
    start = time.perf_counter()
    act(target, numbers)
    return len(numbers) / (time.perf_counter() - start)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pulls", type=int, default=100, help="pull requests in a round")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--standing", type=int, default=8000, help="files the ledger holds before")
    parser.add_argument("--in", dest="folder", help="where to work: the disk that is measured")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        measure(Path(folder), asked)


def measure(folder, asked):
    standing_ledger(folder / "gradepost.git", asked.standing)
    shutil.copytree(folder / "gradepost.git", folder / "pygit2.git")
    forge, bare = LocalForge(folder / "gradepost.git"), pygit2.Repository(str(folder / "pygit2.git"))
    sides = [("gradepost", file_with_gradepost, forge), ("pygit2", file_with_pygit2, bare)]
    rates = {"gradepost": [], "pygit2": []}
    for number in range(asked.rounds):
        first = asked.standing + number * asked.pulls
        for side, act, target in sides if number % 2 else reversed(sides):
            rates[side].append(per_second(act, target, range(first, first + asked.pulls)))
    forge.close()
    report(rates)


def report(rates):
    for side, rate in rates.items():
        print(f"{side:10} {statistics.median(rate):7.1f} a second (from {min(rate):.1f} to {max(rate):.1f})")
    ratio = statistics.median(rates["gradepost"]) / statistics.median(rates["pygit2"])
    print(f"ratio      {ratio:7.2f} (aim: at least 0.5)")


if __name__ == "__main__":
    main()
