"""A book as plain data that was found to be right, and the book that is made of it."""

from collections.abc import Mapping
from typing import Any

from gradepost.book.book import Book
from gradepost.book.schemas import Schema
from gradepost.book.series import form_of, series_of

# digest · series and forms (the contents of their files) · schemas by name · lines (of the series' file, by pointer)
Facts = Mapping[str, Any]


def book_of(facts: Facts, site_url: str) -> Book:
    """The book. Nothing is checked again."""
    forms = {form.name: form for form in map(form_of, facts["forms"])}
    schemas = {name: Schema(name, schema) for name, schema in facts["schemas"].items()}
    return Book(facts["digest"], series_of(facts["series"]), forms, schemas, site_url, facts["lines"])
