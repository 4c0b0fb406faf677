"""Our own YAML: each key once, checked against its schema, each with its line; every mistake is found at once."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from gradepost.book.mistakes import Mistake
from gradepost.book.own_shape import Keys, refused
from gradepost.book.schemas import Schema
from gradepost.document.pointers import escaped

if TYPE_CHECKING:
    from yaml import SafeLoader as _Safe
else:
    # The parser in C is ten times faster and comes with most builds of PyYAML.
    _Safe = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Safe):
    """YAML 1.1 without dates, which are data for the schema; and as in YAML 1.2 only true and false are booleans, so
    that a rule can be `off`."""


_BOOL = "tag:yaml.org,2002:bool"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag not in ("tag:yaml.org,2002:timestamp", _BOOL)]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile(r"^(?:true|false)$"), ["t", "f"])


@dataclass(frozen=True)
class OwnFile:
    """One of our own files. `value` is what stands in it, `sound` the same without what its schema refuses.

    In a list of `sound`, None stands for an entry that was refused, so that places stay right.
    """

    path: Path
    node: yaml.Node
    value: Mapping[str, Any]
    sound: Mapping[str, Any]

    def line(self, keys: Keys) -> int:
        """The line of a key, or of the nearest one around it that is there."""
        return _line(self.node, keys)

    def mistake(self, keys: Keys, message: str) -> Mistake:
        """A mistake at a key of this file."""
        return Mistake(str(self.path), self.line(keys), ".".join(map(str, keys)), message)

    def lines(self) -> dict[str, int]:
        """The line of every value by its RFC 6901 pointer."""
        return dict(_lines(self.node, ""))


def read(path: Path, schema: Schema | None) -> tuple[OwnFile | None, list[Mistake]]:
    """The file, and every mistake that can be seen in it alone. None where it has no contents to speak of.

    Without a schema (it is broken itself) only the YAML is checked.
    """
    found = composed(path)
    if isinstance(found, Mistake):
        return None, [found]
    mistakes: list[Mistake] = []
    try:
        mistakes += _key_mistakes(str(path), found)
        value = _Loader("").construct_document(found)
    except yaml.MarkedYAMLError as error:
        # A key that is no plain word was said already, in words that help.
        return None, mistakes or [_not_yaml(path, error)]
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return None, [Mistake(str(path), 0, "", f"not YAML ({type(error).__name__}). Write plain keys and values.")]
    if schema is None:
        return None, mistakes
    if schema.is_valid(value):
        return OwnFile(path, found, value, value), mistakes
    sound, wrong = refused(value, schema.schema)
    file = OwnFile(path, found, value, sound)
    mistakes += (file.mistake(keys, words) for keys, words in wrong)
    return file if isinstance(value, dict) else None, mistakes


def composed(path: Path) -> yaml.Node | Mistake:
    """The nodes of a YAML file, with their lines, whatever its tags; or why there are none."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    except OSError as error:
        return Mistake(str(path), 0, "", f"cannot be read ({error.strerror}).")
    except UnicodeDecodeError as error:
        return Mistake(str(path), 0, "", f"byte {error.start + 1} is not UTF-8. Save the file as UTF-8.")
    except yaml.MarkedYAMLError as error:
        return _not_yaml(path, error)
    except (yaml.YAMLError, RecursionError) as error:
        return Mistake(str(path), 0, "", f"not YAML ({type(error).__name__}). Write plain keys and values.")
    return node if node is not None else Mistake(str(path), 1, "", "the file is empty.")


def _not_yaml(path: Path, error: yaml.MarkedYAMLError) -> Mistake:
    line = error.problem_mark.line + 1 if error.problem_mark else 1
    return Mistake(str(path), line, "", f"not YAML ({error.problem}). Look at this line and the one before it.")


def _key_mistakes(path: str, node: yaml.Node, keys: Keys = ()) -> Iterator[Mistake]:
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                yield Mistake(path, line, "", "a key is a plain word. Write one in place of the list or group.")
                continue
            name = ".".join(map(str, (*keys, key.value)))
            if key.value in seen:
                yield Mistake(path, line, name, f"the key stands twice, first in line {seen[key.value]}. Keep one.")
            seen.setdefault(key.value, line)
            yield from _key_mistakes(path, value, (*keys, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _key_mistakes(path, item, (*keys, index))


def _line(node: yaml.Node, keys: Keys) -> int:
    line = node.start_mark.line + 1
    for key in keys:
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == str(key)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
            line = node.start_mark.line + 1
    return line


def _lines(node: yaml.Node, pointer: str) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = f"{pointer}/{escaped(str(key.value))}"
            yield place, key.start_mark.line + 1
            yield from _lines(value, place)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield f"{pointer}/{index}", item.start_mark.line + 1
            yield from _lines(item, f"{pointer}/{index}")
