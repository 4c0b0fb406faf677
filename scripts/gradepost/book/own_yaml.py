"""Our own YAML: each key once, checked against its schema; a mistake names file, line and key."""

import re
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any, cast

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from gradepost.model.trouble import ConfigurationError


class _Loader(yaml.SafeLoader):
    """YAML 1.1 without dates, which are data for the schema; and as in YAML 1.2 only true and false are booleans, so
    that a rule can be `off`."""


_BOOL = "tag:yaml.org,2002:bool"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag not in ("tag:yaml.org,2002:timestamp", _BOOL)]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile(r"^(?:true|false)$"), ["t", "f"])


def read(path: Path, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The contents of one of our own files. Raises `ConfigurationError` naming file, line and key."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
        if node is None:
            raise ConfigurationError(f"{path}, line 1: the file is empty.")
        _refuse_repeated_keys(path, node)
        value = _Loader("").construct_document(node)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: byte {error.start + 1} is not UTF-8.") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError(f"{path}, line {line}: not YAML ({error.problem}).") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigurationError(f"{path}: not YAML ({type(error).__name__}).") from error
    mistakes = sorted(Draft202012Validator(schema).iter_errors(value), key=lambda e: [str(p) for p in e.path])
    if mistakes:
        said = (f"{_place(path, node, _keys_of(m))}: {m.message}" for m in mistakes[:10])
        raise ConfigurationError("\n".join(said))
    found: Mapping[str, Any] = value
    return found


def _keys_of(mistake: ValidationError) -> list[str | int]:
    keys = list(mistake.absolute_path)
    if "propertyNames" in mistake.absolute_schema_path:
        return [*keys, str(mistake.instance)]
    if mistake.validator == "additionalProperties" and isinstance(mistake.schema, dict):
        known, given = mistake.schema.get("properties", {}), cast("dict[object, Any]", mistake.instance)
        return [*keys, *[str(name) for name in given if name not in known][:1]]
    return keys


def _refuse_repeated_keys(path: Path, node: yaml.Node) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[Hashable] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise ConfigurationError(f"{path}, line {key.start_mark.line + 1}: a key is a plain word.")
            if key.value in seen:
                line = key.start_mark.line + 1
                raise ConfigurationError(f"{path}, line {line}, key {key.value}: the key stands twice.")
            seen.add(key.value)
            _refuse_repeated_keys(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(path, item)


def _place(path: Path, node: yaml.Node, keys: list[str | int]) -> str:
    line = node.start_mark.line + 1
    for key in keys:
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == str(key)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int):
            node = node.value[key]
            line = node.start_mark.line + 1
    return f"{path}, line {line}" + (f", key {'.'.join(map(str, keys))}" if keys else "")


def line_of(path: Path, keys: list[str | int]) -> str:
    """`file, line N, key a.b` for a key of one of our own files, for mistakes that no schema can see."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    return _place(path, node, keys) if node else str(path)
