"""One report on everything that a commit holds. Centres are judged apart: no rule looks further than one centre."""

import hashlib
import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing.connection import wait
from os.path import commonpath
from typing import Any

from gradepost.book import Book
from gradepost.check import combined
from gradepost.document.filing import is_receipt
from gradepost.doors.code import code_digest
from gradepost.doors.season.objects import SUBMISSIONS, Entry, Objects
from gradepost.doors.season.verdicts import Verdicts
from gradepost.ledger.settings import PATH as SETTINGS
from gradepost.ledger.sources import FilesSource
from gradepost.model.case import Stage
from gradepost.model.findings import NotJudged, Report
from gradepost.model.trouble import ConfigurationError, WorldError
from gradepost.receipt.rejecting import is_rejection
from gradepost.review import judge_all

Progress = Callable[[int, int], None]

_REVIEWS = "reviews"
_PROCESSES = 2
_CENTRES_AT_ONCE = 40
_WORTH_A_PROCESS = 80


@dataclass(frozen=True, slots=True)
class Season:
    """What is to be judged, by which book, as of when, and where earlier verdicts are."""

    objects: Objects
    book: Book
    at: datetime
    verdicts: Verdicts


# A centre, the report on it, and whether that holds at any time.
_Found = tuple[str, tuple[Report, bool]]


@dataclass(frozen=True, slots=True)
class _Work:
    """Some centres with the files that are needed to judge each."""

    centres: Mapping[str, Mapping[str, Entry]]
    common: Mapping[str, bytes | None]


def judge_season(season: Season, progress: Progress = lambda _done, _all: None) -> tuple[Report, int]:
    """The report, and how many centres' verdicts were known before.

    Raises `WorldError` where Git or a process fails.
    """
    stage = Stage.LOOSE if season.objects.settings is None else Stage.LEDGER
    keys = _keys(season, stage)
    known = season.verdicts.known(keys.values())
    missing = [centre for centre, key in keys.items() if key not in known]
    fresh = dict(_judged(season, stage, missing, progress)) if missing else {}
    season.verdicts.keep({keys[centre]: report for centre, (report, lasts) in fresh.items() if lasts})
    reports = [fresh[centre][0] if centre in fresh else known[key] for centre, key in sorted(keys.items())]
    whole = combined(reports, season.book)
    return replace(whole, not_judged=_together(whole.not_judged)), len(keys) - len(missing)


def _keys(season: Season, stage: Stage) -> dict[str, str]:
    """What each centre's verdict hangs on, as one digest: everything of it that Git holds, the book, the code; and
    without receipts the day, which is what `at` stands for."""
    objects, local = season.objects, season.at.astimezone(season.book.series.zone)
    beside = [objects.top.get(name) for name in (SETTINGS, "centres", "extensions")]
    common: list[object] = [season.book.digest, code_digest(), stage, *beside]
    if stage is Stage.LOOSE:
        passed = [
            str(at) for row in season.book.series.deadlines.values() for at in row.values() if at and at < season.at
        ]
        common += [local.date().isoformat(), *passed]
    start = hashlib.sha256("\n".join(map(str, common)).encode())
    keys = {}
    for path, tree in objects.centres().items():
        digest = start.copy()
        digest.update(f"{path} {tree}".encode())
        keys[path] = digest.hexdigest()
    return keys


def _judged(season: Season, stage: Stage, missing: Sequence[str], progress: Progress) -> list[_Found]:
    files = season.objects.files(SUBMISSIONS)
    beside, common = ({}, {}) if stage is Stage.LOOSE else _beside(season.objects)
    works = [
        _Work({c: {**files[c], **beside.get(c.rpartition("/")[2], {})} for c in some}, common)
        for some in (missing[i : i + _CENTRES_AT_ONCE] for i in range(0, len(missing), _CENTRES_AT_ONCE))
    ]
    judge = _Judge(season, stage)
    if len(missing) < _WORTH_A_PROCESS or "fork" not in multiprocessing.get_all_start_methods():
        found = []
        for number, work in enumerate(works, 1):
            found += judge(work)
            progress(number, len(works))
        return found
    return _in_processes(judge, works, progress)


