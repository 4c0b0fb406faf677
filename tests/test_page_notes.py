"""Every change of a page for centres is noted, and a reader finds the note on the page, in a list and in a feed."""

import shutil
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from gradepost.doors.cli import gradepost as command
from gradepost.doors.page_notes import digest_of, noted_texts, read_notes, unnoted
from gradepost.doors.site_tree import assemble
from gradepost.model.trouble import ConfigurationError

ROOT = Path(__file__).parents[1]
DAY = date(2021, 5, 18)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def root(tmp_path):
    """A site repository whose pages may be changed."""
    for name in ("docs", "forms", "schemas"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def run(root, monkeypatch):
    monkeypatch.setenv("GRADEPOST_ROOT", str(root))
    return lambda *arguments: CliRunner().invoke(command, ["pages", *arguments], standalone_mode=False)


def test_every_change_of_a_page_for_centres_is_noted(book):
    docs = ROOT / "docs"

    changed = unnoted(noted_texts(docs, assemble(book, ROOT, DAY)), read_notes(docs))

    assert changed == [], "Run: gradepost pages note 'What changed for a reader'"


def test_a_changed_word_asks_for_a_note_and_a_broken_line_does_not(run, root):
    page = root / "docs" / "guidance" / "teacher.md"

    page.write_text(page.read_text().replace("write down how, and two", "write down how,\nand two"))
    assert "guidance/teacher.md" not in run("check").output

    page.write_text(page.read_text().replace("decide the grades", "settle the grades"))
    checked = run("check")
    assert checked.return_value == 1
    assert "docs/guidance/teacher.md: its text changed without a note. Run: gradepost pages note" in checked.output


def test_a_note_is_told_on_the_page_in_the_list_and_in_the_feed(run, root, book):
    page = root / "docs" / "guidance" / "teacher.md"
    page.write_text(page.read_text().replace("decide the grades", "settle the grades"))

    assert run("note", "Says “settle” now", "guidance/teacher.md").output == "Noted for 1 page.\n"

    assert "teacher.md" not in run("check").output
    tree = assemble(book, root, DAY)
    assert "Says “settle” now" in tree["guidance/teacher.md"].decode().partition("\n---\n")[0]
    assert "Says “settle” now" in tree["what-changed.md"].decode()
    feed = ElementTree.fromstring(tree["what-changed.xml"])
    assert feed.find(f"{ATOM}entry/{ATOM}title").text == "Says “settle” now"


def test_the_list_names_stages_by_their_number_and_ends_no_heading_with_a_stop(book):
    made = assemble(book, ROOT, DAY)["what-changed.md"].decode()

    first = made.rpartition("\n## ")[2]
    stages = [line.partition("]")[0].lstrip("- [") for line in first.splitlines() if "(guidance/stages/" in line]
    assert [int(stage.partition(".")[0]) for stage in stages] == sorted(range(1, 11))
    assert [line for line in made.splitlines() if line.startswith("## ") and ". {" in line] == []


def test_a_minor_change_is_kept_and_not_told(run, root, book):
    page = root / "docs" / "guidance" / "teacher.md"
    page.write_text(page.read_text().replace("decide the grades", "settle the grades"))

    run("note", "A typing error", "guidance/teacher.md", "--minor")

    assert "teacher.md" not in run("check").output
    assert b"typing error" not in b"".join(assemble(book, root, DAY).values())


def test_a_deadline_that_moves_asks_for_a_note_of_the_page_that_is_made_of_it(run, root):
    path = root / "forms" / "2021-summer" / "series.yaml"
    path.write_text(path.read_text().replace("2021-05-21", "2021-05-24"))
    for page in [*(root / "docs").rglob("*.md")]:
        page.write_text(page.read_text().replace("21 May", "24 May").replace("Friday 24 May", "Monday 24 May"))

    assert "docs/deadlines.md: its text changed" in run("check").output


@pytest.mark.parametrize(
    "line",
    [
        "- {page: index.md, day: soon, sha256: a, note: b}",
        "- {page: index.md}",
        "- {page: a, day: 2021-05-01, sha256: a, note: ''}",
    ],
)
def test_a_note_that_is_not_whole_fails_with_its_line(tmp_path, line):
    (tmp_path / "page-notes.yml").write_text(f"- {{page: a, day: 2021-05-01, sha256: a, note: b}}\n{line}\n")

    with pytest.raises(ConfigurationError, match=r"page-notes\.yml:2: a note has page, day"):
        read_notes(tmp_path)


def test_every_page_says_who_answers_for_it_and_when_it_was_checked(book):
    for path, raw in assemble(book, ROOT, DAY).items():
        if path.endswith(".md"):
            head = raw.decode().partition("\n---\n")[0]
            assert "owner: " in head and "checked_on: " in head, path


def test_a_digest_is_of_words_alone():
    assert digest_of("one\n  two") == digest_of("one two") != digest_of("onetwo")
