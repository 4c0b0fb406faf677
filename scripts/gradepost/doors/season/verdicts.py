"""What was found before about contents that have not changed: a cache that may be lost at any time."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import orjson

from gradepost.model.findings import Finding, NotJudged, Report, Severity

_KEPT = 200_000


class Verdicts:
    """Reports by key, in one file. Whatever goes wrong with it only costs time."""

    def __init__(self, folder: Path | None) -> None:
        self._file = folder / "verdicts.sqlite3" if folder else None

    def known(self, keys: Iterable[str]) -> dict[str, Report]:
        """The reports that are known for these keys."""
        wanted = set(keys)
        if self._file is None or not self._file.exists():
            return {}
        found = {}
        with suppress(sqlite3.Error, ValueError, TypeError, KeyError, OSError), closing(_opened(self._file)) as store:
            for key, report in store.execute("SELECT key, report FROM verdicts"):
                if key in wanted:
                    found[key] = _report(orjson.loads(report))
        return found

    def keep(self, reports: Mapping[str, Report]) -> None:
        """Remember these, and forget the oldest where there are too many."""
        if self._file is None or not reports:
            return
        with suppress(sqlite3.Error, OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with closing(_opened(self._file)) as store, store:
                rows = [(key, orjson.dumps(report)) for key, report in reports.items()]
                store.executemany("INSERT OR REPLACE INTO verdicts (key, report) VALUES (?, ?)", rows)
                store.execute("DELETE FROM verdicts WHERE rowid <= (SELECT max(rowid) FROM verdicts) - ?", (_KEPT,))


def _opened(file: Path) -> sqlite3.Connection:
    store = sqlite3.connect(file, timeout=5)
    store.execute("CREATE TABLE IF NOT EXISTS verdicts (key TEXT PRIMARY KEY, report BLOB NOT NULL)")
    return store


def _report(value: dict[str, Any]) -> Report:
    findings = (Finding(**{**finding, "severity": Severity(finding["severity"])}) for finding in value["findings"])
    not_judged = (NotJudged(**reason) for reason in value["not_judged"])
    return Report(value["book"], value["judged"], tuple(findings), tuple(not_judged))
