"""What is wrong with a value's shape, in plain words: one problem to a place, whichever engine found it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gradepost.book.engines import Mistake, Path
from gradepost.document.pointers import pointer_of
from gradepost.model.findings import Problem


def problems_of(mistakes: Iterable[Mistake]) -> tuple[Problem, ...]:
    """Every violation at its own pointer, one to a pointer, in the order of rows and then of names."""
    found: dict[Path, tuple[tuple[int, str], Problem]] = {}
    for mistake in mistakes:
        for path, problem in _problems(mistake):
            rank = (_RANKS.get(mistake.keyword, len(_RANKS)), mistake.keyword)
            if path not in found or rank < found[path][0]:
                found[path] = (rank, problem)
    if len(found) > 1:
        return tuple(found[path][1] for path in sorted(found, key=_order))
    return tuple(problem for _, problem in found.values())


def vouched_for(mistakes: Sequence[Mistake]) -> bool:
    """Whether nothing that was refused can hide a number or a depth beyond D001's limits: it is plain text, or a
    group or list whose members were each held to a schema of their own."""
    return all(_is_plain(mistake) for mistake in mistakes)


_MEMBERS_HELD = frozenset({"required", "minItems", "maxItems", "uniqueItems"})


def _is_plain(mistake: Mistake) -> bool:
    return mistake.keyword in _MEMBERS_HELD or mistake.instance is None or isinstance(mistake.instance, str | bool)


# Which word to say where several keywords are broken at one place; of the others, the first by name.
_RANKS = {
    name: rank
    for rank, name in enumerate(
        ["type", "const", "enum", "required", "additionalProperties", "pattern", "minLength", "maxLength", "format"]
    )
}


def _order(path: Path) -> list[tuple[int, int, str]]:
    return [(0, step, "") if isinstance(step, int) else (1, 0, step) for step in path]


def _problems(mistake: Mistake) -> Iterator[tuple[Path, Problem]]:
    path, schema = mistake.path, mistake.schema
    if mistake.keyword == "required":
        for name in schema["required"]:
            if name not in mistake.instance:
                place = (*path, name)
                yield place, Problem(pointer_of(place), f"The {_spoken(name)} is missing.")
    elif mistake.keyword == "additionalProperties":
        known = schema.get("properties", {})
        for name in mistake.instance:
            if name not in known:
                place = (*path, name)
                words = "This property is not part of the document."
                yield place, Problem(pointer_of(place), words, submitted_name=True)
    else:
        entries_stand = mistake.keyword in _OF_THE_LIST
        yield path, Problem(pointer_of(path), _wrong(mistake), entries_stand=entries_stand)


def _spoken(name: str) -> str:
    return name.replace("_", " ").replace("uln", "ULN").replace("uci", "UCI")


_OF_THE_LIST = ("minItems", "maxItems", "uniqueItems")

_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a group of properties",
}


def _count(number: int) -> str:
    return "one entry" if number == 1 else f"{number:,} entries"


def _wrong(mistake: Mistake) -> str:  # noqa: PLR0911, PLR0912 - a word for each keyword
    keyword, schema = mistake.keyword, mistake.schema
    if "title" in schema and keyword in ("type", "pattern", "maxLength"):
        return f"This must be {schema['title']}."
    limit: Any = schema.get(keyword)
    match keyword:
        case "format":
            return "This date does not exist, or a time lacks its offset from UTC."
        case "type":
            return f"This must be {_TYPES.get(limit, 'of another type')}."
        case "const":
            return f"This must be {limit}."
        case "enum":
            return f"This must be one of {', '.join(map(str, limit))}."
        case "minLength":
            return "This must not be empty."
        case "maxLength":
            return f"This must have at most {limit:,} characters."
        case "minItems":
            return f"There must be at least {_count(limit)} here."
        case "maxItems":
            return f"There may be at most {_count(limit)} here."
        case "uniqueItems":
            return "The same entry stands here twice."
        case "minimum":
            return f"This must be at least {limit}."
        case "maximum":
            return f"This must be at most {limit:,}."
        case _:
            return "This does not match the schema."
