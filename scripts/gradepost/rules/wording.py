"""How rules say a date, a list, a kind. Nothing here echoes what was submitted."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo


def moment(instant: datetime, zone: ZoneInfo) -> str:
    """An instant as people of that zone say it: `23:59:59 on Thursday 20 May 2021`."""
    local = instant.astimezone(zone)
    return f"{local:%H:%M:%S} on {local:%A} {local.day} {local:%B %Y}"


def listed(words: Iterable[str]) -> str:
    """`a, b and c`."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
