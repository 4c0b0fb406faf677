"""The build for centres: the ledger's `centre-pages/` with the public site's theme, its own search, its own address."""

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import yaml

from gradepost.doors.building import run_mkdocs
from gradepost.doors.secure_pages import FOLDER, PREFIX, SecureTree
from gradepost.model.trouble import ConfigurationError
from gradepost.settings import Settings

_THEME = "scripts/gradepost/page/theme"
_LINK = re.compile(r"\]\(/([^)#\s]*)(#[^)\s]*)?\)")


def build_secure(settings: Settings, tree: SecureTree, public: Path, output: Path) -> None:
    """Build into `output`, which must not exist; it appears whole or not at all. Raises `ConfigurationError` with what
    MkDocs said, or where a page links to a page of the public site (`/faq/`) that is not in `public`."""
    if mistakes := _broken_links(tree, public):
        raise ConfigurationError("\n".join(mistakes))
    aside = output.with_name(f"{output.name}.new")
    with tempfile.TemporaryDirectory(prefix="gradepost-") as made:
        sources = Path(made) / "docs"
        for path, content in tree.sources().items():
            (sources / path).parent.mkdir(parents=True, exist_ok=True)
            (sources / path).write_bytes(content)
        configuration = Path(made) / "mkdocs.yml"
        configuration.write_text(yaml.safe_dump(_configuration(settings, tree), allow_unicode=True), "utf-8")
        run_mkdocs(settings, settings.site_url, ["-f", str(configuration), "--site-dir", str(aside.resolve())])
    aside.rename(output)


def secure_build(settings: Settings, tree: SecureTree, public: Path, folder: Path) -> Path:
    """The build of a tree in a folder of builds, each named by what it holds; all but it and the last one go."""
    output = folder / tree.digest[:32]
    if not output.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(output.with_name(f"{output.name}.new"), ignore_errors=True)
        build_secure(settings, tree, public, output)
    return output


def clear_all_but(folder: Path, *keep: Path) -> None:
    """Take earlier builds away."""
    for path in folder.iterdir():
        if path not in keep:
            shutil.rmtree(path, ignore_errors=True)


def _configuration(settings: Settings, tree: SecureTree) -> dict[str, Any]:
    home = "index.md" if any(page.path == "index.md" for page in tree.pages) else None
    pages = [{page.title: page.path} for page in tree.pages if page.path != home]
    root = settings.root.resolve()
    return {
        "INHERIT": str(root / "mkdocs.yml"),
        "docs_dir": "docs",
        "site_url": f"{settings.site_url.rstrip('/')}/{PREFIX}",
        "site_description": "For signed-in centres.",
        "theme": {"custom_dir": str(root / _THEME)},
        "extra": {"homepage": settings.site_url},
        "plugins": ["search"],
        "exclude_docs": "",
        "not_in_nav": "",
        "watch": [],
        "nav": [{"For centres": ["index.md", *pages]}, {"Public site": settings.site_url}],
        # Links to the public site are looked up in its build instead.
        "validation": {"links": {"absolute_links": "ignore"}},
    }


def _broken_links(tree: SecureTree, public: Path) -> list[str]:
    return [
        f"{FOLDER}/{page.path}: it links to /{path}, and the public site has no such page."
        for page in tree.pages
        for path, _ in _LINK.findall(page.text)
        if not path.startswith(PREFIX) and not _stands(public, path)
    ]


def _stands(public: Path, path: str) -> bool:
    return (public / path / "index.html").is_file() if path.endswith("/") or not path else (public / path).is_file()
