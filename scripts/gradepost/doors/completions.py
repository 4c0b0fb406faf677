"""Where a centre's learners stand before certificates are claimed: the record beside what was read of the awarding
organisation's own system, which lies below the state's folder, outside Git, and is replaced whole when it is read
again."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from gradepost.book import Book
from gradepost.exchange.completions import folder_of
from gradepost.ledger import LedgerReader
from gradepost.model.completions import Claim, Completion
from gradepost.model.trouble import ConfigurationError
from gradepost.publish.certificates import claims_of
from gradepost.publish.results import released, results_of


def claims_by_centre(
    folder: Path, reader: LedgerReader, book: Book, now: datetime, centre: str | None = None
) -> dict[str, list[Claim]]:
    """Every centre's learners, or one's. Raises `ConfigurationError` where a file cannot be read."""
    series = book.series
    results = results_of(reader, series.id, centre)
    centres = {centre} if centre is not None else {*results, *_centres(folder / folder_of(series.id, ""))}
    found = {
        number: claims_of(
            results.get(number, ()),
            [one for file in _files(folder, book, number) for one in _completions(file)],
            series,
            is_released=released(series, now),
        )
        for number in sorted(centres)
    }
    return {number: claims for number, claims in found.items() if claims}


def oldest_day(folder: Path, book: Book, centre: str) -> str | None:
    """As of which day that system spoke of a centre, `2021-06-01`: that of its oldest file; None without one."""
    return min((_read(file)["as_of"] for file in _files(folder, book, centre)), default=None)


def _centres(at: Path) -> list[str]:
    return [path.name for path in at.iterdir()] if at.is_dir() else []


def _files(folder: Path, book: Book, centre: str) -> list[Path]:
    return sorted((folder / folder_of(book.series.id, centre)).glob("*.json"))


def _completions(file: Path) -> list[Completion]:
    data = _read(file)
    try:
        return [
            Completion(
                data["qualification"],
                learner["candidate_number"],
                learner["uln"],
                learner["completed"],
                tuple(learner.get("units_open", "").split()),
            )
            for learner in data["learners"]
        ]
    except KeyError as error:
        raise _unreadable(file) from error


def _read(file: Path) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads(file.read_bytes())
    except ValueError as error:
        raise _unreadable(file) from error
    return data


def _unreadable(file: Path) -> ConfigurationError:
    return ConfigurationError(f"{file} cannot be read. Read it anew with `gradepost exchange import`.")
