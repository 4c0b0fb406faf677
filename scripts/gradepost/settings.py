"""The only reader of the environment. Every setting has one name, one reader and one default."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gradepost.model.trouble import ConfigurationError

DEFAULT_SITE_URL = "http://127.0.0.1:8000/"
DEFAULT_GITHUB_API = "https://api.github.com"
_KEEPS_A_TOKEN_SECRET = ("https://", "http://127.0.0.1:", "http://localhost:")


@dataclass(frozen=True, slots=True)
class GitHubSettings:
    """Where the ledger is on GitHub: the API's address, `owner/name`, and a token that may write there."""

    api: str
    repository: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says. `root` is the site repository's root, where schemas/ and forms/ are.

    `github` is None where the ledger is on this machine. `in_ci`: what is printed is kept in a log for others.
    `cache` is where verdicts on unchanged contents are kept, or None.
    """

    root: Path
    site_url: str
    token: str | None = field(repr=False)
    head_branch: str | None
    github: GitHubSettings | None = None
    in_ci: bool = False
    cache: Path | None = None


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Read GRADEPOST_ROOT, GRADEPOST_SITE_URL, GRADEPOST_TOKEN, GRADEPOST_FORGE and what goes with it, and the pull
    request's branch where CI names it, CI, XDG_CACHE_HOME and HOME. Raises `ConfigurationError` where they do not go
    together."""
    env = os.environ if environment is None else environment
    return Settings(
        root=Path(env.get("GRADEPOST_ROOT", ".")),
        site_url=env.get("GRADEPOST_SITE_URL", DEFAULT_SITE_URL),
        token=env.get("GRADEPOST_TOKEN") or None,
        head_branch=env.get("GITHUB_HEAD_REF") or None,
        github=_github(env),
        in_ci=env.get("CI", "").lower() not in ("", "0", "false"),
        cache=_cache(env),
    )


def _cache(env: Mapping[str, str]) -> Path | None:
    """Where verdicts may be kept: a folder of the user's own, or nowhere."""
    home = env.get("XDG_CACHE_HOME") or (f"{env['HOME']}/.cache" if env.get("HOME") else "")
    return Path(home) / "gradepost" if home.startswith("/") else None


def _github(env: Mapping[str, str]) -> GitHubSettings | None:
    forge = env.get("GRADEPOST_FORGE") or "local"
    if forge == "local":
        return None
    if forge != "github":
        raise ConfigurationError("GRADEPOST_FORGE is `local` or `github`.")
    repository, token = env.get("GRADEPOST_GITHUB_REPOSITORY", ""), env.get("GRADEPOST_GITHUB_TOKEN", "")
    if len([part for part in repository.split("/") if part]) != 2:
        raise ConfigurationError("With GRADEPOST_FORGE=github, set GRADEPOST_GITHUB_REPOSITORY to `owner/name`.")
    if not token:
        raise ConfigurationError("With GRADEPOST_FORGE=github, set GRADEPOST_GITHUB_TOKEN.")
    api = env.get("GRADEPOST_GITHUB_API") or DEFAULT_GITHUB_API
    if not api.startswith(_KEEPS_A_TOKEN_SECRET):
        raise ConfigurationError("GRADEPOST_GITHUB_API is an https:// address, so that the token stays secret.")
    return GitHubSettings(api, repository, token)
