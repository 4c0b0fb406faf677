"""What a built page leaves to the moment at which it is served: whether a deadline has passed."""

import re
from datetime import datetime

_MARK = re.compile(r"<!--gradepost:until ([0-9T:.+-]+)-->")
_PASSED = '<p class="gp-due__passed"><strong>This date has passed.</strong></p>'


def mark_of(at: datetime) -> str:
    """What stands in a page for a deadline. Where no gateway serves it, nobody sees it."""
    return f"<!--gradepost:until {at.isoformat()}-->"


def as_of(html: str, now: datetime) -> str:
    """The page with every deadline before `now` said to have passed."""
    return _MARK.sub(lambda found: _PASSED if datetime.fromisoformat(found[1]) < now else "", html)
