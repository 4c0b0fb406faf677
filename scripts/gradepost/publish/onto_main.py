"""Files of the platform's own on main, past whatever else moves it meanwhile."""

from collections.abc import Mapping
from datetime import datetime

from gradepost.forge.base import MAIN, Forge
from gradepost.model.trouble import ForgeError, Moved

_TRIES = 5


def keep_on_main(forge: Forge, files: Mapping[str, bytes], message: str, at: datetime) -> None:
    """Write files to main in one commit. Raises `ForgeError` where main keeps moving."""
    for _ in range(_TRIES):
        try:
            forge.commit(MAIN, files, message, at, expected=forge.head(MAIN))
            return
        except Moved:
            continue
    raise ForgeError("Main keeps moving.")
