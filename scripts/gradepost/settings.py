"""The only reader of the environment. Every setting has one name, one reader and one default."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from gradepost.forge.budget import Limits as ForgeLimits
from gradepost.model.trouble import ConfigurationError
from gradepost.people.throttle import Limits

DEFAULT_SITE_URL = "http://127.0.0.1:8000/"
DEFAULT_GITHUB_API = "https://api.github.com"
_MOST_IN_A_MINUTE = 1_000_000
_POLL = "GRADEPOST_GITHUB_POLL_SECONDS"
_KEEPS_A_TOKEN_SECRET = ("https://", "http://127.0.0.1:", "http://localhost:")


@dataclass(frozen=True, slots=True)
class AppSettings:
    """A GitHub App: its id, the id of its installation, and the file with its private key."""

    id: int
    installation: int
    private_key_file: Path


@dataclass(frozen=True, slots=True)
class GitHubSettings:
    """Where the ledger is on GitHub: the API's address, `owner/name`, and who may write there: a token's account or,
    where there is `app`, that App. `webhook_secret` is None where GitHub is not heard, only asked: every `poll`
    what has changed."""

    api: str
    repository: str
    token: str | None = field(repr=False)
    app: AppSettings | None = None
    limits: ForgeLimits = field(default_factory=ForgeLimits)
    webhook_secret: str | None = field(default=None, repr=False)
    poll: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The mail server, and who letters are from: `Name <address>` or an address.

    `security` is `tls` (from the first byte), `starttls` (insisted on) or `none`.
    """

    host: str
    port: int
    security: str
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says. `root` is the site repository's root, where schemas/ and forms/ are.

    `github` is None where the ledger is on this machine. `in_ci`: what is printed is kept in a log for others.
    `cache` is where verdicts on unchanged contents are kept, or None. `mail` is None where letters are only written to
    the state's folder. `log_level` is the least that is logged, or None for what fits: see `doors/logs.py`.
    `limits`: how often things may be done.
    """

    root: Path
    site_url: str
    token: str | None = field(repr=False)
    head_branch: str | None
    github: GitHubSettings | None = None
    in_ci: bool = False
    cache: Path | None = None
    mail: MailSettings | None = None
    log_level: str | None = None
    limits: Limits = field(default_factory=Limits)


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Read GRADEPOST_ROOT, GRADEPOST_SITE_URL, GRADEPOST_TOKEN, GRADEPOST_FORGE and what goes with it,
    GRADEPOST_SMTP_URL with GRADEPOST_MAIL_FROM, GRADEPOST_LOG_LEVEL, GRADEPOST_REQUESTS_PER_MINUTE, the pull request's
    branch where CI names it, CI, XDG_CACHE_HOME and HOME. Raises `ConfigurationError` where they do not go together."""
    env = os.environ if environment is None else environment
    return Settings(
        root=Path(env.get("GRADEPOST_ROOT", ".")),
        site_url=env.get("GRADEPOST_SITE_URL", DEFAULT_SITE_URL),
        token=env.get("GRADEPOST_TOKEN") or None,
        head_branch=env.get("GITHUB_HEAD_REF") or None,
        github=_github(env),
        in_ci=env.get("CI", "").lower() not in ("", "0", "false"),
        cache=_cache(env),
        mail=_mail(env),
        log_level=_log_level(env),
        limits=_limits(env),
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
    repository, token = env.get("GRADEPOST_GITHUB_REPOSITORY", ""), env.get("GRADEPOST_GITHUB_TOKEN") or None
    if len([part for part in repository.split("/") if part]) != 2:
        raise ConfigurationError("With GRADEPOST_FORGE=github, set GRADEPOST_GITHUB_REPOSITORY to `owner/name`.")
    app = _app(env)
    if (app is None) == (token is None):
        raise ConfigurationError("With GRADEPOST_FORGE=github, set GRADEPOST_GITHUB_TOKEN or the three of an App.")
    api = env.get("GRADEPOST_GITHUB_API") or DEFAULT_GITHUB_API
    if not api.startswith(_KEEPS_A_TOKEN_SECRET):
        raise ConfigurationError("GRADEPOST_GITHUB_API is an https:// address, so that the token stays secret.")
    secret, poll = env.get("GRADEPOST_WEBHOOK_SECRET") or None, _number(env, _POLL, 60, 3_600, least=1)
    return GitHubSettings(api, repository, token, app, _forge_limits(env), secret, timedelta(seconds=poll))


def _app(env: Mapping[str, str]) -> AppSettings | None:
    names = ("GRADEPOST_GITHUB_APP_ID", "GRADEPOST_GITHUB_INSTALLATION_ID", "GRADEPOST_GITHUB_PRIVATE_KEY_FILE")
    given = [env.get(name, "") for name in names]
    if not any(given):
        return None
    if not all(given) or not all(number.isascii() and number.isdigit() for number in given[:2]):
        raise ConfigurationError(f"A GitHub App is {names[0]} and {names[1]}, both numbers, and {names[2]}.")
    return AppSettings(int(given[0]), int(given[1]), Path(given[2]))


def _forge_limits(env: Mapping[str, str]) -> ForgeLimits:
    usual = ForgeLimits()
    return ForgeLimits(
        content_a_minute=_number(env, "GRADEPOST_GITHUB_REQUESTS_PER_MINUTE", usual.content_a_minute, 80),
        content_an_hour=_number(env, "GRADEPOST_GITHUB_REQUESTS_PER_HOUR", usual.content_an_hour, 500),
        points_a_minute=usual.points_a_minute,
        open_pulls=_number(env, "GRADEPOST_GITHUB_OPEN_PULLS", usual.open_pulls, 100_000, least=1),
        pushes_a_minute=_number(env, "GRADEPOST_GITHUB_PUSHES_PER_MINUTE", usual.pushes_a_minute, 60, least=1),
    )


def _number(env: Mapping[str, str], name: str, usual: int, most: int, *, least: int = 4) -> int:
    """A whole number; a filing needs four requests together, so fewer would never be enough."""
    text = env.get(name) or str(usual)
    if not (text.isascii() and text.isdigit()) or not least <= int(text[:9]) <= most:
        raise ConfigurationError(f"{name} is a whole number from {least} to {most:,}.")
    return int(text)


# Each scheme of GRADEPOST_SMTP_URL: how the line is kept secret, and the port where none is given.
_SMTP = {"smtps": ("tls", 465), "smtp": ("starttls", 587), "smtp+plain": ("none", 25)}
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


def _mail(env: Mapping[str, str]) -> MailSettings | None:
    if not env.get("GRADEPOST_SMTP_URL"):
        return None
    # Its words never repeat the address: a password stands in it.
    url, port = _smtp_address(env["GRADEPOST_SMTP_URL"])
    security, usual_port = _SMTP[url.scheme]
    user, password = unquote(url.username or "") or None, unquote(url.password or "") or None
    if security == "none" and user and url.hostname not in _THIS_MACHINE:
        raise ConfigurationError("GRADEPOST_SMTP_URL: smtp+plain:// would send the password unprotected. Use smtp://.")
    sender = env.get("GRADEPOST_MAIL_FROM", "")
    if not sender.isprintable() or "@" not in parseaddr(sender)[1]:
        raise ConfigurationError("With GRADEPOST_SMTP_URL, set GRADEPOST_MAIL_FROM to whom letters are from.")
    return MailSettings(url.hostname or "", port or usual_port, security, sender, user, password)


def _smtp_address(text: str) -> tuple[SplitResult, int | None]:
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        url, port = urlsplit(""), None
    if url.scheme not in _SMTP or not url.hostname or url.path not in ("", "/") or url.query or url.fragment:
        raise ConfigurationError("GRADEPOST_SMTP_URL is smtps://user:password@host:465, smtp://… or smtp+plain://….")
    return url, port


def _limits(env: Mapping[str, str]) -> Limits:
    in_a_minute = env.get("GRADEPOST_REQUESTS_PER_MINUTE", "")
    if not in_a_minute:
        return Limits()
    if not (in_a_minute.isascii() and in_a_minute.isdigit()) or not 1 <= int(in_a_minute[:9]) <= _MOST_IN_A_MINUTE:
        raise ConfigurationError(f"GRADEPOST_REQUESTS_PER_MINUTE is a whole number from 1 to {_MOST_IN_A_MINUTE}.")
    return Limits(sent_in_a_minute=int(in_a_minute))


def _log_level(env: Mapping[str, str]) -> str | None:
    level = env.get("GRADEPOST_LOG_LEVEL", "").lower() or None
    if level not in (None, "info", "warning", "error"):
        raise ConfigurationError("GRADEPOST_LOG_LEVEL is `info`, `warning` or `error`.")
    return level
