"""What is logged, and how: one JSON object to a line on standard error, of ids only.

Only the keys named here are let through, and only values in the shape of an id or a number. Whatever else somebody
passes is dropped: a name, a grade or a link cannot reach the log by a careless call.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any, TextIO

import structlog
from structlog.typing import FilteringBoundLogger

KEYS = frozenset(
    {
        "at",
        "level",
        "event",
        "part",
        "request",
        "method",
        "route",
        "status",
        "ms",
        "error",
        "trace",
        "number",
        "letter",
        "tries",
        "trouble",
        "seq",
        "pull",
        "centre",
        "form",
        "rule",
    }
)
_DROPPED = "dropped"
# A route is a template of ours, `/declare/{secret}`; a trace is `module.py:12 name` joined by ` > `.
_SHAPES = {
    "route": re.compile(r"[A-Za-z0-9/_.{}:-]{1,100}"),
    "trace": re.compile(r"(?:(?: > )?[A-Za-z0-9_.<>-]{1,60}:[0-9]{1,6} [A-Za-z0-9_<>]{1,60}){1,12}"),
}
_AN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,63}")
_LIKE_A_SECRET = re.compile(r"(?:gp_)?[A-Za-z0-9_-]{43}")
_FRAMES = 12


def set_up(level: str, stream: TextIO | None = None) -> None:
    """Log from now on, in this process, to standard error or a stream: ours, and what libraries log."""
    _configure(level, stream)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Foreign())
    least = max(logging.WARNING, logging.getLevelNamesMapping()[level.upper()])
    logging.basicConfig(level=least, handlers=[handler], force=True)


def _configure(level: str, stream: TextIO | None = None) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _timed,
            only_ids,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.WriteLogger(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


def log_of(name: str) -> FilteringBoundLogger:
    """The log of one part of the gateway."""
    log: FilteringBoundLogger = structlog.get_logger(part=name)
    return log


def trace_of(error: BaseException) -> str:
    """Where it happened, without what it said: an exception's words may be somebody's."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return " > ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames)


def only_ids(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Let through what is known to be harmless; how much else there was is told by a number."""
    kept = {key: value for key, value in event.items() if key in KEYS and _harmless(key, value)}
    dropped = len(event) - len(kept)
    return {**kept, _DROPPED: dropped} if dropped else kept


def _harmless(key: str, value: object) -> bool:
    if isinstance(value, bool | int | float) or value is None:
        return True
    if not isinstance(value, str):
        return False
    return bool(_SHAPES.get(key, _AN_ID).fullmatch(value)) and not _LIKE_A_SECRET.fullmatch(value)


def _timed(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["at"] = datetime.now(UTC).isoformat(timespec="milliseconds")
    return event


class _Foreign(logging.Formatter):
    """What a library logs, and the floors below through the standard library: its own words, never what it puts
    into them but numbers and, of our own, ids."""

    def format(self, record: logging.LogRecord) -> str:
        facts: dict[str, Any] = {
            "event": _words(record),
            "part": record.name,
            "level": record.levelname.lower(),
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        }
        if record.exc_info and (error := record.exc_info[1]) is not None:
            facts |= {"error": type(error).__name__, "trace": trace_of(error)}
        return json.dumps(facts)


def _words(record: logging.LogRecord) -> str:
    if not isinstance(record.msg, str):
        return type(record.msg).__name__
    if not isinstance(record.args, tuple) or not record.args:
        return record.msg
    try:
        return record.msg % tuple(_shown(record.name, value) for value in record.args)
    except (TypeError, ValueError):
        return record.msg


def _shown(logger: str, value: object) -> object:
    if isinstance(value, int | float):
        return value
    ours = logger.startswith("gradepost.") and isinstance(value, str) and _harmless("", value)
    return value if ours else "…"


# Until somebody sets it up, nothing but errors, and those too by ids alone.
_configure("error")
