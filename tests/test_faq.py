"""Questions and answers as data: read with every mistake named, shown each on a page of its own and all on one."""

import re
import shutil
from pathlib import Path

import pytest

from gradepost.doors.faq import read_faq
from gradepost.doors.faq_pages import faq_pages
from gradepost.model.trouble import ConfigurationError

ROOT = Path(__file__).parents[1]
SOME = "fail-or-no-tag"


@pytest.fixture
def docs(tmp_path):
    return Path(shutil.copytree(ROOT / "docs", tmp_path / "docs"))


def change(docs, name, old, new):
    path = docs / "faq" / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def mistakes(docs, book):
    with pytest.raises(ConfigurationError) as raised:
        read_faq(docs, book)
    return [line.partition("docs/faq/")[2] for line in str(raised.value).split("\n")]


def test_all_22_questions_of_the_source_are_there_in_their_groups(book):
    faq = read_faq(ROOT / "docs", book)

    assert len(faq.questions) == len({question.id for question in faq.questions}) == 22
    assert faq.groups[0].title == "Deadlines"
    assert all(question.short and question.answer and question.audience for question in faq.questions)


def test_every_question_has_a_page_and_keeps_its_anchor_on_the_page_of_all(book):
    faq = read_faq(ROOT / "docs", book)

    pages = faq_pages(faq, book)

    assert pages.keys() == {"faq.md", *(f"faq/{question.id}.md" for question in faq.questions)}
    assert re.findall(r"^### .*\{ #([a-z0-9-]+) \}$", pages["faq.md"], re.MULTILINE) == [q.id for q in faq.questions]
    for question in faq.questions:
        assert f"# {question.question}\n" in pages[f"faq/{question.id}.md"]
        assert question.short in pages[f"faq/{question.id}.md"]


def test_on_the_page_of_all_an_answer_leads_to_another_question_on_the_same_page(book):
    pages = faq_pages(read_faq(ROOT / "docs", book), book)

    assert "](#paper-1-and-paper-2)" in pages["faq.md"]
    assert "](paper-1-and-paper-2.md)" in pages["faq/when-tag-graded-assessments.md"]
    assert "](rules.md#t007)" in pages["faq.md"]
    assert "](../rules.md#t007)" in pages[f"faq/{SOME}.md"]


def test_a_question_leads_to_its_form_its_rules_and_its_guidance(book):
    page = faq_pages(read_faq(ROOT / "docs", book), book)[f"faq/{SOME}.md"]

    for link in ("../forms/tags.md", "../rules/t006.md", "../guidance/teacher.md"):
        assert f"]({link})" in page


def test_without_questions_there_is_no_page(book, tmp_path):
    assert faq_pages(read_faq(tmp_path, book), book) == {}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("rules: [T006", "rules: [T0O6", f"{SOME}.md:9: rules: there is no T0O6. Near it: T0"),
        ("forms: [tags]", "forms: [tag]", f"{SOME}.md:10: forms: there is no tag. Near it: tags."),
        ("audience: [teacher]", "audience: [pupil]", f"{SOME}.md:8: audience: there is no pupil."),
        ("asked_on: null", "asked_on: in May", f"{SOME}.md:4: asked_on: a date is written as"),
        ("owner: quality-assurance\n", "", f"{SOME}.md:1: owner: this is missing."),
        ("short: ", "shrot: ", f"{SOME}.md:3: shrot: no such fact. Near it: short."),
        ("guidance/teacher.md", "guidance/teachers.md", f"{SOME}.md:11: guidance: there is no page"),
        ("---\nquestion", "question", f"{SOME}.md:1: a question begins with its facts"),
        ("audience: [teacher]", "audience: [teacher", f"{SOME}.md: not YAML"),
    ],
)
def test_a_mistake_in_a_question_is_told_with_file_line_and_key(docs, book, old, new, said):
    change(docs, f"{SOME}.md", old, new)

    assert any(line.startswith(said) for line in mistakes(docs, book))


def test_every_mistake_is_told_at_once(docs, book):
    change(docs, f"{SOME}.md", "rules: [T006", "rules: [X999")
    change(
        docs, "iqa-form.md", "forms:" if "forms:" in (docs / "faq/iqa-form.md").read_text() else "owner:", "nothing:"
    )

    assert len(mistakes(docs, book)) >= 3


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (f"      - {SOME}\n", "", f"groups.yml: {SOME} stands in no group."),
        (f"- {SOME}", f"- {SOME}\n      - {SOME}", f"groups.yml: {SOME} stands in two groups."),
        (f"- {SOME}", f"- {SOME}\n      - fail-or-not", "groups.yml: there is no question fail-or-not."),
    ],
)
def test_a_question_stands_in_exactly_one_group(docs, book, old, new, said):
    change(docs, "groups.yml", old, new)

    assert any(line.startswith(said) for line in mistakes(docs, book))


def test_questions_without_groups_are_a_mistake(docs, book):
    (docs / "faq" / "groups.yml").unlink()

    assert any("it lists no groups" in line for line in mistakes(docs, book))


def test_a_page_says_when_it_was_asked_where_that_is_known(docs, book):
    change(docs, f"{SOME}.md", "asked_on: null", "asked_on: 2021-05-11")

    assert "For teachers. Asked on 11 May 2021." in faq_pages(read_faq(docs, book), book)[f"faq/{SOME}.md"]
