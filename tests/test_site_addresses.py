"""An address that was published answers for good: with its page, or with where the page has gone."""

import re
from pathlib import Path

import pytest

from gradepost.doors.site_addresses import FILE, address_of, new_addresses, redirects
from gradepost.doors.site_tree import assemble
from gradepost.doors.yaml_texts import value_of
from gradepost.model.trouble import ConfigurationError

ROOT = Path(__file__).parents[1]
SITE = "https://example.org/site/"
TREE = {"index.md": b"", "faq/new.md": b"", "faq.md": b"", "deadlines.ics": b""}


def told(folder, text):
    (folder / FILE).write_text(f"series: 2021-summer\n{text}")
    return redirects(folder, TREE, "2021-summer", SITE)


def test_every_address_that_was_ever_published_still_answers(book):
    from datetime import date

    kept = value_of((ROOT / "docs" / FILE).read_text("utf-8"))
    standing = {address_of(path) for path in assemble(book, ROOT, date(2021, 5, 18))}

    assert len(kept["published"]) > 140
    assert [address for address in kept["published"] if address not in standing] == []
    assert [address for address in kept["moved"] if address not in standing] == []


def test_no_address_is_published_without_being_kept(book):
    from datetime import date

    assert new_addresses(ROOT / "docs", assemble(book, ROOT, date(2021, 5, 18))) == [], "Run: gradepost pages keep"


def test_an_address_that_moved_leads_on_without_a_script(tmp_path):
    page = told(tmp_path, 'moved:\n  "faq/old/": "faq/new/#part"\n')["faq/old/index.html"].decode()

    assert '<meta http-equiv="refresh" content="0; url=../new/#part">' in page
    assert '<link rel="canonical" href="https://example.org/site/faq/new/">' in page
    assert '<a href="../new/#part">' in page
    assert not re.search(r"<script|<style|style=|\son\w+=", page)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('published:\n  - "faq/gone/"\n', f"{FILE}:3: faq/gone/ was published, and nothing is there now."),
        ('moved:\n  "a/": "b/"\n', f"{FILE}:3: a/ leads to b/, and no page is there."),
        ('moved:\n  "faq/new/": "faq/"\n', f"{FILE}:3: faq/new/ is said to have moved, and a page stands there."),
        ('moved:\n  "/a": "faq/"\n', f"{FILE}:3: /a: an address that moved is written as faq/iqa-form/"),
    ],
)
def test_an_address_that_leads_to_nothing_fails_the_build_with_its_line(tmp_path, text, said):
    with pytest.raises(ConfigurationError) as refused:
        told(tmp_path, text)

    assert said in str(refused.value)


def test_an_address_that_moved_has_not_gone(tmp_path):
    assert told(tmp_path, 'moved:\n  "faq/old/": "faq/new/"\npublished:\n  - "faq/old/"\n  - ""\n').keys() == {
        "faq/old/index.html"
    }


@pytest.mark.parametrize(
    ("path", "address"),
    [("index.md", ""), ("faq.md", "faq/"), ("faq/a.md", "faq/a/"), ("a/index.md", "a/"), ("x.ics", "x.ics")],
)
def test_a_source_has_its_address(path, address):
    assert address_of(path) == address
