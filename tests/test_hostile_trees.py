"""Pull requests that bring what no submission may: R004 refuses each, and none of it is run or repeated."""

import pygit2
import pytest
from conftest import ROOT
from hostile import ledgers, trees
from hostile.trees import BRANCH, CANARY, DOSSIER, Tree, plant

from gradepost.doors.reports import FORMATS

PLAIN_MESSAGES = {
    "It lies outside the folder of this branch's dossier.",
    "It is called neither like a document nor like a receipt.",
    "It is larger than any document or receipt.",
    "It is not a plain file.",
    "A receipt is never taken away.",
    "Only a dossier's own branch changes submissions and receipts.",
    "Its name has characters that no path of a ledger has.",
    "Its folder has an entry that no Git tool writes.",
}
# As continuous integration and a terminal would show them.
NASTIEST = [tree for tree in trees.ALL if CANARY.encode() in b"".join(tree.parts)][:: len(trees.NAMES) // 6]


class Remote:
    """The miniature ledger as a repository whose main lacks a dossier, and the tree that honestly brings it."""

    def __init__(self, folder):
        ledger = folder / "ledger"
        ledgers.shutil.copytree(ROOT / "tests/ledger", ledger)
        self.bare = ledgers.repository_of(ledger)
        self.git = pygit2.Repository(str(self.bare))
        self.honest = self.git.revparse_single("main").tree
        ledgers.gone(ledger / DOSSIER)
        ledgers.git(self.bare, "--work-tree", str(ledger), "add", "-A")
        ledgers.commit(self.bare)

    def review(self, gradepost, tree, report_format="json"):
        head = plant(self.git, self.honest, tree)
        where = ("--base", "main", "--head", head, f"--branch={tree.branch}", "--ledger", self.bare)
        return gradepost("review", *where, "--format", report_format)


@pytest.fixture(scope="module")
def remote(tmp_path_factory):
    return Remote(tmp_path_factory.mktemp("remote"))


@pytest.fixture(autouse=True)
def book_kept(gradepost, monkeypatch, tmp_path_factory):
    """One place for the book of all runs: reading it anew takes longer than judging."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "kept-book"))


def test_there_are_more_than_a_hundred_and_no_two_are_called_alike():
    assert len(trees.ALL) > 150
    assert len({tree.name for tree in trees.ALL}) == len(trees.ALL)


def test_the_honest_tree_passes(remote, gradepost):
    readme = Tree("honest", (*(part.encode() for part in DOSSIER.split("/")), b"UV21578.tags.json"))
    honest = remote.honest[DOSSIER + "/UV21578.tags.json"].data

    ran = remote.review(gradepost, Tree(readme.name, readme.parts, content=honest))

    assert (ran.code, ran.json["findings"]) == (0, [])


@pytest.mark.parametrize("tree", trees.ALL, ids=lambda tree: ascii(tree.name))
def test_a_hostile_tree_is_refused_by_r004_and_not_repeated(remote, gradepost, tree, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    ran = remote.review(gradepost, tree)

    told = [finding for finding in ran.json["findings"] if finding["rule"] == "R004"]
    assert ran.code == 1
    assert told
    assert {finding["message"] for finding in told} <= PLAIN_MESSAGES
    assert CANARY not in ran.out + ran.err
    assert not list(tmp_path.rglob(f"*{CANARY}*"))


@pytest.mark.parametrize("tree", list(trees.malformed()), ids=lambda tree: tree.name)
def test_an_entry_that_no_git_tool_writes_is_told_as_one(remote, gradepost, tree):
    ran = remote.review(gradepost, tree)

    told = {finding["message"] for finding in ran.json["findings"] if finding["rule"] == "R004"}
    assert "Its folder has an entry that no Git tool writes." in told


@pytest.mark.parametrize("report_format", FORMATS)
@pytest.mark.parametrize("tree", NASTIEST, ids=lambda tree: ascii(tree.name))
def test_no_format_repeats_a_hostile_name(remote, gradepost, tree, report_format):
    ran = remote.review(gradepost, tree, report_format)

    assert ran.code == 1
    assert "R004" in ran.out
    assert CANARY not in ran.out + ran.err
    assert not set(ran.out) & {"\x1b", "\r", "\u202e"}


@pytest.mark.parametrize(
    "path", [".github/workflows/judge.yml", "ledger.toml", "centres/10/10234.json", "extensions/2021-summer/10234.json"]
)
def test_what_else_it_changes_does_not_count_in_judging_it(remote, gradepost, path):
    tree = Tree(path, tuple(part.encode() for part in path.split("/")))

    ran = remote.review(gradepost, tree)

    assert [(f["rule"], f["path"]) for f in ran.json["findings"]] == [("R004", path)]


@pytest.mark.parametrize("name", [f"{BRANCH};touch x", f"{BRANCH}/x", BRANCH.upper(), "dossier/../10234/x/y"])
def test_a_branch_called_almost_like_a_dossiers_is_nobodys(remote, gradepost, name):
    parts = (*(part.encode() for part in DOSSIER.split("/")), b"UV21578.tags.json")

    ran = remote.review(gradepost, Tree(name, parts, branch=name))

    assert ran.code == 1
    assert "R004" in ran.errors
