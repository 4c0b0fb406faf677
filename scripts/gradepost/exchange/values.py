"""Values in cells and back: what a layout writes for a property, and what such a cell meant."""

import json
import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from gradepost.document.strict import NotStrict, parse
from gradepost.exchange.layouts import Column, Layout
from gradepost.model.trouble import ConfigurationError

_NUMBER = re.compile(r"-?[0-9]{1,15}")
_YES_OR_NO = {"yes": True, "no": False, "y": True, "n": False, "true": True, "false": False}


class NotRead(Exception):
    """A cell that says nothing that the layout knows; its words repeat nothing of the cell."""


def cell_of(value: Any, column: Column, layout: Layout, zone: ZoneInfo) -> str:
    """The cell for a value; empty for None. Raises `ConfigurationError` where the layout has no word for it."""
    if value is None:
        return ""
    if column.words:
        if value not in column.words:
            raise ConfigurationError(f"The layout {layout.name} has no word for a value in the column {column.header}.")
        return column.words[value]
    if column.way in ("date", "time"):
        return _moment(value, column, layout, zone)
    if column.way == "yes-no":
        return "yes" if value else "no"
    return json.dumps(value, ensure_ascii=False) if column.way == "json" else str(value)


def _moment(value: str, column: Column, layout: Layout, zone: ZoneInfo) -> str:
    at = datetime.fromisoformat(value).astimezone(zone)
    if column.way == "time":
        return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"
    return layout.dates.replace("DD", f"{at:%d}").replace("MM", f"{at:%m}").replace("YYYY", f"{at.year:04d}")


def value_of(cell: str, column: Column) -> Any:
    """What a cell that is not empty means. Raises `NotRead`."""
    if column.words:
        return _by_word(cell, column)
    if column.way == "yes-no":
        if cell.strip().casefold() not in _YES_OR_NO:
            raise NotRead("write yes or no, or leave it empty.")
        return _YES_OR_NO[cell.strip().casefold()]
    if column.way == "number":
        if not _NUMBER.fullmatch(cell.strip()):
            raise NotRead("write a whole number, or leave it empty.")
        return int(cell)
    return _parsed(cell) if column.way == "json" else cell


def _by_word(cell: str, column: Column) -> str:
    for value, word in column.words.items():
        if word.casefold() == cell.strip().casefold():
            return value
    raise NotRead("write one of the words that the layout names.")


def _parsed(cell: str) -> Any:
    try:
        return parse(cell.encode())
    except (NotStrict, UnicodeEncodeError) as error:
        raise NotRead("write a list as JSON, as it was exported.") from error
