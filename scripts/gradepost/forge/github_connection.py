"""How GitHub is reached: one PyGithub per thread, nothing retried or logged behind our back, trouble in our words."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from github import Auth, BadAttributeException, GithubException, GithubIntegration
from github.Repository import Repository
from github.Requester import Requester

from gradepost.forge.github_main import Main
from gradepost.forge.github_objects import GitHubObjects
from gradepost.forge.governor import Governor
from gradepost.model.trouble import ForgeError, Moved

_SECONDS = 15
_PAGE = 100
_FAILED = 400
_CONFLICT = 409

# At DEBUG, PyGithub writes whole requests to its log: submissions, that is. No setting of the root logger gets there.
logging.getLogger("github.Requester").setLevel(logging.INFO)


@dataclass(frozen=True, slots=True)
class App:
    """A GitHub App as installed in an account: its id, the installation's, and its private key as PEM text."""

    id: int
    installation: int
    private_key: str = field(repr=False)


class GovernedRequester(Requester):
    """PyGithub's way to GitHub, with every request counted before it is sent and every answer heeded.

    Tokens of an App are fetched past it: they are no content, and without one nothing else can be asked.
    """

    governor: Governor | None = None

    def requestJson(self, verb: str, *args: Any, **kwargs: Any) -> tuple[int, dict[str, Any], str]:  # noqa: N802
        """As PyGithub's own. Raises `Wait` where nothing may be sent, `ForgeError` where a page came instead of JSON:
        PyGithub would take its 200 for GitHub's word that the thing is done."""
        if self.governor is not None:
            self.governor.before(verb, str(args[0] if args else kwargs.get("url", "")).partition("?")[0])
        try:
            status, headers, body = super().requestJson(verb, *args, **kwargs)
        except requests.RequestException:
            if self.governor is not None:
                self.governor.failed()
            raise
        is_a_page = bool(status < _FAILED and body and body.lstrip()[:1] not in ("{", "["))
        if self.governor is not None:
            self.governor.after(502 if is_a_page else status, headers, body)
        if is_a_page:
            raise ForgeError("The answer is not GitHub's: it is not JSON.")
        return status, headers, body


class Connection(threading.local):
    """One for each thread: PyGithub, shared, may send one thread's request twice and another's never."""

    def __init__(self, api: str, repository: str, account: str | App, governor: Governor | None = None) -> None:
        requester = GovernedRequester(
            auth=_auth_of(account),
            base_url=api,
            timeout=_SECONDS,
            user_agent="gradepost",
            per_page=_PAGE,
            verify=True,
            retry=None,
            pool_size=None,
            seconds_between_requests=0,
            seconds_between_writes=0,
            lazy=True,
        )
        requester.governor = governor
        self.repository = Repository(requester, url=f"/repos/{repository}")
        self.objects = GitHubObjects(self.repository)
        self.main = Main(self.repository)


def _auth_of(account: str | App) -> Auth.Auth:
    if isinstance(account, str):
        return Auth.Token(account)
    return Auth.AppAuth(account.id, account.private_key).get_installation_auth(account.installation)


def bot_of(api: str, app: App) -> str:
    """The account in whose name an App writes, by its login, which nobody else can have. GitHub is asked."""
    auth = Auth.AppAuth(app.id, app.private_key)
    with GithubIntegration(auth=auth, base_url=api, timeout=_SECONDS, user_agent="gradepost", retry=None) as github:
        return f"{github.get_app().slug}[bot]"


@contextmanager
def translated() -> Iterator[None]:
    """What GitHub, the network or PyGithub cannot do, as the forge's own trouble. Messages hold no request's body."""
    try:
        yield
    except GithubException as error:
        # 409: another write at once. Whoever asked looks where things stand and asks again.
        kind = Moved if error.status == _CONFLICT else ForgeError
        raise kind(f"GitHub answered {error.status}: {error.message or type(error).__name__}") from error
    except requests.RequestException as error:
        raise ForgeError(f"GitHub could not be reached ({type(error).__name__}).") from error
    except (BadAttributeException, AssertionError, AttributeError, TypeError, ValueError) as error:
        # PyGithub asserts what it is given, and leaves attributes empty where an answer is not GitHub's.
        raise ForgeError(f"GitHub's answer is not understood ({type(error).__name__}).") from error
