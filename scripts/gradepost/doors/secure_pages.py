"""Pages for centres only, read from a ledger's `centre-pages/`; and what pages say of who may read them.

The public build never opens a ledger. This module is where the two audiences part, before any generator runs.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from gradepost.doors.yaml_texts import value_of
from gradepost.model.trouble import ConfigurationError

if TYPE_CHECKING:
    from gradepost.ledger import Source

FOLDER, PREFIX = "centre-pages", "centre/"
PUBLIC, CENTRE = "public", "centre"
CANARY = re.compile(rb"gpc-[0-9a-f]{24}")
_HEAD = re.compile(r"\A---\n(.*?\n)---(?:\n|\Z)", re.DOTALL)
_ACCESS = f"`access: {PUBLIC}` or `access: {CENTRE}`"


@dataclass(frozen=True, slots=True)
class SecurePage:
    """One page for centres: its path below `centre-pages/`, its title, its Markdown without front matter."""

    path: str
    title: str
    text: str

    @property
    def canary(self) -> str:
        """A word that stands in no text but this page's: wherever it is found, the page has leaked."""
        return f"gpc-{hashlib.sha256(f'{FOLDER}/{self.path}'.encode()).hexdigest()[:24]}"

    @property
    def address(self) -> str:
        """Where a gateway shows it, below the site's root."""
        stem = self.path.removesuffix(".md")
        folder = stem.removesuffix("index") if stem == "index" or stem.endswith("/index") else f"{stem}/"
        return f"{PREFIX}{folder}"


@dataclass(frozen=True, slots=True)
class SecureTree:
    """Everything below `centre-pages/`: pages, and other files (images, documents) by path."""

    pages: tuple[SecurePage, ...]
    files: Mapping[str, bytes]

    @property
    def digest(self) -> str:
        """Of all of it: another digest means another build."""
        digest = hashlib.sha256()
        for path, content in self._contents():
            digest.update(f"{len(path.encode())} {len(content)} {path}".encode() + content)
        return digest.hexdigest()

    def sources(self) -> dict[str, bytes]:
        """What a generator is given, by path: each page with its title and canary, and a list of them for a home."""
        built = {page.path: _built(page) for page in self.pages}
        return {"index.md": _index(self.pages), **built, **self.files}

    def _contents(self) -> Iterator[tuple[str, bytes]]:
        yield from sorted(self.sources().items())


def read_tree(source: "Source") -> SecureTree:
    """The tree of a ledger. A page without `access` is for centres only. Raises `ConfigurationError` with every
    mistake, each with file and line."""
    mistakes: list[str] = []
    pages, files = [], {}
    for path in source.list(FOLDER):
        content, name = source.read(path), path.removeprefix(f"{FOLDER}/")
        if content is None:
            mistakes.append(f"{path}: this is no plain file. Put the file itself here.")
        elif name.endswith(".md"):
            pages.append(_page(path, name, content, mistakes))
        else:
            files[name] = content
    if mistakes:
        raise ConfigurationError("\n".join(mistakes))
    return SecureTree(tuple(pages), files)


def public_mistakes(docs: Path) -> list[str]:
    """What public pages say of their access that cannot be: nothing in a public repository is for centres only."""
    return [
        mistake
        for path in sorted(docs.rglob("*.md"))
        for mistake in _public(f"{docs.name}/{path.relative_to(docs)}", path.read_text("utf-8"))
    ]


def _public(name: str, text: str) -> Iterator[str]:
    head, line = _head(text), _line(text)
    if not isinstance(head, dict) or head.get("access", PUBLIC) == PUBLIC:
        return
    if head["access"] == CENTRE:
        yield (
            f"{name}:{line}: access: a page for centres only stands in the public sources. "
            f"Move it to {FOLDER}/ of the ledger, and take it out of the history."
        )
    else:
        yield f"{name}:{line}: access: nobody is known by this value. Write {_ACCESS}."


def _page(path: str, name: str, content: bytes, mistakes: list[str]) -> SecurePage:
    text = content.decode("utf-8", "replace").replace("\r\n", "\n")
    head = _head(text)
    if not isinstance(head, dict):
        mistakes.append(f"{path}:1: the facts between the two lines of --- are not YAML.")
        head = {}
    access = head.get("access", CENTRE)
    if access == PUBLIC:
        mistakes.append(f"{path}:{_line(text)}: access: a ledger publishes nothing. Move a public page to docs/.")
    elif access != CENTRE:
        mistakes.append(f"{path}:{_line(text)}: access: nobody is known by this value. Write {_ACCESS}.")
    body = _HEAD.sub("", text, count=1).strip()
    heading = re.search(r"^# +(.+?)(?: *\{.*\})?$", body, re.MULTILINE)
    title = head.get("title") or (heading[1] if heading else name.rpartition("/")[2].removesuffix(".md"))
    return SecurePage(name, str(title), body)


def _head(text: str) -> Any:
    found = _HEAD.match(text)
    if found is None:
        return {}
    try:
        return value_of(found[1]) or {}
    except (yaml.YAMLError, ValueError):
        return None


def _line(text: str) -> int:
    return next((number for number, line in enumerate(text.split("\n"), 1) if line.startswith("access:")), 1)


def _built(page: SecurePage) -> bytes:
    head = yaml.safe_dump({"title": page.title}, allow_unicode=True)
    # Hidden from eyes, and yet in the page, in its source and in the search index.
    return f"---\n{head}---\n\n{page.text}\n\n<p hidden>{page.canary}</p>\n".encode()


def _index(pages: tuple[SecurePage, ...]) -> bytes:
    lines = ["---", "title: For centres", "hide: [toc]", "---", "", "# For centres", ""]
    lines += ['<p class="gp-lead">Pages that only signed-in centres can read.</p>', ""]
    lines += [f"- [{page.title}]({page.path})" for page in pages] or ["There is nothing here yet."]
    return ("\n".join(lines) + "\n").encode()
