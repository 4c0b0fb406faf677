"""How GitHub is reached: one PyGithub per thread, nothing retried or logged behind our back, trouble in our words."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from github import Auth, BadAttributeException, Github, GithubException
from github.Repository import Repository

from gradepost.forge.github_objects import GitHubObjects
from gradepost.model.trouble import ForgeError

_SECONDS = 15
_PAGE = 100

# At DEBUG, PyGithub writes whole requests to its log: submissions, that is. No setting of the root logger gets there.
logging.getLogger("github.Requester").setLevel(logging.INFO)


class Connection(threading.local):
    """One for each thread: PyGithub, shared, may send one thread's request twice and another's never."""

    def __init__(self, api: str, repository: str, token: str) -> None:
        github = Github(
            auth=Auth.Token(token),
            base_url=api,
            retry=None,
            seconds_between_requests=0,
            seconds_between_writes=0,
            lazy=True,
            timeout=_SECONDS,
            per_page=_PAGE,
        )
        self.repository: Repository = github.get_repo(repository)
        self.objects = GitHubObjects(self.repository)


@contextmanager
def translated() -> Iterator[None]:
    """What GitHub, the network or PyGithub cannot do, as the forge's own trouble. Messages hold no request's body."""
    try:
        yield
    except GithubException as error:
        raise ForgeError(f"GitHub answered {error.status}: {error.message or type(error).__name__}") from error
    except requests.RequestException as error:
        raise ForgeError(f"GitHub could not be reached ({type(error).__name__}).") from error
    except (BadAttributeException, AssertionError, AttributeError, TypeError, ValueError) as error:
        # PyGithub asserts what it is given, and leaves attributes empty where an answer is not GitHub's.
        raise ForgeError(f"GitHub's answer is not understood ({type(error).__name__}).") from error
