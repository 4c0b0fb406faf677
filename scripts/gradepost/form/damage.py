"""What spreadsheet programs do to identifiers, and what can be told of them afterwards."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from gradepost.form.meanings import digits
from gradepost.model.identifiers import uci_is_right, uln_is_right

_POINT_ZERO = re.compile(r"([0-9]+)[.,]0+")
_SCIENTIFIC = re.compile(r"([0-9])(?:[.,]([0-9]*))?[eE]\+?([0-9]{1,2})")
_LONGEST = 13
# Identifiers by the property that holds them.
_CHECKS: Mapping[str, Callable[[str], bool]] = {"uln": uln_is_right, "uci": uci_is_right}


class Harm(StrEnum):
    """What has happened to an identifier."""

    BETWEEN = "between"
    POINT_ZERO = "point-zero"
    QUOTED = "quoted"
    ZEROS = "zeros"
    SCIENTIFIC = "scientific"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Damage:
    """What has happened to a text, and the identifier that it was; None where that cannot be told."""

    harm: Harm
    mended: str | None


def damage(text: str, pattern: str, name: str) -> Damage | None:
    """What was done to an identifier of that pattern; None where it matches, or where nothing is known of its like.

    Lost zeros are proposed only where the check character, if the identifier has one, then holds.
    """

    def fits(candidate: str) -> bool:
        return re.search(pattern, candidate) is not None and _CHECKS.get(name, _always)(candidate)

    if re.search(pattern, text) or text.strip().startswith("-"):
        return None
    if found := _SCIENTIFIC.fullmatch(text.strip()):
        whole = _whole(found)
        return Damage(Harm.SCIENTIFIC, whole) if whole and fits(whole) else Damage(Harm.LOST, None)
    plain = digits(text.strip())
    harm = Harm.BETWEEN if plain != text else Harm.ZEROS
    if text.startswith(("'", "’")):
        harm, plain = Harm.QUOTED, digits(text[1:].strip())
    if found := _POINT_ZERO.fullmatch(plain):
        harm, plain = Harm.POINT_ZERO, found[1]
    if harm is not Harm.ZEROS and re.search(pattern, plain):
        return Damage(harm, plain)
    padded = next((p for p in _padded(plain) if fits(p)), None)
    return Damage(Harm.ZEROS, padded) if padded else None


def _whole(found: re.Match[str]) -> str | None:
    """The number in full, where each of its digits was written down."""
    fraction, exponent = found[2] or "", int(found[3])
    return found[1] + fraction if len(fraction) == exponent else None


def _padded(plain: str) -> list[str]:
    if not plain.isascii() or not plain[:1].isdigit():
        return []
    return [plain.zfill(length) for length in range(len(plain) + 1, _LONGEST + 1)]


def _always(_: str) -> bool:
    return True
