"""Questions and answers as pages: each on its own, and all of them on one, with the anchors that they always had."""

import re
from collections.abc import Iterator

from gradepost.book import Book
from gradepost.doors.faq import FOLDER, Faq, Question
from gradepost.rules import RULES

PAGE = "faq.md"
# The form that asks for questions, in a series that has one.
ASKING = "question"
_TO_ANOTHER = re.compile(r"\]\(([a-z0-9-]+)\.md\)")
_ROLES = {
    "exams-officer": "exams officers",
    "teacher": "teachers",
    "head-of-centre": "Heads of Centre",
    "reviewer": "reviewers",
}


def faq_pages(faq: Faq, book: Book) -> dict[str, str]:
    """Markdown by path: the page of all questions and one for each. Nothing where there are none."""
    if not faq.groups:
        return {}
    single = {f"{FOLDER}/{question.id}.md": "\n".join(_page(question, book)) + "\n" for question in faq.questions}
    return {PAGE: "\n".join(_all(faq, book)) + "\n", **single}


def _all(faq: Faq, book: Book) -> Iterator[str]:
    # Each question has a page of its own for the search to find.
    yield "---\ntitle: Questions and answers\nsearch:\n  exclude: true\n---\n\n# Questions and answers\n"
    yield f'<p class="gp-lead">{faq.lead}</p>\n\n{_on_one_page(faq.text)}\n'
    if ASKING in book.forms:
        yield f"Is yours not among them? [Ask a question](forms/{ASKING}.md).\n"
    yield '<nav class="gp-contents" aria-label="Questions on this page" markdown="1">\n'
    for group in faq.groups:
        yield f"**[{group.title}](#{group.id})**\n"
        yield from (f"- [{question.question}](#{question.id})" for question in group.questions)
        yield ""
    yield "</nav>\n"
    for group in faq.groups:
        yield f"## {group.title} {{ #{group.id} }}\n"
        for question in group.questions:
            yield f"### {question.question} {{ #{question.id} }}\n"
            yield _on_one_page(question.answer) + "\n"


def _on_one_page(answer: str) -> str:
    """An answer's links, from the folder's place to the page's."""
    return _TO_ANOTHER.sub(r"](#\1)", answer).replace("](../", "](")


def _page(question: Question, book: Book) -> Iterator[str]:
    yield f"---\ntitle: {question.question!r}\ndescription: {question.short!r}\nhide: [toc]"
    yield f"search:\n  boost: {question.search_boost}\n---\n"
    yield f"# {question.question}\n"
    yield f'<p class="gp-lead">{question.short}</p>\n'
    yield question.answer + "\n"
    yield from _beside(question, book)
    yield f"[All questions and answers](../faq.md#{question.id})"
    if ASKING in book.forms:
        yield f"\n[Ask a question](../forms/{ASKING}.md)"


def _beside(question: Question, book: Book) -> Iterator[str]:
    yield "## See also { #see-also }\n"
    yield from (f"- [{book.forms[form].title}](../forms/{form}.md)" for form in question.forms)
    rules = [rule for rule in RULES if rule.id in question.rules]
    yield from (f"- Rule [{rule.id} {rule.title}](../rules/{rule.id.lower()}.md)" for rule in rules)
    if question.guidance:
        yield f"- [Guidance for {_ROLES[question.audience[0]]}](../{question.guidance})"
    yield ""
    yield f"For {' and '.join(_ROLES[role] for role in question.audience)}. {_dates(question)}\n"


def _dates(question: Question) -> str:
    dates = (("Asked", question.asked_on), ("answered", question.answered_on))
    said = [f"{words} on {on.day} {on:%B %Y}" for words, on in dates if on]
    return f"{', '.join(said)}." if said else "The source does not say when this was asked or answered."
