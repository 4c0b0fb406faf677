"""The leak gate: looks through a finished public site for anything of the pages that are for centres only.

It knows nothing of how the site was built. It names the file and the page that leaked, and repeats no word of either.
What it cannot see: a picture that was cropped or saved anew, and text within a picture.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gradepost.doors.leak_gate_readings import readings, words_of
from gradepost.doors.secure_pages import CANARY, FOLDER, PREFIX, SecurePage, SecureTree
from gradepost.model.trouble import ConfigurationError

_SHORTEST = 24
_SMALLEST = 32
_SENTENCE = re.compile(r"(?<=[.!?:])\s+|\n\s*\n|\n(?=[-*#|>\d])|\|")
# Pages of text may point to the area for centres; lists of what the site holds may not.
_MAY_POINT = (".html", ".js", ".css")


@dataclass(frozen=True, slots=True)
class Leak:
    """Where in the public site, what kind of thing, and which file of the ledger it is from."""

    file: str
    kind: str
    source: str

    def __str__(self) -> str:
        return f"{self.file}: {self.kind} of {self.source}"


@dataclass(frozen=True, slots=True)
class Needles:
    """What is looked for, each with the file of the ledger that it is from."""

    phrases: Mapping[str, str]
    hashes: Mapping[str, str]
    addresses: Mapping[str, str]


def needles_of(tree: SecureTree) -> Needles:
    """The sentences, titles, files and addresses of a tree."""
    return Needles(
        {phrase: f"{FOLDER}/{page.path}" for page in tree.pages for phrase in _phrases(page)},
        {_hash(raw): f"{FOLDER}/{path}" for path, raw in tree.files.items() if len(raw) >= _SMALLEST},
        {
            **{page.address: f"{FOLDER}/{page.path}" for page in tree.pages if page.address != PREFIX},
            **{f"{PREFIX}{path}": f"{FOLDER}/{path}" for path in tree.files},
        },
    )


def leaks_in(output: Path, tree: SecureTree | None) -> list[Leak]:
    """Every leak in a built site. Without a tree only canaries are known: each is the mark of some page."""
    needles = needles_of(tree) if tree else Needles({}, {}, {})
    canaries = {page.canary: f"{FOLDER}/{page.path}" for page in (tree.pages if tree else ())}
    found = {
        leak
        for path in sorted(output.rglob("*"))
        if path.is_file()
        for leak in _leaks_of(path.relative_to(output).as_posix(), path.read_bytes(), needles, canaries)
    }
    return sorted(found, key=lambda leak: (leak.file, leak.source, leak.kind))


def insist_on_no_leak(output: Path, tree: SecureTree | None) -> None:
    """Raises `ConfigurationError` that names every leak."""
    found = leaks_in(output, tree)
    if found:
        listed = "\n".join(f"  {leak}" for leak in found)
        raise ConfigurationError(
            f"Something for centres only stands in the public site, so it is not published. Take it out of the "
            f"sources:\n{listed}"
        )


def _leaks_of(name: str, raw: bytes, needles: Needles, canaries: Mapping[str, str]) -> Iterator[Leak]:
    if name.startswith(PREFIX):
        yield Leak(name, "a file in the place", f"{FOLDER}/")
    for reading in readings(name, raw):
        if (source := needles.hashes.get(_hash(reading))) is not None:
            yield Leak(name, "the file", source)
        for canary in CANARY.findall(reading):
            yield Leak(name, "the canary", canaries.get(canary.decode(), f"a page of {FOLDER}/"))
        text = reading.decode("utf-8", "ignore")
        if not name.endswith(_MAY_POINT):
            yield from (Leak(name, "the address", s) for address, s in needles.addresses.items() if address in text)
        said = words_of(text) if needles.phrases else ""
        yield from (Leak(name, "text", source) for phrase, source in needles.phrases.items() if phrase in said)


def _phrases(page: SecurePage) -> set[str]:
    parts = [page.title, *_SENTENCE.split(page.text)]
    return {said for part in parts if len(said := words_of(part)) >= _SHORTEST}


def _hash(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
