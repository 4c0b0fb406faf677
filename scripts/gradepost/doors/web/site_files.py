"""The built site as the gateway serves it: pages with the banner and the form put in, everything else as it is."""

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from gradepost.page.shell import Shell

_INLINE_SCRIPT = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*\btype=\"application/(?:ld\+)?json\")[^>]*>(.*?)</script>", re.DOTALL
)


class SiteFiles:
    """A built site's folder. Read once: a new build is served by a new process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._pages = {
            path.relative_to(self.folder).as_posix(): path.read_text(encoding="utf-8")
            for path in self.folder.rglob("*.html")
        }
        # By name, so that no path of a request ever reaches the disk.
        self._assets = {
            path.relative_to(self.folder).as_posix(): path
            for path in self.folder.rglob("*")
            if path.suffix != ".html" and path.is_file() and not path.is_symlink()
        }
        self.shell = Shell(self._pages["404.html"])
        self.policy = _policy(self._pages.values())

    def page(self, path: str) -> str | None:
        """The HTML of the page at a path of the site, or None."""
        name = path.strip("/")
        if path.endswith("/") or not name:
            return self._pages.get(f"{name}/index.html" if name else "index.html")
        return self._pages.get(name) if name.endswith(".html") else None

    def is_folder(self, path: str) -> bool:
        """Whether a page stands at the path with a slash behind it."""
        return not path.endswith("/") and f"{path.strip('/')}/index.html" in self._pages

    def asset(self, path: str) -> Path | None:
        """The file at a path of the site that is no page, or None."""
        return self._assets.get(path.removeprefix("/"))


def _policy(pages: Iterable[str]) -> str:
    hashes = sorted(
        {
            f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
            for page in pages
            for script in _INLINE_SCRIPT.findall(page)
        }
    )
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {' '.join(hashes)}".strip(),
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )
