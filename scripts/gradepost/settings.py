"""The only reader of the environment. Every setting has one name, one reader and one default."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_SITE_URL = "http://127.0.0.1:8000/"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says. `root` is the site repository's root, where schemas/ and forms/ are."""

    root: Path
    site_url: str
    token: str | None
    head_branch: str | None


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Read GRADEPOST_ROOT, GRADEPOST_SITE_URL, GRADEPOST_TOKEN, and the pull request's branch where CI names it."""
    env = os.environ if environment is None else environment
    return Settings(
        root=Path(env.get("GRADEPOST_ROOT", ".")),
        site_url=env.get("GRADEPOST_SITE_URL", DEFAULT_SITE_URL),
        token=env.get("GRADEPOST_TOKEN") or None,
        head_branch=env.get("GITHUB_HEAD_REF") or None,
    )
