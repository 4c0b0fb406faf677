"""Who may do what: sessions, tokens and declaration links, each known by the hash of its secret.

Sign-in by e-mail link, second factors and the full table of roles have an issue of their own; they belong here.
"""

from gradepost.people.credentials import (
    Actor,
    actor_of_secret,
    declaration_link,
    end,
    make_session,
    make_token,
    open_link,
)
from gradepost.people.roles import may

__all__ = [
    "Actor",
    "actor_of_secret",
    "declaration_link",
    "end",
    "make_session",
    "make_token",
    "may",
    "open_link",
]
