"""Links from page to page, looked up in a tree of sources before any generator runs: a broken one has a line."""

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from markdown.extensions.toc import slugify  # type: ignore[import-untyped]

_FENCE = re.compile(r"^ *(```|~~~)")
_CODE = re.compile(r"`[^`]*`")
_LINK = re.compile(r"\]\((?!https?:|mailto:|/)([^)#\s]*)(?:#([^)\s]*))?\)")
_HEADING = re.compile(r"^#{1,6} +(.+?)(?: *\{ *#([\w-]+)[^}]*\})? *$")
_ID = re.compile(r'\bid="([^"]+)"|\{ *#([\w-]+)')


def broken_links(tree: Mapping[str, bytes], written: Collection[str], folder: str) -> list[str]:
    """Every link that leads to no file or to no heading. `written` are the paths that somebody wrote, below `folder`:
    the lines of the others are those of what is made, and of no file."""
    pages = {path: raw.decode("utf-8", "replace") for path, raw in tree.items() if path.endswith(".md")}
    anchors = {path: set(_anchors(text)) for path, text in pages.items()}
    return [
        f"{f'{folder}/{path}:{line}' if path in written else f'{path} (a page that is made)'}: {said}"
        for path, text in pages.items()
        for line, target, anchor in _links(text)
        if (said := _wrong(path, target, anchor, tree, anchors))
    ]


def _wrong(
    page: str, target: str, anchor: str | None, tree: Mapping[str, bytes], anchors: Mapping[str, set[str]]
) -> str | None:
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page), target)) if target else page
    if path not in tree:
        return f"the link {target} leads nowhere.{_near(path, tree, page)} Mend it, or take it out."
    if anchor and path in anchors and anchor not in anchors[path]:
        near = get_close_matches(anchor, sorted(anchors[path]), n=3)
        listed = f" Near it: {', '.join(near)}." if near else ""
        return f"the link {target}#{anchor} leads to no heading of that page.{listed} Mend it, or take it out."
    return None


def _near(path: str, tree: Mapping[str, bytes], page: str) -> str:
    near = get_close_matches(path, list(tree), n=2)
    start = posixpath.dirname(page) or "."
    return f" Near it: {', '.join(posixpath.relpath(one, start) for one in near)}." if near else ""


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines of prose with their numbers: no code, which holds no links."""
    in_code = False
    for number, line in enumerate(text.split("\n"), 1):
        if _FENCE.match(line):
            in_code = not in_code
        elif not in_code:
            yield number, line


def _links(text: str) -> Iterator[tuple[int, str, str | None]]:
    for number, line in _lines(text):
        for target, anchor in _LINK.findall(_CODE.sub("", line)):
            yield number, target, anchor or None


def _anchors(text: str) -> Iterator[str]:
    for _, line in _lines(text):
        yield from (found[0] or found[1] for found in _ID.findall(line))
        if (heading := _HEADING.match(line)) is not None:
            plain = re.sub(r"<[^>]*>|[*`]|\]\([^)]*\)|\[", "", heading[1])
            yield heading[2] or slugify(plain, "-")
