"""How rules say a date, a list, a kind. Nothing here echoes what was submitted."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo


def moment(instant: datetime, zone: ZoneInfo) -> str:
    """An instant as people of that zone say it: `23:59:59 on Thursday 20 May 2021`."""
    local = instant.astimezone(zone)
    return f"{local:%H:%M:%S} on {local:%A} {local.day} {local:%B %Y}"


def day(on: date) -> str:
    """`18 May 2021`."""
    return f"{on.day} {on:%B} {on.year}"


def listed(words: Iterable[str]) -> str:
    """`a, b and c`."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def rows(numbers: Sequence[int]) -> str:
    """`row 4`, `rows 4, 7 and 9`; after ten of them `and others`. They count from 1."""
    shown = [str(number) for number in numbers]
    said = f"{', '.join(shown[:10])} and others" if len(shown) > 10 else listed(shown)
    return f"{'row' if len(shown) == 1 else 'rows'} {said}"
