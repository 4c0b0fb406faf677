"""The rule book by example, as the site repository's tests hold it: what breaks a rule, and what keeps it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradepost.rules.base import Rule

_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Example:
    """One example: what it says of itself, whether the rule speaks, what it starts from, and what is changed in that.

    `changes` are JSON Pointers with the value put there as JSON, or None where something is taken away.
    """

    says: str
    breaks: bool
    base: str | None
    changes: Mapping[str, str | None]


def examples(rule: Rule, root: Path) -> Iterator[Example]:
    """The examples of a rule, the plain clean ones first; none where the repository's tests are not at hand."""
    paths = (root / "tests" / "cases").glob(f"*/{rule.id}-*.json")
    for path in sorted(paths, key=lambda path: (not path.stem.endswith("-clean"), path)):
        raw = json.loads(path.read_bytes())
        yield Example(raw["says"], rule.id in (*raw.get("breaks", ()), *raw.get("warns", ())), *_document(raw))


def first(rule: Rule, root: Path, *, breaks: bool) -> Example | None:
    """The first example that breaks a rule, or that keeps it."""
    return next((example for example in examples(rule, root) if example.breaks is breaks), None)


def _document(raw: Mapping[str, Any]) -> tuple[str | None, dict[str, str | None]]:
    document = raw.get("document")
    if isinstance(document, str):
        return document, {}
    if not isinstance(document, dict) or "base" not in document:
        return None, {}
    put = {pointer: _text(value) for pointer, value in document.get("with", {}).items()}
    return document["base"], put | dict.fromkeys(document.get("without", ()))


def _text(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
