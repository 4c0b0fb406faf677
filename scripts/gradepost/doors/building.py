"""Building the site: `mkdocs build --strict` in a process of its own, switched in only when it is whole."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from gradepost.doors.leak_gate import insist_on_no_leak
from gradepost.doors.secure_pages import SecureTree
from gradepost.model.trouble import ConfigurationError
from gradepost.settings import Settings

_SOURCES = ("docs", "forms", "schemas", "scripts/gradepost", "mkdocs.yml")
_SECONDS = 300


def build_site(settings: Settings, site_url: str, output: Path, secure: SecureTree | None = None) -> None:
    """Build the public site for an address into `output`. Raises `ConfigurationError` with what MkDocs said, or where
    something that is for centres only is found in it; what stood at `output` then stays. The build itself never sees
    `secure`: only the search for leaks does."""
    aside = output.with_name(f"{output.name}.new")
    run_mkdocs(settings, site_url, ["--site-dir", str(aside.resolve())])
    insist_on_no_leak(aside, secure)
    put_in_place(aside, output)


def run_mkdocs(settings: Settings, site_url: str, arguments: Sequence[str]) -> None:
    """`mkdocs build --strict` in the site repository. Raises `ConfigurationError` with what it said."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", *arguments]
    # mkdocs.yml reads the site's address from the environment; the theme's notice is for its developers.
    environment = {"GRADEPOST_SITE_URL": site_url, "NO_MKDOCS_2_WARNING": "1", "PYTHONUTF8": "1"}
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=settings.root, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    if done.returncode != 0:
        raise ConfigurationError(f"The site cannot be built:\n{done.stderr or done.stdout}")


def put_in_place(aside: Path, output: Path) -> None:
    """A whole folder in the place of another, by renames: nobody ever finds half of it. The other goes last."""
    before = output.with_name(f"{output.name}.old")
    shutil.rmtree(before, ignore_errors=True)
    if output.exists():
        output.rename(before)
    aside.rename(output)
    shutil.rmtree(before, ignore_errors=True)


def site_for(settings: Settings, site_url: str, folder: Path, secure: SecureTree | None = None) -> Path:
    """The built public site in a state folder, built anew where it is missing or stale."""
    output, stamp = folder / "site", folder / "site.stamp"
    wanted = _digest(settings.root, site_url) + (secure.digest if secure else "")
    if not output.exists() or not stamp.exists() or stamp.read_text() != wanted:
        build_site(settings, site_url, output, secure)
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
