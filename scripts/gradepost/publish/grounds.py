"""Whether a judgement still rests on what main says: a register, an extension or a key may be put right afterwards."""

from gradepost.document.filing import Dossier, dossier_of_branch
from gradepost.forge.base import Check, Forge, Pull
from gradepost.ledger.grounds import grounds_of


class Grounds:
    """The grounds of dossiers on main, each read once for as long as main does not move."""

    def __init__(self, forge: Forge) -> None:
        self._forge = forge
        self._main = ""
        self._known: dict[tuple[str, str], str] = {}

    def hold(self, check: Check, pull: Pull, main: str) -> bool:
        """Whether judging again on main as it stands would read there what was read for this judgement."""
        return check.base == main or check.grounds == self.of(pull, main)

    def of(self, pull: Pull, main: str) -> str:
        """The digest of what is read of main for a pull request; "" of one that is no dossier's."""
        dossier = dossier_of_branch(pull.branch)
        return "" if dossier is None else self._of(dossier, main)

    def _of(self, dossier: Dossier, main: str) -> str:
        if main != self._main:
            self._main, self._known = main, {}
        key = dossier.series, dossier.centre
        if key not in self._known:
            self._known[key] = grounds_of(self._forge, main, dossier)
        return self._known[key]
