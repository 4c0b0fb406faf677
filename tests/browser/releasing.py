"""A site repository whose series has an instant of release, and one more centre in a ledger: as docs/about/a-season.md
says to make them."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LINKED = ("docs", "schemas", "scripts", "mkdocs.yml", "pyproject.toml", "README.md")


def site_with_release(folder):
    """The site repository again, its forms apart, with results released at eight on 10 August 2021 in London."""
    folder.mkdir()
    for name in _LINKED:
        (folder / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "forms", folder / "forms")
    series = folder / "forms/2021-summer/series.yaml"
    before = series.read_text()
    after = before.replace("embargo_until: null", "embargo_until: 2021-08-10T08:00")
    assert after != before
    series.write_text(after)
    return folder


def add_centre(ledger, work, number, *, like):
    """Put a centre on main, with the people and qualifications of another."""
    git(work.parent, "clone", "--quiet", str(ledger), work.name)
    folder = work / "centres" / number[:2]
    (folder / f"{number}.json").write_text((folder / f"{like}.json").read_text().replace(like, number))
    git(work, "add", "centres")
    git(work, "-c", "user.name=Season", "-c", "user.email=season@awarding.example", "commit", "-qm", f"Add {number}")
    git(work, "push", "--quiet", "origin", "HEAD:main")


def git(folder, *arguments):
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
