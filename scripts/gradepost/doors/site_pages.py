"""The Markdown of generated pages: forms, rules, deadlines, questions and answers, webinars, whom to ask; calendars."""

from datetime import date
from pathlib import Path
from typing import Any

from gradepost.book import Book
from gradepost.doors.deadline_pages import PAGE as DEADLINES
from gradepost.doors.deadline_pages import deadlines_page
from gradepost.doors.documents import document_pages, read_documents
from gradepost.doors.faq import read_faq
from gradepost.doors.faq_pages import ASKING, faq_pages
from gradepost.doors.rule_pages import rule_page, rules_page
from gradepost.doors.secure_pages import public_mistakes
from gradepost.doors.series_pages import series_pages
from gradepost.doors.site_calendars import calendars
from gradepost.doors.site_contact import PAGE as CONTACT
from gradepost.doors.site_contact import contact_page
from gradepost.doors.site_dates import read_dates
from gradepost.doors.site_report import report_page
from gradepost.doors.site_statements import wrong_statements
from gradepost.doors.webinar_pages import webinar_feeds, webinar_pages
from gradepost.doors.webinars import read_webinars
from gradepost.model.series import Form
from gradepost.model.trouble import ConfigurationError
from gradepost.rules import RULES

RULES_PAGE = "rules.md"


def pages(book: Book, root: Path, today: date, gateway: str = "") -> dict[str, str]:
    """Every generated page by its path below the site's sources. `root` is the site repository's; `today` parts the
    webinars that come from those that were. Raises `ConfigurationError` with every mistake, each with file and line."""
    docs = root / "docs"
    if mistakes := [*public_mistakes(docs), *wrong_statements(docs, book.series, read_dates(docs, book.series))]:
        raise ConfigurationError("\n".join(mistakes))
    faq = read_faq(docs, book)
    return {
        "forms/index.md": _forms_page(book),
        **{f"forms/{form.name}.md": _form_page(form) for form in _of_centres(book)},
        RULES_PAGE: rules_page(book),
        **{f"rules/{rule.id.lower()}.md": rule_page(rule, book, root, faq.questions) for rule in RULES},
        DEADLINES: deadlines_page(book),
        **series_pages(book),
        **document_pages(read_documents(docs, book)),
        **faq_pages(faq, book),
        **webinar_pages(read_webinars(docs, book), faq, book, today, gateway),
        **(contact := contact_page(docs, f"forms/{ASKING}.md" if ASKING in book.forms and faq.groups else None)),
        **(report_page(CONTACT, gateway) if contact else {}),
    }


def feeds(book: Book, root: Path) -> dict[str, bytes]:
    """Every calendar by its path."""
    docs = root / "docs"
    return {**calendars(book, read_dates(docs, book.series)), **webinar_feeds(read_webinars(docs, book), book)}


def put_into(nav: list[Any], book: Book) -> None:
    """Add the forms that a navigation leaves out to the list that `forms/index.md` stands in, by their titles."""
    for entry in nav:
        inner = next(iter(entry.values())) if isinstance(entry, dict) else None
        if isinstance(inner, list) and "forms/index.md" in inner:
            named = {path for item in inner if isinstance(item, dict) for path in item.values()}
            inner += [
                {form.title: path} for form in _of_centres(book) if (path := f"forms/{form.name}.md") not in named
            ]


def _of_centres(book: Book) -> list[Form]:
    """The forms that centres fill in: of the others the site has no page."""
    return [form for form in book.forms.values() if form.made_by == "centre"]


def _form_page(form: Form) -> str:
    return (
        f"---\ntitle: {form.title}\nhide: [navigation, toc]\nsearch:\n  boost: 2\n---\n\n"
        f"# {form.title}\n\n<!--gradepost:form-->\n<!--/gradepost:form-->\n"
    )


def _forms_page(book: Book) -> str:
    lines = ["---", "title: Forms", "---", "", "# Forms", ""]
    for form in _of_centres(book):
        lines += [f"## [{form.title}]({form.name}.md)", "", str(form.layout.get("lead", "")), ""]
    return "\n".join(lines)
