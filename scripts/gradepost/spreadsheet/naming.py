"""Names from a sheet that stand in a text which is kept: asked about, never repeated."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

WORDS = "This seems to name a learner from your spreadsheet. Write “the learner” in place of a name."

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SHORTEST = 3
# What an officer types about themselves, or chooses; nobody writes a sentence there.
_NO_TEXTS = frozenset({"sign_off", "signatory", "form", "series", "centre", "qualification", "component"})


def named_in_texts(values: Mapping[str, Any], names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The pointer of each text that seems to name somebody of the sheet, with the words to say about it.

    A part of a name counts where the text writes it with a capital, so that Mark is a name and mark is none.
    """
    parts = {_plain(word) for name in names.values() for word in _WORD.findall(name) if len(word) >= _SHORTEST}
    return tuple((pointer, WORDS) for pointer, text in _texts(values) if _names(text, parts))


def _names(text: str, parts: set[str]) -> bool:
    return any(
        word[0].isupper() and _plain(word.removesuffix("'s").removesuffix("’s")) in parts for word in _words(text)
    )


def _words(text: str) -> Iterator[str]:
    for word in _WORD.findall(text):
        yield word
        yield from word.split("-") if "-" in word else ()


def _plain(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))


def _texts(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Each text of more than one word that a person may have written freely."""
    if isinstance(value, str):
        if " " in value.strip():
            yield pointer, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            if name not in _NO_TEXTS:
                yield from _texts(inner, f"{pointer}/{name}")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{pointer}/{index}")
