"""What a form is filled with when it is opened: an example, what was received before, or who is scheduled.

Everything comes from the centre's own documents; another centre's are never looked at.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from gradepost.document.filing import Dossier, dossier_of_branch, is_receipt
from gradepost.document.strict import NotStrict, parse
from gradepost.doors.demo.examples import example
from gradepost.doors.web.gateway import Gateway
from gradepost.doors.web.reading import may_read
from gradepost.forge.base import MAIN
from gradepost.form import words
from gradepost.form.layout import groups_of, id_of, name_of
from gradepost.form.shape import shape_of
from gradepost.inbox import Stored
from gradepost.model.findings import Report
from gradepost.model.trouble import ForgeError
from gradepost.page.texts import text
from gradepost.people import Actor
from gradepost.publish import standing_of

_SCHEDULE, _LEARNERS, _NUMBER = "schedule", "learners", "candidate_number"
_CANDIDATE = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_DIGITS = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Prefilled:
    """The document that a form opens with, what is said of it, and the controls that somebody asked about."""

    values: Mapping[str, Any]
    notice: str | None = None
    questions: Sequence[tuple[str, str]] = ()
    report: Report | None = None


def prefilled(request: Request, gateway: Gateway, form: str, actor: Actor | None) -> Prefilled:
    """What the address asks for: `?example=`, `?from=` a receipt, `?return=` a pull request, or a component."""
    asked, centre = request.query_params, actor.centre if actor else None
    if gateway.demo and asked.get("example") in ("clean", "mistakes"):
        mistakes = asked["example"] == "mistakes"
        return Prefilled(example(gateway.state.book, form, centre or "10234", gateway.state.now(), mistakes=mistakes))
    if centre is None:
        return Prefilled({})
    if "from" in asked or "return" in asked:
        earlier = _received(gateway, centre, form, asked.get("from")) or _returned(gateway, centre, form, asked)
        return _again(gateway, earlier) if earlier and may_read(gateway, actor, earlier) else Prefilled({})
    if "{number}" in gateway.state.book.forms[form].path:
        return Prefilled({"number": _next_number(gateway, centre, form)})
    return for_component(gateway, centre, form, asked.get("qualification", ""), asked.get("component", ""))


def _next_number(gateway: Gateway, centre: str, form: str) -> str:
    """The first number after all that the centre's documents of a form have: none of them is replaced."""
    current = gateway.state.inbox.of_centre(centre, gateway.state.book.series.id)
    taken = [int(json.loads(stored.document)["number"]) for stored in current if stored.form == form]
    return str(max(taken, default=0) + 1)


def _received(gateway: Gateway, centre: str, form: str, receipt: str | None) -> Stored | None:
    stored = gateway.state.inbox.submission(receipt) if receipt else None
    return stored if stored is not None and (stored.centre, stored.form) == (centre, form) else None


def _returned(gateway: Gateway, centre: str, form: str, asked: Mapping[str, str]) -> Stored | None:
    """What was last received, in the dossier of that pull request, by that form."""
    number = asked.get("return", "")
    try:
        pull = gateway.state.forge.pull(int(number)) if _DIGITS.fullmatch(number) else None
    except ForgeError:
        return None
    dossier = dossier_of_branch(pull.branch) if pull else None
    if dossier is None or dossier.centre != centre:
        return None
    received = [stored for stored in gateway.state.inbox.of_branch(dossier.branch) if stored.form == form]
    component = asked.get("component")
    return next((s for s in reversed(received) if not component or _component_in(s.path) == component), None)


def _again(gateway: Gateway, stored: Stored) -> Prefilled:
    """A document once more; where a reviewer returned it, with what was written and whom it is about."""
    values = json.loads(stored.document)
    at = words.minute(stored.received_at, gateway.state.book.series.zone)
    dossier = dossier_of_branch(stored.branch)
    reason = _reason(gateway, dossier) if dossier else None
    if reason is None:
        return Prefilled(values, text("prefill.received", at=at))
    return Prefilled(values, text("prefill.returned", at=at, reason=reason), tuple(_asked_about(values, reason)))


def _reason(gateway: Gateway, dossier: Dossier) -> str | None:
    try:
        standing = standing_of(dossier, gateway.state.inbox, gateway.state.forge)
    except ForgeError:
        return None
    return standing.returned_because if standing else None


