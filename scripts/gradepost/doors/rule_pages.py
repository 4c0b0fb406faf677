"""The rule book in words: what each rule looks at, needs and comes from, and the page that explains them all."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from gradepost.book import Book
from gradepost.doors import rule_examples
from gradepost.doors.faq import Question
from gradepost.doors.rule_examples import Example
from gradepost.doors.series_pages import OF_RULES
from gradepost.model.findings import Severity
from gradepost.rules import RULES
from gradepost.rules.base import AT_REVIEW, IN_A_LEDGER, Rule, submitter_is_known

FAMILIES = {
    "D": "Documents",
    "L": "Learners",
    "S": "Schedules",
    "T": "Teacher assessed grades",
    "E": "Evidence",
    "P": "People who sign off",
    "H": "Head of Centre declarations",
    "R": "The ledger",
}
_SOURCES = {
    "seed": "stated in the awarding organisation's published questions and answers",
    "field": "a fact of the field, from a published specification",
    "trust": "guards what was received",
    "own": "ours",
}
_SOURCES_OF_A_RULE = _SOURCES | {"trust": "there to guard what was received", "own": "one of our own"}
_SHORT_SOURCES = {"seed": "published answers", "field": "specification", "trust": "guards the record", "own": "ours"}
_WEIGHTS = {Severity.ERROR: "Error", Severity.WARNING: "Warning", None: "Switched off"}


def weight(rule: Rule, book: Book) -> str:
    """`Error`, `Warning`, `Switched off`: what the rule weighs in the book's series."""
    return _WEIGHTS[book.severity(rule)]


def looks_at(rule: Rule, book: Book) -> str:
    """The documents that the rule is about, by what they are called."""
    if rule.per == "change":
        return "A pull request"
    if rule.per == "book":
        return "The series"
    names = [str(book.schema_of(form).schema["title"]) for form in rule.forms if form in book.forms]
    return ", ".join(names) or ("No form of this series" if rule.forms else "Every document")


def needs(rule: Rule) -> str:
    """The facts that must be at hand beside the document; nothing where it stands on its own."""
    found = []
    if rule.stages == AT_REVIEW:
        found.append("a pull request")
    elif rule.stages == IN_A_LEDGER:
        found.append("a ledger")
    elif rule.needs_ledger:
        found.append("the register")
    if rule.need is submitter_is_known:
        found.append("who submitted it, and how")
    if rule.looks_around or rule.per == "dossier":
        found.append("the other documents of its dossier or centre")
    return ", ".join(found)


def source(rule: Rule) -> str:
    """Where the rule comes from, in words."""
    return _SOURCES[rule.source]


def rules_page(book: Book) -> str:
    """The page as Markdown: a table of all rules, then a section for each, at the anchor that findings link to."""
    return "\n".join(_page(book)) + "\n"


def _page(book: Book) -> Iterator[str]:
    yield "---\ntitle: Rules\n---\n\n<!-- Written by `gradepost rules --format markdown`. -->\n\n# Rules\n"
    yield (
        "The form, the gateway, the command line and the check on a pull request judge by these rules, in the same "
        "words. An error must be put right before anything is stored; a warning is shown and stays in the report.\n"
    )
    yield "| Rule | Severity | Where | What must hold | Source |\n|---|---|---|---|---|"
    for rule in RULES:
        link = f"[{rule.id}](#{rule.id.lower()})"
        cells = (link, weight(rule, book), looks_at(rule, book), rule.title, _SHORT_SOURCES[rule.source])
        yield f"| {' | '.join(cells)} |"
    yield ""
    for family, rules in groupby(RULES, key=lambda rule: rule.id[0]):
        yield f"## {FAMILIES[family]} {{ #{FAMILIES[family].split()[0].lower()}-rules }}\n"
        for rule in rules:
            yield from _section(rule, book)


def _section(rule: Rule, book: Book) -> Iterator[str]:
    yield f"### {rule.id} {rule.title} {{ #{rule.id.lower()} }}\n"
    yield f"**{weight(rule, book)}.** {looks_at(rule, book)}.\n"
    yield f"How to fix: {rule.fix}\n"
    if needed := needs(rule):
        yield f"Needs: {needed}.\n"
    yield f"Why: {source(rule)}. [Examples](rules/{rule.id.lower()}.md)\n"


def rule_page(rule: Rule, book: Book, root: Path, asked: Sequence[Question] = ()) -> str:
    """The page of one rule as Markdown: an example that breaks it, one that keeps it, the questions that name it."""
    return "\n".join(_rule_page(rule, book, root, asked)) + "\n"


def _rule_page(rule: Rule, book: Book, root: Path, asked: Sequence[Question]) -> Iterator[str]:
    yield f"---\ntitle: {rule.id}\ndescription: {rule.title}.\n---\n\n# {rule.id} {rule.title}\n"
    yield f"**{weight(rule, book)}** in {book.series.title}. It looks at: {looks_at(rule, book)}.\n"
    yield f"## How to put it right\n\n{rule.fix}\n"
    yield f"## Where it comes from\n\nThis rule is {_SOURCES_OF_A_RULE[rule.source]}.\n"
    if needed := needs(rule):
        yield f"It can only be judged with {needed} at hand; without, it is listed as not judged.\n"
    for breaks, heading in ((True, "What breaks it"), (False, "What keeps it")):
        if example := rule_examples.first(rule, root, breaks=breaks):
            yield from _example(example, heading)
    if about := [question for question in asked if rule.id in question.rules]:
        yield "## What centres asked\n"
        yield from (f"- [{question.question}](../faq/{question.id}.md) {question.short}" for question in about)
        yield ""
    if rule.id in OF_RULES:
        page, called = OF_RULES[rule.id]
        yield f"In this series: [{called}](../{page})\n"
    yield f"[All rules](../rules.md#{rule.id.lower()})"


def _example(example: Example, heading: str) -> Iterator[str]:
    yield f"## {heading}\n\nFor example: {example.says}.\n"
    if example.changes:
        yield f"In the example document “{example.base}”:\n\n| Place | Value |\n|---|---|"
        for pointer, value in example.changes.items():
            shown = "taken away" if value is None else f"`{value.replace('|', chr(0x2502))}`"
            yield f"| `{pointer}` | {shown} |"
        yield ""
