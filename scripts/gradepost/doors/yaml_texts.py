"""YAML of pages and of data beside them, as plain values, by the parser in C where there is one: ten times faster."""

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from yaml import SafeLoader as _Safe
else:
    _Safe = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def value_of(text: str) -> Any:
    """What a text says. Raises `yaml.YAMLError`, and `ValueError` for a day that does not exist."""
    return yaml.load(text, Loader=_Safe)  # noqa: S506 - a safe loader in C
