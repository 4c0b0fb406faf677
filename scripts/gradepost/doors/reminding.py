"""Letters to centres about what is outstanding, at the hours before a deadline that the series sets; each sent once.

The deadline is the centre's own: an extension that was granted for a whole kind of component moves it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from gradepost.doors.letters import reminder_letter
from gradepost.doors.state import State
from gradepost.form import words
from gradepost.model.outstanding import Outstanding
from gradepost.model.register import Centre, Person
from gradepost.publish.outstanding import outstanding

# A letter that should have gone longer ago than this is left out: the gateway was down, and the next one follows.
_LATEST = timedelta(hours=48)
_ROWS = {"schedule": "schedules", "tags": "grades and declarations"}
_WRITTEN_TO = frozenset({"submits", "schedules"})


class Reminders:
    """Looks, round after round, whether an hour has come at which centres are written to."""

    def __init__(self, state: State, site_url: str) -> None:
        self._state = state
        self._url = f"{site_url.rstrip('/')}/status"
        self._looked_until: datetime | None = None

    def send_due(self) -> int:
        """Queue every letter whose hour has come; the number queued. Nothing is looked up while no hour comes."""
        now = self._state.now()
        since = self._looked_until or now - _LATEST
        queued = 0
        if self._hours_between(since, now):
            for centre in self._state.ledger.centres():
                queued += self._of_centre(centre, now)
        self._looked_until = now
        return queued

    def _hours_between(self, since: datetime, now: datetime) -> bool:
        series = self._state.book.series
        fixed = {at for row in _ROWS for at in series.deadlines.get(row, {}).values() if at is not None}
        granted = self._granted() if series.reminder_hours else set()
        return any(since < at - timedelta(hours=h) <= now for at in fixed | granted for h in series.reminder_hours)

    def _granted(self) -> set[datetime]:
        series = self._state.book.series.id
        folder = f"extensions/{series}"
        paths = self._state.forge.list(self._state.ledger.head(), folder)
        numbers = [path.removeprefix(f"{folder}/").removesuffix(".json") for path in paths]
        return {e.until for number in numbers for e in self._state.ledger.as_registered(number).extensions}

    def _of_centre(self, centre: Centre, now: datetime) -> int:
        rows = [row for row in outstanding(self._state.book.series, self._state.inbox, [centre]) if not row.is_whole]
        queued = 0
        for what in _ROWS:
            lacking: dict[tuple[datetime, int], list[Outstanding]] = {}
            for row in rows:
                deadline = self._deadline(row, what) if what in row.lacks else None
                if deadline is not None and (hours := self._hour(deadline, now)) is not None:
                    lacking.setdefault((deadline, hours), []).append(row)
            for (deadline, hours), found in lacking.items():
                queued += sum(self._write(centre, p, what, found, deadline, hours) for p in _people(centre))
        return queued

    def _deadline(self, row: Outstanding, what: str) -> datetime | None:
        fixed = self._state.book.series.deadline(what, row.kind)
        granted = [
            e.until
            for e in self._state.ledger.register(row.centre).extensions
            if e.row == what
            and not e.learners
            and e.component is None
            and e.kind in (None, row.kind)
            and e.qualification in (None, row.qualification)
        ]
        return max([fixed, *granted]) if fixed else None

    def _hour(self, deadline: datetime, now: datetime) -> int | None:
        """The last of the hours before a deadline that has come, where it came lately and the deadline has not."""
        come = [h for h in self._state.book.series.reminder_hours if deadline - timedelta(hours=h) <= now]
        hour = min(come, default=None)
        if hour is None or now >= deadline or now - (deadline - timedelta(hours=hour)) > _LATEST:
            return None
        return hour

    def _write(
        self, centre: Centre, person: Person, what: str, rows: Sequence[Outstanding], deadline: datetime, hours: int
    ) -> bool:
        series = self._state.book.series
        letter = reminder_letter(
            person.name,
            centre=centre.number,
            what=_ROWS[what],
            lines=list(_lines(rows, what)),
            until=words.minute(deadline, series.zone),
            url=self._url,
            signed=series.awarding_organisation,
        )
        key = f"reminder/{series.id}/{what}/{deadline:%Y%m%dT%H%M%S}/{hours}/{centre.number}/{person.ref}"
        return self._state.inbox.queue_message_once(key, person.email, *letter, self._state.now(), until=deadline)


def _people(centre: Centre) -> list[Person]:
    return [person for person in centre.people if _WRITTEN_TO & {*person.rights} and person.email]


def _lines(rows: Sequence[Outstanding], what: str) -> Iterator[str]:
    for row in rows:
        had = row.scheduled if what == "schedule" else row.graded
        name = f"{row.qualification}, {row.kind.replace('-', ' ')}"
        if had < row.components:
            yield f"{name}: {had} of {row.components} components"
        else:
            yield f"{name}: the Head of Centre's declaration"