def _beside(objects: Objects) -> tuple[dict[str, dict[str, Entry]], dict[str, bytes | None]]:
    """The register's and the extensions' files of each centre, by its number, with what was rejected of it; and what
    every centre is judged with: the ledger's settings, and whatever stands in the place of a folder."""
    found: dict[str, dict[str, Entry]] = {}
    common: dict[str, bytes | None] = {SETTINGS: objects.settings}
    for group in objects.files("centres", "extensions").values():
        for path, entry in group.items():
            if entry.is_plain:
                found.setdefault(path.rpartition("/")[2].removesuffix(".json"), {})[path] = entry
            else:
                common[path] = None
    for folder, group in objects.files(_REVIEWS).items():
        rejections = {path: entry for path, entry in group.items() if is_rejection(path)}
        found.setdefault(folder.rpartition("/")[2], {}).update(rejections)
    return found, common


class _Judge:
    """Judges one piece of work."""

    def __init__(self, season: Season, stage: Stage) -> None:
        self._season = season
        self._stage = stage

    def __call__(self, work: _Work) -> list[_Found]:
        season, found = self._season, []
        contents = season.objects.contents(work.centres.values())
        for (centre, entries), files in zip(work.centres.items(), contents, strict=True):
            source = FilesSource({**files, **work.common})
            report = judge_all(source, season.book, self._stage, season.at)
            expected = sum(_is_document(path, entry, self._stage) for path, entry in entries.items())
            if report.judged != expected:
                raise WorldError(f"{centre}: {expected} documents are there, and {report.judged} were judged.")
            lasts = not report.crashed and self._lasts(files, report)
            found.append((centre, (replace(report, not_judged=_together(report.not_judged)), lasts)))
        return found

    def _lasts(self, files: Mapping[str, bytes | None], report: Report) -> bool:
        """Whether the verdict holds at any other time of the day: every instant is on a receipt, or no start is given
        that the clock could pass. What it owes to a rejection is looked at each time: keys know nothing of those."""
        if self._stage is Stage.LOOSE:
            return not any(b"starts_at" in (raw or b"") for raw in files.values())
        return not any(map(is_rejection, files)) and all(finding.rule != "R001" for finding in report.findings)


def _is_document(path: str, entry: Entry, stage: Stage) -> bool:
    if path.partition("/")[0] != SUBMISSIONS:
        return False
    return not is_receipt(path) or (stage is Stage.LEDGER and not entry.is_plain)


def _together(not_judged: Sequence[NotJudged]) -> tuple[NotJudged, ...]:
    """One entry for each rule and reason, at the folder that holds all the documents concerned."""
    paths: dict[tuple[str, str], list[str]] = {}
    for n in not_judged:
        paths.setdefault((n.rule, n.reason), []).append(n.path)
    folders = {found: commonpath(found) for found in set(map(tuple, paths.values()))}
    return tuple(NotJudged(rule, folders[tuple(found)], reason) for (rule, reason), found in paths.items())


def _in_processes(judge: _Judge, works: Sequence[_Work], progress: Progress) -> list[_Found]:
    """The same by several processes, each with its share of the work. One that fails fails all."""
    context = multiprocessing.get_context("fork")
    ends: dict[Any, Any] = {}
    for number in range(_PROCESSES):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(judge, works[number::_PROCESSES], theirs), daemon=True)
        process.start()
        theirs.close()
        ends[ours] = process
    found: list[_Found] = []
    done = 0
    try:
        while ends:
            for end in wait(list(ends)):
                answer = _answer(end)
                if answer is None:
                    ends.pop(end).join()
                    continue
                found += answer
                done += 1
                progress(done, len(works))
    finally:
        for process in ends.values():
            process.terminate()
    return found


def _answer(end: Any) -> list[_Found] | None:
    try:
        answer = end.recv()
    except EOFError:
        raise WorldError("A process that was judging has ended before its work was done.") from None
    if isinstance(answer, Exception):
        raise answer
    found: list[_Found] | None = answer
    return found


def _work(judge: _Judge, works: Sequence[_Work], end: Any) -> None:
    try:
        for work in works:
            end.send(judge(work))
        end.send(None)
    except (ConfigurationError, WorldError) as trouble:
        end.send(trouble)
