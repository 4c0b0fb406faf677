"""Which entry of a list a typed text chooses. Lists are typed into by their labels; documents hold ids."""

from collections.abc import Mapping
from typing import Any

from gradepost.book import Book
from gradepost.form.layout import Field
from gradepost.form.meanings import chosen, fold, meaning


class Meanings:
    """What texts mean in one document of one form. Each list is read once, and each text looked up once."""

    def __init__(self, book: Book, form_name: str, values: Mapping[str, Any]) -> None:
        self._book, self._form, self._values = book, form_name, values
        self._known: dict[tuple[str, str], str] = {}
        self._lists: dict[str, Mapping[str, str]] = {}

    def of(self, field: Field, text: str) -> str:
        """The id of the entry that is so called, or the date that is so written; any other text stays as it is."""
        key = field.choices or field.widget, text
        if key not in self._known:
            self._known[key] = self._read(field, text)
        return self._known[key]

    def _read(self, field: Field, text: str) -> str:
        if not field.choices:
            return meaning(self._book, self._form, field, text, self._values)
        if field.choices not in self._lists:
            self._lists[field.choices] = chosen(self._book.series, field, self._values)
        return self._lists[field.choices].get(fold(text), text)
