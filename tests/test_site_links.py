"""A link that leads nowhere is told before anything is built, with its file, its line and what is near."""

import pytest

from gradepost.doors.site_links import broken_links

PAGE = "# A page\n\nText, then [a link]({link}).\n"


def told(link, **others):
    tree = {"guidance/a.md": PAGE.format(link=link).encode(), "faq.md": b"# Q\n\n### One { #one }\n", "x.ics": b""}
    return broken_links(tree | others, {"guidance/a.md"}, "docs")


@pytest.mark.parametrize(
    "link",
    ["../faq.md", "../faq.md#one", "../x.ics", "#a-page", "https://example.org/x", "mailto:a@b.example", "/sign-in"],
)
def test_a_link_that_leads_somewhere_is_let_be(link):
    assert told(link) == []


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("../fag.md", "docs/guidance/a.md:3: the link ../fag.md leads nowhere. Near it: ../faq.md."),
        ("faq.md", "docs/guidance/a.md:3: the link faq.md leads nowhere."),
        ("../faq.md#on", "docs/guidance/a.md:3: the link ../faq.md#on leads to no heading of that page. Near it: one."),
        ("#nowhere", "docs/guidance/a.md:3: the link #nowhere leads to no heading"),
    ],
)
def test_a_link_that_leads_nowhere_is_told_with_its_file_and_line(link, said):
    (mistake,) = told(link)

    assert mistake.startswith(said)
    assert mistake.endswith("Mend it, or take it out.")


def test_what_stands_in_code_is_no_link():
    tree = {"a.md": b"# A\n\n`[x](nowhere.md)`\n\n```\n[y](nowhere.md)\n```\n"}

    assert broken_links(tree, {"a.md"}, "docs") == []


def test_a_page_that_is_made_has_no_line():
    (mistake,) = broken_links({"made.md": b"[x](nowhere.md)"}, set(), "docs")

    assert mistake.startswith("made.md (a page that is made): ")
