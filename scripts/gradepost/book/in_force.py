"""Which series a site repository shows: those that it holds, and the one that its `mkdocs.yml` names."""

from pathlib import Path

import yaml

from gradepost.book.mistakes import Mistake, instead
from gradepost.book.own_yaml import composed
from gradepost.model.trouble import ConfigurationError


def series_in(root: Path) -> list[str]:
    """The series that a site repository holds, by name, so oldest first."""
    return sorted(path.parent.name for path in (root / "forms").glob("*/series.yaml"))


def series_in_force(root: Path) -> str:
    """The series that `mkdocs.yml` names (plugins, gradepost, series), else the latest. Raises `ConfigurationError`."""
    known = series_in(root)
    if not known:
        raise ConfigurationError(f"{root}/forms: no series here. Run this from the site repository's root.")
    path = root / "mkdocs.yml"
    named = _named(path) if path.exists() else None
    if named is None:
        return known[-1]
    if named.value not in known:
        line, key = named.start_mark.line + 1, "plugins.gradepost.series"
        words = f"there is no series {named.value} in forms.{instead(named.value, known)}"
        raise ConfigurationError(str(Mistake(str(path), line, key, words)))
    return str(named.value)


def _named(path: Path) -> yaml.ScalarNode | None:
    """The name as it is written. What a tag such as `!ENV` makes of its value is not known here."""
    node = composed(path)
    if isinstance(node, Mistake):
        raise ConfigurationError(str(node))
    plugins = _under(node, "plugins")
    entries = plugins.value if isinstance(plugins, yaml.SequenceNode) else [plugins]
    for entry in entries:
        found = _under(_under(entry, "gradepost"), "series")
        if isinstance(found, yaml.ScalarNode) and not found.tag.startswith("!"):
            return found
    return None


def _under(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)
