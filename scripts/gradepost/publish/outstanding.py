"""Who has not scheduled, submitted or declared: by centre, qualification and kind of component. No grades."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import orjson

from gradepost.document.filing import Dossier
from gradepost.inbox import Inbox, Stored
from gradepost.model.outstanding import Outstanding
from gradepost.model.register import Centre
from gradepost.model.series import Series


def outstanding(series: Series, inbox: Inbox, centres: Iterable[Centre]) -> list[Outstanding]:
    """A row for everything that a centre offers and the series takes grades for, whole or not."""
    by_branch: dict[str, list[Stored]] = {}
    for stored in inbox.outline_of_series(series.id):
        by_branch.setdefault(stored.branch, []).append(stored)
    return [row for centre in centres for row in _of_centre(series, centre, by_branch)]


def _of_centre(series: Series, centre: Centre, by_branch: Mapping[str, Sequence[Stored]]) -> Iterator[Outstanding]:
    for code in (known for known in centre.qualifications if known in series.qualifications):
        kinds = [c.kind for c in series.qualifications[code].components.values() if c.takes_tag]
        for kind in dict.fromkeys(kinds):
            own = by_branch.get(Dossier(series.id, centre.number, code, kind).branch, ())
            tags = {_name(s): s.sha256 for s in own if s.form == "tags"}
            yield Outstanding(
                centre=centre.number,
                qualification=code,
                kind=kind,
                components=kinds.count(kind),
                scheduled=sum(s.form == "schedule" for s in own),
                graded=len(tags),
                declared=bool(tags) and any(_covers(s) == tags for s in own if s.form == "declaration"),
            )


def _name(stored: Stored) -> str:
    return stored.path.rpartition("/")[2]


def _covers(stored: Stored) -> dict[str, str]:
    return {cover["document"]: cover["sha256"] for cover in orjson.loads(stored.document)["covers"]}
