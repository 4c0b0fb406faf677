"""Main has moved, by whoever's hands: the pull requests are due whose judgement rests on a file that changed there."""

from collections.abc import Collection
from datetime import datetime

from gradepost.document.filing import Dossier, dossier_of_branch
from gradepost.forge.base import MAIN, Forge, PullState
from gradepost.forge.budget import Wait
from gradepost.inbox.pulls_seen import SqlitePulls
from gradepost.ledger.grounds import changed_for, changed_for_all
from gradepost.ledger.settings import PATH
from gradepost.model.trouble import ForgeError


def follow_main(inbox: SqlitePulls, forge: Forge, at: datetime) -> None:
    """Wake what a change of main concerns. What changes there as dossiers are merged concerns none."""
    main, last = forge.head(MAIN), inbox.main_seen()
    if main is None or main == last:
        return
    changed = _changed(forge, last, main)
    concerns_all = last is None or changed is None or (PATH in changed and changed_for_all(forge, last, main))
    read = [path for path in changed or () if not path.startswith("submissions/")]
    for number, dossier in _open(inbox) if read or concerns_all else ():
        if concerns_all or changed_for(read, dossier):
            inbox.wake_pull(number, at)
    inbox.keep_main_seen(main)


def _changed(forge: Forge, last: str | None, main: str) -> Collection[str] | None:
    """The paths that changed; None where that cannot be told: main does not know any more what it was, or too many."""
    try:
        return forge.changed(last, main) if last else None
    except Wait:
        raise
    except ForgeError:
        return None


def _open(inbox: SqlitePulls) -> list[tuple[int, Dossier]]:
    seen = [found.pull for found in inbox.seen_pulls() if found.pull.state is PullState.OPEN]
    return [(pull.number, dossier) for pull in seen if (dossier := dossier_of_branch(pull.branch))]
