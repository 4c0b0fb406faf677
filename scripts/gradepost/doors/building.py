"""Building the site: `mkdocs build --strict` in a process of its own, switched in only when it is whole."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from gradepost.model.trouble import ConfigurationError
from gradepost.settings import Settings

_SOURCES = ("docs", "forms", "schemas", "scripts/gradepost", "mkdocs.yml")
_SECONDS = 300


def build_site(settings: Settings, site_url: str, output: Path) -> None:
    """Build the site for an address into `output`. Raises `ConfigurationError` with what MkDocs said."""
    aside = output.with_name(f"{output.name}.new")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(aside.resolve())]
    # mkdocs.yml reads the site's address from the environment; the theme's notice is for its developers.
    environment = {"GRADEPOST_SITE_URL": site_url, "NO_MKDOCS_2_WARNING": "1", "PYTHONUTF8": "1"}
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=settings.root, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    if done.returncode != 0:
        raise ConfigurationError(f"The site cannot be built:\n{done.stderr or done.stdout}")
    if output.exists():
        shutil.rmtree(output)
    aside.rename(output)


def site_for(settings: Settings, site_url: str, folder: Path) -> Path:
    """The built site in a state folder, built anew where it is missing or stale."""
    output, stamp = folder / "site", folder / "site.stamp"
    wanted = _digest(settings.root, site_url)
    if not output.exists() or not stamp.exists() or stamp.read_text() != wanted:
        build_site(settings, site_url, output)
        stamp.write_text(wanted)
    return output


def _digest(root: Path, site_url: str) -> str:
    digest = hashlib.sha256(site_url.encode())
    for path in _files(root):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for name in _SOURCES:
        path = root / name
        if path.is_file():
            yield path
        found = sorted(path.rglob("*")) if path.is_dir() else []
        yield from (p for p in found if p.is_file() and "__pycache__" not in p.parts)
