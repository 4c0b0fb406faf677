"""What a dossier's pull request is judged by: what it brings below `submissions/`, and all else as main has it."""

from collections.abc import Sequence

from gradepost.ledger import Source

_SUBMISSIONS = "submissions"


class Brought:
    """The files of a pull request with the settings, the register and the extensions of main.

    So that a pull request that changes those too is told by R004, and its own key vouches for nothing.
    """

    def __init__(self, head: Source, main: Source) -> None:
        self._head = head
        self._main = main

    def read(self, path: str) -> bytes | None:
        """The bytes of a plain file, or None."""
        return self._side(path).read(path)

    def list(self, prefix: str = "") -> Sequence[str]:
        """Every path below a folder, sorted; the path itself where something else stands in the folder's place."""
        return self._side(prefix).list(prefix)

    def _side(self, path: str) -> Source:
        return self._head if path.partition("/")[0] == _SUBMISSIONS else self._main
