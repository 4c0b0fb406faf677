"""The Markdown of generated pages: one for each form, and the rule book with an anchor for each rule."""

from collections.abc import Iterator

from gradepost.book import Book
from gradepost.model.records import Severity
from gradepost.model.series import Form
from gradepost.rules import RULES
from gradepost.rules.base import Rule

_FAMILIES = {
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


def pages(book: Book) -> dict[str, str]:
    """Every generated page by its path below the site's sources."""
    forms = {f"forms/{name}.md": _form_page(form) for name, form in book.forms.items()}
    return {"forms/index.md": _forms_page(book), **forms, "rules.md": _rules_page(book)}


def _form_page(form: Form) -> str:
    return (
        f"---\ntitle: {form.title}\nhide: [navigation, toc]\nsearch:\n  boost: 2\n---\n\n"
        f"# {form.title}\n\n<!--gradepost:form-->\n<!--/gradepost:form-->\n"
    )


def _forms_page(book: Book) -> str:
    lines = ["---", "title: Forms", "---", "", "# Forms", ""]
    for name, form in book.forms.items():
        lines += [f"## [{form.title}]({name}.md)", "", str(form.layout.get("lead", "")), ""]
    return "\n".join(lines)


def _rules_page(book: Book) -> str:
    return "\n".join(_rules_lines(book)) + "\n"


def _rules_lines(book: Book) -> Iterator[str]:
    yield "---\ntitle: Rules\n---\n\n# Rules\n"
    yield (
        "The form, the gateway, the command line and the check on a pull request judge by these rules, in the same "
        "words. An error must be put right before anything is stored; a warning is shown and stays in the report.\n"
    )
    family = ""
    for rule in RULES:
        if rule.id[0] != family:
            family = rule.id[0]
            yield f"## {_FAMILIES[family]} {{ #{_FAMILIES[family].split()[0].lower()}-rules }}\n"
        yield from _rule_lines(rule, book)


def _rule_lines(rule: Rule, book: Book) -> Iterator[str]:
    severity = book.severity(rule)
    weight = {Severity.ERROR: "Error", Severity.WARNING: "Warning", None: "Switched off in this series"}[severity]
    where = ", ".join(book.forms[f].title for f in rule.forms if f in book.forms) or "Every document"
    yield f"### {rule.id} {rule.title} {{ #{rule.id.lower()} }}\n"
    yield f"**{weight}.** {where}.\n"
    yield f"How to fix: {rule.fix}\n"
    yield f"Why: {_SOURCES[rule.source]}.\n"
