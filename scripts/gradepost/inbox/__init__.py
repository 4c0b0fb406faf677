"""The durable store: what was received, what is to be filed, what is to be mailed, who holds a credential,
who did what."""

from gradepost.inbox.base import (
    Answered,
    Credential,
    Desk,
    Entry,
    Event,
    Inbox,
    KnownAddress,
    Message,
    Stored,
)

__all__ = ["Answered", "Credential", "Desk", "Entry", "Event", "Inbox", "KnownAddress", "Message", "Stored"]
