"""The book: schemas, forms and one series read from a directory, checked at once, with their digest."""

from gradepost.book.book import Book
from gradepost.book.in_force import series_in
from gradepost.book.loading import load, look

__all__ = ["Book", "load", "look", "series_in"]
