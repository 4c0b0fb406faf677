"""Addresses that were published, and where what stood there has gone: `docs/addresses.yml`. None is ever lost."""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import yaml

from gradepost.doors.yaml_texts import value_of
from gradepost.model.trouble import ConfigurationError

FILE = "addresses.yml"
_STUB = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>This page has moved</title>
<meta name="robots" content="noindex">
<link rel="canonical" href="{canonical}">
<meta http-equiv="refresh" content="0; url={target}">
</head>
<body>
<h1>This page has moved</h1>
<p><a href="{target}">Go to where it is now</a></p>
</body>
</html>
"""


def redirects(docs: Path, tree: Mapping[str, bytes], series: str, site_url: str) -> dict[str, bytes]:
    """A page for each address that moved, by its path in the tree: no script, a link for those who see it.

    Raises `ConfigurationError` with file and line where an address leads to nothing, or where one that was published
    answers no more."""
    path = docs / FILE
    if not path.is_file():
        return {}
    raw, lines = _read(path)
    if raw.get("series") != series:
        return {}
    moved: dict[str, str] = dict(raw.get("moved") or {})
    standing = {address_of(name) for name in tree}
    mistakes = [(lines.get(old, 1), said) for old, new in moved.items() for said in _wrong(old, new, standing)]
    mistakes += [
        (lines.get(address, 1), f"{address} was published, and nothing is there now. Say under `moved` where it went.")
        for address in raw.get("published") or ()
        if address not in standing and address not in moved
    ]
    if mistakes:
        raise ConfigurationError("\n".join(f"{path}:{line}: {said}" for line, said in sorted(mistakes)))
    return {f"{old}index.html": _stub(old, new, site_url) for old, new in moved.items()}


def address_of(path: str) -> str:
    """Where a source is on the site, below its root: `faq/iqa-form/`, `deadlines.ics`."""
    if not path.endswith((".md", "/index.html")):
        return path
    stem = path.removesuffix(".md").removesuffix("/index.html")
    return f"{posixpath.dirname(stem)}/".lstrip("/") if posixpath.basename(stem) == "index" else f"{stem}/"


def new_addresses(docs: Path, tree: Mapping[str, bytes]) -> list[str]:
    """The addresses of a tree that the file does not have yet."""
    raw = _read(docs / FILE)[0] if (docs / FILE).is_file() else {}
    return sorted({address_of(path) for path in tree} - set(raw.get("published") or ()) - set(raw.get("moved") or ()))


def add(docs: Path, addresses: Sequence[str]) -> None:
    """Put addresses at the end of the file, which is where `published` stands."""
    with (docs / FILE).open("a", encoding="utf-8") as file:
        file.writelines(f'  - "{address}"\n' for address in addresses)


def _read(path: Path) -> tuple[dict[str, Any], dict[str, int]]:
    """What the file says, and the line of each address."""
    text = path.read_text("utf-8")
    try:
        raw = value_of(text)
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}:1: not YAML ({type(error).__name__}).") from error
    if not isinstance(raw, dict):
        raise ConfigurationError(f"{path}:1: it has `series`, `moved` and `published`.")
    lines: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        lines.setdefault(line.strip(" -").partition(": ")[0].strip('"'), number)
    return raw, lines


def _wrong(old: str, new: str, standing: set[str]) -> Iterator[str]:
    if not old.endswith("/") or old.startswith("/"):
        yield f"{old}: an address that moved is written as faq/iqa-form/, from the site's root."
    elif old in standing:
        yield f"{old} is said to have moved, and a page stands there. Take one of the two away."
    if new.partition("#")[0] not in standing:
        yield f"{old} leads to {new}, and no page is there. Name one that there is."


def _stub(old: str, new: str, site_url: str) -> bytes:
    page, hash_mark, anchor = new.partition("#")
    target = posixpath.relpath(page or ".", old) + ("/" if page.endswith("/") or not page else "")
    canonical = f"{site_url.rstrip('/')}/{page}"
    return _STUB.format(canonical=escape(canonical), target=escape(target + hash_mark + anchor)).encode()
