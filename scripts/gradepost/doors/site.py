"""The MkDocs plugin: generates the form pages and the rule pages. A thin adapter; the pages are made below."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

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
from gradepost.doors.site_due import MARK, due_block
from gradepost.model.trouble import ConfigurationError
from gradepost.page.form import Around, render_form

_OPEN, _CLOSE = "<!--gradepost:form-->", "<!--/gradepost:form-->"


class PluginConfig(Config):  # type: ignore[no-untyped-call]
    """`series`: whose forms and rules the site shows. `gateway`: where forms are sent, if not to the site itself."""

    series = options.Type(str)
    gateway = options.Type(str, default="")


class GradepostPlugin(BasePlugin[PluginConfig]):  # type: ignore[no-untyped-call]
    """Adds `forms/*.md`, `rules.md` and `schemas/*.json` to the site."""

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
        """Add the schemas and the generated pages; one that is committed gives way to the one of this series."""
        for path, content in self._pages().items():
            if (committed := files.get_file_from_path(path)) is not None:
                files.remove(committed)
            page = File.generated(config, path, content=content)
            page.inclusion = InclusionLevel.NOT_IN_NAV
            files.append(page)
        for path, feed in site_pages.feeds(self._book, self._root).items():
            files.append(File.generated(config, path, content=feed))
        for path, content in _schemas(self._book, config.site_url or "").items():
            files.append(File.generated(config, path, content=content))
        return files

    def _pages(self) -> dict[str, str]:
        try:
            today = get_build_datetime().date()
            return site_pages.pages(self._book, self._root, today, self.config.gateway.rstrip("/"))
        except ConfigurationError as error:
            raise PluginError(str(error)) from error

    def on_page_markdown(self, markdown: str, **_: Any) -> str:
        """Put what is due where a page asks for it."""
        return markdown.replace(MARK, due_block(self._book)) if MARK in markdown else markdown

    def on_page_content(self, html: str, *, page: Page, **_: Any) -> str:
        """Put the form where its page says; after Markdown, which would change it."""
        name = Path(page.file.src_uri).stem
        if page.file.src_uri.startswith("forms/") and name in self._book.forms and _OPEN in html:
            form = render_form(self._book, name, around=Around(gateway=self.config.gateway.rstrip("/")))
            return html.replace(_OPEN, f"{_OPEN}{form}", 1)
        return html

    def on_serve(self, server: Any, **_: Any) -> Any:
        """Rebuild when a schema or a form changes."""
        for folder in ("schemas", "forms", "docs"):
            server.watch(str(self._root / folder))
        return server


def _schemas(book: Book, site_url: str) -> dict[str, str]:
    """Every schema by its path on the site. Its `$id` is its address there, so that an editor finds it again."""
    published = {}
    for name, schema in book.schemas.items():
        path = f"schemas/{name}.schema.json"
        address = {"$id": urljoin(site_url, path)} if site_url else {}
        published[path] = json.dumps({**schema.schema, **address}, ensure_ascii=False, indent=2) + "\n"
    return published
