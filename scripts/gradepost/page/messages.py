"""One page for whatever cannot be shown: what is the matter, in words, and where to go from here."""

from collections.abc import Sequence

from markupsafe import Markup

from gradepost.page.rendering import rendered


def message_page(title: str, text: str, *, links: Sequence[tuple[str, str]] = ()) -> Markup:
    """A heading, a paragraph, and links as address and words."""
    return rendered("message", title=title, text=text, links=links)
