"""What changed, for those who have read a page before: the notes as a page, as an Atom feed (RFC 4287), and as facts at
the head of each page, which the theme shows at its foot."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from itertools import groupby

from gradepost.doors.page_notes import Note, Owned

PAGE, FEED = "what-changed.md", "what-changed.xml"


def changes_page(notes: tuple[Note, ...], titles: Mapping[str, str]) -> str:
    """The page as Markdown: what changed for a reader, the latest first."""
    return "\n".join(_page(notes, titles)) + "\n"


def changes_feed(notes: tuple[Note, ...], titles: Mapping[str, str], site_url: str) -> bytes:
    """The feed: an entry for each change, the same bytes as long as the notes are the same."""
    site = f"{site_url.rstrip('/')}/"
    entries = [(on, note, [page for page in pages if page in titles]) for (on, note), pages in _together(notes) if note]
    updated = entries[0][0] if entries else "2021-01-01"
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>What changed</title><id>{escape(site)}what-changed/</id><updated>{updated}T00:00:00Z</updated>",
        f'<author><name>Gradepost</name></author><link rel="self" href="{escape(site)}{FEED}"/>',
        *(_entry(site, str(on), note, pages, titles) for on, note, pages in entries),
        "</feed>",
    ]
    return ("\n".join(lines) + "\n").encode()


def with_facts(text: str, owned: Owned, last: Note | None) -> str:
    """The page's source with who answers for it, when it was checked and what changed last, in its front matter."""
    facts = {"owner": owned.name, "owner_assumed": owned.is_assumed, "checked_on": _said(owned)}
    if last is not None:
        facts["changed"] = f"{last.on.day} {last.on:%B %Y}: {last.note}".rstrip(".")
    head = "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in facts.items())
    return f"---\n{head}{text[4:]}" if text.startswith("---\n") else f"---\n{head}---\n\n{text}"


def _said(owned: Owned) -> str:
    return f"{owned.checked_on.day} {owned.checked_on:%B %Y}"


def _together(notes: tuple[Note, ...]) -> Iterator[tuple[tuple[str, str], list[str]]]:
    """One change of several pages is told once."""
    told = [note for note in notes if note.note]
    ordered = sorted(enumerate(told), key=lambda pair: (pair[1].on, pair[0]), reverse=True)
    for key, group in groupby((note for _, note in ordered), key=lambda note: (str(note.on), note.note or "")):
        yield key, sorted({note.page for note in group})


def _page(notes: tuple[Note, ...], titles: Mapping[str, str]) -> Iterator[str]:
    yield "---\ntitle: What changed\ndescription: What changed on these pages, and when.\n---\n\n# What changed\n"
    yield f"What changed on the pages for centres, the latest first. [The same as a feed]({FEED})\n"
    for (on, note), pages in _together(notes):
        day = next(one.on for one in notes if str(one.on) == on)
        yield f"## {day.day} {day:%B %Y}: {note.rstrip('.')} {{ #{_anchor(on, note)} }}\n"
        yield from (f"- [{titles[page]}]({page})" for page in _in_order(pages, titles))
        yield ""


def _entry(site: str, on: str, note: str, pages: list[str], titles: Mapping[str, str]) -> str:
    address = f"{site}what-changed/#{_anchor(on, note)}"
    listed = "; ".join(titles[page] for page in pages)
    return (
        f'<entry><title>{escape(note)}</title><id>{escape(address)}</id><link href="{escape(address)}"/>'
        f"<updated>{on}T00:00:00Z</updated><summary>{escape(listed)}</summary></entry>"
    )


def _in_order(pages: list[str], titles: Mapping[str, str]) -> list[str]:
    """Folder by folder; stages by their number, other pages by title."""

    def place(page: str) -> tuple[str, int, str]:
        number, _, _ = titles[page].partition(".")
        return page.rpartition("/")[0], int(number) if number.isdecimal() else 0, titles[page]

    return sorted((page for page in pages if page in titles), key=place)


def _anchor(on: str, note: str) -> str:
    words = "".join(sign if sign.isascii() and sign.isalnum() else " " for sign in note.lower()).split()
    return "-".join([on, *words[:8]])
