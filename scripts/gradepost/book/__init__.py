"""The book: schemas, forms and one series read from a directory, checked at once, with their digest."""

from typing import TYPE_CHECKING, Any

from gradepost.book.book import Book

if TYPE_CHECKING:
    from gradepost.book.in_force import series_in
    from gradepost.book.loading import load, look

__all__ = ["Book", "load", "look", "series_in"]


def __getattr__(name: str) -> Any:
    # Whoever has a book that was read before needs no YAML, and nothing that looks for mistakes in it.
    if name in ("load", "look"):
        from gradepost.book import loading  # noqa: PLC0415

        return getattr(loading, name)
    if name == "series_in":
        from gradepost.book.in_force import series_in  # noqa: PLC0415

        return series_in
    raise AttributeError(name)
