"""The built site's frame around the pages that the gateway makes, and its marks in pages that were built."""

import re

from markupsafe import escape

from gradepost.model.trouble import ConfigurationError

_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_TOP = "<!--gradepost:top-->"


class Shell:
    """The frame, taken from the built 404.html. Raises `ConfigurationError` where its marks are missing."""

    def __init__(self, built: str) -> None:
        before, content, after = _region(built, "content")
        title = _TITLE.search(built)
        if content is None or title is None or _TOP not in before:
            raise ConfigurationError("404.html of the built site lacks a mark of gradepost's. Build the site again.")
        self._before, self._after = before, after
        self._site_name = title[1].strip().rpartition(" - ")[2]

    def page(self, title: str, content: str, top: str = "") -> str:
        """A whole page: its title, its content (HTML), and what stands across the top (HTML)."""
        named = f"<title>{escape(title)} - {self._site_name}</title>"
        before = _TITLE.sub(lambda _: named, self._before, count=1).replace(_TOP, str(top), 1)
        return f"{before}{content}{self._after}"

    def decorate(self, html: str, top: str = "", form: str | None = None, *, error: bool = False) -> str:
        """A built page with what stands across the top and, where `form` is given, with that as its form region.

        `error` marks its title, so that the first words heard are that something is wrong.
        """
        if form is not None:
            before, region, after = _region(html, "form")
            html = html if region is None else f"{before}{form}{after}"
        if error:
            html = _TITLE.sub(lambda match: f"<title>{error_title(match[1].strip())}</title>", html, count=1)
        return html.replace(_TOP, str(top), 1)


def error_title(title: str) -> str:
    """The title of a page that shows errors."""
    return f"Error: {title}"


def _region(html: str, name: str) -> tuple[str, str | None, str]:
    """What stands before, between (None: no such marks) and after the marks of a region."""
    before, opening, rest = html.partition(f"<!--gradepost:{name}-->")
    between, closing, after = rest.partition(f"<!--/gradepost:{name}-->")
    return (before, between, after) if opening and closing else (html, None, "")
