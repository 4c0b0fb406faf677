"""Who may do what, and how they prove who they are: links, sessions, second factors, tokens, declaration links; each
known by the hash of its secret. How often it may be tried is in `throttle`."""

from gradepost.people.credentials import Actor, actor_of_secret
from gradepost.people.declaration_links import declaration_link, open_link
from gradepost.people.roles import may
from gradepost.people.sessions import end, make_session
from gradepost.people.tokens import make_token

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
