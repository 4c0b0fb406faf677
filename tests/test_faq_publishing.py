"""Approved words as a page: whatever they look like, they are text wherever the site shows them."""

import html
import re
import shutil
from datetime import date
from pathlib import Path

import markdown
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from gradepost.doors.faq import read_faq
from gradepost.doors.faq_pages import faq_pages
from gradepost.doors.faq_publishing import _place
from gradepost.doors.faq_text import as_text, is_untouched, page_of, with_question
from gradepost.publish.answer_texts import tidy, traces

ROOT = Path(__file__).parents[1]
EXTENSIONS = ["admonition", "attr_list", "md_in_html", "tables", "toc", "pymdownx.details", "pymdownx.superfences"]
ANSWER = {
    "id": "of-a-stranger",
    "group": "grades",
    "audience": ["teacher"],
    "rules": ["T003"],
    "question": "May a learner resit?",
    "short": "Yes.",
    "answer": "Yes, next year.",
}
NASTY = [
    "<script>alert(1)</script> & <img src=x onerror=alert(1)>",
    "[a](javascript:alert(1)) ![b](x) [c]: http://d <http://e.example>",
    "</title></p>\"'> {: onclick=alert(1) } { #id .class }",
    "*one* _two_ `three` **four** ~~five~~ ^six^ ==seven== \\ | $x$ :smile:",
    "# one",
    "1. one",
    "1) one",
    "> one",
    "!!! note",
    "??? note",
    "```python",
    "+ one",
    "---",
    "===",
    "&lt;b&gt; &#60;b&#62;",
    '--8<-- "mkdocs.yml"',
    "<!--gradepost:form-->",
    "{{ config }} {% raw %}",
]
PRINTABLE = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=60)
LINES = PRINTABLE | st.sampled_from(NASTY)


def page_with(**more):
    return page_of({**ANSWER, **more}, date(2021, 5, 18), date(2021, 5, 19), "quality-assurance")


def body_of(page):
    return page.split("\n---\n", 1)[1]


def tags_in(shown):
    return set(re.findall(r"<([a-z0-9]+)", shown))


def text_of(shown):
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", shown)).split())


@given(st.lists(LINES, min_size=1, max_size=4).map("\n".join).map(tidy).filter(bool))
@example("\n\n".join(NASTY))
@example("\n".join(NASTY))
def test_an_answer_reads_as_it_was_approved_and_is_nothing_but_paragraphs_and_lists(text):
    shown = markdown.markdown(body_of(page_with(answer=text)), extensions=EXTENSIONS)

    assert tags_in(shown) <= {"p", "ul", "li"}
    assert text_of(shown) == " ".join(re.sub(r"^- ", "", text, flags=re.MULTILINE).split())


@given(LINES.map(tidy).filter(bool))
def test_a_question_is_text_in_a_heading_a_list_a_title_and_a_description(text):
    head = yaml.safe_load(page_with(question=text, short=text).split("---\n")[1])

    shown = markdown.markdown(
        f"# {head['question']} {{ #of-a-stranger }}\n\n- [{head['question']}](#of-a-stranger)\n", extensions=EXTENSIONS
    )

    assert tags_in(shown) == {"h1", "ul", "li", "a"}
    assert 'href="#of-a-stranger"' in shown
    assert 'id="of-a-stranger"' in shown
    assert text_of(shown) == " ".join([text, text])
    assert not set('<>"') & set(head["question"] + head["short"])
    assert html.unescape(head["short"]) == text


def test_words_are_left_as_they_are_where_nothing_would_be_made_of_them():
    text = "Wer fragt, was? Ein Lehrer’s “Frage” (kurz); 28 % – ja."

    assert as_text(text) == text


def test_paragraphs_and_lists_are_kept():
    shown = markdown.markdown(body_of(page_with(answer="One:\n- two\n- three\nfour\n\nfive")), extensions=EXTENSIONS)

    assert re.sub(r"\s+", "", shown) == "<p>One:</p><ul><li>two</li><li>three</li></ul><p>four</p><p>five</p>"


@pytest.mark.parametrize("old", ["next year", "approved", "teacher", "2021-05-18"])
def test_a_page_is_untouched_until_somebody_changes_a_word(old):
    page = page_with()

    assert is_untouched(page)
    assert not is_untouched(page.replace(old, "x", 1))


def test_a_page_that_was_written_by_hand_is_no_page_that_was_carried():
    assert not is_untouched((ROOT / "docs/faq/two-signatures.md").read_text("utf-8"))


def test_what_is_carried_is_read_as_a_question_and_shown_on_its_page(tmp_path, book):
    docs = Path(shutil.copytree(ROOT / "docs", tmp_path / "docs"))
    (docs / "faq/of-a-stranger.md").write_text(page_with(question=NASTY[0], short=NASTY[2]), "utf-8")

    assert _place(docs, ANSWER) is True
    assert _place(docs, ANSWER) is False

    pages = faq_pages(read_faq(docs, book), book)
    assert "For teachers. Asked on 18 May 2021, answered on 19 May 2021." in pages["faq/of-a-stranger.md"]
    assert "<script" not in pages["faq/of-a-stranger.md"] + pages["faq.md"]


def test_a_question_goes_to_the_end_of_its_group_and_nothing_else_moves():
    before = (ROOT / "docs/faq/groups.yml").read_text("utf-8")

    after = with_question(before, "schedules", "of-a-stranger")

    added = [line for line in after.split("\n") if line not in before.split("\n")]
    assert added == ["      - of-a-stranger"]
    assert after.replace("      - of-a-stranger\n", "") == before
    groups = {g["id"]: g["questions"] for g in yaml.safe_load(after)["groups"]}
    assert groups["schedules"][-1] == "of-a-stranger"


@pytest.mark.parametrize(
    "text", ["groups: []", "groups:\n  - {id: grades, questions: [a]}\n", "  - id: grades\n    title: x\n"]
)
def test_a_group_that_is_not_there_or_written_otherwise_gets_nothing(text):
    assert with_question(text, "grades", "of-a-stranger") is None


def test_the_form_asks_for_the_groups_that_the_site_has(book):
    from gradepost.doors.faq import _AUDIENCES
    from gradepost.page.questioning import AUDIENCES, groups

    assert dict(groups(book)) == {group.id: group.title for group in read_faq(ROOT / "docs", book).groups}
    assert tuple(AUDIENCES) == _AUDIENCES


def test_an_address_or_a_learner_number_is_found_without_knowing_the_centre():
    assert dict(traces({"short": "Write to a.b@c.example", "answer": "ULN 1000000051"}, None)) == {
        "short": "an email address",
        "answer": "a learner’s ULN",
    }
    assert list(traces({"answer": "Ring 1000000052 by 18 May 2021."}, None)) == []
