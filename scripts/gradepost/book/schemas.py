"""The schemas of documents, compiled once: what is wrong with a value, in plain words, and its canonical layout."""

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from gradepost.book.engines import Engine, NotASchema, engine_for, insist_on_schema, is_bounded
from gradepost.book.violations import problems_of, vouched_for
from gradepost.document.canonical import Layout
from gradepost.model.findings import Problem
from gradepost.model.trouble import ConfigurationError


class Schema:
    """One document schema. It is compiled when it is first used: a command needs one or two of them."""

    def __init__(self, name: str, schema: Mapping[str, Any], *, fast: bool | None = None) -> None:
        self.name = name
        self.schema = schema
        self.layout = Layout(schema, quick=is_bounded(schema))
        self._fast = fast

    @cached_property
    def engine(self) -> Engine:
        """The engine that looks for mistakes."""
        return engine_for(self.schema, fast=self._fast)

    @property
    def is_bounded(self) -> bool:
        """Whether whatever it accepts keeps D001's limits on numbers and depth."""
        return self.layout.quick

    def is_valid(self, value: Any) -> bool:
        """Whether nothing is wrong with the value's shape."""
        return not self.engine.mistakes(value)

    def violations(self, value: Any) -> tuple[Problem, ...]:
        """Every violation at its own pointer, one to a pointer."""
        mistakes = self.engine.mistakes(value)
        return problems_of(mistakes) if mistakes else ()

    def violations_of_parsed(self, value: Any) -> tuple[tuple[Problem, ...], bool]:
        """The violations, and whether this schema vouches for D001's limits on numbers and depth in the value."""
        mistakes = self.engine.mistakes(value)
        if not mistakes:
            return (), self.is_bounded
        return problems_of(mistakes), self.is_bounded and vouched_for(mistakes)


def read_schema(path: Path) -> Schema:
    """One `….schema.json`. Raises `ConfigurationError` where it is not a schema."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        insist_on_schema(value)
    except (ValueError, NotASchema) as error:
        raise ConfigurationError(f"{path}: not a JSON Schema ({type(error).__name__}).") from error
    return Schema(path.name.removesuffix(".schema.json"), value)
