"""The MkDocs plugin, and all that is known of MkDocs. A thin adapter: `site_tree` makes the sources, `site_styles`
lightens what was built."""

import contextlib
import os
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache
from mkdocs.config import Config
from mkdocs.config import config_options as options
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from mkdocs.utils import get_build_datetime

from gradepost.book import Book, load
from gradepost.doors import site_pages
from gradepost.doors.site_styles import gateway_sources, lighten, tightened
from gradepost.doors.site_tree import assemble
from gradepost.model.trouble import ConfigurationError
from gradepost.page.form import Around, render_form

_OPEN, _CLOSE = "<!--gradepost:form-->", "<!--/gradepost:form-->"


class PluginConfig(Config):  # type: ignore[no-untyped-call]
    """`series`: whose forms and rules the site shows. `gateway`: where forms are sent, if not to the site itself."""

    series = options.Type(str)
    gateway = options.Type(str, default="")


class GradepostPlugin(BasePlugin[PluginConfig]):  # type: ignore[no-untyped-call]
    """Hands the tree of sources to MkDocs, puts the forms into their pages, and lightens the style sheets."""

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Read the book once; a mistake in it fails the build. Forms that the navigation leaves out are put into it."""
        root = Path(config.config_file_path).parent
        try:
            self._book: Book = load(root, self.config.series, site_url=config.site_url or "")
        except ConfigurationError as error:
            raise PluginError(str(error)) from error
        self._root = root
        site_pages.put_into(config.nav or [], self._book)
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add what the tree has beside the written sources; one that is committed gives way to what is made of it."""
        for path, content in self._tree().items():
            committed = files.get_file_from_path(path)
            if committed is not None and committed.content_bytes == content:
                continue
            made = File.generated(config, path, content=content)
            made.inclusion = InclusionLevel.NOT_IN_NAV
            if committed is not None:
                made.inclusion = committed.inclusion
                files.remove(committed)
            files.append(made)
        for file in [file for file in files if _is_needless(file.src_uri)]:
            files.remove(file)
        return files

    def _tree(self) -> dict[str, bytes]:
        try:
            today = get_build_datetime().date()
            return assemble(self._book, self._root, today, self.config.gateway.rstrip("/"))
        except ConfigurationError as error:
            raise PluginError(str(error)) from error

    def on_env(self, env: Environment, **_: Any) -> Environment:
        """Keep compiled templates, as Python keeps its own beside its modules: compiling takes a fifth of a build."""
        kept = self._root / ".cache" / "templates"
        with contextlib.suppress(OSError):
            kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.access(kept, os.W_OK):
            env.bytecode_cache = FileSystemBytecodeCache(str(kept))
        return env

    def on_page_content(self, html: str, *, page: Page, **_: Any) -> str:
        """Put the form where its page says; after Markdown, which would change it."""
        name = Path(page.file.src_uri).stem
        if page.file.src_uri.startswith("forms/") and name in self._book.forms and _OPEN in html:
            form = render_form(self._book, name, around=Around(gateway=self.config.gateway.rstrip("/")))
            return html.replace(_OPEN, f"{_OPEN}{form}", 1)
        return html

    def on_post_page(self, output: str, **_: Any) -> str:
        """Leave out what only people who read the source would see."""
        return tightened(output)

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Make the style sheets as light as the pages allow."""
        lighten(Path(config.site_dir), gateway_sources())

    def on_serve(self, server: Any, **_: Any) -> Any:
        """Rebuild when a schema or a form changes."""
        for folder in ("schemas", "forms", "docs"):
            server.watch(str(self._root / folder))
        return server


def _is_needless(path: str) -> bool:
    """Whether a file of the theme is for those who develop it, or for searching in another language."""
    return path.startswith("assets/") and (path.endswith(".map") or "/lunr/" in path)