def _asked_about(values: Mapping[str, Any], reason: str) -> Iterator[tuple[str, str]]:
    rows = {learner.get(_NUMBER): row for row, learner in enumerate(values.get(_LEARNERS, ()))}
    for number in dict.fromkeys(_CANDIDATE.findall(reason)):
        if number in rows:
            yield id_of((_LEARNERS, rows[number], _NUMBER)), text("prefill.named", number=number)


def for_component(gateway: Gateway, centre: str, form: str, qualification: str, component: str) -> Prefilled:
    """A form about one component: its learners from the centre's schedule, or from an earlier one."""
    book = gateway.state.book
    found = book.series.component(qualification, component)
    about = {"centre": centre, "qualification": qualification, "component": component}
    known = shape_of(book.schema_of(form).schema).properties
    if found is None or "component" not in known:
        return Prefilled({})
    if _LEARNERS not in known or not found.takes_tag:
        return Prefilled(about)
    source = _earlier(gateway, about) if form == _SCHEDULE else _scheduled(gateway, about)
    if source is None:
        return Prefilled(about)
    learners = _learners(gateway, form, source.learners)
    return Prefilled({**about, _LEARNERS: learners}, text(f"prefill.{source.said}", n=len(learners), of=source.of))


@dataclass(frozen=True, slots=True)
class _Source:
    """Learners that stood in a schedule; what is said of it, and what it is a schedule of."""

    learners: Sequence[Mapping[str, Any]]
    said: str
    of: str


def _scheduled(gateway: Gateway, about: Mapping[str, str]) -> _Source | None:
    for stored in _schedules(gateway, about["centre"]):
        document = json.loads(stored.document)
        if (document["qualification"], document["component"]) == (about["qualification"], about["component"]):
            return _Source(document[_LEARNERS], "scheduled", about["component"])
    return None


def _earlier(gateway: Gateway, about: Mapping[str, str]) -> _Source | None:
    """The schedule of the last series that is on main, the same component before others; else one of this series."""
    if (before := _last_series(gateway, about)) is not None:
        return before
    documents = [json.loads(stored.document) for stored in reversed(_schedules(gateway, about["centre"]))]
    others = [d for d in documents if d["component"] != about["component"]]
    best = max(others, key=lambda d: d["qualification"] == about["qualification"], default=None)
    return _Source(best[_LEARNERS], "other_component", best["component"]) if best else None


def _schedules(gateway: Gateway, centre: str) -> list[Stored]:
    current = gateway.state.inbox.of_centre(centre, gateway.state.book.series.id)
    return [stored for stored in current if stored.form == _SCHEDULE]


def _last_series(gateway: Gateway, about: Mapping[str, str]) -> _Source | None:
    """The centre's schedule on main in the last series before this one, where there is any."""
    book = gateway.state.book
    folders = [p.name for p in (gateway.settings.root / "forms").iterdir() if p.is_dir() and p.name < book.series.id]
    forge = gateway.state.forge
    try:
        head = forge.head(MAIN) or ""
        for series in sorted(folders, reverse=True):
            paths = [p for p in forge.list(head, Dossier(series, about["centre"]).folder) if _is_schedule(p)]
            if paths:
                path = max(paths, key=lambda p: (_component_in(p) == about["component"], about["qualification"] in p))
                return _Source(_rows(forge.read(head, path)), "last_series", series)
    except ForgeError:
        return None
    return None


def _is_schedule(path: str) -> bool:
    return path.endswith(f".{_SCHEDULE}.json") and not is_receipt(path)


def _rows(raw: bytes | None) -> Sequence[Mapping[str, Any]]:
    try:
        document = parse(raw or b"")
    except NotStrict:
        return ()
    rows = document.get(_LEARNERS) if isinstance(document, dict) else None
    return rows if isinstance(rows, list) else ()


def _learners(gateway: Gateway, form: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows with what both forms ask for."""
    book = gateway.state.book
    known = shape_of(book.schema_of(form).schema).properties[_LEARNERS].entry.properties
    shown = {
        field.steps[0]
        for group in groups_of(book.forms[form])
        if group.rows is not None and name_of(group.rows) == _LEARNERS
        for field in group.fields
    }
    kept = [name for name in known if name in shown]
    return [{name: row[name] for name in kept if name in row} for row in rows if isinstance(row, dict)]


def _component_in(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]
