"""Who may read a page is settled before anything is built."""

import pytest

from gradepost.doors.secure_pages import public_mistakes, read_tree
from gradepost.doors.site_secure import build_secure
from gradepost.ledger.sources import FilesSource
from gradepost.model.trouble import ConfigurationError
from gradepost.settings import Settings


def tree(**files):
    return read_tree(FilesSource({f"centre-pages/{n.replace('__', '/')}.md": t.encode() for n, t in files.items()}))


def test_a_page_of_the_ledger_that_says_nothing_is_for_centres():
    (page,) = tree(notes="# Notes\n\nSome words.").pages

    assert (page.title, page.address) == ("Notes", "centre/notes/")


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("access: public", "centre-pages/a.md:3: access: a ledger publishes nothing"),
        ("access: teachers", "centre-pages/a.md:3: access: nobody is known by this value"),
        ("access: null", "centre-pages/a.md:3: access: nobody is known by this value"),
        ("access: [centre", "centre-pages/a.md:1: the facts"),
    ],
)
def test_a_page_of_the_ledger_that_says_otherwise_fails_with_its_line(head, said):
    with pytest.raises(ConfigurationError, match="^" + said.replace(".", r"\.")):
        tree(a=f"---\ntitle: A\n{head}\n---\n\n# A\n")


def test_a_link_in_the_place_of_a_page_fails():
    with pytest.raises(ConfigurationError, match="no plain file"):
        read_tree(FilesSource({"centre-pages/a.md": None}))


def test_every_mistake_is_told_at_once():
    with pytest.raises(ConfigurationError) as refused:
        tree(a="---\naccess: public\n---\n", b="---\naccess: all\n---\n")

    assert len(str(refused.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("", []),
        ("---\naccess: public\n---\n", []),
        ("---\ntitle: A\naccess: centre\n---\n", ["docs/b/a.md:3: access: a page for centres only stands in"]),
        ("---\naccess: none\n---\n", ["docs/b/a.md:2: access: nobody is known by this value"]),
        ("---\naccess:\n---\n", ["docs/b/a.md:2: access: nobody is known by this value"]),
    ],
)
def test_a_public_page_is_public_or_the_build_fails_with_its_line(tmp_path, head, said):
    (tmp_path / "docs" / "b").mkdir(parents=True)
    (tmp_path / "docs" / "b" / "a.md").write_text(f"{head}\n# A\n")

    mistakes = public_mistakes(tmp_path / "docs")

    assert [mistake[: len(words)] for mistake, words in zip(mistakes, said, strict=True)] == said


def test_another_word_is_another_build():
    assert tree(a="# One").digest != tree(a="# Two").digest
    assert tree(a="# One").digest == tree(a="# One").digest


def test_a_link_to_a_public_page_that_there_is_not_fails_the_build(tmp_path):
    (tmp_path / "faq").mkdir()
    (tmp_path / "faq" / "index.html").write_text("")
    linked = tree(a="# A\n\n[One](/faq/#x) and [two](/guide/)")

    with pytest.raises(ConfigurationError, match=r"centre-pages/a\.md: it links to /guide/"):
        build_secure(Settings(tmp_path, "http://127.0.0.1:8000/", None, None), linked, tmp_path, tmp_path / "out")

    assert not (tmp_path / "out").exists()
