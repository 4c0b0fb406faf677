"""The book: schemas, forms and one series read from a directory, checked at once, with their digest."""

from gradepost.book.book import Book, load

__all__ = ["Book", "load"]
