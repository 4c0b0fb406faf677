"""How often things may be done. What must outlive a restart is counted in the store, the rest in memory.

In the store: wishes for links by address, network and in all, and tries at codes. They are few, and each is written
down anyway. In memory: checks and submissions by actor, which are many, and whose minute is over before a restart is.
"""

import hashlib
import ipaddress
import math
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gradepost.inbox import Inbox
from gradepost.inbox.access import Quota

_HOUR = timedelta(hours=1)
_REMEMBERED_ACTORS = 10_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How often, in an hour: links to one address from one network, to one address, from one network, in all; codes
    from one network and in all; a person's codes of the second factor. In a minute: what one actor sends."""

    links_to_address_from_network: int = 10
    links_to_address: int = 60
    links_from_network: int = 120
    links: int = 6_000
    codes_from_network: int = 60
    codes: int = 1_000
    second_factor_codes: int = 10
    sent_in_a_minute: int = 600


def network_of(host: str | None) -> str:
    """The network that a request comes from: /24 of IPv4, /64 of IPv6, as one household or school has them."""
    try:
        address = ipaddress.ip_address((host or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    prefix = 24 if address.version == 4 else 64
    return str(ipaddress.ip_network((address, prefix), strict=False))


def link_quotas(limits: Limits, email: str, network: str) -> Sequence[Quota]:
    """What a wish for a link counts towards. The address stands in the store as its hash."""
    address = address_key(email)
    return (
        Quota(f"{address}@{network}", limits.links_to_address_from_network, _HOUR),
        Quota(address, limits.links_to_address, _HOUR),
        Quota(f"links@{network}", limits.links_from_network, _HOUR),
        Quota("links", limits.links, _HOUR),
    )


def address_key(email: str) -> str:
    """What wishes for one address are counted by."""
    return f"link:{hashlib.sha256(email.strip().casefold().encode('utf-8', 'replace')).hexdigest()}"


def code_quotas(limits: Limits, network: str) -> Sequence[Quota]:
    """What a typed code counts towards, whosever it is."""
    return Quota(f"codes@{network}", limits.codes_from_network, _HOUR), Quota("codes", limits.codes, _HOUR)


def second_factor_quota(limits: Limits, centre: str | None, ref: str) -> Quota:
    """What a code of a person's second factor counts towards. Recovery codes do not: whoever else uses it up keeps
    nobody out who has one."""
    return Quota(f"second:{centre or ''}:{ref}", limits.second_factor_codes, _HOUR)


def seconds_to_wait(inbox: Inbox, quotas: Sequence[Quota], at: datetime) -> int:
    """Count one attempt; 0, or how long to wait before the next. An attempt that has to wait counts towards nothing,
    so that nobody waits longer for having tried."""
    free_at = inbox.attempt(quotas, at)
    return max(1, math.ceil((free_at - at).total_seconds())) if free_at else 0


class Pace:
    """How fast each actor sends, in memory: a bucket that holds a minute's worth and fills evenly."""

    def __init__(self, in_a_minute: int) -> None:
        self._most = float(in_a_minute)
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def seconds_to_wait(self, who: str, now: float) -> int:
        """Count one request at a moment (of a clock that never runs back); 0, or how long to wait before the next."""
        if self._most <= 0:
            return 0
        with self._lock:
            left, then = self._left.pop(who, (self._most, now))
            left = min(self._most, left + (now - then) * self._most / 60)
            may = left >= 1
            self._left[who] = (left - 1 if may else left, now)
            while len(self._left) > _REMEMBERED_ACTORS:
                self._left.popitem(last=False)
        return 0 if may else max(1, math.ceil((1 - left) * 60 / self._most))
