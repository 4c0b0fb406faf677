"""What is told to the audit trail by looking, since it happens in Git and not by anybody's request here."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime

from gradepost.document.filing import dossier_of_branch
from gradepost.forge.base import Forge, PullState
from gradepost.inbox import Inbox

_EXTENSIONS = re.compile(r"extensions/[a-z0-9-]+/([0-9]{5})\.json")


class MergeTrail:
    """Tells of each merge once, also of one after which the gateway was killed before it could."""

    def __init__(self, forge: Forge, inbox: Inbox, now: Callable[[], datetime]) -> None:
        self._forge = forge
        self._inbox = inbox
        self._now = now
        self._told: set[str] | None = None

    def tell(self) -> None:
        """Tell of every merge that is not in the trail yet."""
        if self._told is None:
            self._told = {event.about for event in self._inbox.audit_trail() if event.what == "merged"}
        for pull in reversed(self._forge.pulls(PullState.MERGED)):
            about, dossier = f"pull-{pull.number}", dossier_of_branch(pull.branch)
            if about not in self._told:
                facts = {"branch": pull.branch, "head": pull.head, "merged_as": pull.merged_as or ""}
                at, centre = pull.closed_at or self._now(), dossier.centre if dossier else None
                self._inbox.audit(at, "merged", centre=centre, about=about, facts=facts)
                self._told.add(about)


def tell_extensions(inbox: Inbox, paths: Iterable[str], head: str, at: datetime) -> None:
    """Tell of the centres whose extensions a change of main has touched; who changed them, the commit says."""
    for path in paths:
        if found := _EXTENSIONS.fullmatch(path):
            inbox.audit(at, "extension-granted", centre=found[1], about=head, facts={"path": path})
